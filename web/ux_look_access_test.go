package web

import (
	"fmt"
	"strings"
	"testing"

	"huiying/web/webtest"
)

// small lists what is to be hit with a finger or a pointer and is smaller than 24 px either way (WCAG 2.5.8). Links inside a
// line of text are excepted there, as are those whose spot of 24 px touches no other target's.
const small = `(() => {
  const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=option], label.check, combo-box")].filter((n) => n.checkVisibility() && !n.closest(".unseen") && !n.matches(".skip"));
  const dialog = document.querySelector("dialog[open]");
  const out = [];
  for (const n of targets) {
    if (dialog && !dialog.contains(n)) continue;
    let r = n.getBoundingClientRect();
    const label = n.closest("label") ?? (n.id && document.querySelector("label[for='" + CSS.escape(n.id) + "']"));
    if (n.matches("[type=checkbox], [type=radio]") && label) r = label.getBoundingClientRect(); // the label is hit as well
    if (n.matches("a") && getComputedStyle(n, "::after").position === "absolute") r = n.closest("li, tr, article")?.getBoundingClientRect() ?? r;
    if (r.width >= 23.9 && r.height >= 23.9) continue;
    const text = n.matches("a[href]") && getComputedStyle(n).display === "inline";
    if (text && [...n.parentElement.childNodes].some((c) => c !== n && (c.nodeType === 3 ? c.data.trim() : c.textContent?.trim()))) continue; // in a line of text
    const cx = r.x + r.width / 2, cy = r.y + r.height / 2;
    const near = targets.some((m) => { if (m === n || m.contains(n) || n.contains(m)) return false; const q = m.getBoundingClientRect(); return Math.hypot(Math.max(q.left - cx, 0, cx - q.right), Math.max(q.top - cy, 0, cy - q.bottom)) < 12; });
    if (text && !near) continue;
    out.push(Math.round(r.width) + "×" + Math.round(r.height) + " " + n.outerHTML.slice(0, 140));
  }
  return out.slice(0, 6);
})()`

// lost lists what a window of 320 px, as at 400 % of 1280, lets slip to the side. Tables may be scrolled in two directions
// (WCAG 1.4.10 excepts them), in a box of their own.
const lost = `(() => {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth) out.push("the page scrolls sideways: " + document.documentElement.scrollWidth);
  const dialog = document.querySelector("dialog[open]");
  for (const n of (dialog ?? document.querySelector(".page")).querySelectorAll("*")) {
    if (!n.checkVisibility() || n.closest("svg, .unseen, .table-wrap, .rail > ul, .calendar")) continue;
    const r = n.getBoundingClientRect();
    if (r.width > 0 && (r.right > innerWidth + 1 || r.left < -1)) out.push("beyond the side: " + n.outerHTML.slice(0, 110));
    const s = getComputedStyle(n);
    if (s.overflowX === "hidden" && n.scrollWidth > n.clientWidth + 1 && !n.matches("input, textarea") && s.textOverflow !== "ellipsis") out.push("cut off: " + n.outerHTML.slice(0, 110));
  }
  return out.slice(0, 6);
})()`

// TestBrowserUX32Everywhere: on every page in every state axe finds nothing serious in either theme, targets are 24 px, and at
// 400 % nothing is lost to the side.
func TestBrowserUX32Everywhere(t *testing.T) {
	t.Parallel()
	x := tour(t, nil)
	x.each(func(t *testing.T, p place, tab *webtest.Tab) {
		look := func(what, script string) {
			t.Helper()
			var found []string
			if tab.Eval(script, &found); len(found) > 0 {
				t.Errorf("%s: %s:\n  %s", p.name, what, strings.Join(found, "\n  "))
			}
		}
		x.shoot(t, tab, p.name)
		look("smaller than 24 px", small)
		if p.name == "item-attach" { // the picker's list stands above everything in the dialog
			tab.Press("ArrowDown")
			tab.Wait(`document.querySelector("dialog[open] [role=option]")?.checkVisibility()`)
			x.shoot(t, tab, p.name+"-list")
		}
		tab.Size(320, 640)
		look("at 400 %", lost)
		look("smaller than 24 px at 400 %", small)
		tab.Size(1366, 768)
	})
}

// TestBrowserUX32Empty: the same of an office in which nothing has happened yet, and of what goes wrong.
func TestBrowserUX32Empty(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person("duty", "first", "周敏")
	browser := webtest.Start(t)
	tab := browser.Tab(t)
	tab.Goto(n.url + "/login")
	n.shoot(t, tab, "login")
	tab.Focus("#f-name")
	tab.Type("first")
	tab.Focus("#f-password")
	tab.Type("wrong password")
	tab.Press("Enter")
	tab.Wait(`document.querySelector("[data-error-summary], .error, [role=alert]:not([hidden])")?.checkVisibility()`)
	tab.Faults() // the browser reports the 401 itself
	n.shoot(t, tab, "login-wrong")
	tab = n.tab(t, browser, "first", "/")
	for _, path := range []string{"", "items", "incidents", "releases", "briefings", "topics", "notices", "quarantine", "handover", "wall", "seat", "incidents/new", "nothing"} {
		tab.Goto(n.url + "/" + path)
		tab.Faults() // of the 404
		n.shoot(t, tab, "empty-"+strings.ReplaceAll(path, "/", "-"))
		var found []string
		if tab.Eval(small, &found); len(found) > 0 {
			t.Errorf("/%s, empty: smaller than 24 px:\n  %s", path, strings.Join(found, "\n  "))
		}
	}
	// A form sent with nothing in it.
	tab.Goto(n.url + "/incidents/new")
	tab.Eval(`document.querySelector("main form").requestSubmit(); 0`, nil)
	tab.Wait(`document.querySelector("[data-error-summary]")?.checkVisibility()`)
	tab.Faults()
	n.shoot(t, tab, "incident-new-wrong")
}

// rare are characters of names and places that old fonts lack: from the extensions, beyond the first plane, recent elements.
var rare = []string{"㙍", "䶮", "龘", "𠮷", "𬬻", "𬭊", "鿔", "𫖯", "〇", "喆"}

// TestBrowserUX32RareCharacters: names with rare characters are drawn by some font of the machine and not as empty boxes, in the
// interface's type and in the official one, and they are stored and found.
func TestBrowserUX32RareCharacters(t *testing.T) {
	t.Parallel()
	x := tour(t, nil)
	tab := x.as("zhoumin")
	tab.Goto(x.url + "/")
	for _, family := range []string{"--sans", "--serif", "--title"} {
		var missing []string
		tab.Eval(fmt.Sprintf(`(() => {
  const c = document.createElement("canvas"); c.width = c.height = 48;
  const g = c.getContext("2d", {willReadFrequently: true});
  const draw = (s) => { g.clearRect(0, 0, 48, 48); g.font = "40px " + getComputedStyle(document.documentElement).getPropertyValue(%q); g.fillText(s, 2, 40); return g.getImageData(0, 0, 48, 48).data.join(); };
  const boxes = ["\u{10FFFF}", "\u{E123}", "\u{2EBE0}\u{E0FFF}"].map(draw), blank = draw("");
  return %s.filter((s) => { const d = draw(s); return d === blank || boxes.includes(d); });
})()`, family, jsonOf(rare)), &missing)
		if len(missing) > 0 {
			t.Errorf("%s draws as boxes: %q", family, missing)
		}
	}
	name := strings.Join(rare, "")
	x.at(0, func() {
		x.Push(incomingOf("rare", name+"村停水", "㙍村"+name+"家停水，请派人。"))
	})
	tab.Goto(x.url + "/items?q=" + name + "村")
	if got := tab.Text("#inbox"); !strings.Contains(got, name) {
		t.Errorf("not found by its own characters: %q", got)
	}
}

// TestBrowserUX32LeadersPhone: at 360 px a leader reads the incident and reads and signs the release, with a thumb.
func TestBrowserUX32LeadersPhone(t *testing.T) {
	t.Parallel()
	x := tour(t, nil)
	tab := x.as("lijianping")
	tab.Size(360, 740)
	tab.Goto(fmt.Sprintf("%s/incidents/%d", x.url, x.c.blast.ID))
	for _, words := range []string{"云泽化工园区爆炸事故", "重大", "12 人", "环园北路18号"} {
		if text := tab.Text("main"); !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), words) {
			t.Errorf("the incident doesn't say %q", words)
		}
	}
	var found []string
	if tab.Eval(lost, &found); len(found) > 0 {
		t.Errorf("the incident at 360 px:\n%s", strings.Join(found, "\n"))
	}
	tab.Goto(x.url + "/releases/1/sign")
	lineUp(tab)
	if tab.Eval(lost, &found); len(found) > 0 {
		t.Errorf("the release at 360 px:\n%s", strings.Join(found, "\n"))
	}
	var text, thumb float64
	tab.Eval(`parseFloat(getComputedStyle(document.querySelector(".official p")).fontSize)`, &text)
	tab.Eval(`document.querySelector("button.primary.block").getBoundingClientRect().height`, &thumb)
	if text < 16 || thumb < 44 {
		t.Errorf("text of %.0f px, a button of %.0f px", text, thumb)
	}
	if code := tab.Text(".code-check"); len(code) != 8 {
		t.Errorf("the check code is %q", code)
	}
	tab.Keep("phone-sign.txt", []byte(tab.Text("main")))
	tab.Click("button.primary.block")
	tab.Wait(`location.pathname === "/releases/1" && document.body.innerText.includes("已签发")`)
	if tab.Eval(lost, &found); len(found) > 0 {
		t.Errorf("the signed release at 360 px:\n%s", strings.Join(found, "\n"))
	}
}
