// The Enter that confirms an input method's candidate is not the person's Enter. Browsers disagree about how it
// shows: isComposing, key code 229, or (Safari) a keydown right after compositionend.
let composing = false;
let ended = -Infinity;

document.addEventListener("compositionstart", () => { composing = true; }, true);
document.addEventListener("compositionend", (event) => { composing = false; ended = event.timeStamp; }, true);

// isIme says whether a key event belongs to the input method.
export function isIme(event) {
  return composing || event.isComposing || event.keyCode === 229 || (event.key === "Enter" && event.timeStamp - ended < 30);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.keyCode !== 229 && event.keyCode !== 13) return;
  if (!isIme(event)) return;
  // Stops the form's own submission by Enter and everybody else's handlers; the input method has had the key already.
  event.stopImmediatePropagation();
  if (event.target.matches?.("input, textarea")) event.preventDefault();
}, true);

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
