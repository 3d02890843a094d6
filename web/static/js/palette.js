// Ctrl/⌘-K: people, incidents, items, topics, releases, briefings, pages and acts. Acts and pages are read off this very page
// ([data-key], the rail, the person's own menu); the rest comes from /palette?q= as {"items":[{"kind","text","hint","href"}]}, kind
// being a heading. One look-up is in flight at a time; Enter pressed before its answer waits for it.
import { t, el } from "./text.js";
import { isIme } from "./ime.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");

let found = [];
let active = -1;
let asking = null; // the question in flight
let wanted = false; // Enter was pressed before there was an answer

// ---- sounds: the syllables of the characters that the interface is written in, fetched when first needed ----

let sounds = {};
let fetched;
function fetchSounds() {
  fetched ??= import("../sounds.js").then((m) => { sounds = m.sounds; }, () => { fetched = undefined; });
  return fetched;
}

// readsLike says whether a text begins with a word: as written, or by whole syllables, their beginnings and characters mixed.
function readsLike(text, word, first) {
  if (!word) return true;
  if (!text) return false;
  if (text[0] === word[0] && readsLike(text.slice(1), word.slice(1), false)) return true;
  if (!first && /[\s\p{P}]/u.test(text[0])) return readsLike(text.slice(1), word, false);
  for (const syllable of (sounds[text[0]] ?? "").split(" ")) {
    for (let n = 1; n <= syllable.length && n <= word.length && syllable[n - 1] === word[n - 1]; n++) {
      if (readsLike(text.slice(1), word.slice(n), false)) return true;
    }
  }
  return false;
}

// rank of a text for what was typed: 0 begins with it, 1 has it, -1 not.
function rank(text, query) {
  let best = 0;
  for (const [i, word] of query.toLowerCase().split(/\s+/).filter(Boolean).entries()) {
    const said = text.toLowerCase();
    let at = -1;
    for (let j = 0; j < said.length && at < 0; j++) if (readsLike(said.slice(j), word, true)) at = j;
    if (at < 0) return -1;
    if (i === 0 && at > 0) best = 1;
  }
  return best;
}

// ---- what this page has ----

const label = (node) => {
  if (node.dataset.keyLabel) return node.dataset.keyLabel;
  const copy = node.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, .badge, .badge-slot, .unseen")) extra.remove();
  return copy.textContent.replace(/\s+/g, " ").trim() || node.getAttribute("aria-label") || "";
};
const seen = (node) => !node.disabled && node.checkVisibility?.() !== false;

function here() {
  const acts = [...document.querySelectorAll("main [data-key], main .acts :is(button, a, summary)")].filter((n) => seen(n) && !n.closest("[data-row]"))
    .map((node) => ({ kind: t("这一页"), text: label(node), hint: node.dataset.key, node }));
  const pages = [...document.querySelectorAll(".rail > ul a[href]")].map((node) => ({ kind: t("页面"), text: label(node), hint: node.dataset.key, href: node.href }));
  const own = [...document.querySelectorAll(".rail-user :is(fieldset input, button)")].map((node) => {
    const group = node.closest("fieldset")?.querySelector("legend")?.textContent.trim();
    const text = node.matches("input") ? `${group}：${label(node.closest("label"))}` : label(node);
    return { kind: t("设置"), text, hint: node.checked ? t("现在") : node.querySelector("kbd")?.textContent, node };
  });
  const unique = new Map([...acts, ...pages, ...own].filter((o) => o.text).map((o) => [o.kind + o.text, o]));
  return [...unique.values()];
}

function local(query) {
  const all = here();
  if (!query) return all.filter((o) => o.kind !== t("设置")).slice(0, 14);
  const hits = all.map((o) => [rank(o.text, query), o]).filter(([r]) => r >= 0).sort((a, b) => a[0] - b[0]).map(([, o]) => o);
  // Headings stand together, that of the best hit first.
  const groups = new Map();
  for (const o of hits) groups.set(o.kind, [...(groups.get(o.kind) ?? []), o]);
  return [...groups.values()].flatMap((group) => group.slice(0, 4));
}

// ---- the list ----

function show(options, complete) {
  const was = found[active];
  found = options;
  let kind = "";
  const rows = [];
  options.forEach((option, i) => {
    if (option.kind !== kind) rows.push(el("li", { class: "group", role: "presentation" }, (kind = option.kind)));
    rows.push(el("li", { role: "option", id: `palette-${i}`, "aria-selected": "false", "data-i": i }, el("span", {}, option.text), option.hint && el("span", { class: "hint" }, option.hint)));
  });
  if (!rows.length) rows.push(el("li", { class: "none", role: "presentation" }, complete ? t("没有找到。换个说法，或输入拼音首字母") : t("正在找…")));
  list.replaceChildren(...rows);
  const again = was && moved ? options.findIndex((o) => o.text === was.text && o.kind === was.kind) : -1;
  mark(again >= 0 ? again : options.length ? 0 : -1);
}

let moved = false; // whether an arrow chose the marked line
function mark(i) {
  list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  active = i;
  const node = document.getElementById(`palette-${i}`);
  node?.setAttribute("aria-selected", "true");
  node?.scrollIntoView({ block: "nearest" });
  if (node) input.setAttribute("aria-activedescendant", node.id);
  else input.removeAttribute("aria-activedescendant");
}

function look() {
  const query = input.value.trim();
  wanted = moved = false;
  show(local(query), !query);
  ask();
}

// ask sends the newest question when the one before it is answered: what lies between was only being typed.
async function ask() {
  const query = input.value.trim();
  if (asking !== null || !query) return;
  asking = query;
  let items = [];
  try {
    const answer = await fetch(`/palette?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
    if (answer.ok) items = (await answer.json()).items;
  } catch { /* the line is down, which the banner says */ }
  asking = null;
  if (input.value.trim() !== query) return ask();
  const mine = local(query);
  const words = new Set(mine.map((o) => o.text));
  show([...mine, ...items.filter((o) => !words.has(o.text) || o.kind !== t("动作"))], true);
  dialog.dataset.answered = query;
  if (wanted) go(found[active]);
}

function go(option) {
  if (!option) {
    wanted = asking !== null;
    return;
  }
  wanted = false;
  dialog.close();
  if (option.href) return location.assign(option.href);
  const node = option.node;
  if (node.matches("input[type=radio], input[type=checkbox]")) {
    node.checked = node.type === "radio" || !node.checked;
    node.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (node.matches("input, select, textarea, summary")) {
    node.focus();
    if (node.matches("summary")) node.click();
  } else node.click();
}

if (dialog) {
  dialog.addEventListener("dialog:open", () => {
    input.value = "";
    delete dialog.dataset.answered;
    fetchSounds().then(() => { if (dialog.open) look(); });
    look();
  });
  input.addEventListener("input", (event) => { if (!event.isComposing) look(); });
  input.addEventListener("compositionend", look);
  input.addEventListener("keydown", (event) => {
    if (isIme(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moved = true;
      if (found.length) mark((active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(found[active]);
    }
  });
  list.addEventListener("click", (event) => {
    const node = event.target.closest("[role=option]");
    if (node) go(found[Number(node.dataset.i)]);
  });
}
