package web_test

import (
	"os"
	"path/filepath"
	"testing"

	"huiying/web/webtest"
)

// TestLookShots draws the sample screens; HUIYING_SHOTS names a folder that keeps the pictures for a look.
func TestLookShots(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	folder := os.Getenv("HUIYING_SHOTS")
	if folder == "" {
		folder = t.TempDir()
	}
	browser := webtest.Start(t)
	for _, screen := range []string{"desk", "release", "seat", ""} {
		for _, theme := range []string{"light", "dark"} {
			tab := browser.Tab(t)
			tab.Goto(server.URL + "/look/" + screen + "?theme=" + theme)
			name := screen + "-" + theme + ".png"
			if screen == "" {
				tab.ShotWhole(filepath.Join(folder, "look"+name))
			} else {
				tab.Shot(filepath.Join(folder, name))
			}
			var overflow bool
			tab.Eval("document.documentElement.scrollWidth > innerWidth", &overflow)
			if overflow {
				t.Errorf("/look/%s (%s) is wider than the window", screen, theme)
			}
		}
	}
}
