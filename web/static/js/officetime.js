// Office time: the server's, carried forward by the browser's monotonic clock. The PC's wall clock is never asked,
// so it may be wrong or be set while the page is open.
import { english } from "./text.js";

const root = document.documentElement;
export const zone = root.dataset.zone || "Asia/Shanghai";

let base; // office milliseconds …
let at; // … at this reading of performance.now()
let rate = Number(root.dataset.rate ?? 1); // above 1 in a drill that plays fast, 0 in one that was ended

// officeNow is the office's instant in milliseconds since 1970.
export function officeNow() {
  return base + (performance.now() - at) * rate;
}

// sync takes a reading of the server's clock that was made at or before now. A later estimate means a faster
// line, so it is taken at once; an earlier one may be only a slow message, so it is approached slowly, unless it
// is so far off that time itself was moved.
export function sync(now, newRate) {
  const sample = typeof now === "number" ? now : Date.parse(now);
  if (!Number.isFinite(sample)) return;
  if (newRate >= 0) {
    base = officeNow();
    at = performance.now();
    rate = newRate;
  }
  const difference = sample - officeNow();
  const moved = Math.abs(difference) > 2000 * rate;
  const step = difference > 0 || moved ? difference : difference * 0.1;
  base += step;
  if (Math.abs(step) > 200 * rate) beat(); // what is shown is a second old otherwise
}

// The page was made just before its first byte came.
const navigation = performance.getEntriesByType("navigation")[0];
at = navigation?.responseStart || 0;
base = Date.parse(root.dataset.now) || 0;

const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const month = new Intl.DateTimeFormat("en-GB", { timeZone: zone, month: "short" });

// inZone takes an instant apart in the office's zone.
export function inZone(ms) {
  const p = Object.fromEntries(parts.formatToParts(ms).map((x) => [x.type, x.value]));
  p.dayNumber = Math.floor(Date.UTC(p.year, p.month - 1, p.day) / 86400000);
  return p;
}

export function day(ms, withYear = true) {
  const p = inZone(ms);
  if (english) return `${p.day} ${month.format(ms)}${withYear ? ` ${p.year}` : ""}`;
  return `${withYear ? `${p.year}年` : ""}${p.month}月${p.day}日`;
}

export function hms(ms) {
  const p = inZone(ms);
  return `${p.hour}:${p.minute}:${p.second}`;
}

export function hm(ms) {
  const p = inZone(ms);
  return `${p.hour}:${p.minute}`;
}

const listeners = new Set();

// onBeat calls back at each new office second, and at once after the tab was hidden or time was moved.
export function onBeat(callback) {
  listeners.add(callback);
  callback(officeNow());
  return () => listeners.delete(callback);
}

let timer;
export function beat() {
  clearTimeout(timer);
  const now = officeNow();
  for (const listener of listeners) listener(now);
  // Wake just after the next office second; in a fast drill a few times each real second are enough.
  const wait = rate ? Math.max((1000 - (officeNow() % 1000)) / rate, 200) + 5 : 1000;
  timer = setTimeout(beat, wait);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });
document.addEventListener("resume", beat); // frozen to save power
window.addEventListener("pageshow", beat);

class OfficeClock extends HTMLElement {
  connectedCallback() { this.stop = onBeat((now) => this.show(now)); }
  disconnectedCallback() { this.stop?.(); }
  show(now) {
    const [date, time] = this.children;
    if (!date || !time) return;
    const today = day(now);
    if (date.textContent !== today) date.textContent = today;
    time.textContent = hms(now);
  }
}
customElements.define("office-clock", OfficeClock);
beat();
