package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/web/webtest"
)

// watchPending notes in the page, when a key goes down, whether an act is under way by the end of that very event, and how
// long it took in milliseconds; and every state that a button passes through.
const watchPending = `window.seen = {states: []};
addEventListener("keydown", () => { seen.at = performance.now(); }, true);
addEventListener("keydown", () => { seen.same = !!document.querySelector("form[data-pending] button[aria-busy=true]"); seen.took = performance.now() - seen.at; });
new MutationObserver((all) => { for (const m of all) { const b = m.target; const s = b.hasAttribute("data-confirmed") ? "done" : b.getAttribute("aria-busy") ? "busy" : "plain"; if (b.matches("button") && seen.states.at(-1) !== s) seen.states.push(s); } })
	.observe(document, {subtree: true, attributes: true, attributeFilter: ["aria-busy", "data-confirmed"]}); 0`

// TestBrowserUX13PendingThenConfirmed: an act shows as under way in the very event of its key, while the server has not yet
// answered; a second press does nothing; a part redrawn meanwhile goes on saying so; then it is confirmed.
func TestBrowserUX13PendingThenConfirmed(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	g := behindGate(t, n)
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	lineUp(tab)
	var id string
	tab.Eval(`document.querySelector("#desk-alerts .banner form[hx-post]").closest(".banner").id`, &id)
	path := "/notices/" + strings.TrimPrefix(id, "alert-") + "/ack"
	g.hold()
	tab.Eval(watchPending, nil)
	tab.Press("a")
	var seen struct {
		Same bool
		Took float64
	}
	tab.Eval("seen", &seen)
	if !seen.Same || seen.Took >= 100 {
		t.Errorf("under way within the event of the key: %v, after %.1f ms", seen.Same, seen.Took)
	}
	t.Logf("pending %.1f ms after the key, in the same event", seen.Took)
	tab.Wait(fmt.Sprintf(`document.querySelector("#%s form[data-pending] button[aria-busy=true] .busy-word").checkVisibility() && document.querySelector("#%s .busy-word").textContent === "处理中…"`, id, id))
	n.shoot(t, tab, "pending")
	tab.Press("a")
	// A red incident comes meanwhile and puts itself above.
	must(n.RaiseIncident(t.Context(), desk.System, desk.Raise{Title: "城北供水主管爆裂", Kind: "事故灾难"}))
	tab.Wait(`document.getElementById("alert-ungraded")`)
	tab.Wait(fmt.Sprintf(`document.querySelector("#%s form[data-pending] button[aria-busy=true]")`, id))
	wait(t, "the act at the server", 5*time.Second, func() bool { return g.sent(path) > 0 })
	open := must(n.Notices(t.Context(), desk.System, desk.NoticeFilter{Open: true, Page: desk.Page{Limit: 1000}}))
	g.open()
	tab.Wait(`document.querySelector("#toasts").textContent.includes("已签收")`)
	tab.Wait(fmt.Sprintf(`!document.querySelector("#%s")`, id)) // the line brings the next one
	tab.Wait(`!document.querySelector("[aria-busy=true], [data-pending], [data-confirmed], [data-busy]")`)
	if sent := g.sent(path); sent != 1 {
		t.Errorf("sent %d times", sent)
	}
	if left := must(n.Notices(t.Context(), desk.System, desk.NoticeFilter{Open: true, Page: desk.Page{Limit: 1000}})); len(left) >= len(open) {
		t.Errorf("%d notices were open, %d are", len(open), len(left))
	}
}

// TestBrowserUX13Confirmed: where no line redraws the row, the button itself says that it is done.
func TestBrowserUX13Confirmed(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	g := behindGate(t, n)
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/notices")
	g.refuse(http.StatusNoContent, "text/plain", "")
	tab.Eval(watchPending, nil)
	tab.Press("a")
	tab.Wait(`document.querySelector("button[data-confirmed] .busy-word")?.textContent === "已完成"`)
	tab.Wait(`seen.states.join() === "busy,done,plain" && !document.querySelector(".busy-word")`)
}

// TestBrowserUX13RolledBack: refused, or with the cable pulled, the row is again what it was, and the reason is told.
func TestBrowserUX13RolledBack(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	g := behindGate(t, n)
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/notices")
	lineUp(tab)
	const row = `document.querySelector(".notice-row:has(form)").outerHTML`
	var before string
	tab.Eval(row, &before)
	for _, c := range []struct {
		name, reason string
		refuse       func()
	}{
		{"words", "您已不在班上", func() { g.refuse(http.StatusForbidden, "text/plain; charset=utf-8", "您已不在班上") }},
		{"problem", "已由他人签收", func() {
			g.refuse(http.StatusConflict, "application/problem+json", `{"title":"冲突","detail":"已由他人签收"}`)
		}},
		{"page", "请写明理由", func() {
			g.refuse(http.StatusUnprocessableEntity, "text/html; charset=utf-8", `<!doctype html><main id="main"><div data-error-summary><ul><li>请写明理由</li></ul></div></main>`)
		}},
		{"often", "操作太频繁", func() { g.refuse(http.StatusTooManyRequests, "text/html", "<p>no</p>") }},
		{"fault", "系统出错", func() { g.refuse(http.StatusBadGateway, "text/html", "<p>no</p>") }},
		{"cable", "没有收到结果：连接中断", func() { g.set(func() { g.away = true }) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			g.hold()
			c.refuse()
			tab.Eval(`document.getElementById("toasts").replaceChildren()`, nil)
			tab.Eval(watchPending, nil)
			tab.Press("a")
			if c.name != "cable" {
				tab.Wait(`document.querySelector(".notice-row[data-busy] form[data-pending] button[aria-busy=true]")`)
				g.set(func() { close(g.held); g.held = nil })
			}
			tab.Wait(fmt.Sprintf(`document.querySelector("#toasts .toast.bad")?.textContent.includes(%q)`, c.reason))
			tab.Wait(`seen.states.join() === "busy,plain"`)
			var after string
			if tab.Eval(row, &after); after != before {
				t.Errorf("the row was\n%s\nis\n%s", before, after)
			}
			tab.Faults() // the browser and htmx report each refusal themselves
			g.open()
		})
	}
	tab.Press("a")
	tab.Wait(`document.querySelector("#toasts").textContent.includes("已签收")`)
}

// TestBrowserUX13Form: a whole form that is refused or that meets a pulled cable stays where it is with what was typed; it
// is under way in the event of its key, and can be sent again.
func TestBrowserUX13Form(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	g := behindGate(t, n)
	home := fmt.Sprintf("/incidents/%d", c.blast.ID)
	tab := n.tab(t, webtest.Start(t), "zhoumin", home)
	lineUp(tab)
	tab.Press("f")
	tab.Wait(`document.activeElement.id === "f-facts-deaths"`)
	tab.Type("12")
	tab.Eval(watchPending, nil)
	tab.Press("Ctrl+Enter") // no source is named: the office refuses
	var same bool
	if tab.Eval("seen.same", &same); !same {
		t.Error("the form isn't under way in the event of its key")
	}
	tab.Wait(`document.activeElement.matches("#facts [data-error-summary]") && document.getElementById("facts").matches(":modal") && document.getElementById("f-facts-deaths").value === "12"`)
	tab.Wait(`!document.querySelector("[data-pending], [aria-busy=true]") && document.querySelector("[data-line-state]").textContent === "已连接"`)
	tab.Axe()
	tab.Focus("#f-facts-from")
	tab.Type("应急局 赵刚")
	g.set(func() { g.away = true })
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector("#toasts .toast.bad")?.textContent.includes("没有收到结果")`)
	tab.Wait(`!document.querySelector("[data-pending], [aria-busy=true]") && document.getElementById("facts").open && document.getElementById("f-facts-from").value === "应急局 赵刚"`)
	// The reason stands above the dialog, where it can be read out and put away.
	tab.Wait(`document.querySelector("#facts #toasts .toast.bad")`)
	tab.Click("#toasts [data-dismiss]")
	tab.Wait(`!document.querySelector(".toast")`)
	tab.Focus("#f-facts-from")
	g.open()
	g.hold()
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector("#facts form[data-pending] button.primary[aria-busy=true]")`)
	n.shoot(t, tab, "pending-form")
	tab.Press("Ctrl+Enter")
	wait(t, "the form at the server", 5*time.Second, func() bool { return g.sent(home+"/facts") == 2 }) // the refused one and this
	g.open()
	tab.Wait(`document.querySelector("#toasts").innerText.includes("已登记核实的事实") && document.querySelector(".facts b")?.innerText.includes("12")`)
	if sent := g.sent(home + "/facts"); sent != 2 {
		t.Errorf("sent %d times", sent)
	}
	tab.Faults() // the browser reports the 422 and the cut itself
}
