// Forms: nothing typed is lost, nothing is sent twice.
//   form[data-draft=KEY]   kept in this browser while it is typed, offered again when the form comes back empty-handed
//   form[data-draft-base=NAME]  the field that says what the draft was written on; it comes back with the draft, so that a
//                          record which moved on meanwhile is not overwritten but shown beside it
//   form[data-guard]       leaving with changes asks first
//   [data-draft-state]     says when the draft was kept
//   [data-error-summary]   takes the focus when it appears
//   [data-take=ID]         a suggestion chip: pressing it puts its value in the field
//   form[data-clear-drafts]  signing out removes this browser's drafts
// A draft is removed when the form's own sending succeeded: after an htmx answer below 400, or when the next page says
// so by <meta name="draft-done" content="KEY"> in its body or data-draft-done on any element.
import { t, el } from "./text.js";
import { officeNow, hms } from "./officetime.js";

const owner = document.documentElement.dataset.user ?? "";
const prefix = "huiying.draft.";
const life = 36 * 3600 * 1000; // a night shift and the day after

const baseOf = (form) => form.elements[form.dataset.draftBase];
const keyOf = (form) => `${prefix}${owner}.${form.dataset.draft}`;

function read(form) {
  try { return JSON.parse(localStorage.getItem(keyOf(form))); } catch { return null; }
}

// values of what a person can type or choose; secrets and files never.
function values(form) {
  const out = {};
  for (const control of form.elements) {
    if (!control.name || control.matches("[type=password], [type=file], [type=submit], button, [data-no-draft]")) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      if (control.checked) (out[control.name] ??= []).push(control.value);
      else out[control.name] ??= [];
    } else if (control.type !== "hidden" || control.closest("combo-box")) (out[control.name] ??= []).push(control.value);
  }
  return out;
}

function fill(form, kept) {
  const used = {};
  for (const control of form.elements) {
    const list = kept[control.name];
    if (!list) continue;
    if (control.type === "checkbox" || control.type === "radio") control.checked = list.includes(control.value);
    else control.value = list[(used[control.name] = (used[control.name] ?? -1) + 1)] ?? control.value;
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

const pristine = new WeakMap();
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
export const dirty = (form) => pristine.has(form) && !same(pristine.get(form), values(form));

function prepare(root) {
  for (const summary of find(root, "[data-error-summary]")) summary.focus();
  for (const done of find(root, "[data-draft-done]")) localStorage.removeItem(`${prefix}${owner}.${done.dataset.draftDone}`);
  for (const form of find(root, "form[data-draft], form[data-guard]")) {
    if (pristine.has(form)) continue;
    pristine.set(form, values(form));
    if (form.dataset.draft) offer(form);
  }
}

const find = (root, selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];

// A draft is offered, not forced: the record may have moved on.
function offer(form) {
  const draft = read(form);
  if (!draft || Math.abs(officeNow() - draft.at) > life || same(draft.values, values(form))) return;
  const restore = el("button", { type: "button" }, t("恢复"));
  const drop = el("button", { type: "button", class: "quiet" }, t("丢弃"));
  const base = baseOf(form);
  const moved = base && draft.base && draft.base !== base.value;
  const words = moved ? t("有一份 %s 没有提交的草稿，此后这里已有新稿；提交时会并列显示", hms(draft.at)) : t("有一份 %s 没有提交的草稿", hms(draft.at));
  const bar = el("div", { class: "draft-found", role: "status" }, el("span", {}, words), restore, drop);
  restore.addEventListener("click", () => { if (moved) base.value = draft.base; fill(form, draft.values); bar.remove(); form.querySelector("input:not([type=hidden]), textarea")?.focus(); });
  drop.addEventListener("click", () => { localStorage.removeItem(keyOf(form)); bar.remove(); });
  form.prepend(bar);
}

const waiting = new Map();
function keepSoon(form) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => keep(form), 500));
}

function keep(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  if (!dirty(form)) return;
  const at = officeNow();
  const state = form.querySelector("[data-draft-state]");
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at, base: baseOf(form)?.value, values: values(form) }));
    if (state) state.textContent = t("草稿已存 %s", hms(at));
  } catch {
    if (state) state.textContent = t("草稿存不下：请先提交或清理浏览器");
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.draft) keepSoon(form);
});
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.dataset.draft) keepSoon(form);
});
window.addEventListener("pagehide", () => { for (const form of [...waiting.keys()]) keep(form); });

let leaving = false;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return; // htmx has it
  if (form.hasAttribute("data-clear-drafts")) for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  if (form.matches("[data-guard], [data-draft]")) leaving = true;
});
window.addEventListener("pageshow", () => { // back again, perhaps from the browser's own store
  leaving = false;
});

window.addEventListener("beforeunload", (event) => {
  if (leaving) return;
  for (const form of document.querySelectorAll("form[data-guard]")) if (dirty(form)) event.preventDefault();
});

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  const form = sourceElement?.closest?.("form[data-draft], form[data-guard]");
  if (!form || response.status >= 400 || event.detail.ctx.request.method === "GET") return;
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  if (form.dataset.draft) localStorage.removeItem(keyOf(form));
  pristine.set(form, values(form));
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-take]");
  const field = chip && document.getElementById(chip.dataset.take);
  if (field) {
    const combo = field.closest("combo-box");
    if (combo) combo.take({ value: chip.dataset.value, text: chip.dataset.text ?? chip.dataset.value });
    else {
      field.value = chip.dataset.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    chip.classList.add("taken");
    field.focus();
  }
  const link = event.target.closest("[data-error-summary] a");
  const target = link && document.getElementById(link.hash.slice(1));
  if (target) {
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    target.focus();
  }
});

// A row that the feed brings isn't this person's doing: it must not call the focus back to an old summary.
document.addEventListener("htmx:after:swap", (event) => { if (!event.detail.ctx.live) prepare(document); });
prepare(document);
