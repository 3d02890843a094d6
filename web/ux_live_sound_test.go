package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/web/webtest"
)

// instruments stand in for what a test can't hear or see: a browser's sound, which starts only once somebody has pressed
// something, and its desktop notices.
const instruments = `window.heard = []; window.shown = [];
window.AudioContext = class extends EventTarget {
	constructor() { super(); this.state = "suspended"; this.currentTime = 0; this.destination = {}; }
	resume() { return new Promise((done) => { if (window.allowed || navigator.userActivation.hasBeenActive) { this.state = "running"; this.onstatechange?.(); done(); } }); }
	createOscillator() { const o = {frequency: {}, connect: (x) => x, start: (at) => heard.push({hertz: o.frequency.value, at}), stop() {}}; return o; }
	createGain() { const ramp = {setValueAtTime() {}, exponentialRampToValueAtTime() {}}; return {gain: ramp, connect: (x) => x}; }
};
window.Notification = class {
	static get permission() { return localStorage.getItem("test.permission") ?? "default"; }
	static async requestPermission() { window.asked = navigator.userActivation.isActive; localStorage.setItem("test.permission", "granted"); return "granted"; }
	constructor(title, options) { this.title = title; Object.assign(this, options); shown.push(this); }
	close() { this.closed = true; }
};
window.hasFocusReally = document.hasFocus; document.hasFocus = () => !window.elsewhere;`

// ring moves office time and fires what is due then, so that notices come in on the line.
func (n *evening) ring(by time.Duration) {
	n.t.Helper()
	n.moved.Add(int64(by))
	must2(n.FireDue(n.t.Context(), n.now()))
}

// TestBrowserUX23Sound: the control says that the browser hasn't armed the sound; a press arms it; a notice that presses sounds
// once, one that doesn't doesn't; the test chime sounds; off is off and remembered.
func TestBrowserUX23Sound(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	browser := webtest.Start(t)
	tab := n.tab(t, browser, "zhoumin", "/")
	tab.Before(instruments)
	tab.Goto(n.url + "/")
	lineUp(tab)
	tab.Wait(`document.querySelector("[data-sound] [data-sound-state].light[data-light=yellow]")?.textContent === "声音未开"`)
	n.shoot(t, tab, "sound-unarmed")

	// Unarmed, nothing sounds; it isn't caught up with later either.
	n.ring(0)
	must(n.RaiseIncident(t.Context(), c.duty, desk.Raise{Title: "文苑路泵房漏水", Kind: desk.KindOpinion, Grade: &desk.Grade{Level: desk.LevelMinor, NeedsResponse: true, At: n.now().Add(-37 * time.Hour)}}))
	n.ring(0)
	tab.Wait(`[...document.querySelectorAll(".clocks > li")].some((r) => r.textContent.includes("泵房"))`)
	silent := func(when string) {
		t.Helper()
		var heard int
		if tab.Eval(`heard.length`, &heard); heard != 0 {
			t.Errorf("%s: %d notes", when, heard)
		}
	}
	silent("before anybody pressed anything")
	tab.Click("main h2")
	tab.Wait(`document.querySelector("[data-sound]").dataset.armed === "true" && document.querySelector("[data-sound-state]").textContent === "声音开"`)
	silent("armed")

	// A clock of five hours passes its half (not pressing), then three quarters (red), then its end (overdue).
	tab.Click("[data-sound] summary")
	tab.Wait(`document.querySelector("[data-sound-test]").checkVisibility()`)
	n.shoot(t, tab, "sound-menu")
	tab.Click("[data-sound-test]")
	tab.Wait(`heard.map((x) => x.hertz).join() === "660,880"`)
	tab.Eval(`heard.length = 0`, nil)
	n.ring(35 * time.Minute)
	tab.Wait(`heard.length > 0`)
	var notes int
	tab.Eval(`heard.length`, &notes)
	if notes != 2 && notes != 4 {
		t.Errorf("%d notes for what came together, want one chime", notes)
	}

	// Off is off, and stays so on the next page.
	tab.Click("[data-sound-on]")
	tab.Wait(`document.querySelector("[data-sound-state]").textContent === "静音"`)
	tab.Goto(n.url + "/incidents")
	lineUp(tab)
	tab.Wait(`document.querySelector("[data-sound-state]").textContent === "静音"`)
	tab.Click("main h2")
	var badge string
	tab.Eval(`document.querySelector("#badge-notices").textContent`, &badge)
	n.ring(80 * time.Minute)
	tab.Wait(fmt.Sprintf(`document.querySelector("#badge-notices").textContent !== %q`, badge))
	silent("off")

	// Another person at the same browser has a choice of their own.
	tab.Eval(`localStorage.getItem("huiying.sound." + document.documentElement.dataset.user)`, &badge)
	if badge != "off" {
		t.Errorf("kept as %q", badge)
	}
	// And on again: what comes now is overdue and sounds its own way.
	tab.Click("[data-sound] summary")
	tab.Click("[data-sound-on]")
	tab.Wait(`document.querySelector("[data-sound-state]").textContent === "声音开"`)
	n.ring(31 * time.Minute)
	tab.Wait(`heard.length === 4`)

	// Each notice for itself: what is only near, or taken meanwhile, is silent; the same one sounds once.
	for _, c := range []struct {
		id          int
		light, mark string
		notes       int
	}{{900, "yellow", "data-unacked", 0}, {901, "over", "", 0}, {902, "red", "data-unacked", 2}, {902, "red", "data-unacked", 0}, {903, "over", "data-unacked", 4}} {
		tab.Eval(`new Promise((done) => setTimeout(done, 1600))`, nil) // chimes keep that far apart
		var heard int
		tab.Eval(fmt.Sprintf(`heard.length = 0, document.dispatchEvent(new CustomEvent("live:message", {detail: {type: "notice.raised", cursor: "9.9", subject: {kind: "notice", id: "%[1]d"},
			html: [{target: "notice-%[1]d", html: '<li id="notice-%[1]d" %[3]s><span class="light" data-light="%[2]s">x</span></li>'}]}})), new Promise((done) => setTimeout(() => done(heard.length), 50))`, c.id, c.light, c.mark), &heard)
		if heard != c.notes {
			t.Errorf("notice %d, %s %s: %d notes, want %d", c.id, c.light, c.mark, heard, c.notes)
		}
	}
}

// TestBrowserUX23DesktopNotice: permission is asked for only on a click; a desktop notice names its record by number and by
// nothing else; pressing it opens the record.
func TestBrowserUX23DesktopNotice(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	tab.Before(instruments)
	tab.Goto(n.url + "/")
	lineUp(tab)
	tab.Wait(`window.asked === undefined`)
	tab.Click("[data-sound] summary")
	tab.Click("[data-desktop-ask]")
	tab.Wait(`window.asked === true && document.querySelector("[data-desktop-choice]").checkVisibility() && !document.querySelector("[data-desktop-ask]").checkVisibility()`)
	// While somebody looks at the page, the page itself is enough.
	tab.Eval(`window.elsewhere = true`, nil)
	n.ring(35 * time.Minute)
	tab.Wait(`shown.length > 0`)
	var said struct{ Title, Body, Tag string }
	tab.Eval(`({Title: shown[0].title, Body: shown[0].body, Tag: shown[0].tag})`, &said)
	t.Logf("%s — %s", said.Title, said.Body)
	for _, word := range []string{"化工", "爆炸", "追尾", "第三中学", "食堂"} {
		if strings.Contains(said.Title+said.Body+said.Tag, word) {
			t.Errorf("the desktop notice says %q: %+v", word, said)
		}
	}
	var id int
	if _, err := fmt.Sscanf(strings.TrimPrefix(said.Body, "事件 "), "%d", &id); err != nil || id == 0 || !strings.HasSuffix(said.Title, "：有提醒待签收") {
		t.Fatalf("it says %+v", said)
	}
	tab.Eval(`{ shown[0].onclick({}); }`, nil)
	tab.Wait(fmt.Sprintf(`location.pathname === "/incidents/%d" && "ready" in document.documentElement.dataset`, id))

	// Turned off, nothing is shown.
	tab.Click("[data-sound] summary")
	tab.Click("[data-desktop-on]")
	tab.Eval(`window.elsewhere = true`, nil)
	var badge string
	tab.Eval(`document.querySelector("#badge-notices").textContent`, &badge)
	n.ring(31 * time.Minute)
	tab.Wait(fmt.Sprintf(`document.querySelector("#badge-notices").textContent !== %q`, badge))
	tab.Wait(`shown.length === 0`)
}

// TestBrowserUX23Wall: a wall screen is silent until somebody turns it on there; then it says whether the browser lets it, and sounds.
func TestBrowserUX23Wall(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	tab := n.tab(t, webtest.Start(t), "lijianping", "/wall")
	tab.Before(instruments)
	tab.Goto(n.url + "/wall")
	lineUp(tab)
	tab.Wait(`!document.querySelector("details[data-sound]") && document.querySelector("[data-sound-wall]").textContent === "静音"`)
	tab.Click("[data-sound-wall]")
	tab.Wait(`document.querySelector("[data-sound-wall]").textContent === "声音开" && heard.length === 2`)
	tab.Goto(n.url + "/wall") // after a restart nobody has pressed anything
	lineUp(tab)
	tab.Before(`window.allowed = true`)
	n.shoot(t, tab, "sound-wall")
	tab.Goto(n.url + "/wall") // as a kiosk is started
	lineUp(tab)
	tab.Wait(`document.querySelector("[data-sound-wall]").textContent === "声音开"`)
	n.ring(35 * time.Minute)
	tab.Wait(`heard.length > 0`)
	tab.Click("[data-sound-wall]")
	tab.Wait(`document.querySelector("[data-sound-wall]").textContent === "静音"`)
	tab.Goto(n.url + "/releases/1/sign") // as bare, but no wall
	tab.Wait(`!document.querySelector("[data-sound-wall]").checkVisibility()`)
}

// TestBrowserUX23RealSound: with the browser's own instrument, nothing in its console, and the context runs after a press.
func TestBrowserUX23RealSound(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	tab.Before(`{ const Real = window.AudioContext; window.made = []; window.AudioContext = class extends Real { constructor(...a) { super(...a); made.push(this); } createOscillator() { window.notes = (window.notes ?? 0) + 1; return super.createOscillator(); } }; }`)
	tab.Goto(n.url + "/")
	lineUp(tab)
	tab.Click("[data-sound] summary")
	tab.Wait(`made.length === 1 && made[0].state === "running" && document.querySelector("[data-sound]").dataset.armed === "true"`)
	tab.Click("[data-sound-test]")
	tab.Wait(`window.notes === 2`)
}
