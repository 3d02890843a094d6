// Short words that go away by themselves: document.dispatchEvent(new CustomEvent("toast", {detail: {kind, text, undo}})), the server's
// HX-Trigger: {"toast": {…}}, or toasts drawn with the page. Bad ones stay until dismissed; one with an undo stays 10 s.
import htmx from "../vendor/htmx-4.0.1/htmx.esm.min.js";
import { t, el, icon } from "./text.js";

const region = document.getElementById("toasts");

// Behind a modal dialog nothing can be read out or pressed, so the region stands in the topmost one. A part that is
// drawn anew must not take it along.
function place(where) {
  const top = where ?? [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  if (region && region.parentElement !== top) top.append(region);
}
document.addEventListener("close", () => place(), true);
document.addEventListener("htmx:before:swap", () => { if (region?.closest("dialog")) place(document.body); });
document.addEventListener("htmx:after:swap", () => { if (region?.children.length) place(); });

export function toast({ kind = "ok", text, undo }) {
  if (!region || !text) return;
  place();
  const close = el("button", { type: "button", class: "quiet", "data-dismiss": true, "aria-label": t("关闭") }, icon("close"));
  const form = undo && el("form", { method: "post", action: undo, "hx-post": undo, "hx-swap": "none" }, el("button", { class: "quiet" }, t("撤销")));
  const node = el("div", { class: `toast ${kind}`, "data-toast": true }, el("p", {}, text), form, close);
  region.append(node);
  if (form) htmx.process(node);
  expire(node, kind, undo);
  while (region.children.length > 4) region.firstElementChild.remove();
}

function expire(node, kind, undo) {
  if (kind === "bad") return;
  let timer;
  const start = () => { timer = setTimeout(() => node.remove(), undo ? 10000 : 6000); };
  node.addEventListener("pointerenter", () => clearTimeout(timer));
  node.addEventListener("pointerleave", start);
  node.addEventListener("focusin", () => clearTimeout(timer));
  start();
}

for (const node of region?.children ?? []) expire(node, node.classList.contains("bad") ? "bad" : "ok", node.querySelector("form"));

document.addEventListener("toast", (event) => toast(event.detail));
region?.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]").remove());
region?.addEventListener("submit", (event) => event.target.closest("[data-toast]")?.setAttribute("hidden", ""));

// An answer that isn't a page: its plain text or the problem's detail is said; nothing on the page changes.
document.addEventListener("htmx:response:error", (event) => {
  const { response, text } = event.detail.ctx;
  const status = response.status;
  if (status === 401) return location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (status === 409 || status === 422) return; // drawn by the view itself, or said by pending.js
  toast({ kind: "bad", text: reason(response, text, status) });
});

export function reason(response, text, status) {
  const kind = response.headers.get("Content-Type") ?? "";
  if (kind.startsWith("text/plain") && text.length < 300) return text;
  if (kind.includes("json")) {
    try { return JSON.parse(text).detail || JSON.parse(text).title; } catch { /* said below in our own words */ }
  }
  if (status === 403) return t("您没有做这件事的权限");
  if (status === 404) return t("没有找到，可能已被移走");
  if (status === 429) return t("操作太频繁，请稍后再试");
  return t("没有完成：系统出错，内容已保留，请稍后再试");
}

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx && !event.detail.ctx.response) {
    // The line may have gone after the act was done: only the record knows.
    toast({ kind: "bad", text: t("没有收到结果：连接中断，内容已保留。连接恢复后请先看是否已办成，再重试") });
  }
});
