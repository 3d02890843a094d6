// A drill's own: the guide is put away and comes back by [data-guide], remembered in this browser by a cookie, so that
// the server draws the right page at once. State and guide are fetched again while somebody looks: steps come due
// with the drill's time, of which the feed says nothing.
import { adopt } from "./live.js";

const every = 4000; // real milliseconds between looks
const soon = 800; // after something has happened

const guide = () => document.getElementById("guide");
let timer;
let looking = false;

function plan(wait) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, wait);
}

async function look() {
  if (looking) return;
  looking = true;
  try {
    const answer = await fetch("/drill/guide", { headers: { "HX-Request": "true" } });
    if (answer.ok) put(await answer.text());
  } catch {
    // The line's own banner says that the server is away.
  } finally {
    looking = false;
    plan(every);
  }
}

function put(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const node of holder.content.children) {
    const old = document.getElementById(node.id);
    if (!old) continue;
    node.hidden = old.hidden; // what this window shows is this window's business
    if (old.outerHTML !== node.outerHTML) adopt({ target: node.id, swap: "morph", html: node.outerHTML });
  }
}

function show(on) {
  const away = !on;
  guide().hidden = away;
  document.cookie = `huiying_guide=${away ? "off" : ""}; path=/; max-age=${away ? 31536000 : 0}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  for (const button of document.querySelectorAll("[data-guide]")) button.setAttribute("aria-expanded", String(on));
  if (away && (document.activeElement === document.body || !document.activeElement?.checkVisibility?.())) document.querySelector(".drill-bar [data-guide]")?.focus();
}

// What somebody opened stays open when its part of the page is drawn anew.
let opened = [];
document.addEventListener("htmx:before:swap", () => { opened = [...document.querySelectorAll("details[open][data-keep-open]")].map((d) => d.id); });
document.addEventListener("htmx:after:swap", () => { for (const id of opened) document.getElementById(id)?.setAttribute("open", ""); });

if (guide()) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-guide]")) show(guide().hidden);
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".drill-cast[open]")) (event.target.querySelector("[aria-current]") ?? event.target.querySelector("button"))?.focus();
  }, true);
  // On a page that isn't live, such as the sample, nothing happens.
  if ("live" in document.documentElement.dataset) {
    document.addEventListener("live:message", () => plan(soon));
    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : plan(0)));
    plan(every);
  }
}
