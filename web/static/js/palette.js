// Ctrl/⌘-K: people, incidents, items, pages and acts. Acts and pages are read off this very page ([data-key] and the
// rail); the rest comes from /palette?q= as {"items":[{"kind","text","hint","href","keys"}]}, kind being a heading.
import { t, el } from "./text.js";
import { isIme } from "./ime.js";
import { search } from "./combobox.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");

let found = [];
let active = -1;
let abort;
let timer;

function here() {
  const label = (node) => {
    const copy = node.cloneNode(true);
    for (const extra of copy.querySelectorAll("kbd, .badge, .unseen")) extra.remove();
    return node.dataset.keyLabel ?? copy.textContent.trim();
  };
  const acts = [...document.querySelectorAll("main [data-key], main .acts button, main .acts a")].filter((n) => !n.disabled && n.checkVisibility?.() !== false)
    .map((node) => ({ kind: t("这一页"), text: label(node), hint: node.dataset.key, keys: node.dataset.pinyin, node }));
  const pages = [...document.querySelectorAll(".rail a[href]:not(.brand)")].map((node) => ({ kind: t("页面"), text: label(node), hint: node.dataset.key, keys: node.dataset.pinyin, href: node.href }));
  const unique = new Map([...acts, ...pages].filter((o) => o.text).map((o) => [o.kind + o.text, o]));
  return [...unique.values()];
}

function show(options) {
  found = options;
  let kind = "";
  const rows = [];
  options.forEach((option, i) => {
    if (option.kind !== kind) rows.push(el("li", { class: "group", role: "presentation" }, (kind = option.kind)));
    rows.push(el("li", { role: "option", id: `palette-${i}`, "aria-selected": "false", "data-i": i }, el("span", {}, option.text), option.hint && el("span", { class: "hint" }, option.hint)));
  });
  if (!rows.length) rows.push(el("li", { class: "none", role: "presentation" }, t("没有找到。换个说法，或输入拼音首字母")));
  list.replaceChildren(...rows);
  mark(options.length ? 0 : -1);
}

function mark(i) {
  list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  active = i;
  const node = document.getElementById(`palette-${i}`);
  node?.setAttribute("aria-selected", "true");
  node?.scrollIntoView({ block: "nearest" });
  if (node) input.setAttribute("aria-activedescendant", node.id);
  else input.removeAttribute("aria-activedescendant");
}

async function look() {
  const query = input.value.trim();
  const local = search(here(), query).slice(0, query ? 6 : 14);
  show(local);
  clearTimeout(timer);
  abort?.abort();
  if (!query) return;
  timer = setTimeout(async () => {
    abort = new AbortController();
    try {
      const answer = await fetch(`/palette?q=${encodeURIComponent(query)}`, { signal: abort.signal, headers: { Accept: "application/json" } });
      if (answer.ok && input.value.trim() === query) show([...local, ...(await answer.json()).items]);
    } catch { /* a newer look-up took over, or the line is down, which the banner says */ }
  }, 80);
}

function go(option) {
  dialog.close();
  if (option?.node) option.node.matches("input, select, textarea") ? option.node.focus() : option.node.click();
  else if (option?.href) location.assign(option.href);
}

if (dialog) {
  dialog.addEventListener("dialog:open", () => { input.value = ""; look(); });
  input.addEventListener("input", (event) => { if (!event.isComposing) look(); });
  input.addEventListener("compositionend", look);
  input.addEventListener("keydown", (event) => {
    if (isIme(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
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
