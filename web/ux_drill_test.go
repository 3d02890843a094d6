package web

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"huiying/desk"

	"huiying/web/webtest"
)

// goIn opens a drill by its link.
func (n *evening) goIn(t testing.TB, b *webtest.Browser, login, path string) *webtest.Tab {
	t.Helper()
	tab := b.Tab(t)
	tab.Goto(n.url + "/enter?key=" + drillKey + "&as=" + login + "&to=" + path)
	return tab
}

// shootWhole keeps a picture of all of a page, for eyes.
func (n *evening) shootWhole(t testing.TB, tab *webtest.Tab, name string) {
	t.Helper()
	if folder := os.Getenv("HUIYING_SHOTS"); folder != "" {
		tab.Eval(`document.documentElement.dataset.theme = "light"`, nil)
		tab.ShotWhole(filepath.Join(folder, "page-"+name+"-whole.png"))
	}
}

// finish signs and publishes the evening's text, holds its briefing late, and lets the deadlines speak.
func (n *evening) finish(c caseOf) {
	ctx := n.t.Context()
	leader := n.person(desk.RoleLeader, "mayor", "赵市长")
	n.at(30*time.Minute, func() {
		must(n.NoteFacts(ctx, c.duty, c.blast.ID, desk.Facts{Deaths: ptr(12), Injured: ptr(37)}, "应急局"))
		must(n.SignRelease(ctx, leader, 1, 1, true, "", nil))
		must(n.PublishRelease(ctx, c.press, 1, 1, desk.Publish{Channel: "政务微博", Proof: desk.Proof{Address: "https://weibo.example/1"}}))
	})
	if _, _, err := n.FireDue(ctx, n.now()); err != nil {
		n.t.Fatal(err)
	}
	list := must(n.Notices(ctx, c.duty, desk.NoticeFilter{}))
	if len(list) > 0 {
		if _, err := n.AckNotice(ctx, c.duty, list[0].ID); err != nil {
			n.t.Fatal(err)
		}
	}
}

// TestBrowserDrillLook: a drill's pages, the page of drills; nothing serious for axe in either theme.
func TestBrowserDrillLook(t *testing.T) {
	t.Parallel()
	browser := webtest.Start(t)
	t.Run("drill", func(t *testing.T) {
		n, _ := newDrill(t)
		c := n.fill()
		n.finish(c)
		tab := n.goIn(t, browser, "zhoumin", "/")
		n.shoot(t, tab, "drill-desk")
		tab.Press("Alt+P")
		tab.Wait(`document.activeElement.matches(".drill-cast [aria-current]")`)
		n.shoot(t, tab, "drill-cast")
		tab.Press("Escape")
		for _, p := range [][2]string{{"drill-items", "/items"}, {"drill-incident", "/incidents/1"}, {"drill-release", "/releases/1"}, {"drill-briefings", "/briefings"}, {"drill-wall", "/wall"}} {
			tab.Goto(n.url + p[1])
			n.shoot(t, tab, p[0])
		}
		tab.Goto(n.url + "/debrief")
		n.shoot(t, tab, "debrief")
		n.shootWhole(t, tab, "debrief")
		tab = n.goIn(t, browser, "sunxiao", "/")
		n.shoot(t, tab, "drill-seat")
		tab.Goto(n.url + "/login?out")
		n.shoot(t, tab, "drill-login")
		tab.Goto(n.url + "/nothing")
		tab.Faults() // the browser reports the 404 itself
		n.shoot(t, tab, "drill-lost")
		tab = n.goIn(t, browser, "lijianping", "/releases/1/sign")
		tab.Size(360, 740)
		n.shoot(t, tab, "drill-sign")
		tab = n.goIn(t, browser, "zhoumin", "/")
		tab.Eval(`document.cookie = "huiying_lang=en; path=/"`, nil)
		tab.Goto(n.url + "/")
		n.shoot(t, tab, "drill-en")
		tab.Goto(n.url + "/debrief")
		n.shootWhole(t, tab, "debrief-en")
	})
	t.Run("drills", func(t *testing.T) {
		n, _ := newStage(t)
		tab := n.tab(t, browser, "zhoumin", "/drills")
		n.shoot(t, tab, "drills")
		tab.Click("button.primary")
		tab.Wait(`document.querySelector("#drill-1")`)
		n.shoot(t, tab, "drills-starting")
		must(n.DrillUp(t.Context(), 1, "http://127.0.0.1:4455"))
		tab.Wait(`document.querySelector(".drill-users")`)
		tab.Eval(`document.querySelector(".drill-logins").open = true`, nil)
		n.shoot(t, tab, "drills-running")
		tab.Goto(n.url + "/drills?do=purge&drill=1")
		n.shoot(t, tab, "drills-purge")
		tab.Eval(`document.cookie = "huiying_lang=en; path=/"`, nil)
		tab.Goto(n.url + "/drills")
		n.shoot(t, tab, "drills-en")
	})
}
