// The wall has nobody at it. It says when it was last right, and takes itself anew: when the line comes back after a cut, each
// night, and before memory runs out; never while the server can't give the page, since an error page would stay for ever.
import { onBeat, officeNow, inZone, hms } from "./officetime.js";

const wall = document.querySelector("[data-heal]");
const nightHour = 4; // office time
const memoryLimit = 300 * 2 ** 20; // bytes; a fresh wall takes some 5 MiB
const memoryPause = 3600000; // between two reloads for memory

async function renew() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
    if (answer.ok) location.reload();
    return answer.ok;
  } catch {
    return false; // there will be another occasion
  }
}

if (wall) {
  let cut = false;
  let trying = false;
  const heal = async () => {
    if (trying) return;
    trying = true;
    if (!(await renew())) setTimeout(() => { trying = false; }, 15000);
  };
  document.addEventListener("live:line", (event) => {
    const at = document.querySelector("[data-right-at]");
    if (event.detail.up) return cut && heal();
    cut = true;
    if (at && event.detail.since) at.textContent = hms(event.detail.since);
  });

  // What the page shows is right as long as the line lives; the figure stands still when it is cut.
  const right = () => document.documentElement.dataset.line !== "down";
  const night = (ms) => Math.floor((ms - nightHour * 3600000 + offset(ms)) / 86400000);
  const offset = (ms) => { const p = inZone(ms); return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(ms / 1000) * 1000; };
  const began = night(officeNow());
  const fat = () => performance.memory?.usedJSHeapSize > memoryLimit && Date.now() - (Number(sessionStorage.getItem("wall-renewed")) || 0) > memoryPause;
  onBeat((now) => {
    const at = document.querySelector("[data-right-at]");
    if (at && right()) at.textContent = hms(now);
    if (!right()) return;
    if (night(now) > began) heal();
    else if (fat()) {
      sessionStorage.setItem("wall-renewed", Date.now());
      heal();
    }
  });
}
