package web

import (
	"testing"

	"huiying/web/webtest"
)

// TestPagesLook opens every page of what comes in, empty and in the middle of a night: nothing serious for axe in either
// theme, nothing wider than the window, no console error.
func TestPagesLook(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	browser := webtest.Start(t)
	t.Run("empty", func(t *testing.T) {
		n.person("duty", "first", "周敏")
		tab := browser.Tab(t)
		tab.Goto(n.url + "/login")
		n.shoot(t, tab, "login")
		tab = n.tab(t, browser, "first", "/")
		for name, path := range map[string]string{"desk-empty": "/", "items-empty": "/items", "notices-empty": "/notices", "none": "/nothing"} {
			if name == "none" {
				tab.Goto(n.url + path)
				tab.Faults() // the browser reports the 404 itself
			} else {
				tab.Goto(n.url + path)
			}
			n.shoot(t, tab, name)
		}
	})
	t.Run("night", func(t *testing.T) {
		n.fill()
		if _, _, err := n.FireDue(t.Context(), n.now()); err != nil {
			t.Fatal(err)
		}
		tab := n.tab(t, browser, "zhoumin", "/")
		lineUp(tab)
		n.shoot(t, tab, "desk")
		for name, path := range map[string]string{"items": "/items", "items-filtered": "/items?kind=求助&urgency=紧急", "items-none": "/items?q=没有这样的", "notices": "/notices", "seat": "/seat",
			"item": "/items/2"} {
			tab.Goto(n.url + path)
			n.shoot(t, tab, name)
		}
	})
}
