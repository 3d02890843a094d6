package web_test

import (
	"testing"
	"time"

	"huiying/web/webtest"
)

// wrongClock sets the PC's clock 7 h 13 min wrong, and lets it jump about.
const wrongClock = `(() => { const Real = Date; let wrong = 26000000; setInterval(() => { wrong = -wrong; }, 150);
window.Date = class extends Real { constructor(...a) { a.length ? super(...a) : super(Real.now() + wrong); } static now() { return Real.now() + wrong; } }; })()`

// TestBrowserUX10WrongClock: what is left is right to a second on a PC whose clock is wrong, and stays right.
func TestBrowserUX10WrongClock(t *testing.T) {
	t.Parallel()
	l, address, _ := serveLive(t)
	tab := webtest.Start(t).Tab(t)
	tab.Before(wrongClock)
	tab.Goto(address)
	l.waitAsked(1)
	connected(tab)
	check := func(when string) {
		t.Helper()
		// The page's own reading of what is left, with the instant at which it was read on both sides.
		var off float64
		tab.Eval(`(() => { const [h, m, s] = document.querySelector("#clock-3 time-left").textContent.split(":").map(Number); return Date.parse(document.querySelector("#clock-3").dataset.due) - (h * 3600 + m * 60 + s) * 1000; })()`, &off)
		shown := time.UnixMilli(int64(off))
		if d := l.now().Sub(shown).Abs(); d > 1500*time.Millisecond {
			t.Errorf("%s: the countdown is %v off", when, d)
		}
	}
	check("at first")
	tab.Eval(`new Promise((done) => setTimeout(() => done(0), 2200))`, nil)
	check("two seconds later")

	// Office time is moved by an hour and a half: the yellow clock turns red within a tick.
	l.set(func() { l.offset = 90 * time.Minute })
	tab.Wait(`document.getElementById("clock-2").dataset.light === "red"`)
	check("after time was moved")
	l.set(func() { l.offset = 3 * time.Hour })
	tab.Wait(`document.getElementById("clock-2").dataset.light === "over" && document.querySelector("#clock-2 .light").textContent === "超时" && document.querySelector("#clock-2 time-left").textContent.startsWith("+")`)
	tab.Wait(`document.getElementById("spoken").textContent.includes("超时")`)
	l.set(func() { l.offset = 0 })
	tab.Wait(`document.getElementById("clock-2").dataset.light === "yellow"`)
	check("after time was moved back")
}

// TestBrowserUX10AfterHiding: timers are slowed in a hidden tab; the moment it is seen again it is right.
func TestBrowserUX10AfterHiding(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	// A tab so well hidden that no timer runs at all, until it is seen.
	tab.Before(`(() => { const real = setTimeout; let hidden = false; window.setTimeout = (f, ms, ...a) => hidden ? 0 : real(() => { if (!hidden) f(...a); }, ms);
window.hide = (on) => { hidden = on; if (!on) document.dispatchEvent(new Event("visibilitychange")); }; window.realTimeout = real; })()`)
	tab.Goto(server.URL + "/look/desk")
	var before, during, after string
	tab.Eval(`hide(true), document.querySelector("#clock-2 time-left").textContent`, &before)
	tab.Eval(`new Promise((done) => realTimeout(() => done(document.querySelector("#clock-2 time-left").textContent), 3100))`, &during)
	tab.Eval(`hide(false), document.querySelector("#clock-2 time-left").textContent`, &after)
	if during != before {
		t.Fatalf("the tab wasn't hidden: %s became %s", before, during)
	}
	was, err := time.Parse("15:04:05", before)
	if err != nil {
		t.Fatal(err)
	}
	is, err := time.Parse("15:04:05", after)
	if err != nil {
		t.Fatal(err)
	}
	if d := was.Sub(is); d < 2*time.Second || d > 6*time.Second {
		t.Errorf("after three seconds %s became %s", before, after)
	}
}
