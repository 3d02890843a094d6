// An act shows in the same moment that it is under way, then that it is done, or it is taken back and the reason told.
// This holds for every form that posts: those without hx-post of their own are sent by htmx as well (without scripts they are
// sent as they stand), so that a refusal or a cut line leaves page and typed words where they are. Not for [data-native],
// nor for signing in and out, which end a page.
//   form[data-pending], its button[aria-busy], its row[data-busy]    under way; a second press does nothing
//   button[data-confirmed]                                           done, until the line redraws the row
import htmx from "../vendor/htmx-4.0.1/htmx.esm.min.js";
import { t, el } from "./text.js";
import { toast, reason } from "./toasts.js";
import { open } from "./dialogs.js";

const native = "[data-native], [action='/login'], [action='/logout']";
const longest = 20000; // ms without an answer; a form with a file may take as long as htmx lets it
const shownDone = 2000; // ms

const isPost = (form) => form.getAttribute("method")?.toLowerCase() === "post";

// ---- who sends ----

function takeOver() {
  for (const form of document.querySelectorAll("form[action]:not([hx-post])")) {
    if (!isPost(form) || form.matches(native)) continue;
    const send = { "hx-post": form.getAttribute("action"), "hx-target": "#main", "hx-select": "#main", "hx-select-oob": "#dialogs:outerMorph", "hx-swap": "outerMorph" };
    for (const [name, value] of Object.entries(send)) form.setAttribute(name, value);
    htmx.process(form);
  }
}

document.addEventListener("htmx:config:request", (event) => {
  const { request, sourceElement } = event.detail.ctx;
  if (request.method === "POST" && sourceElement.enctype !== "multipart/form-data") request.timeout = longest;
});

const isPage = (response) => (response.headers.get("Content-Type") ?? "").startsWith("text/html");

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { response, request, swap, text } = ctx;
  if (request.method !== "POST") return;
  if (response.raw.redirected) { // led on by a plain redirect: the page that came is another one
    ctx.leaving = true;
    event.preventDefault();
    location.assign(response.raw.url);
  } else if (response.status === 409 || response.status === 422) {
    // Drawn by the page itself where it is a page and has a place on this one; else the reason is said.
    if (isPage(response) && swap !== "none") return;
    event.preventDefault();
    toast({ kind: "bad", text: (isPage(response) && reasonOnPage(text)) || reason(response, text, response.status) });
  }
});

function reasonOnPage(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.querySelector("[data-error-summary] li, #main .banner.bad p")?.textContent.trim();
}

// ---- what shows ----

const underWay = new Map(); // form → {button, action}

function begin(form, submitter) {
  const button = submitter ?? form.querySelector("button:not([type=button])");
  underWay.set(form, { button, action: form.getAttribute("action") });
  show(form, button);
}

function show(form, button) {
  form.setAttribute("data-pending", "");
  form.closest("[data-row]")?.setAttribute("data-busy", "");
  if (button?.matches("button")) word(button, "busy-word", t("处理中…"));
}

// word lays a word over a button's own, whose width stays.
function word(button, name, text) {
  plain(button);
  const was = el("span", { class: "busy-was" });
  was.append(...button.childNodes);
  button.append(was, el("span", { class: name }, text));
  button.setAttribute("aria-busy", "true");
}

function plain(button) {
  const was = button.querySelector(":scope > .busy-was");
  if (was) button.replaceChildren(...was.childNodes);
  button.removeAttribute("aria-busy");
  button.removeAttribute("data-confirmed");
}

function end(form, done) {
  const state = underWay.get(form);
  underWay.delete(form);
  form.removeAttribute("data-pending");
  form.closest("[data-row]")?.removeAttribute("data-busy");
  const button = state?.button;
  if (!button?.matches("button")) return;
  plain(button);
  if (!done || form.getAttribute("action") !== state.action || !button.isConnected) return;
  word(button, "busy-word done", t("已完成"));
  button.removeAttribute("aria-busy");
  button.setAttribute("data-confirmed", "");
  setTimeout(() => { if (button.hasAttribute("data-confirmed")) plain(button); }, shownDone);
}

document.addEventListener("submit", (event) => {
  if (!event.target.hasAttribute("data-pending")) return;
  event.preventDefault(); // pressed twice
  event.stopImmediatePropagation();
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!isPost(form) || (event.defaultPrevented && !form.hasAttribute("hx-post"))) return;
  begin(form, event.submitter);
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement;
  const sent = ctx.request.form && underWay.has(ctx.request.form) ? ctx.request.form : form;
  if (!underWay.has(sent)) return;
  const status = ctx.response?.status;
  if (ctx.leaving || (status < 400 && (ctx.hx?.redirect || ctx.hx?.refresh))) return; // until the next page is there
  end(sent, status === 204);
});

// A part that the line redraws while an act in it is under way goes on saying so.
document.addEventListener("htmx:after:swap", (event) => {
  for (const [form, { button, action }] of underWay) {
    if (!form.isConnected || form.getAttribute("action") !== action) {
      if (form.isConnected) end(form, false);
      else underWay.delete(form);
    } else if (!form.hasAttribute("data-pending") || !button?.hasAttribute("aria-busy")) {
      show(form, button?.isConnected ? button : form.querySelector("button:not([type=button])"));
    }
  }
  if (event.detail.ctx.live) return;
  takeOver();
  for (const dialog of document.querySelectorAll("dialog[open][data-open-now]:not(:modal)")) {
    dialog.close();
    open(dialog);
  }
});

window.addEventListener("pageshow", () => { for (const form of [...underWay.keys()]) end(form, false); });
takeOver();
