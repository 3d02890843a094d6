// Sound and desktop notices for what presses: notices whose light is red or overdue, as they come in on the line.
//   details[data-sound]   the control in the top bar; [data-sound-state] its word, which says when the browser hasn't armed it
//   button[data-sound-wall]   the same on a wall screen: one button, off until somebody turned it on there
// A browser lets a page sound only after a person did something on it (a wall's is started with
// --autoplay-policy=no-user-gesture-required), so the first press or key anywhere arms it. The tones are made here; nothing is
// loaded. What is chosen is kept for each person in this browser. A desktop notice lies on a locked screen and in the
// machine's own list: it names the record by number, never by words.
import { t } from "./text.js";
import { dirty } from "./forms.js";

const control = document.querySelector("details[data-sound]");
const wallButton = document.querySelector(".page:has(.wall) [data-sound-wall]"); // other bare pages have none
const part = (name) => control?.querySelector(`[data-${name}]`);
const owner = wallButton ? "wall" : document.documentElement.dataset.user ?? "";
const soundKey = `huiying.sound.${owner}`;
const desktopKey = `huiying.desktop.${owner}`;

const wanted = () => (wallButton ? localStorage.getItem(soundKey) === "on" : localStorage.getItem(soundKey) !== "off");
function want(on) {
  localStorage.setItem(soundKey, on ? "on" : "off");
  if (on) arm();
  show();
}

// ---- the instrument ----

let context;
let armed = false;

// arm asks the browser for sound. It answers only once somebody has pressed something; until then the promise waits.
function arm() {
  if (!window.AudioContext || armed || !wanted()) return;
  context ??= new AudioContext();
  const heard = () => {
    if (armed || context.state !== "running") return;
    armed = true;
    show();
  };
  context.onstatechange = heard;
  context.resume().then(heard, () => {});
  heard();
}

// Notes as [hertz, seconds from now]. An overdue one repeats, so that the two differ by ear as their shapes do by eye.
const tunes = {
  test: [[660, 0], [880, 0.18]],
  red: [[880, 0], [660, 0.22]],
  over: [[880, 0], [660, 0.22], [880, 0.6], [660, 0.82]],
};

async function chime(tune) {
  if (!armed || !wanted()) return;
  if (context.state !== "running") await context.resume();
  const now = context.currentTime;
  for (const [hertz, after] of tunes[tune]) {
    const note = context.createOscillator();
    const loud = context.createGain();
    note.type = "triangle";
    note.frequency.value = hertz;
    loud.gain.setValueAtTime(0.0001, now + after);
    loud.gain.exponentialRampToValueAtTime(0.3, now + after + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, now + after + 0.38);
    note.connect(loud).connect(context.destination);
    note.start(now + after);
    note.stop(now + after + 0.4);
  }
}

for (const name of ["pointerup", "keydown", "click"]) document.addEventListener(name, arm, true);

// ---- what the control says ----

function say(node, word, light) {
  if (!node) return;
  node.textContent = word;
  node.dataset.light = light;
}

function show() {
  const on = wanted();
  const state = !on ? [t("静音"), "off"] : armed ? [t("声音开"), "met"] : [t("声音未开"), "yellow"];
  say(part("sound-state"), ...state);
  say(wallButton?.querySelector("[data-sound-state]"), ...state);
  if (!control) return;
  control.dataset.armed = String(armed);
  part("sound-why").hidden = !on || armed;
  part("sound-why").textContent = window.AudioContext ? t("浏览器还没有允许这一页发声，在页面上点一下或按任意键即可。") : t("此浏览器不能发声。");
  part("sound-on").checked = on;
  part("sound-test").disabled = !on;
  showDesktop();
}

function showDesktop() {
  const able = "Notification" in window && window.isSecureContext;
  const permission = able ? Notification.permission : "";
  part("desktop-ask").hidden = permission !== "default";
  part("desktop-choice").hidden = permission !== "granted";
  part("desktop-on").checked = localStorage.getItem(desktopKey) !== "off";
  const why = !able ? t("此浏览器或连接方式不支持桌面提醒（须用 https 打开）。") : permission === "denied" ? t("浏览器拒绝了桌面提醒，请在浏览器的网站设置中允许。") : t("桌面提醒只有编号，不含内容；点一下打开该记录。");
  part("desktop-why").textContent = why;
}

control?.addEventListener("change", (event) => {
  if (event.target.matches("[data-sound-on]")) want(event.target.checked);
  if (event.target.matches("[data-desktop-on]")) localStorage.setItem(desktopKey, event.target.checked ? "on" : "off");
});
control?.addEventListener("click", async (event) => {
  if (event.target.closest("[data-sound-test]")) chime("test");
  if (event.target.closest("[data-desktop-ask]")) {
    await Notification.requestPermission();
    localStorage.setItem(desktopKey, "on");
    showDesktop();
  }
});
wallButton?.addEventListener("click", () => {
  const turnOn = !wanted() || !armed;
  want(turnOn);
  if (turnOn) setTimeout(() => chime("test"), 50); // the press arms it meanwhile
});

// ---- what is told ----

// Once in this browser for each notice, however many pages stand open.
function first(id) {
  let told;
  try { told = JSON.parse(localStorage.getItem("huiying.rung")) ?? []; } catch { told = []; }
  if (told.includes(id)) return false;
  localStorage.setItem("huiying.rung", JSON.stringify([...told, id].slice(-60)));
  return true;
}

const rows = new Map(); // id of a notice's row → its html, newest last: the first frame of a run carries all rows
let lastChime = -Infinity;

document.addEventListener("live:message", ({ detail: frame }) => {
  for (const change of frame.html ?? []) {
    if (!/^notice-\d+$/.test(change.target)) continue;
    rows.delete(change.target);
    rows.set(change.target, change.html);
  }
  for (const old of [...rows.keys()].slice(0, -200)) rows.delete(old);
  if (frame.type === "notice.raised") raised(frame);
});

function raised(frame) {
  const row = new DOMParser().parseFromString(rows.get(`notice-${frame.subject?.id}`) ?? "", "text/html").querySelector("[data-unacked]");
  const mark = row?.querySelector(".light");
  const light = mark?.dataset.light;
  if (light !== "red" && light !== "over") return; // taken by somebody meanwhile, or not pressing
  const epoch = String(frame.cursor).split(".")[0];
  const id = `${owner}.${epoch}.${frame.subject.id}`;
  if (armed && wanted() && first(id) && performance.now() - lastChime > 1500) {
    lastChime = performance.now();
    chime(light);
  }
  tell(id, mark.textContent.trim(), row.querySelector("a[href]")?.getAttribute("href") ?? "/notices", frame.subject.id);
}

function tell(id, light, href, number) {
  if (!control || !("Notification" in window) || Notification.permission !== "granted" || localStorage.getItem(desktopKey) === "off" || document.hasFocus()) return;
  const record = /^\/incidents\/(\d+)/.exec(href)?.[1];
  const told = new Notification(t("%s：有提醒待签收", light), {
    tag: `huiying.${id}`, // one for all pages that stand open
    body: record ? t("事件 %s 号，提醒 %s 号。点一下打开。", record, number) : t("提醒 %s 号。点一下打开。", number),
  });
  told.onclick = () => {
    window.focus();
    told.close();
    if ([...document.querySelectorAll("form[data-draft], form[data-guard]")].some(dirty)) window.open(href, "_blank", "noopener");
    else location.assign(href);
  };
}

if (control || wallButton) {
  arm();
  show();
}
