package web

import (
	"testing"

	"huiying/web/webtest"
)

// TestBrowserPagesLook opens every page of what comes in, empty and in the middle of a night: nothing serious for axe in either
// theme, nothing wider than the window, no console error.
func TestBrowserPagesLook(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	browser := webtest.Start(t)
	t.Run("empty", func(t *testing.T) {
		n.person("duty", "first", "周敏")
		tab := browser.Tab(t)
		tab.Goto(n.url + "/login")
		n.shoot(t, tab, "login")
		tab = n.tab(t, browser, "first", "/")
		for _, p := range [][2]string{{"desk-empty", "/"}, {"items-empty", "/items"}, {"notices-empty", "/notices"}, {"none", "/nothing"}} {
			if p[0] == "none" {
				tab.Goto(n.url + p[1])
				tab.Faults() // the browser reports the 404 itself
			} else {
				tab.Goto(n.url + p[1])
			}
			n.shoot(t, tab, p[0])
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
		for _, p := range [][2]string{{"items", "/items"}, {"items-filtered", "/items?kind=求助&urgency=紧急"}, {"items-none", "/items?q=没有这样的"}, {"notices", "/notices"}, {"seat", "/seat"}, {"item", "/items/8"}, {"item-words", "/items/5"}, {"item-correct", "/items/8?do=correct"}, {"item-attach", "/items/8?do=attach"}} {
			tab.Goto(n.url + p[1])
			n.shoot(t, tab, p[0])
		}
		// The picker's list stands above everything in the dialog.
		tab.Press("ArrowDown")
		tab.Wait(`document.querySelector("dialog[open] [role=option]")?.checkVisibility()`)
		n.shoot(t, tab, "item-attach-list")
	})
	t.Run("english", func(t *testing.T) {
		tab := n.tab(t, browser, "chenlu", "/")
		tab.Eval(`document.cookie = "huiying_lang=en; path=/"`, nil)
		for _, p := range [][2]string{{"en-desk", "/"}, {"en-items", "/items"}, {"en-item", "/items/8"}, {"en-notices", "/notices"}} {
			tab.Goto(n.url + p[1])
			n.shoot(t, tab, p[0])
		}
	})
	t.Run("narrow", func(t *testing.T) {
		tab := browser.Tab(t)
		tab.Size(360, 740)
		tab.Goto(n.url + "/login")
		n.shoot(t, tab, "login-narrow")
		tab = n.tab(t, browser, "lijianping", "/")
		tab.Size(360, 740)
		for _, p := range [][2]string{{"desk-narrow", "/"}, {"items-narrow", "/items"}, {"item-narrow", "/items/8"}} {
			tab.Goto(n.url + p[1])
			n.shoot(t, tab, p[0])
		}
	})
}
