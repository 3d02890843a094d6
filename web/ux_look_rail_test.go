package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// squeezed lists entries of the rail that don't stand in full, or lie over one another.
const squeezed = `(() => {
  const list = document.querySelector(".rail > ul").getBoundingClientRect();
  const entries = [...document.querySelectorAll(".rail li a")];
  const out = entries.length < 12 ? ["only " + entries.length + " entries"] : [];
  let below = list.top;
  for (const a of entries) {
    const words = document.createRange();
    words.selectNodeContents(a.querySelector("span:not(.badge, .badge-slot, .unseen)") ?? a);
    const icon = a.querySelector(".icon").getBoundingClientRect(), text = words.getBoundingClientRect(), box = a.getBoundingClientRect();
    if (icon.top < below - 1 || text.bottom > list.bottom + 1 || box.height < 24) out.push(a.textContent.trim() + " " + [icon.top, text.bottom, below, list.bottom].map(Math.round));
    below = Math.max(text.bottom, box.bottom);
  }
  const user = document.querySelector(".rail-user").getBoundingClientRect();
  if (user.top < list.bottom - 1 || user.bottom > innerHeight + 1) out.push("the person's own entry");
  return out;
})()`

// TestBrowserRailStands: on a low screen, with the browser's own bars taken off as well, every entry of the fullest rail is
// in sight, in both languages.
func TestBrowserRailStands(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleDuty, "zhoumin", "周敏")
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/topics")
	for _, lang := range []string{LangChinese, LangEnglish} {
		tab.Eval(`document.cookie = "huiying_lang=`+lang+`; path=/"`, nil)
		for _, high := range []int64{768, 625} {
			tab.Size(1366, high)
			tab.Goto(n.url + "/topics")
			var wrong []string
			if tab.Eval(squeezed, &wrong); len(wrong) > 0 {
				t.Errorf("%s, %d high:\n  %s", lang, high, strings.Join(wrong, "\n  "))
			}
			if folder := os.Getenv("HUIYING_SHOTS"); folder != "" {
				tab.Shot(filepath.Join(folder, "rail-"+lang+"-"+map[bool]string{true: "low", false: "full"}[high < 700]+".png"))
			}
		}
	}
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
