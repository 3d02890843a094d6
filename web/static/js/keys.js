// Shortcuts, declared where they act: data-key="e", "Alt+J", "Ctrl+Enter", "g d" (one after the other), "?".
// Pressing one clicks a button or link and focuses a field. When several elements share a key, the one in the row
// that has the focus wins, else the first that can be seen. J and K walk along [data-row] elements.
// Single letters can be turned off (WCAG 2.1.4); ? lists what the page offers.
import { t, el } from "./text.js";
import { isIme } from "./ime.js";
import { open } from "./dialogs.js";
import { keepFocus } from "./focus.js";

const offKey = "huiying.letters";
export const lettersOn = () => localStorage.getItem(offKey) !== "off";

const seen = (node) => node.checkVisibility?.({ visibilityProperty: true }) ?? node.offsetParent !== null;
const usable = (node) => !node.disabled && node.getAttribute("aria-disabled") !== "true" && !node.closest("[inert]");

// named writes an event as data-key does.
function named(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const code = /^(Key|Digit)(.)$/.exec(event.code)?.[2]?.toLowerCase();
  const plain = event.altKey && code ? code : key; // Alt changes the letter on some keyboards
  const shifted = event.shiftKey && (event.key.length > 1 || /^[a-z]$/i.test(event.key)); // signs such as ? are what they are
  const mods = `${event.ctrlKey || event.metaKey ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}${shifted ? "shift+" : ""}`;
  return mods + plain.toLowerCase();
}

const typing = (node) => node.isContentEditable || (node.matches?.("input, textarea, select") && !node.matches("[type=checkbox], [type=radio], [type=button], [type=submit]"));

function scope() {
  return [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
}

function targets(key) {
  return [...scope().querySelectorAll("[data-key]")].filter((n) => n.dataset.key.toLowerCase() === key && seen(n));
}

function press(node) {
  if (!usable(node)) {
    if (node.title) document.dispatchEvent(new CustomEvent("toast", { detail: { kind: "warn", text: node.title } }));
    return;
  }
  if (node.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea")) {
    node.focus();
    node.select?.();
    return;
  }
  if (node.matches("summary")) node.focus(); // what opens is reached by Tab from here
  else keepFocus(node);
  node.click();
}

let first = ""; // of a sequence such as "g d"
let firstAt = 0;

document.addEventListener("keydown", (event) => {
  if (isIme(event) || event.defaultPrevented || event.key === "Shift" || event.key === "Control" || event.key === "Alt" || event.key === "Meta") return;
  const key = named(event);
  const inField = typing(event.target);
  if (inField && isLetterKey(event)) return;
  if (isLetterKey(event) && !lettersOn()) return;
  if (key === "?") {
    if (inField || scope() !== document) return;
    event.preventDefault();
    keepFocus(null);
    return open(document.getElementById("keys"));
  }
  const sequence = first && event.timeStamp - firstAt < 1200 ? `${first} ${key}` : "";
  first = "";
  const found = (sequence && targets(sequence)[0]) || pick(targets(key));
  if (found) {
    // Enter and Escape keep their own meaning inside a dialog and on a control that has the focus.
    if ((key === "enter" || key === "escape") && (inField || event.target.closest?.("a, button, dialog"))) return;
    event.preventDefault();
    return press(found);
  }
  if (targetsBegin(key)) {
    first = key;
    firstAt = event.timeStamp;
    return;
  }
  if ((key === "j" || key === "k") && scope() === document) walk(key === "j" ? 1 : -1, event);
});

const isLetterKey = (event) => event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;

function targetsBegin(key) {
  return [...scope().querySelectorAll("[data-key]")].some((n) => n.dataset.key.toLowerCase().startsWith(`${key} `));
}

function pick(nodes) {
  const row = document.activeElement?.closest?.("[data-row]");
  return nodes.find((n) => row?.contains(n)) ?? nodes.find(usable) ?? nodes[0];
}

// Of a key that several rows share, only the one that it would press now is written out.
let marking = 0;
function mark() {
  cancelAnimationFrame(marking);
  marking = requestAnimationFrame(() => {
    const picks = new Map();
    for (const node of document.querySelectorAll("[data-row] [data-key]")) {
      const key = node.dataset.key.toLowerCase();
      if (!picks.has(key)) picks.set(key, pick([...document.querySelectorAll("[data-key]")].filter((n) => n.dataset.key.toLowerCase() === key && seen(n))));
      node.toggleAttribute("data-key-rests", picks.get(key) !== node);
    }
  });
}
for (const event of ["focusin", "focusout", "htmx:after:swap", "live:message"]) document.addEventListener(event, mark);
mark();

function walk(step, event) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(seen);
  if (!rows.length) return;
  event.preventDefault();
  const here = rows.indexOf(document.activeElement?.closest?.("[data-row]"));
  const row = rows[here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1)];
  const link = row.querySelector("a[href], button");
  (link ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
}

// The sheet is made from what stands on the page at the moment it opens.
function label(node) {
  if (node.dataset.keyLabel) return node.dataset.keyLabel;
  const copy = node.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, .badge, .unseen, .because")) extra.remove();
  return copy.textContent.trim() || node.getAttribute("aria-label") || node.querySelector(".unseen")?.textContent || "";
}

const pretty = (key) => key.split(/([+ ])/).filter((k) => k.trim() && k !== "+").map((k) => (k.length === 1 ? k.toUpperCase() : k));

const sheet = document.getElementById("keys");
sheet?.addEventListener("dialog:open", () => {
  const groups = new Map();
  const add = (group, key, text) => {
    const rows = groups.get(group) ?? groups.set(group, new Map()).get(group);
    if (text && !rows.has(key)) rows.set(key, text);
  };
  for (const node of document.querySelectorAll("[data-key]")) {
    if (!seen(node) || sheet.contains(node)) continue;
    add(node.closest("[data-key-group]")?.dataset.keyGroup ?? t("这一页"), node.dataset.key, label(node));
  }
  if (document.querySelector("[data-row]")) {
    add(t("列表"), "j", t("下一行"));
    add(t("列表"), "k", t("上一行"));
    add(t("列表"), "Enter", t("打开"));
  }
  if (document.querySelector("[data-grid]")) add(t("列表"), "← ↑ → ↓", t("在时段间移动"));
  add(t("处处可用"), "?", t("快捷键"));
  add(t("处处可用"), "Tab", t("下一个控件"));
  add(t("处处可用"), "Esc", t("关闭"));
  sheet.querySelector(".keys-list").replaceChildren(...[...groups].map(([name, rows]) => el("section", {}, el("h3", {}, name),
    el("dl", {}, ...[...rows].map(([key, text]) => el("div", {}, el("dt", {}, text), el("dd", {}, ...pretty(key).map((k) => el("kbd", {}, k)))))))));
  sheet.querySelector("[data-letter-keys]").checked = lettersOn();
});
sheet?.addEventListener("change", (event) => {
  if (!event.target.matches("[data-letter-keys]")) return;
  if (event.target.checked) localStorage.removeItem(offKey);
  else localStorage.setItem(offKey, "off");
});
