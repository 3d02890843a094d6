package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// onPaper looks at a page as it is printed, at the width of a sheet's text: what is cut off, wider than the sheet, could be
// broken across two sheets, or shows a number of somebody's.
const onPaper = `(() => {
  const faults = [];
  const shown = (n) => n.checkVisibility();
  for (const n of document.querySelectorAll("body *")) {
    if (!shown(n) || n.closest("svg, .unseen")) continue;
    const s = getComputedStyle(n);
    const name = n.tagName.toLowerCase() + (n.id ? "#" + n.id : "") + "." + n.className;
    if (n.getBoundingClientRect().right > innerWidth + 1) faults.push("too wide: " + name);
    if (s.overflowY !== "visible" && n.scrollHeight > n.clientHeight + 2 && n.clientHeight > 0) faults.push("cut off: " + name);
    if (n.matches("tbody tr, [data-row], .lines > li, .timeline > li, .facts > div, .step") && s.breakInside !== "avoid") faults.push("may be cut in two: " + name);
    if (n.matches("button, input, form, nav, dialog")) faults.push("of the program, not of the page: " + name);
    if (s.color && n.matches("p, td, h2, h3, dd, dt") && !/^rgb\((\d+), (\d+), (\d+)\)$/.exec(s.color)?.slice(1).every((c) => c < 170)) faults.push("too pale: " + name + " " + s.color);
  }
  for (const light of document.querySelectorAll(".light[data-light]")) {
    if (!shown(light)) continue;
    if (!/[●▲■◆✓○]/.test(getComputedStyle(light, "::before").content)) faults.push("a light without a shape");
    if (!light.textContent.trim()) faults.push("a light without a word");
  }
  for (const level of document.querySelectorAll(".tag.level")) if (shown(level) && (!level.textContent.trim() || getComputedStyle(level).borderStyle === "none")) faults.push("a level without its word or frame");
  const text = document.body.innerText;
  const number = /1[3-9]\d{9}/.exec(text.replace(/[ -]/g, ""));
  if (number) faults.push("a number of somebody's: " + number[0]);
  if (getComputedStyle(document.documentElement).backgroundColor !== "rgb(255, 255, 255)") faults.push("not on white");
  return [...new Set(faults)].slice(0, 12);
})()`

// TestBrowserUX30Prints: incident, release, hand-over, item, record and briefing go on A4 sheets, in either theme, numbered
// and headed, masked even where somebody has just looked behind the mask, with nothing cut.
func TestBrowserUX30Prints(t *testing.T) {
	t.Parallel()
	x := tour(t, nil)
	for i := range 40 { // longer than a sheet
		x.at(0, func() {
			_, _ = x.NoteFacts(t.Context(), x.c.duty, x.c.blast.ID, factsOf(i), "应急局 赵刚 13912344471")
		})
	}
	sheets := []struct {
		place
		least, most int
		prepare     func(*webtest.Tab)
	}{
		{place: place{"incident", "zhoumin", fmt.Sprintf("/incidents/%d", x.c.blast.ID)}, least: 2, most: 8},
		{place: place{"release", "chenlu", fmt.Sprintf("/releases/%d", x.rel.ID)}, least: 1, most: 4},
		{place: place{"sign", "lijianping", "/releases/1/sign"}, least: 1, most: 3},
		{place: place{"handover", "zhoumin", "/handover"}, least: 1, most: 4},
		{place: place{"item", "zhoumin", "/items/5"}, least: 1, most: 3},
		{place: place{"item-revealed", "zhoumin", "/items/5?do=reveal"}, least: 1, most: 3, prepare: func(tab *webtest.Tab) {
			tab.Focus("#f-why")
			tab.Type("回访核实")
			tab.Press("Enter")
			tab.Wait(`document.body.innerText.includes("13912344471")`)
		}},
		{place: place{"record", "audit", "/record"}, least: 2, most: 20},
		{place: place{"briefing", "chenlu", "/briefings/1"}, least: 1, most: 2},
		{place: place{"briefings", "chenlu", "/briefings"}, least: 1, most: 3},
		{place: place{"notices", "zhoumin", "/notices"}, least: 1, most: 4},
		{place: place{"desk", "zhoumin", "/"}, least: 1, most: 5},
	}
	for _, lang := range []string{"zh-CN", "en"} {
		for _, p := range sheets {
			t.Run(p.name+"-"+lang, func(t *testing.T) {
				tab := x.as(p.login)
				tab.Screen()
				tab.Eval(fmt.Sprintf(`document.cookie = "huiying_lang=%s; path=/", document.cookie = "huiying_theme=dark; path=/"`, lang), nil)
				tab.Goto(x.url + p.path)
				if p.prepare != nil {
					p.prepare(tab)
				}
				pdf := tab.Print()
				tab.Keep("paper-"+p.name+"-"+lang+".pdf", pdf)
				n, width, height := webtest.Sheets(pdf)
				if n < p.least || n > p.most || width < 594 || width > 596 || height < 841 || height > 843 {
					t.Errorf("%d sheets of %.0f × %.0f pt, want %d–%d of A4", n, width, height, p.least, p.most)
				}
				var head, printed string
				tab.Eval(`document.documentElement.dataset.running`, &head)
				tab.Eval(`document.documentElement.dataset.printed`, &printed)
				if !strings.Contains(head, "·") || !strings.Contains(printed, "2026") {
					t.Errorf("each sheet is headed %q, printed %q", head, printed)
				}
				tab.Paper()
				var faults []string
				if tab.Eval(onPaper, &faults); len(faults) > 0 {
					t.Errorf("on paper:\n%s", strings.Join(faults, "\n"))
				}
				if folder := os.Getenv("HUIYING_SHOTS"); folder != "" && p.name == "handover" {
					tab.ShotWhole(filepath.Join(folder, "paper-"+p.name+"-"+lang+".png"))
				}
			})
		}
	}
}

// factsOf are figures that differ each time, so that each is a line of the record.
func factsOf(i int) desk.Facts { return desk.Facts{Deaths: ptr(12), Injured: ptr(37 + i)} }
