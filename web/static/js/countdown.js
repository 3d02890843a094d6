// Countdowns, lights and the words around them. The server draws each once; here they move.
//   <time-left data-due=ISO>            the large figures
//   [data-clock][data-start|yellow|red|due]   a row: its light, bar and [data-clock-light] follow the instants
//   <time data-due-text datetime=ISO>   次日 01:13 前
//   <span data-since=ISO>               已 41分
import { t, english } from "./text.js";
import { onBeat, officeNow, inZone, day, hm } from "./officetime.js";

const words = { green: "正常", yellow: "临近", red: "紧急", over: "超时" };

const pad = (n) => String(n).padStart(2, "0");

// counter: 01:32:18, +00:12:40, 5天 03:12. What is left is rounded up, so that 00:00:00 is the due second itself.
export function counter(due, now) {
  const late = due < now;
  const total = late ? Math.floor((now - due) / 1000) : Math.ceil((due - now) / 1000);
  const hours = Math.floor(total / 3600);
  const minutes = pad(Math.floor(total / 60) % 60);
  if (hours < 100) return `${late ? "+" : ""}${pad(hours)}:${minutes}:${pad(total % 60)}`;
  return `${late ? "+" : ""}${Math.floor(hours / 24)}${english ? "d" : "天"} ${pad(hours % 24)}:${minutes}`;
}

// span: 1小时32分.
export function span(ms) {
  const s = Math.floor(Math.abs(ms) / 1000);
  const units = english ? [" d", " h", " min", " s"] : ["天", "小时", "分", "秒"];
  const n = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60, s];
  const first = n.findIndex((x) => x > 0);
  if (first < 0) return `0${units[3]}`;
  const second = first < 2 && n[first + 1] ? `${english ? " " : ""}${n[first + 1]}${units[first + 1]}` : "";
  return `${n[first]}${units[first]}${second}`;
}

export function leftText(due, now) {
  return due > now ? t("还剩 %s", span(due - now)) : t("超时 %s", span(now - due));
}

function near(ms, now) {
  const p = inZone(ms);
  const q = inZone(now);
  switch (p.dayNumber - q.dayNumber) {
    case 0: return hm(ms);
    case 1: return `${t("次日")} ${hm(ms)}`;
    case -1: return `${t("昨日")} ${hm(ms)}`;
  }
  return `${day(ms, p.year !== q.year)} ${hm(ms)}`;
}

const dueText = (due, now) => t(due > now ? "%s 前" : "应于 %s 前", near(due, now));

function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

class TimeLeft extends HTMLElement {
  static observedAttributes = ["data-due"];
  connectedCallback() {
    this.stop = onBeat((now) => this.show(now));
  }
  disconnectedCallback() { this.stop?.(); }
  attributeChangedCallback() {
    if (this.isConnected) this.show(officeNow());
  }
  show(now) {
    const due = Date.parse(this.dataset.due);
    if (!Number.isFinite(due)) return;
    set(this, counter(due, now));
    const words = leftText(due, now);
    if (this.title !== words) { // once a minute
      this.title = words;
      this.setAttribute("aria-label", words);
    }
  }
}
customElements.define("time-left", TimeLeft);

export function lightOf(row, now) {
  const passed = (name) => row.dataset[name] && now >= Date.parse(row.dataset[name]);
  return passed("due") ? "over" : passed("red") ? "red" : passed("yellow") ? "yellow" : "green";
}

function moveRow(row, now, speak) {
  const light = lightOf(row, now);
  const word = row.querySelector("[data-clock-light]");
  if (row.dataset.light !== light || word?.dataset.light !== light) {
    const later = row.dataset.shown && row.dataset.shown !== light;
    row.dataset.light = light;
    if (word) {
      word.dataset.light = light;
      word.textContent = t(words[light]);
    }
    if (later && speak) announce(row, light, now);
  }
  row.dataset.shown = light;
  const start = Date.parse(row.dataset.start);
  const due = Date.parse(row.dataset.due);
  const used = row.querySelector(".clock-bar .used");
  if (used && due > start) {
    const share = Math.min(Math.max((now - start) / (due - start), 0), 1);
    const width = `${(100 * share).toFixed(1)}%`;
    if (used.getAttribute("width") !== width) used.setAttribute("width", width);
  }
}

// Only a change of light is spoken, politely, and once.
function announce(row, light, now) {
  const spoken = document.getElementById("spoken");
  const title = row.querySelector("h3, .clock-name")?.textContent.trim() ?? "";
  if (spoken) spoken.textContent = `${title}：${t(words[light])}，${leftText(Date.parse(row.dataset.due), now)}`;
  row.dispatchEvent(new CustomEvent("clock:light", { bubbles: true, detail: { light } }));
}

let minute = "";
export function moveClocks(now, speak = true, everything = false) {
  for (const row of document.querySelectorAll("[data-clock]")) moveRow(row, now, speak);
  const thisMinute = Math.floor(now / 60000);
  if (thisMinute === minute && !everything) return;
  minute = thisMinute;
  for (const node of document.querySelectorAll("[data-due-text]")) set(node, dueText(Date.parse(node.dateTime), now));
  for (const node of document.querySelectorAll("[data-since]")) set(node, t("已 %s", span(now - Date.parse(node.dataset.since))));
}

onBeat((now) => moveClocks(now));

// A morph brings the server's words of a moment ago; put them right before anybody sees them.
// The feed does so itself, once for all rows of a frame.
document.addEventListener("htmx:after:swap", (event) => { if (!event.detail.ctx.live) moveClocks(officeNow(), true, true); });
