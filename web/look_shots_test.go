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
