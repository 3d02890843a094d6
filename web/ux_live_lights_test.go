package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"huiying/desk"
	"huiying/web/webtest"
)

// marksOnPage looks at everything that shows a light or a level: its word, its shape (a character for a light, the frame for a
// level, the outline for a dot of a timeline), and what lacks one.
const marksOnPage = `(() => {
	const forced = matchMedia("(forced-colors: active)").matches;
	const out = {Lights: {}, Levels: {}, Dots: {}, Bad: [], N: 0};
	const put = (map, key, value) => { (map[key] ??= []).includes(value) || map[key].push(value); };
	const at = (e) => e.outerHTML.slice(0, 160);
	for (const e of document.querySelectorAll(".light, [data-light]:not([data-light=''])")) {
		if (!e.checkVisibility({visibilityProperty: true})) continue;
		out.N++;
		const light = e.dataset.light;
		if (e.matches(".light")) {
			const shape = /^"([^"]+)"/.exec(getComputedStyle(e, "::before").content)?.[1] ?? "";
			if (!shape.trim() || !e.textContent.trim()) out.Bad.push("a light without " + (shape.trim() ? "word: " : "shape: ") + at(e));
			else put(out.Lights, light, shape);
		} else if (e.matches(".timeline > li")) {
			const s = getComputedStyle(e, "::after");
			if (!e.textContent.trim()) out.Bad.push("a dot without words: " + at(e));
			put(out.Dots, light, [s.borderRadius, s.clipPath, s.transform, s.backgroundColor === s.borderTopColor ? "filled" : "hollow"].join(" "));
		} else if (![...e.querySelectorAll(".light[data-light]")].some((x) => x.dataset.light === light)) out.Bad.push("coloured by " + light + " without that light in it: " + at(e));
	}
	for (const e of document.querySelectorAll(".tag.level")) {
		if (!e.checkVisibility({visibilityProperty: true})) continue;
		out.N++;
		if (!e.textContent.trim()) out.Bad.push("a level without word: " + at(e));
		const s = getComputedStyle(e);
		const fill = forced || s.backgroundColor === "rgba(0, 0, 0, 0)" ? "plain" : "filled";
		put(out.Levels, e.className.replace(/tag|level|\s/g, ""), [fill, s.borderTopStyle, s.borderTopWidth, s.outlineStyle, s.outlineStyle === "none" ? "" : s.outlineWidth].join(" "));
	}
	return out;
})()`

type marks struct {
	Lights, Levels, Dots map[string][]string
	Bad                  []string
	N                    int
}

// apart reports shapes that two names share, and names that have several.
func apart(t *testing.T, what string, shapes map[string]map[string]bool, names ...string) {
	t.Helper()
	owner := map[string]string{}
	for _, name := range names {
		if len(shapes[name]) == 0 {
			t.Errorf("%s: %q was on no page", what, name)
		}
	}
	for name, set := range shapes {
		if len(set) > 1 {
			t.Errorf("%s: %q has several shapes: %v", what, name, set)
		}
		for shape := range set {
			if other := owner[shape]; other != "" {
				t.Errorf("%s: %q and %q share the shape %q", what, name, other, shape)
			}
			owner[shape] = name
		}
	}
}

// TestBrowserUX12EveryLightAndLevel goes through every page and looks at everything that shows a light or a level: colour is
// never alone, each has its word and a shape that no other has, on the screen, in print, in forced colours, and in both themes
// and languages.
func TestBrowserUX12EveryLightAndLevel(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c, rel, ungraded := n.respond()
	must2(n.FireDue(t.Context(), n.now()))
	for title, level := range map[string]string{"城东客运站踩踏事故": desk.LevelExtreme, "文苑路泵房漏水": desk.LevelLarge} {
		began := n.now().Add(-time.Hour)
		must(n.RaiseIncident(t.Context(), c.duty, desk.Raise{Title: title, Kind: "事故灾难", Occurred: &began, Grade: &desk.Grade{Level: level, At: n.now()}}))
	}
	blast, red, bench := fmt.Sprintf("/incidents/%d", c.blast.ID), fmt.Sprintf("/incidents/%d", ungraded.ID), fmt.Sprintf("/releases/%d", rel.ID)
	browser := webtest.Start(t)
	looked := 0
	for _, way := range []struct {
		name     string
		media    string
		features []*emulation.MediaFeature
		dark     bool
		english  bool
	}{{name: "screen"}, {name: "dark english", dark: true, english: true}, {name: "print", media: "print"},
		{name: "forced colours", features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}}} {
		t.Run(way.name, func(t *testing.T) {
			lights, levels, dots := map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]map[string]bool{}
			for _, who := range []struct {
				login string
				pages []string
			}{
				{"zhoumin", []string{"/", "/items", "/items/8", "/items/5", "/notices", "/incidents", "/incidents?state=closed", blast, red, blast + "?do=confirm", "/topics", "/topics/1", "/quarantine", "/quarantine/1", "/seat", "/incidents/new?items=6,7"}},
				{"lijianping", []string{blast, "/releases/1/sign", "/wall"}},
				{"chenlu", []string{"/releases", bench, bench + "?do=edit", bench + "/compare", "/releases/1", blast + "/releases/new", "/briefings", "/briefings/1"}},
				{"sys", []string{"/sources", "/alerts", "/models", "/categories"}}, {"sec", []string{"/people"}}, {"audit", []string{"/record"}},
			} {
				tab := n.tab(t, browser, who.login, who.pages[0])
				if way.english {
					tab.Eval(`document.cookie = "huiying_lang=en; path=/"`, nil)
				}
				if way.dark {
					tab.Eval(`document.cookie = "huiying_theme=dark; path=/"`, nil)
				}
				tab.Do(emulation.SetEmulatedMedia().WithMedia(way.media).WithFeatures(way.features))
				for _, path := range who.pages {
					tab.Goto(n.url + path)
					var m marks
					tab.Eval(marksOnPage, &m)
					looked += m.N
					for _, bad := range m.Bad {
						t.Errorf("%s: %s", path, bad)
					}
					for _, set := range []struct {
						to   map[string]map[string]bool
						from map[string][]string
					}{{lights, m.Lights}, {levels, m.Levels}, {dots, m.Dots}} {
						for name, shapes := range set.from {
							if set.to[name] == nil {
								set.to[name] = map[string]bool{}
							}
							for _, s := range shapes {
								set.to[name][s] = true
							}
						}
					}
					n.grey(tab, way.name+path)
				}
			}
			want := []string{"green", "yellow", "red", "over"}
			if way.media == "" {
				want = append(want, "met", "off")
			}
			apart(t, "lights", lights, want...)
			apart(t, "levels", levels, "extreme", "major", "large", "minor", "ungraded")
			t.Logf("%v %v %v", lights, levels, dots)
			// The dots of a timeline: red and overdue, near, and done are told apart; what carries no light is hollow.
			delete(dots, "green") // done and on time are one
			apart(t, "dots", dots)
		})
	}
	t.Logf("%d lights and levels", looked)
	if looked < 200 {
		t.Errorf("only %d lights and levels were found", looked)
	}
}

// grey keeps a picture as somebody sees it who sees no colours, where HUIYING_SHOTS names a folder.
func (n *evening) grey(tab *webtest.Tab, name string) {
	folder := os.Getenv("HUIYING_SHOTS")
	if folder == "" || name != "screen/" && name != "screen/incidents" {
		return
	}
	see := func(kind emulation.SetEmulatedVisionDeficiencyType) {
		tab.Do(chromedp.ActionFunc(func(ctx context.Context) error { return emulation.SetEmulatedVisionDeficiency(kind).Do(ctx) }))
	}
	see(emulation.SetEmulatedVisionDeficiencyTypeAchromatopsia)
	tab.Shot(filepath.Join(folder, "grey-"+filepath.Base(name)+".png"))
	see(emulation.SetEmulatedVisionDeficiencyTypeNone)
}
