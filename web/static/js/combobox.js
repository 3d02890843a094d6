// <combo-box>: an editable combobox with a list, after ARIA 1.2. Options come with the page or from data-source?q=;
// they are {value, text, hint, keys}, keys being pinyin (initials and syllables). What is typed filters by text or keys. The
// hidden input holds the value; text that matches no option leaves it empty, and the server says what it thinks of that.
// data-clears: in a filter bar. Only what is taken counts: an empty field takes the filter away, half a word changes nothing.
// data-adds=ID: what is taken becomes one more line of that text area, and the field is empty again.
import { t, el } from "./text.js";
import { isIme } from "./ime.js";

const limit = 60;

// matches ranks an option for what was typed: 0 is best, -1 no match.
export function rank(option, query) {
  const q = query.trim().toLowerCase();
  if (!q) return 3;
  const text = option.text.toLowerCase();
  if (text.startsWith(q)) return 0;
  const keys = (option.keys ?? "").toLowerCase().split(" ");
  if (keys.some((k) => k.startsWith(q))) return 1;
  if (text.includes(q)) return 2;
  if (keys.some((k) => k.includes(q))) return 3;
  return -1;
}

export function search(options, query) {
  return options.map((option) => [rank(option, query), option]).filter(([r]) => r >= 0).sort((a, b) => a[0] - b[0]).map(([, option]) => option);
}

class ComboBox extends HTMLElement {
  connectedCallback() {
    if (this.input) return;
    this.input = this.querySelector("input[role=combobox]");
    this.hidden_ = this.querySelector("input[type=hidden]");
    this.list = this.querySelector("[role=listbox]");
    const script = this.querySelector("script[type='application/json']");
    this.options = script ? JSON.parse(script.textContent) ?? [] : null;
    this.active = -1;
    this.taken = { text: this.input.value, value: this.hidden_.value };
    this.input.addEventListener("input", (event) => this.typed(event));
    this.input.addEventListener("compositionend", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("click", () => (this.isOpen ? this.close() : this.show()));
    this.input.addEventListener("blur", () => this.left());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
    this.list.addEventListener("click", (event) => {
      const node = event.target.closest("[role=option]");
      if (node) this.take(this.found[[...this.list.children].indexOf(node)]);
    });
  }

  get isOpen() { return this.input.getAttribute("aria-expanded") === "true"; }

  typed(event) {
    if (this.hasAttribute("data-clears")) event?.stopPropagation(); // nor does half a word filter anything
    if (event?.isComposing) return; // half a syllable finds nothing
    if (!this.hasAttribute("data-clears")) this.hidden_.value = "";
    this.show(this.input.value);
  }

  async show(query = "") {
    const found = await this.lookUp(query);
    if (!found || document.activeElement !== this.input) return;
    this.found = found.slice(0, limit);
    this.active = -1;
    this.list.replaceChildren(...this.found.map((option, i) => el("li", { role: "option", id: `${this.list.id}-${i}`, "aria-selected": "false" },
      option.text, option.hint && el("span", { class: "hint" }, option.hint))));
    if (!this.found.length) this.list.append(el("li", { class: "none", role: "presentation" }, t("没有匹配的选项")));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark(query && this.found.length ? 0 : this.found.findIndex((o) => o.value === this.hidden_.value && o.value));
  }

  // One look-up in flight at a time: a newer one ends the older.
  async lookUp(query) {
    if (this.options) return search(this.options, query);
    this.abort?.abort();
    this.abort = new AbortController();
    const address = new URL(this.dataset.source, location.href);
    address.searchParams.set("q", query);
    try {
      const answer = await fetch(address, { signal: this.abort.signal, headers: { Accept: "application/json" } });
      return answer.ok ? (await answer.json()).items : [];
    } catch (error) {
      return error.name === "AbortError" ? null : [];
    }
  }

  mark(i) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = i;
    const node = i >= 0 ? this.list.children[i] : null;
    node?.setAttribute("aria-selected", "true");
    node?.scrollIntoView({ block: "nearest" });
    if (node) this.input.setAttribute("aria-activedescendant", node.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (isIme(event)) return;
    const n = this.found?.length ?? 0;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        event.preventDefault();
        if (!this.isOpen) this.show(event.altKey ? "" : this.hidden_.value ? "" : this.input.value);
        else if (n) this.mark((this.active + (event.key === "ArrowDown" ? 1 : this.active < 0 ? n : n - 1)) % n);
        return;
      case "Enter":
        if (this.hasAttribute("data-clears") && !event.ctrlKey && !event.metaKey && (!this.isOpen || this.active < 0)) {
          event.preventDefault();
          if (!this.input.value) this.take({ text: "", value: "" });
          return;
        }
        if (!this.isOpen || this.active < 0 || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        return this.take(this.found[this.active]);
      case "Escape":
        if (!this.isOpen) return;
        event.preventDefault();
        event.stopPropagation();
        return this.close();
      case "Home":
      case "End":
        this.mark(-1);
    }
  }

  take(option) {
    if (!option) return;
    const adds = document.getElementById(this.dataset.adds ?? "");
    if (adds) {
      adds.value = [...adds.value.split("\n").filter((line) => line.trim() && line.trim() !== option.text), option.text].join("\n");
      this.input.value = "";
      this.close();
      adds.dispatchEvent(new Event("input", { bubbles: true }));
      adds.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    const changed = this.taken.value !== option.value;
    this.taken = { text: option.text, value: option.value };
    this.input.value = option.text;
    this.hidden_.value = option.value;
    this.close();
    this.hidden_.dispatchEvent(new Event("change", { bubbles: true }));
    if (changed && this.hasAttribute("data-clears")) this.hidden_.dispatchEvent(new Event("input", { bubbles: true }));
    this.dispatchEvent(new CustomEvent("combo:taken", { bubbles: true, detail: option }));
  }

  // Leaving with a marked option that was typed for takes it; leaving with free text keeps the text.
  left() {
    if (this.hasAttribute("data-clears")) {
      if (!this.input.value && this.taken.value) this.take({ text: "", value: "" });
      else this.input.value = this.taken.text;
      return this.close();
    }
    if (this.isOpen && this.active >= 0 && !this.hidden_.value && this.input.value && this.found[this.active].text === this.input.value) this.take(this.found[this.active]);
    this.close();
  }

  close() {
    this.abort?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }
}
customElements.define("combo-box", ComboBox);
