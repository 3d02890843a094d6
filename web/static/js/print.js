// [data-print] prints the page. What is on paper is said by css/print.css.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
