package web

import (
	"os"
	"path/filepath"
	"strings"
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

// TestBrowserUX35EmptyStates: what is empty says what to do next, and on a first run leads to a drill, which begins, is
// entered, and can be thrown away without a trace but two lines.
func TestBrowserUX35EmptyStates(t *testing.T) {
	t.Parallel()
	n, _ := newStage(t)
	for login, role := range map[string]desk.Role{"chenlu": desk.RolePress, "admin": desk.RoleSysadmin, "wangwei": desk.RoleSecrecy} {
		n.person(role, login, login)
	}
	browser := webtest.Start(t)
	for login, pages := range map[string][]string{"zhoumin": {"/", "/items", "/incidents", "/releases", "/briefings", "/topics", "/notices", "/quarantine", "/items?q=无", "/releases?state=sign"}, "admin": {"/sources"}, "wangwei": {"/", "/incidents"}} {
		tab := n.tab(t, browser, login, pages[0])
		for _, path := range pages {
			tab.Goto(n.url + path)
			// Every empty list has words for what comes next, or a link or button to it.
			var dumb []string
			tab.Eval(`[...document.querySelectorAll(".empty, td[colspan]")].filter((e) => e.checkVisibility() && !e.querySelector("a, button, .quiet, p + p") && e.textContent.trim().length < 24).map((e) => e.textContent)`, &dumb)
			var shown int
			tab.Eval(`[...document.querySelectorAll(".empty, td[colspan]")].filter((e) => e.checkVisibility()).length`, &shown)
			if shown == 0 && path != "/sources" || len(dumb) > 0 {
				t.Errorf("%s as %s: %d empty states, of which %q say nothing of what to do", path, login, shown, dumb)
			}
		}
	}
	tab := n.tab(t, browser, "zhoumin", "/")
	for _, path := range []string{"/", "/items", "/incidents", "/releases", "/briefings"} {
		tab.Goto(n.url + path)
		var offered bool
		if tab.Eval(`[...document.querySelectorAll("main a[href='/drills']")].some((a) => a.checkVisibility())`, &offered); !offered {
			t.Errorf("%s offers no drill on a first run", path)
		}
	}
	tab.Goto(n.url + "/")
	tab.Click("main a[href='/drills']")
	tab.Wait(`location.pathname === "/drills" && "ready" in document.documentElement.dataset`)
	tab.Click("form[id^=start] button.primary")
	tab.Wait(`document.querySelector("#drill-1 .skeleton")`)
	drill, _ := newDrill(t)
	drill.person(desk.RoleDuty, "duty", "周敏")
	must(n.DrillUp(t.Context(), 1, drill.url))
	tab.Wait(`document.querySelector(".drill-users a")`) // the card fetches itself
	var ways []string
	if tab.Eval(`[...document.querySelectorAll(".drill-users a")].map((a) => [a.target, a.rel, new URL(a.href).port].join(" "))`, &ways); len(ways) != 4 || ways[0] != "_blank noopener noreferrer "+drill.url[len("http://127.0.0.1:"):] {
		t.Errorf("the ways in: %q", ways)
	}
	tab.Click(".drill-logins summary")
	must(n.DrillUp(t.Context(), 1, "http://127.0.0.1:9")) // taken over by another node
	tab.Wait(`[...document.querySelectorAll("#drill-1 a[target]")].every((a) => new URL(a.href).port === "9") && document.querySelector(".drill-logins").open`)
	tab.Click("#drill-1 a.danger")
	tab.Wait(`document.querySelector("dialog[open] button.danger")`)
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector("#drill-1")?.textContent.includes("正在清除")`)
	if err := n.DrillPurged(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	tab.Wait(`!document.querySelector("#drill-1")`)
	n.Push(desk.Incoming{ExternalID: "1", Title: "路灯坏了"})
	tab.Goto(n.url + "/")
	var offered bool
	if tab.Eval(`!!document.querySelector("main a[href='/drills']")`, &offered); offered {
		t.Error("a drill is offered once there is work")
	}
}

// TestBrowserDrillGuide: the guide never covers what is due or the row that has the focus; it goes and comes back by a
// key, and stays as it was left; what somebody does is ticked by itself.
func TestBrowserDrillGuide(t *testing.T) {
	t.Parallel()
	n, p := newDrill(t)
	c := n.fill()
	tab := n.goIn(t, webtest.Start(t), "zhoumin", "/")
	lineUp(tab)
	for _, path := range []string{"/", "/items", "/incidents/1", "/notices"} {
		tab.Goto(n.url + path)
		var covered []string
		tab.Eval(`[...document.querySelectorAll("main a[href], main button, main input, main [data-clock]")].filter((e) => e.checkVisibility()).filter((e) => {
			if (e.matches("[tabindex='-1'], [disabled]")) return false;
			e.focus?.(); if (document.activeElement !== e) e.scrollIntoView({block: "nearest"});
			const a = e.getBoundingClientRect(), g = document.getElementById("guide").getBoundingClientRect();
			return a.height && a.bottom > g.top + 1 && a.top < g.bottom && a.right > g.left && a.left < g.right;
		}).map((e) => e.outerHTML.slice(0, 120))`, &covered)
		if len(covered) > 0 {
			t.Errorf("%s: the guide covers %q", path, covered)
		}
	}
	tab.Goto(n.url + "/")
	tab.Press("Alt+G")
	tab.Wait(`document.getElementById("guide").hidden && document.querySelector(".drill-bar [data-guide]").getAttribute("aria-expanded") === "false"`)
	tab.Goto(n.url + "/items")
	tab.Wait(`document.getElementById("guide").hidden`)
	tab.Press("Alt+G")
	tab.Wait(`!document.getElementById("guide").hidden`)
	tab.Goto(n.url + "/")
	tab.Wait(`!document.getElementById("guide").hidden && document.querySelector(".guide-do").textContent.includes("接着做")`)
	tab.Click(".guide-steps summary")
	must(n.NoteFacts(t.Context(), c.duty, c.blast.ID, desk.Facts{Injured: ptr(3)}, "应急局"))
	tab.Wait(`document.querySelector(".guide-do").textContent.includes("已做到") && document.querySelector(".guide-steps").open`)
	p.change(func(d *desk.Drill) { at := time.Now(); d.StoppedAt = &at })
	tab.Wait(`document.getElementById("drill-state").textContent.includes("已结束")`)
	// Time stands still with the line's next word.
	tab.Wait(`(() => { const t = document.querySelector(".office-clock b").textContent; return t === (window.was ?? "") || (window.was = t, false); })()`)
}

// TestBrowserDrillSwitch: one click and one is somebody else, on that one's page; another window of the same browser is
// told to load anew and is that person then.
func TestBrowserDrillSwitch(t *testing.T) {
	t.Parallel()
	n, _ := newDrill(t)
	n.fill()
	tab := n.goIn(t, webtest.Start(t), "zhoumin", "/")
	lineUp(tab)
	tab.Press("Alt+P")
	tab.Wait(`document.activeElement.matches(".drill-cast [aria-current]")`)
	tab.Click("#as-sunxiao")
	tab.Wait(`location.pathname === "/seat" && "ready" in document.documentElement.dataset`)
	if got := tab.Text(".guide-who"); !strings.Contains(got, "孙晓") {
		t.Errorf("the guide speaks to %q", got)
	}
	tab.Goto(n.url + "/login?next=/items")
	tab.Wait(`location.pathname === "/items"`) // who is in needs no sign-in page
}

// TestBrowserDebriefPaper: the debriefing on paper holds everything, says that it was a drill, and fits the sheet.
func TestBrowserDebriefPaper(t *testing.T) {
	t.Parallel()
	n, _ := newDrill(t)
	n.finish(n.fill())
	tab := n.goIn(t, webtest.Start(t), "zhoumin", "/debrief")
	tab.Paper()
	var lacking []string
	tab.Eval(`["#h-due", "#h-undone", "#h-paths", "#h-seen", "#h-asked", "#h-who", "#h-answers", ".drill-bar .tag.drill", ".flow svg", ".flow-table td", ".undone-items li"].filter((s) => !document.querySelector(s)?.checkVisibility({contentVisibilityAuto: true}))`, &lacking)
	if len(lacking) > 0 {
		t.Errorf("not on paper: %q", lacking)
	}
	var wide bool
	if tab.Eval(`document.documentElement.scrollWidth > innerWidth`, &wide); wide {
		t.Error("wider than the sheet")
	}
	var left []string
	if tab.Eval(`[".guide", ".rail", ".drill-bar .acts", "main button"].filter((s) => [...document.querySelectorAll(s)].some((e) => e.checkVisibility()))`, &left); len(left) > 0 {
		t.Errorf("on paper without use: %q", left)
	}
	if folder := os.Getenv("HUIYING_SHOTS"); folder != "" {
		tab.ShotWhole(filepath.Join(folder, "page-debrief-paper.png"))
	}
}

// TestBrowserDrillNarrow: on a leader's phone a drill's pages, the page of drills and the debriefing fit the width.
func TestBrowserDrillNarrow(t *testing.T) {
	t.Parallel()
	browser := webtest.Start(t)
	n, _ := newDrill(t)
	n.finish(n.fill())
	tab := n.goIn(t, browser, "lijianping", "/")
	tab.Size(360, 740)
	for name, path := range map[string]string{"drill-desk-narrow": "/", "debrief-narrow": "/debrief"} {
		tab.Goto(n.url + path)
		n.shoot(t, tab, name)
	}
	stage, _ := newStage(t)
	tab = stage.tab(t, browser, "zhoumin", "/drills")
	tab.Size(360, 740)
	tab.Click("form[id^=start] button.primary")
	tab.Wait(`document.querySelector("#drill-1")`)
	must(stage.DrillUp(t.Context(), 1, "http://127.0.0.1:4455"))
	tab.Wait(`document.querySelector(".drill-users")`)
	tab.Eval(`document.querySelector(".drill-logins").open = true`, nil)
	stage.shoot(t, tab, "drills-narrow")
}
