package web

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/web/webtest"
)

// signed is a release that only waits to be published.
func (n *evening) signed(c caseOf) desk.Release {
	n.t.Helper()
	return must(n.SignRelease(n.t.Context(), c.leader, 1, 1, true, "", nil))
}

// noteDown notes in the page when the line is taken for dead.
const noteDown = `document.addEventListener("live:line", (e) => { if (!e.detail.up) window.downAt = Date.now(); }), 0`

// saidDown checks that the line was called dead within five seconds of the cut, with the instant of the data.
func (n *evening) saidDown(t *testing.T, tab *webtest.Tab, cut time.Time) {
	t.Helper()
	tab.Wait(`document.documentElement.dataset.line === "down" && document.getElementById("line").checkVisibility()`)
	var at float64
	tab.Eval(`window.downAt`, &at)
	took := time.UnixMilli(int64(at)).Sub(cut)
	t.Logf("said %v after the cut", took.Round(time.Millisecond))
	if took > 5*time.Second {
		t.Errorf("said only %v after the cut", took)
	}
	clock := regexp.MustCompile(`^连接中断，以下为 (\d\d:\d\d:\d\d) 的数据$`).FindStringSubmatch(tab.Text("#line"))
	if clock == nil {
		t.Fatalf("the banner says %q", tab.Text("#line"))
	}
	ok := false // a tick comes each two seconds
	for slip := -3 * time.Second; slip <= time.Second; slip += time.Second {
		ok = ok || officeStart.Add(cut.Sub(n.began)+slip).In(n.Policy.Office.Location).Format("15:04:05") == clock[1]
	}
	if !ok {
		t.Errorf("the data is said to be of %s, cut at %s", clock[1], officeStart.Add(cut.Sub(n.began)).In(n.Policy.Office.Location).Format("15:04:05"))
	}
}

// TestBrowserUX24CutLine: a line that dies is said within five seconds, with the instant of the data, and on return the board
// equals the server's, row by row.
func TestBrowserUX24CutLine(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	browser := webtest.Start(t)
	g := behindGate(t, n)
	tab := n.tab(t, browser, "zhoumin", "/")
	lineUp(tab)
	tab.Eval(noteDown, nil)
	g.pull()
	n.saidDown(t, tab, time.Now())
	tab.Wait(`document.querySelector("[data-line-state] .light[data-light=over]").textContent === "连接中断"`)
	tab.Axe()
	tab.Faults() // the browser reports the failed connections itself
	n.Push(desk.Incoming{ExternalID: "while1", Title: "断线时的来件", Body: "断线时的来件"})
	must(n.CloseIncident(t.Context(), c.duty, must(n.RaiseIncident(t.Context(), c.duty, desk.Raise{Title: "虚惊一场", Kind: desk.KindOpinion})).ID, "核实为误报"))
	// A clock ends and two begin while nobody here is told.
	n.signed(c)
	must(n.PublishRelease(t.Context(), c.press, 1, 1, desk.Publish{Channel: "政府门户网站", Proof: desk.Proof{Address: "https://yunze.example/1"}}))
	must(n.RaiseIncident(t.Context(), c.duty, desk.Raise{Title: "城北供水主管爆裂", Kind: "事故灾难", Grade: &desk.Grade{Level: desk.LevelMajor, At: n.now()}}))
	must2(n.FireDue(t.Context(), n.now()))
	g.plug()
	tab.Wait(`!("line" in document.documentElement.dataset) && document.getElementById("line").hidden`)
	tab.Wait(`document.querySelector(".items > li").textContent.includes("断线时的来件") && document.querySelector(".clocks").textContent.includes("供水主管")`)
	tab.Faults()
	n.equalToFresh(t, browser, tab, "zhoumin")
}

// TestBrowserUX24Publishing: while the line is dead publishing is refused by every way there is, nothing reaches the server, and
// what was typed stays; on return it passes.
func TestBrowserUX24Publishing(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	rel := n.signed(c)
	home := fmt.Sprintf("/releases/%d", rel.ID)
	g := behindGate(t, n)
	tab := n.tab(t, webtest.Start(t), "chenlu", home)
	lineUp(tab)
	tab.Eval(noteDown, nil)
	tab.Press("s")
	tab.Wait(`document.getElementById("publish").open`)
	tab.Click(`#publish [data-take]`)
	tab.Focus("#f-publish-address")
	tab.Type("https://yunze.example/1")
	// Only the line dies: the server itself could still be reached.
	n.cut.Store(true)
	for _, l := range n.s.lines.all() {
		l.cut(closeRestart, "")
	}
	n.saidDown(t, tab, time.Now())
	button := `document.querySelector("#publish button.primary")`
	tab.Wait(button + `.disabled && ` + button + `.title === "连接恢复后才能发布"`)
	for _, try := range []string{button + `.click()`, `document.querySelector("#publish form").requestSubmit()`} {
		tab.Eval(`document.getElementById("toasts").replaceChildren()`, nil)
		tab.Eval(try, nil)
	}
	tab.Wait(`document.querySelector("#toasts").textContent.includes("连接恢复后才能发布")`)
	tab.Eval(`document.getElementById("toasts").replaceChildren()`, nil)
	tab.Focus("#f-publish-address")
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector("#toasts").textContent.includes("连接恢复后才能发布")`)
	tab.Press("Enter")
	tab.Wait(`!document.querySelector("[data-pending]") && document.getElementById("publish").open && document.getElementById("f-publish-address").value === "https://yunze.example/1"`)
	if f := must(n.Release(t.Context(), desk.System, rel.ID)); f.Release.State != desk.ReleaseSigned || len(f.Release.Publications) > 0 {
		t.Errorf("the release is %s with %d publications", f.Release.State, len(f.Release.Publications))
	}
	if sent := g.sent(home + "/publish"); sent > 0 {
		t.Errorf("sent %d times", sent)
	}
	tab.Faults()
	g.plug()
	tab.Wait(`!("line" in document.documentElement.dataset) && !` + button + `.disabled && !` + button + `.title`)
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector("#toasts").innerText.includes("已登记发布")`)
	if f := must(n.Release(t.Context(), desk.System, rel.ID)); f.Release.State != desk.ReleasePublished || len(f.Release.Publications) != 1 {
		t.Errorf("on return the release is %s with %d publications", f.Release.State, len(f.Release.Publications))
	}
	tab.Faults()
}

// TestBrowserUX24Draft: a half-written text in the workbench outlives a pulled cable: it stays under the hand, saving it is
// answered with the reason; on return what a colleague saved meanwhile is shown beside it, and it is saved.
func TestBrowserUX24Draft(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	rel := must(n.DraftRelease(t.Context(), c.press, c.chicken.ID, desk.ReleaseFirst, "关于网传视频的情况说明", "第三中学食堂有关情况正在核查。"))
	home := fmt.Sprintf("/releases/%d", rel.ID)
	g := behindGate(t, n)
	tab := n.tab(t, webtest.Start(t), "chenlu", home+"?do=edit")
	lineUp(tab)
	tab.Eval(noteDown, nil)
	tab.Focus("#f-edit-body")
	tab.Press("End")
	tab.Type("市场监管局已封存样品，")
	g.pull()
	n.saidDown(t, tab, time.Now())
	tab.Type("明天上午公布抽检结果。")
	const text = "市场监管局已封存样品，明天上午公布抽检结果。"
	whole := fmt.Sprintf(`document.getElementById("f-edit-body").value.endsWith(%q)`, text)
	tab.Wait(whole + ` && document.querySelector("[data-draft-state]").textContent.startsWith("草稿已存 ") && Object.entries(localStorage).some(([k, v]) => k.startsWith("huiying.draft.") && v.includes("抽检结果"))`)
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector("#toasts .toast.bad")?.textContent.includes("没有收到结果")`)
	tab.Wait(whole + ` && !document.querySelector("[data-pending], [aria-busy=true]") && new URLSearchParams(location.search).get("do") === "edit"`)
	if f := must(n.Release(t.Context(), desk.System, rel.ID)); len(f.Versions) != 1 {
		t.Errorf("%d versions", len(f.Versions))
	}
	tab.Faults()
	must(n.EditRelease(t.Context(), c.press, rel.ID, 1, rel.Current.Title, "第三中学食堂有关情况正在核查。已成立工作组。"))
	g.plug()
	tab.Wait(`!("line" in document.documentElement.dataset) && ` + whole)

	// Nothing is overwritten silently: both versions are shown first.
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector(".bench-form .banner.bad")?.innerText.includes("第 2 稿") && document.querySelector(".apart").innerText.includes("已成立工作组") && ` + whole)
	tab.Wait(`!document.querySelector("[data-pending], [aria-busy=true]")`)
	tab.Press("Ctrl+Enter")
	tab.Wait(fmt.Sprintf(`location.pathname === %q && location.search === "" && document.querySelector(".official").innerText.includes(%q)`, home, text))
	if f := must(n.Release(t.Context(), desk.System, rel.ID)); f.Release.Current.N != 3 || !strings.HasSuffix(f.Release.Current.Body, text) {
		t.Errorf("version %d: %s", f.Release.Current.N, f.Release.Current.Body)
	}
	tab.Faults()
}

// TestBrowserUX24DraftSaved: a browser that dies with the line offers the half-written text again, also when the record has
// moved on; it is saved after both versions were shown.
func TestBrowserUX24DraftSaved(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	rel := must(n.DraftRelease(t.Context(), c.press, c.chicken.ID, desk.ReleaseFirst, "关于网传视频的情况说明", "第三中学食堂有关情况正在核查。"))
	home := fmt.Sprintf("/releases/%d", rel.ID)
	g := behindGate(t, n)
	tab := n.tab(t, webtest.Start(t), "chenlu", home+"?do=edit")
	lineUp(tab)
	tab.Focus("#f-edit-body")
	tab.Press("End")
	tab.Type("已封存样品。")
	g.pull()
	tab.Wait(`document.documentElement.dataset.line === "down" && document.querySelector("[data-draft-state]").textContent.startsWith("草稿已存 ")`)
	// The browser crashes and is started again while the line is still dead; then the line is back.
	tab.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil)
	tab.Goto("about:blank")
	tab.Faults()
	must(n.EditRelease(t.Context(), c.press, rel.ID, 1, rel.Current.Title, "第三中学食堂有关情况正在核查。已成立工作组。"))
	g.plug()
	tab.Goto(n.url + home + "?do=edit")
	lineUp(tab)
	tab.Wait(`document.querySelector(".draft-found")?.textContent.includes("此后这里已有新稿")`)
	tab.Click(".draft-found button")
	tab.Wait(`document.getElementById("f-edit-body").value.endsWith("已封存样品。")`)
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector(".bench-form .banner.bad")?.innerText.includes("第 2 稿") && document.querySelector(".apart").innerText.includes("已成立工作组") && !document.querySelector("[data-pending]")`)
	tab.Press("Ctrl+Enter")
	tab.Wait(fmt.Sprintf(`location.pathname === %q && location.search === "" && document.querySelector(".official").innerText.includes("已封存样品。")`, home))
	tab.Wait(`!Object.keys(localStorage).some((k) => k.startsWith("huiying.draft."))`)
	if f := must(n.Release(t.Context(), desk.System, rel.ID)); f.Release.Current.N != 3 || !strings.HasSuffix(f.Release.Current.Body, "已封存样品。") {
		t.Errorf("version %d: %s", f.Release.Current.N, f.Release.Current.Body)
	}
	tab.Faults()
}
