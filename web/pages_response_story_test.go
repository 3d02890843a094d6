package web

import (
	"fmt"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserResponseInTheBrowser keeps a deadline as four people in four windows, by keys and mouse: raise, judge, draft,
// submit, review, sign, publish, the clock met before the eyes of the duty officer; then a briefing that clashes, is moved
// and held.
func TestBrowserResponseInTheBrowser(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	for _, p := range []struct {
		role        desk.Role
		login, name string
	}{{desk.RoleDuty, "zhoumin", "周敏"}, {desk.RolePress, "chenlu", "陈露"}, {desk.RoleSecrecy, "wangwei", "王蔚"}, {desk.RoleLeader, "lijianping", "李建平"}} {
		n.person(p.role, p.login, p.name)
	}
	item := n.Push(desk.Incoming{ExternalID: "1", Title: "化工园区爆炸，12人遇难", Body: "一声巨响"})[0].ID
	b := webtest.Start(t)
	at := func(tab *webtest.Tab, path string) {
		t.Helper()
		tab.Wait(fmt.Sprintf(`location.pathname === %q && document.readyState === "complete" && "ready" in document.documentElement.dataset`, path))
	}
	// until waits for what the next page says, and for its scripts.
	until := func(tab *webtest.Tab, expression string) {
		t.Helper()
		tab.Wait("(" + expression + `) && document.readyState === "complete" && "ready" in document.documentElement.dataset`)
	}
	fill := func(tab *webtest.Tab, selector, text string) {
		t.Helper()
		tab.Focus(selector)
		tab.Eval(fmt.Sprintf(`document.querySelector(%q).select?.()`, selector), nil)
		tab.Type(text)
	}

	// The duty officer: from the item to an incident by one key, judged by another.
	duty := n.tab(t, b, "zhoumin", fmt.Sprintf("/items/%d", item))
	duty.Press("e")
	at(duty, "/incidents/new")
	duty.Focus("#f-title")
	duty.Compose("yq", "（园区）")
	at(duty, "/incidents/new")                                                                         // Enter that confirms a candidate sends nothing
	until(duty, `(window.confirmed ??= performance.now(), performance.now() - window.confirmed > 60)`) // nobody presses the next key sooner
	duty.Press("Ctrl+Enter")
	at(duty, "/incidents/1")
	until(duty, `document.querySelector(".room-head.red .light[data-light=red]")`)
	duty.Press("l")
	until(duty, `document.getElementById("judge").open && document.activeElement.name === "level"`)
	duty.Press("ArrowRight", "ArrowRight") // the first arrow chooses, from 特别重大 on
	until(duty, `document.querySelector("#judge [name=level]:checked")`)
	duty.Click(`#judge [name=level][value="重大"]`)
	duty.Press("Ctrl+Enter")
	until(duty, `document.querySelectorAll("#room .narrow-clocks time-left").length === 2`)
	duty.Press("?")
	until(duty, `document.getElementById("keys").open && document.getElementById("keys").innerText.includes("登记核定")`)
	duty.Press("Escape")
	duty.Press("f")
	until(duty, `document.activeElement.id === "f-facts-deaths"`)
	duty.Type("12")
	fill(duty, "#f-facts-from", "应急局 赵刚")
	duty.Press("Ctrl+Enter")
	until(duty, `document.querySelector(".facts b")?.innerText.includes("12") && document.querySelector("#toasts").innerText.includes("已登记核实的事实")`)
	lineUp(duty)

	// The press officer: the skeleton, the mend on one key, submitted.
	press := n.tab(t, b, "chenlu", "/incidents/1")
	press.Press("n")
	at(press, "/incidents/1/releases/new")
	until(press, `document.getElementById("f-body").value.includes("12人死亡")`)
	press.Eval(`document.getElementById("f-body").value = "11月21日，化工园区发生爆炸，造成13人死亡。正在救治。下一步将继续救援，11月22日8时前再次发布。电话：12345。"`, nil)
	press.Press("Ctrl+Enter")
	at(press, "/releases/1")
	until(press, `document.querySelector("mark.bad")?.innerText === "13人死亡"`)
	press.Press("1")
	until(press, `document.querySelector(".context").innerText.includes("第 2 稿") && !document.querySelector("mark.bad")`)
	press.Press("s")
	until(press, `document.querySelector(".wait")?.innerText.includes("待保密审查员审查")`)
	code := press.Text(".bench-code .code-check")

	secrecy := n.tab(t, b, "wangwei", "/releases/1")
	secrecy.Press("s")
	until(secrecy, `document.getElementById("review").open`)
	secrecy.Press("Ctrl+Enter")
	until(secrecy, `document.activeElement.matches("[data-error-summary]") && document.getElementById("review").open`)
	secrecy.Axe()
	secrecy.Click(`#review [name=conclusion][value="可以公开"]`)
	fill(secrecy, "#f-review-basis", "不涉及国家秘密")
	secrecy.Press("Ctrl+Enter")
	until(secrecy, `document.querySelector("#toasts").innerText.includes("审查通过")`)

	// The leader, on a telephone.
	leader := n.tab(t, b, "lijianping", "/releases/1/sign")
	leader.Size(360, 740)
	leader.Goto(n.url + "/releases/1/sign")
	lineUp(leader)
	if got := leader.Text(".code-check"); got != code {
		t.Errorf("the leader reads the code %s, the author %s", got, code)
	}
	var small []string
	leader.Eval(`[...document.querySelectorAll(".sign-act button, .sign-act summary")].filter((x) => x.checkVisibility() && x.getBoundingClientRect().height < 24).map((x) => x.innerText)`, &small)
	if len(small) > 0 {
		t.Errorf("too small to hit: %q", small)
	}
	leader.Click(".sign-act button.primary")
	at(leader, "/releases/1")

	// Published; the duty officer's window shows the clock met by itself.
	press.Goto(n.url + "/releases/1")
	press.Press("s")
	until(press, `document.getElementById("publish").open`)
	press.Click(`#publish [data-take]`)
	fill(press, "#f-publish-address", "https://yunze.example/1")
	press.Press("Ctrl+Enter")
	until(press, `document.querySelector(".bench-head .light[data-light=met], .bench-head .clock-name")  && document.querySelector("#toasts").innerText.includes("已登记发布")`)
	until(duty, `document.querySelector("#room .narrow-clocks .clock-row[data-light=met] .clock-what")?.innerText.includes("发布权威信息")`)
	until(duty, `[...document.querySelectorAll("#room .narrow-clocks h3")].some((h) => h.innerText.includes("持续发布"))`)

	// A briefing in an hour chosen with the arrows; the second one clashes and says with which.
	press.Goto(n.url + "/briefings")
	press.Focus(`[data-cell="0,0"]`)
	press.Press("ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown")
	until(press, `document.activeElement.dataset.cell === "1,3"`)
	press.Press("Enter")
	at(press, "/briefings/new")
	until(press, `document.getElementById("f-new-starts").value.endsWith("T10:00")`)
	press.Goto(n.url + "/briefings/new?incident=1")
	fill(press, "#f-new-host", "陈露")
	fill(press, "#f-new-speakers", "李建平 副市长")
	press.Press("Ctrl+Enter")
	at(press, "/briefings/1")
	press.Goto(n.url + "/briefings/new?incident=1")
	fill(press, "#f-new-title", "第二场")
	fill(press, "#f-new-host", "孙某")
	fill(press, "#f-new-speakers", "钱某")
	press.Press("Ctrl+Enter")
	until(press, `document.activeElement.matches("[data-error-summary]") && document.activeElement.innerText.includes("新闻发布会")`)
	press.Axe()
	press.Click("[data-error-summary] a")
	until(press, `document.activeElement.id === "f-new-room" && document.getElementById("f-new-title").value === "第二场"`)
	press.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil)
	press.Goto(n.url + "/briefings/1")
	press.Press("h")
	until(press, `document.getElementById("hold").open && document.getElementById("f-hold-spoke").value === "李建平"`)
	fill(press, "#f-hold-address", "https://live.example/1")
	press.Press("Ctrl+Enter")
	until(press, `document.querySelector("#toasts").innerText.includes("已登记召开")`)
	until(duty, `[...document.querySelectorAll("#room .narrow-clocks .clock-row[data-light=met] h3")].some((h) => h.innerText.includes("新闻发布会"))`)
	for _, tab := range []*webtest.Tab{press, secrecy} {
		tab.Faults() // the browser reports each 409 and 422 itself
	}
}
