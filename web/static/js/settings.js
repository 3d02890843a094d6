// Theme and language: a person's choice, kept in a cookie so that the server draws the right page at once.
const year = 31536000;

function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${value ? year : 0}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.matches?.("[data-theme-choice]")) {
    keep("huiying_theme", input.value);
    if (input.value) document.documentElement.dataset.theme = input.value;
    else delete document.documentElement.dataset.theme;
  }
  if (input.matches?.("[data-lang-choice]")) {
    keep("huiying_lang", input.value);
    location.reload();
  }
});
