// A key that belongs to an input method is not the person's key for the page. Browsers disagree about how it
// shows: isComposing, key code 229, or (Safari) a keydown right after compositionend.
let composing = false;
let ended = -Infinity;

document.addEventListener("compositionstart", () => { composing = true; }, true);
document.addEventListener("compositionend", (event) => { composing = false; ended = event.timeStamp; }, true);
// A field that goes away in the middle of a composition never tells its end.
document.addEventListener("focusin", (event) => { if (composing && !event.isComposing) composing = false; }, true);

// isIme says whether a key event belongs to the input method.
export function isIme(event) {
  return composing || event.isComposing || event.keyCode === 229 || (event.key === "Enter" && event.timeStamp - ended < 30);
}

// This listener is the first of all: nobody else hears of such a key, no shortcut, no list, no form. The input method has
// had it already; what Enter would send and Escape would close is stopped, other keys keep what they do inside the field.
for (const kind of ["keydown", "keypress"]) {
  document.addEventListener(kind, (event) => {
    if (!isIme(event)) return;
    event.stopImmediatePropagation();
    if (event.key === "Enter" || event.keyCode === 13 || event.key === "Escape") event.preventDefault(); // Escape would empty a search field
  }, true);
}

document.addEventListener("submit", (event) => {
  if (!composing) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// Half a syllable filters nothing: a filter bar hears of it when the candidate is confirmed.
document.addEventListener("input", (event) => {
  if (event.isComposing && event.target.form?.matches("[data-filters]")) event.stopImmediatePropagation();
}, true);
document.addEventListener("compositionend", (event) => {
  const field = event.target;
  if (field.form?.matches("[data-filters]")) queueMicrotask(() => field.dispatchEvent(new Event("input", { bubbles: true })));
});
