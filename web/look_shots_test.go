package web_test

import (
	"os"
	"path/filepath"
	"testing"

	"huiying/web/webtest"
)

// TestBrowserLookShots draws the sample screens; HUIYING_SHOTS names a folder that keeps the pictures for a look.
func TestBrowserLookShots(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	folder := os.Getenv("HUIYING_SHOTS")
	if folder == "" {
		folder = t.TempDir()
	}
	browser := webtest.Start(t)
	shot := func(name string, prepare func(tab *webtest.Tab)) {
		t.Run(name, func(t *testing.T) {
			tab := browser.Tab(t)
			prepare(tab)
			tab.Shot(filepath.Join(folder, name+".png"))
		})
	}
	shot("palette", func(tab *webtest.Tab) {
		tab.Goto(server.URL + "/look/desk")
		tab.Press("Ctrl+K")
		tab.Wait(`document.querySelectorAll("#palette [role=option]").length > 3`)
	})
	shot("keys", func(tab *webtest.Tab) {
		tab.Goto(server.URL + "/look/desk")
		tab.Press("?")
		tab.Wait(`document.getElementById("keys").open`)
	})
	shot("english", func(tab *webtest.Tab) {
		tab.Goto(server.URL + "/look/desk?lang=en")
	})
	shot("phone", func(tab *webtest.Tab) {
		tab.Size(360, 740)
		tab.Goto(server.URL + "/look/release")
	})
	for _, screen := range []string{"desk", "release"} {
		shot("paper-"+screen, func(tab *webtest.Tab) {
			tab.Goto(server.URL + "/look/" + screen + "?theme=dark") // paper is white whatever the theme
			tab.Paper()
			tab.Wait(`getComputedStyle(document.documentElement).backgroundColor === "rgb(255, 255, 255)" && !document.querySelector(".rail").checkVisibility()`)
		})
	}
	shot("cut", func(tab *webtest.Tab) {
		tab.Allow("WebSocket") // no line is served here
		tab.Goto(server.URL + "/look/desk?live")
		tab.Wait(`document.documentElement.dataset.line === "down"`)
	})
	shot("combobox", func(tab *webtest.Tab) {
		tab.Goto(server.URL + "/look/seat")
		tab.Focus("#f-category")
		tab.Press("ArrowDown")
		tab.Wait(`document.querySelectorAll("#f-category-list [role=option]").length > 3`)
	})
	shot("menu", func(tab *webtest.Tab) {
		tab.Goto(server.URL + "/look/release?theme=dark")
		tab.Click(".rail-user summary")
		tab.Eval(`document.dispatchEvent(new CustomEvent("toast", {detail: {kind: "ok", text: "已保存", undo: "/undo"}}))`, nil)
	})
	for _, screen := range []string{"desk", "release", "seat", ""} {
		for _, theme := range []string{"light", "dark"} {
			t.Run(screen+"-"+theme, func(t *testing.T) {
				tab := browser.Tab(t)
				tab.Goto(server.URL + "/look/" + screen + "?theme=" + theme)
				if screen == "" {
					tab.ShotWhole(filepath.Join(folder, "all-"+theme+".png"))
				} else {
					tab.Shot(filepath.Join(folder, screen+"-"+theme+".png"))
				}
				var overflow bool
				tab.Eval("document.documentElement.scrollWidth > innerWidth", &overflow)
				if overflow {
					t.Error("wider than the window")
				}
			})
		}
	}
}
