package web_test

import (
	"testing"

	"huiying/web/webtest"
)

// TestBrowserLookAccessible: axe finds nothing serious on any component, in both themes and languages, nor in
// what opens over the page.
func TestBrowserLookAccessible(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	browser := webtest.Start(t)
	for _, address := range []string{"/look/?theme=light", "/look/?theme=dark", "/look/?theme=light&lang=en", "/look/desk?theme=light", "/look/desk?theme=dark", "/look/release?theme=dark", "/look/seat?theme=light"} {
		t.Run(address, func(t *testing.T) {
			tab := browser.Tab(t)
			tab.Goto(server.URL + address)
			tab.Axe()
		})
	}
	t.Run("opened", func(t *testing.T) {
		tab := browser.Tab(t)
		tab.Goto(server.URL + "/look/")
		tab.Eval("document.activeElement.blur()", nil)
		tab.Press("?")
		tab.Wait(`document.getElementById("keys").open`)
		tab.Axe()
		tab.Press("Escape", "Ctrl+K")
		tab.Wait(`document.querySelectorAll("#palette [role=option]").length > 3`)
		tab.Axe()
		tab.Press("Escape")
		tab.Focus("#f-category")
		tab.Press("ArrowDown")
		tab.Wait(`document.querySelectorAll("#f-category-list [role=option]").length > 3`)
		tab.Axe()
		tab.Eval(`document.dispatchEvent(new CustomEvent("toast", {detail: {kind: "bad", text: "没有保存"}})), document.querySelector("details.menu").open = true`, nil)
		tab.Axe()
	})
}

// TestBrowserLookNarrow: a phone of 360 px and a zoom of 400 % (1366 / 4 = 341 px) lose nothing to the side.
func TestBrowserLookNarrow(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	for _, width := range []int64{1024, 360, 341} {
		tab.Size(width, 740)
		for _, screen := range []string{"", "desk", "release", "seat"} {
			tab.Goto(server.URL + "/look/" + screen)
			var wide []string
			tab.Eval(`document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *")].filter((n) => n.getBoundingClientRect().right > innerWidth + 1 && !n.closest(".table-wrap, .unseen")).slice(0, 4).map((n) => n.outerHTML.slice(0, 120))`, &wide)
			if len(wide) > 0 {
				t.Errorf("/look/%s at %d px: too wide: %q", screen, width, wide)
			}
		}
	}
}
