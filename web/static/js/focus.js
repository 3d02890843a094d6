// The focus is never lost: when what had it goes away, after a morph, a row's removal, a dialog's end or a page drawn anew,
// it goes to what stands in the same place, at last to the page's text. A focus that the person laid down by a click stays down.
const main = () => document.getElementById("main");
const focusable = "a[href], button:not(:disabled), summary, input:not([type=hidden], :disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex='-1'])";
const kept = "huiying.focus";

let last = null; // what had the focus
let place = null; // where that stood
let keyed = false; // whether the person works by keys

const usable = (node) => node?.isConnected && !node.disabled && (node.checkVisibility?.({ visibilityProperty: true }) ?? true) && !node.closest("[inert]");
const lost = () => !document.activeElement || document.activeElement === document.body || document.activeElement === document.documentElement;

// placeOf remembers where an element stands by what outlives it: ids, its row among the rows, its key or its order within.
function placeOf(node) {
  const row = node.closest("[data-row]");
  const rows = row ? [...(row.parentElement?.children ?? [])].filter((n) => n.matches("[data-row]")) : [];
  const within = row ?? node.closest("[id]:not(body, html)") ?? document.body;
  return {
    id: node.id, key: node.dataset?.key, row: row?.id, at: rows.indexOf(row), list: pathTo(row?.parentElement), parent: row?.parentElement ?? null,
    holder: within.id, order: [...within.querySelectorAll(focusable)].indexOf(node), dialog: node.closest("dialog")?.id ?? "",
  };
}

// pathTo names a list by an id around it and its own kind.
function pathTo(list) {
  const around = list?.closest("[id]");
  if (!around) return "";
  const own = around === list ? "" : ` ${list.localName}${list.classList[0] ? `.${CSS.escape(list.classList[0])}` : ""}`;
  return `#${CSS.escape(around.id)}${own}`;
}

const first = (root) => [...(root?.querySelectorAll(focusable) ?? [])].find(usable);
const byId = (id) => (id ? document.getElementById(id) : null);

function successor(p) {
  const scope = [...document.querySelectorAll("dialog[open]")].at(-1);
  const inside = (node) => usable(node) && (!scope || scope.contains(node));
  if (inside(byId(p.id))) return byId(p.id);
  if (p.row || p.at >= 0) {
    const list = p.parent?.isConnected ? p.parent : p.list ? document.querySelector(p.list) : null;
    const rows = [...(list?.children ?? [])].filter((n) => n.matches?.("[data-row]"));
    const row = byId(p.row) ?? rows[Math.min(p.at, rows.length - 1)];
    const same = p.key && row?.querySelector(`[data-key="${CSS.escape(p.key)}"]`);
    const nth = [...(row?.querySelectorAll(focusable) ?? [])].filter(usable)[Math.max(p.order, 0)];
    const there = [same, nth, first(row), row?.matches("a[href]") ? row : null].find(inside);
    if (there) return there;
  }
  if (p.key) {
    const same = [...document.querySelectorAll(`[data-key="${CSS.escape(p.key)}"]`)].find(inside);
    if (same) return same;
  }
  const holder = byId(p.holder);
  const nth = [...(holder?.querySelectorAll(focusable) ?? [])].filter(usable);
  const near = nth[Math.min(Math.max(p.order, 0), nth.length - 1)];
  if (inside(near)) return near;
  return scope ? first(scope) ?? scope : main();
}

function restore() {
  if (!place || !lost()) return;
  successor(place)?.focus({ preventScroll: true });
}

document.addEventListener("focusin", (event) => {
  if (event.target === document.body) return;
  last = event.target;
  place = placeOf(last);
});
document.addEventListener("keydown", () => { keyed = true; }, true);
document.addEventListener("pointerdown", (event) => {
  keyed = false;
  if (!event.target.closest?.(`${focusable}, label, dialog`)) last = place = null; // laid down on purpose
}, true);

// Where the focus leaves for nowhere it was laid down, unless what had it is gone, hidden or switched off by then.
let looking = false;
function look() {
  if (looking) return;
  looking = true;
  const check = () => { if (last && lost() && !usable(last)) restore(); };
  // Once at once, and once after the browser has drawn, which is when it takes the focus from what is hidden.
  queueMicrotask(check);
  setTimeout(() => { looking = false; check(); }, 60);
}
new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled", "hidden", "open", "inert", "class"] });

// A dialog gives the focus back to what had it; that may have been nothing, or gone.
document.addEventListener("close", (event) => {
  if (!(event.target instanceof HTMLDialogElement)) return;
  setTimeout(() => {
    if (!lost()) return;
    if (place && !byId(place.dialog)?.contains(last)) restore();
    if (lost()) main()?.focus({ preventScroll: true });
  });
}, true);

// keepFocus gives the focus a place to come back to before something opens: used by shortcuts pressed when nothing has it.
export function keepFocus(node) {
  if (lost() || document.activeElement === main()) (usable(node) && node.matches(focusable) ? node : main())?.focus({ preventScroll: true });
}

// From page to page: whoever comes by keys to the same address again, after a form was sent, goes on where they were;
// on another page at its text.
window.addEventListener("pagehide", () => {
  try {
    if (keyed) sessionStorage.setItem(kept, JSON.stringify({ path: location.pathname, place: place && { ...place, parent: null } }));
    else sessionStorage.removeItem(kept);
  } catch { /* a browser without a store: the page begins at its top */ }
});

export function comeBack() {
  let was = null;
  try {
    was = JSON.parse(sessionStorage.getItem(kept));
    sessionStorage.removeItem(kept);
  } catch { /* as above */ }
  if (!was || !lost()) return;
  keyed = true;
  // A page that says where to begin is begun there; the browser does so only when it draws, which may be later than this.
  if ([...document.querySelectorAll("[autofocus]")].some(usable)) return;
  if (was.path === location.pathname && was.place) successor(was.place)?.focus({ preventScroll: true });
  if (lost()) main()?.focus({ preventScroll: true });
}
