// [data-open=ID] opens a <dialog>, [data-close] closes its own; <details class=menu> closes on Escape and outside clicks.
// The browser gives the focus back to the opener by itself.
export function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.dispatchEvent(new CustomEvent("dialog:open"));
  dialog.showModal();
  // What went wrong comes first, then the field to begin with: not the button that closes.
  (dialog.querySelector("[data-error-summary]") ?? dialog.querySelector("[autofocus]") ?? dialog.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea)"))?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    if (opener.matches("a[href]")) event.preventDefault(); // its address is for browsers without scripts
    open(document.getElementById(opener.dataset.open));
  }
  event.target.closest("[data-close]")?.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target.matches(".palette, .sheet")) event.target.close(); // the backdrop
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.stopPropagation();
}, true);

// A dialog that comes open with the page: what was typed in it was refused.
for (const dialog of document.querySelectorAll("dialog[open][data-open-now]")) {
  dialog.close();
  open(dialog);
}
