// The desk's line: one socket per page, on /live?after=CURSOR with the subprotocol huiying.v1.html. See README.md for the
// frames. An own client rather than htmx's extension, because the desk needs what that one doesn't do: a cursor that
// moves with what was shown, a heartbeat that is watched, a 3 s ceiling, rows that never slip under a hand.
import htmx from "../vendor/htmx-4.0.1/htmx.esm.min.js";
import { t, el } from "./text.js";
import { sync, officeNow, hms } from "./officetime.js";
import { moveClocks } from "./countdown.js";
import { dirty } from "./forms.js";
import { toast } from "./toasts.js";

const root = document.documentElement;
const silence = 4500; // without two ticks, which come each 2 s, the line is taken for dead, and that is said before 5 s are over
const ceiling = 3000;

// ---- the socket ----

let socket;
let cursor = "";
let heard = performance.now(); // when the last frame came
let heardOffice = 0; // the same in office time: what the page shows is of this instant
let attempt = 0;
let retry;
let ended = false;

const shownCursor = () => document.getElementById("main")?.dataset.cursor ?? "";

function connect() {
  clearTimeout(retry);
  retry = undefined;
  if (ended) return;
  const address = new URL(root.dataset.live, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (cursor) address.searchParams.set("after", cursor);
  const mine = new WebSocket(address, ["huiying.v1.html"]);
  socket = mine;
  const opening = setTimeout(() => mine.close(), silence);
  mine.addEventListener("open", () => clearTimeout(opening));
  mine.addEventListener("message", (event) => { if (mine === socket) receive(event.data); });
  mine.addEventListener("close", (event) => {
    clearTimeout(opening);
    if (mine === socket) closed(event.code);
  });
}

// Close codes from 4400 to 4499 say not to come back as one was.
function closed(code) {
  socket = undefined;
  if (code === 4401) return finish(() => location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`));
  if (code === 4403) return finish(() => say(t("您的登录或权限已被收回，页面不再更新"), true));
  if (code === 4410) return renew();
  if (code > 4410 && code < 4500) return finish(() => say(t("页面已不再更新，请刷新"), true));
  again();
}

function finish(then) {
  ended = true;
  lineDown(true);
  then();
}

function again() {
  if (ended || retry) return;
  const wait = Math.min(ceiling, 250 * 2 ** attempt++);
  retry = setTimeout(connect, wait * (0.5 + Math.random() / 2));
}

// The server no longer has what lies between: take the page anew, except under a half-written form.
async function renew() {
  if ([...document.querySelectorAll("form[data-draft], form[data-guard]")].some(dirty)) {
    say(t("数据已过时，提交或放弃正在填写的内容后请刷新"), true);
    cursor = "";
    return again();
  }
  try {
    await htmx.ajax("GET", location.href, { source: "#main", target: "#main", select: "#main", swap: "outerMorph" });
    cursor = shownCursor();
  } finally {
    again();
  }
}

// Timers are slowed in hidden tabs and stop while the PC sleeps, so silence is measured, never counted.
let lastWall = Date.now();
let lastMono = performance.now();
function watch() {
  if (ended) return;
  const wall = Date.now() - lastWall;
  const mono = performance.now() - lastMono;
  lastWall += wall;
  lastMono += mono;
  const slept = wall - mono > silence;
  if (slept || performance.now() - heard > silence) {
    lineDown();
    if (socket && socket.readyState !== WebSocket.CONNECTING) {
      const dead = socket;
      socket = undefined;
      dead.close();
    }
    if (!socket) again();
  }
}

function hurry() {
  if (ended || document.hidden) return;
  watch();
  if (!socket || socket.readyState > WebSocket.OPEN) {
    clearTimeout(retry);
    connect();
  }
}

// ---- what a cut line means for the page ----

let down = false;
let up = false; // only a frame proves a line

function lineDown(forGood = false) {
  if (!down) {
    down = true;
    up = false;
    root.dataset.line = "down";
    showState("over", t("连接中断"));
    say(t("连接中断，以下为 %s 的数据", hms(heardOffice || officeNow())));
    document.dispatchEvent(new CustomEvent("live:line", { detail: { up: false, forGood, since: heardOffice } }));
  }
  lockButtons();
}

function lineUp() {
  attempt = 0;
  if (up) return;
  up = true;
  down = false;
  delete root.dataset.line;
  showState("green", t("已连接"));
  const banner = document.getElementById("line");
  if (banner) banner.hidden = true;
  for (const button of document.querySelectorAll("[data-line-locked]")) {
    button.removeAttribute("data-line-locked");
    button.disabled = false;
    button.title = button.dataset.lineTitle ?? "";
    if (!button.title) button.removeAttribute("title");
  }
  document.dispatchEvent(new CustomEvent("live:line", { detail: { up: true } }));
}

function lockButtons() {
  for (const button of document.querySelectorAll("[data-needs-line]:not([data-line-locked])")) {
    if (button.disabled) continue;
    button.dataset.lineLocked = "";
    button.dataset.lineTitle = button.title;
    button.disabled = true;
    button.title = t("连接恢复后才能发布");
  }
}

function say(text) {
  const banner = document.getElementById("line");
  if (!banner) return;
  banner.textContent = text;
  banner.hidden = false;
}

function showState(light, word) {
  document.querySelector("[data-line-state]")?.replaceChildren(el("span", { class: "light", "data-light": light }, word));
}

// A form that needs the line isn't sent without it, whatever key sends it.
document.addEventListener("submit", (event) => {
  if (!down || !(event.target.hasAttribute("data-needs-line") || event.submitter?.hasAttribute("data-needs-line") || event.target.querySelector("[data-needs-line]"))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast({ kind: "bad", text: t("连接恢复后才能发布") });
}, true);

// ---- frames ----

function receive(data) {
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return; // not ours
  }
  heard = performance.now();
  if (frame.now) {
    sync(frame.now, frame.rate);
    heardOffice = officeNow();
  }
  lineUp();
  for (const change of frame.html ?? []) adopt(change);
  if (frame.cursor != null) cursor = String(frame.cursor);
  if (frame.html?.length) moveClocks(officeNow(), true, true);
  if (frame.type) {
    document.dispatchEvent(new CustomEvent("live:message", { detail: frame }));
    refresh(frame);
  }
}

// adopt carries out one change: {target, swap: "morph"|"remove", list, html}.
export function adopt(change) {
  const target = document.getElementById(change.target);
  if (change.swap === "remove") return target && remove(target);
  if (target) return morph(target, change.html);
  const list = change.list && document.querySelector(`[data-live-list~="${CSS.escape(change.list)}"]`);
  if (list) arrive(list, change);
}

function morph(target, html) {
  htmx.swap({ text: html, target, swap: "outerMorph", sourceElement: target, live: true });
  const row = document.getElementById(target.id);
  const list = row?.parentElement?.closest("[data-live-list]");
  if (list && row.parentElement === list) settle(list);
}

// ---- lists ----
// Rows stand in the order of data-sort (data-order="asc" or "desc"). While a pointer is over the list nothing in it moves:
// what arrives, leaves or changes place waits, behind a pill that says how much; content changes in place at once.

const held = new WeakMap(); // list → {arrivals: Map, removals: Set, sort: bool}
const waitingFor = (list) => held.get(list) ?? held.set(list, { arrivals: new Map(), removals: new Set(), sort: false }).get(list);

let pointerList = null;
document.addEventListener("pointerover", (event) => pointed(event.target));
document.documentElement.addEventListener("pointerleave", () => pointed(null));

function pointed(node) {
  const list = node?.closest?.("[data-live-list]") ?? (node?.closest?.(".pill") ? pointerList : null);
  if (list === pointerList) return;
  const left = pointerList;
  pointerList = list;
  if (left) release(left);
}

const busy = (list) => list === pointerList;

function arrive(list, change) {
  const waiting = waitingFor(list);
  if (busy(list) || list.hasAttribute("data-live-filtered")) {
    waiting.arrivals.set(change.target, change.html);
    return pill(list);
  }
  insert(list, change.html);
  settle(list);
}

function insert(list, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const row = template.content.firstElementChild;
  if (!row) return;
  for (const script of template.content.querySelectorAll("script:not([type='application/json'])")) script.remove();
  list.querySelector(":scope > .empty-row")?.remove();
  keepView(list, () => list.insertBefore(row, placeOf(list, row)));
  row.classList.add("arrived");
  htmx.process(row);
  const most = Number(list.dataset.liveMax) || Infinity;
  for (const extra of [...list.children].slice(most)) if (!extra.contains(document.activeElement)) extra.remove();
}

const value = (row) => Number(row.dataset.sort) || 0;

function placeOf(list, row) {
  const descending = list.dataset.order === "desc";
  for (const other of list.children) {
    if (other === row || other.dataset.sort === undefined) continue;
    if (descending ? value(other) < value(row) : value(other) > value(row)) return other;
  }
  return null;
}

// What a person is reading stays where it is on the screen when rows come in above it.
function keepView(list, change) {
  const scroller = list.closest(".scroll") ?? document.scrollingElement;
  if (scroller.scrollTop < 4) return change();
  const before = scroller.scrollHeight;
  const top = scroller.scrollTop;
  change();
  if (scroller.scrollTop === top) scroller.scrollTop = top + scroller.scrollHeight - before;
}

// settle puts rows in order, moving the others around the row that has the focus.
function settle(list) {
  if (!list.dataset.order) return;
  if (busy(list)) {
    waitingFor(list).sort = true;
    return;
  }
  const rows = [...list.children].filter((row) => row.dataset.sort !== undefined);
  const sign = list.dataset.order === "desc" ? -1 : 1;
  const wanted = [...rows].sort((a, b) => sign * (value(a) - value(b)));
  if (wanted.every((row, i) => row === rows[i])) return;
  const anchor = wanted.find((row) => row.contains(document.activeElement));
  const at = anchor ? wanted.indexOf(anchor) : wanted.length;
  for (const row of wanted.slice(0, at)) list.insertBefore(row, anchor ?? null);
  for (const row of wanted.slice(at + 1)) list.append(row);
}

function remove(target) {
  const list = target.closest("[data-live-list]");
  if (list && target.parentElement === list) {
    waitingFor(list).arrivals.delete(target.id);
    if (busy(list)) {
      waitingFor(list).removals.add(target.id);
      target.classList.add("leaving");
      return;
    }
  }
  if (target.contains(document.activeElement)) {
    const next = target.nextElementSibling ?? target.previousElementSibling;
    (next?.querySelector("a[href], button") ?? document.getElementById("main"))?.focus();
  }
  target.remove();
}

function release(list) {
  const waiting = held.get(list);
  if (!waiting || busy(list)) return;
  const filtered = list.hasAttribute("data-live-filtered");
  if (!filtered) {
    for (const html of waiting.arrivals.values()) insert(list, html);
    waiting.arrivals.clear();
    pill(list);
  }
  for (const id of waiting.removals) document.getElementById(id)?.remove();
  waiting.removals.clear();
  waiting.sort = false;
  settle(list);
}

function pill(list) {
  const n = waitingFor(list).arrivals.size;
  let button = list.previousElementSibling?.matches?.(".pill") ? list.previousElementSibling : null;
  if (!n) return button?.remove();
  if (!button) {
    button = el("button", { type: "button", class: "pill" });
    button.addEventListener("click", () => {
      if (list.hasAttribute("data-live-filtered")) return location.reload(); // the server knows which of them match
      pointerList = null;
      release(list);
    });
    list.before(button);
  }
  button.textContent = t("有 %s 件新来件", n);
}

// ---- parts that the server draws for one person alone ----
// [data-live-on="incident:12 release.* clock"] is told by the event live:refresh, soon and once for many messages; with
// hx-get and hx-trigger="live:refresh" it fetches itself.

const soon = new Map();
function refresh(frame) {
  const { kind = "", id = "" } = frame.subject ?? {};
  for (const node of document.querySelectorAll("[data-live-on]")) {
    const hit = node.dataset.liveOn.split(/\s+/).some((word) => word === kind || word === `${kind}:${id}` || word === frame.type || (word.endsWith(".*") && frame.type.startsWith(word.slice(0, -1))));
    if (!hit || soon.has(node)) continue;
    soon.set(node, setTimeout(() => {
      soon.delete(node);
      if (node.isConnected) node.dispatchEvent(new CustomEvent("live:refresh", { bubbles: false }));
    }, 150 + Math.random() * 200));
  }
}

// A swap may bring buttons that need a line which isn't there.
document.addEventListener("htmx:after:swap", () => { if (down) lockButtons(); });

if (root.dataset.live) {
  cursor = shownCursor();
  heardOffice = officeNow();
  connect();
  setInterval(watch, 250);
  for (const name of ["online", "focus", "pageshow"]) window.addEventListener(name, hurry);
  document.addEventListener("visibilitychange", hurry);
  window.addEventListener("pagehide", () => socket?.close());
}
