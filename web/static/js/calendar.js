// [data-grid]: cells with data-cell="column,row" are one stop of the Tab key; the arrows walk among them, Home and End
// to the first and last of the column. Enter is the link's own.
const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("[data-grid] [data-cell]");
  if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
  const grid = cell.closest("[data-grid]");
  const [column, row] = cell.dataset.cell.split(",").map(Number);
  let next;
  if (steps[event.key]) next = grid.querySelector(`[data-cell="${column + steps[event.key][0]},${row + steps[event.key][1]}"]`);
  else if (event.key === "Home") next = grid.querySelector(`[data-cell="${column},0"]`);
  else if (event.key === "End") next = [...grid.querySelectorAll(`[data-cell^="${column},"]`)].at(-1);
  else return;
  event.preventDefault();
  if (!next) return;
  for (const other of grid.querySelectorAll('[data-cell][tabindex="0"]')) other.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
