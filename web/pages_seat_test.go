package web

import (
	"net/http"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserSeatByKeyboard logs a call without a mouse, words coming from an input method: candidates confirmed by Enter submit
// nothing, suggestions come while typing, a person's choice stays, likely duplicates and earlier items are there before saving.
func TestBrowserSeatByKeyboard(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	tab := n.tab(t, webtest.Start(t), "sunxiao", "/seat")
	tab.Wait(`document.activeElement.id === "f-phone"`)
	tab.Type("13912344471")
	tab.Wait(`document.querySelectorAll("#seat-caller .lines li").length === 2`)
	tab.Press("Tab")
	tab.Compose("zheng", "郑")
	tab.Type("女士")
	tab.Press("Tab")
	tab.Compose("jinxiujiayuan", "锦绣家园5栋停水")
	tab.Type("两个小时了，老人要透析，能不能先送一桶水")
	// The reading is there at most 200 ms after a pause; the browser's own clock says so.
	var took float64
	tab.Eval(`new Promise((done) => {
		const from = performance.now(), input = document.getElementById("f-body");
		for (const chip of document.querySelectorAll(".chip.inside")) chip.remove();
		input.value += "。"; input.dispatchEvent(new InputEvent("input", {bubbles: true}));
		const look = () => document.querySelector("[data-suggested=kind] .chip.inside") ? done(performance.now() - from) : requestAnimationFrame(look);
		look();
	})`, &took)
	t.Logf("a suggestion stands %.0f ms after the last key", took)
	if took > 1500 { // the figure itself is for a machine that does nothing else meanwhile
		t.Errorf("a suggestion took %.0f ms", took)
	}
	tab.Wait(`document.querySelectorAll("#seat-aside .near li").length >= 2`)
	var chip string
	if tab.Eval(`document.querySelector("[data-suggested=kind] .chip.inside").textContent`, &chip); chip != "求助“能不能先送”" {
		t.Errorf("the kind's chip says %q", chip)
	}
	n.shoot(t, tab, "seat-typed")
	// A choice by pinyin initials; more words don't touch it.
	tab.Focus("#f-kind")
	tab.Type("ts")
	tab.Wait(`document.querySelector("#f-kind-list [aria-selected=true]")?.textContent === "投诉"`)
	tab.Press("Enter")
	// The arrow takes a suggestion.
	tab.Focus("#f-category")
	tab.Press("ArrowRight")
	tab.Wait(`document.getElementById("f-category").value === "城乡建设"`)
	tab.Focus("#f-body")
	tab.Type("赶紧派人")
	tab.Wait(`document.querySelector("[data-suggested=kind] .chip.inside") === null`)
	var kind string
	if tab.Eval(`document.getElementById("f-kind").value`, &kind); kind != "投诉" {
		t.Errorf("the person chose 投诉, the field says %q", kind)
	}
	tab.Wait(`Object.keys(localStorage).some((k) => k.endsWith(".seat"))`)
	tab.Press("Ctrl+Enter")
	tab.Wait(`location.search === "?saved" && document.activeElement.id === "f-phone" && document.getElementById("f-body").value === ""`)
	if got := tab.Text("#toasts"); got == "" {
		t.Error("nothing was said about the call that was saved")
	}
	tab.Wait(`!Object.keys(localStorage).some((k) => k.endsWith(".seat")) && !document.querySelector(".draft-found")`)
	items := must(n.Items(t.Context(), c.duty, desk.ItemFilter{Page: desk.Page{Limit: 1, Newest: true}}))
	it := items[0]
	if it.Channel != desk.ChannelHotline || it.Verdict.Kind != desk.KindComplaint || it.Verdict.Category != "城乡建设" || it.Author.Name != "郑**" {
		t.Errorf("stored %+v, verdict %+v", it.Author, it.Verdict)
	}
}

// TestBrowserSeatDraft: what was typed survives a crash, with the call's own key, so that a call that did reach the desk isn't logged twice.
func TestBrowserSeatDraft(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleOperator, "op", "孙晓")
	tab := n.tab(t, webtest.Start(t), "op", "/seat")
	tab.Focus("#f-body")
	tab.Type("停水了")
	tab.Wait(`document.querySelector("[data-draft-state]").textContent !== ""`)
	var key, again string
	tab.Eval(`document.querySelector("[name=key]").value`, &key)
	tab.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil)
	tab.Goto(n.url + "/seat")
	tab.Click(".draft-found button")
	tab.Eval(`document.querySelector("[name=key]").value`, &again)
	var body string
	if tab.Eval(`document.getElementById("f-body").value`, &body); body != "停水了" || again != key || key == "" {
		t.Errorf("restored %q under key %q, was %q", body, again, key)
	}
	tab.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil)
}

// TestSeatForm: without scripts, too, a refused form comes back as it was typed, and one that is sent twice is one call.
func TestSeatForm(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	op := n.visitor(n.person(desk.RoleOperator, "op", "孙晓"), "op")
	a := op.post("/seat", "key=ABCDEFGHIJKLMNOPQRSTUVWXYZ&phone=13912344471&kind-text=吵架&body=停水")
	a.want(t, http.StatusUnprocessableEntity, "data-error-summary", `href="#f-kind"`, ">停水</textarea>", `value="13912344471"`, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "本系统为非涉密系统")
	a = op.post("/seat", "key=ABCDEFGHIJKLMNOPQRSTUVWXYZ&phone=13912344471")
	a.want(t, http.StatusUnprocessableEntity, `href="#f-body"`)
	for range 2 {
		op.post("/seat", "key=ABCDEFGHIJKLMNOPQRSTUVWXYZ&body=停水&kind-text=求助").want(t, http.StatusSeeOther)
	}
	items := must(n.Items(t.Context(), desk.System, desk.ItemFilter{}))
	if len(items) != 1 || items[0].Verdict.Kind != desk.KindHelp {
		t.Errorf("%d items, %+v", len(items), items)
	}
	op.get("/seat").want(t, http.StatusOK, "这通来电已经登记过")
	n.visitor(n.person(desk.RoleAuditor, "au", "审计"), "au").get("/seat").want(t, http.StatusForbidden, "您的角色没有这项权限")
}
