// The operator's seat: form[data-seat]. While the words come in, the server reads them after a short pause and says what it
// makes of them: a chip in each field that is still empty, and what is likely the same matter beside the form. What a person
// chose is never touched: a chip only offers. Right arrow in an empty field takes its chip; [data-take-all] takes all.
// One look-up is in flight at a time; a newer one ends the older.
import { el } from "./text.js";

const pause = 150; // ms after the last key; with the reading it stays below 200

const form = () => document.querySelector("form[data-seat]");
const control = (name) => document.getElementById(`f-${name}`);
const empty = (field) => !field.value && !field.closest("combo-box")?.querySelector("input[type=hidden]").value;

function offer(field, s) {
  const box = field.closest(".control");
  let chip = box.querySelector(":scope > .chip.inside");
  if (!s || !empty(field)) return chip?.remove();
  if (!chip) {
    chip = el("button", { type: "button", class: "chip inside", tabindex: "-1", "data-take": field.id });
    box.append(chip);
  }
  if (chip.dataset.value === s.value && chip.dataset.because === (s.because ?? "")) return;
  chip.dataset.value = s.value;
  chip.dataset.text = s.text;
  chip.dataset.because = s.because ?? "";
  chip.replaceChildren(el("span", s.field === "urgency" ? { class: "light", "data-light": "red" } : {}, s.text), s.because ? el("span", { class: "because" }, `“${s.because}”`) : "");
}

let last = [];
function offerAll(fields) {
  last = fields;
  const by = new Map(fields.map((s) => [s.field, s]));
  for (const field of form()?.querySelectorAll("[data-suggested]") ?? []) {
    const input = field.querySelector("input:not([type=hidden])");
    if (input) offer(input, by.get(field.dataset.suggested));
  }
}

// ask sends what was typed and gives the answer, or nothing when a newer question or a cut line came between.
const asking = new Map();
async function ask(address, names) {
  asking.get(address)?.abort();
  const abort = new AbortController();
  asking.set(address, abort);
  const body = new URLSearchParams();
  for (const name of names) body.set(name, form().elements[name]?.value ?? "");
  try {
    const answer = await fetch(address, { method: "POST", body, signal: abort.signal, headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  } finally {
    if (asking.get(address) === abort) asking.delete(address);
  }
}

function put(id, html) {
  const target = document.getElementById(id);
  if (!target || html == null) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  if (fresh && fresh.outerHTML !== target.outerHTML) target.replaceWith(fresh);
}

async function read() {
  const answer = await ask(form().dataset.seat, ["title", "body"]);
  if (!answer || !form()) return;
  offerAll(answer.fields);
  put("seat-aside", answer.aside);
  showSame();
}

// showSame marks the item that the call is put to (并到这一件); the list may have been drawn anew meanwhile.
function showSame() {
  const same = form()?.elements.same?.value;
  for (const button of document.querySelectorAll("[data-same]")) button.setAttribute("aria-pressed", String(button.dataset.same === same));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-same]");
  if (!button || !form()?.elements.same) return;
  const field = form().elements.same;
  field.value = field.value === button.dataset.same ? "" : button.dataset.same;
  showSame();
});

async function caller() {
  const answer = await ask(form().dataset.caller, ["phone"]);
  if (answer) put("seat-caller", answer.html);
}

const timers = new Map();
// The form may be gone by then: the call was saved, or the page is being left.
const soon = (what, wait) => { clearTimeout(timers.get(what)); timers.set(what, setTimeout(() => { if (form()) what(); }, wait)); };

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.form?.matches("[data-seat]")) return;
  if (field.name === "phone" && document.getElementById("seat-caller")) soon(caller, 2 * pause);
  if (event.isComposing) return; // half a syllable says nothing
  if (field.name === "body" || field.name === "title") soon(read, pause);
  else offerAll(last);
});
document.addEventListener("compositionend", (event) => {
  if (event.target.form?.matches("[data-seat]") && ["body", "title"].includes(event.target.name)) soon(read, pause);
});
for (const name of ["change", "combo:taken"]) document.addEventListener(name, (event) => { if (event.target.closest("form[data-seat]")) offerAll(last); });

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowRight" || event.ctrlKey || event.altKey || event.metaKey) return;
  const field = event.target;
  const chip = field.form?.matches("[data-seat]") && field.matches("input") && !field.value && field.closest(".control")?.querySelector(":scope > .chip.inside");
  if (!chip) return;
  event.preventDefault();
  chip.click();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-take-all]")) return;
  const held = document.activeElement;
  for (const chip of form()?.querySelectorAll(".chip.inside") ?? []) chip.click();
  held?.focus?.();
});

// A draft that was restored, or a form that came back, is read as well.
document.addEventListener("click", (event) => { if (event.target.closest(".draft-found")) soon(caller, pause); });
if (form()) {
  if (control("body")?.value) soon(read, pause);
  if (control("phone")?.value) soon(caller, pause);
}
