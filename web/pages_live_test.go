package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/live"
	"huiying/desk/pg"
	"huiying/web/webtest"
)

// board is what the live desk shows, for comparing it with the server's: rows and what their words say, without the
// figures that move.
const board = `JSON.stringify([...document.querySelectorAll("#desk-alerts .banner, #desk-counts, .clocks > li, .items > li, .badge-slot, #items-today")].map((n) => {
	const c = n.cloneNode(true);
	for (const x of c.querySelectorAll("time-left, [data-due-text], [data-since], .clock-bar")) x.remove();
	return n.id + " " + c.textContent.replace(/\s+/g, " ").trim();
}))`

// TestBrowserTwoDesks: what one person does, another sees within a second, over the real feed, hub and socket.
func TestBrowserTwoDesks(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	browser := webtest.Start(t)
	a, b := n.tab(t, browser, "zhoumin", "/"), n.tab(t, browser, "chenlu", "/")
	lineUp(a)
	lineUp(b)
	// within polls the other browser and says how long it took from the act on.
	within := func(what, there string, act func()) {
		t.Helper()
		act()
		began := time.Now()
		b.Wait(there)
		took := time.Since(began)
		t.Logf("%s after %v", what, took.Round(time.Millisecond))
		if took > 3*time.Second { // a second is for a machine that does nothing else meanwhile
			t.Errorf("%s after %v", what, took)
		}
	}
	var alert string
	b.Eval(`document.querySelector("#desk-alerts .banner").id`, &alert)
	within("an acknowledgement by one key", fmt.Sprintf(`document.querySelector("#desk-alerts .banner")?.id !== %q`, alert), func() { a.Press("a") })
	a.Wait(`document.querySelector("#toasts").textContent.includes("已签收")`)
	within("an item", `document.querySelector(".items > li").textContent.includes("桥面塌陷")`, func() {
		n.Push(desk.Incoming{ExternalID: "new", Title: "纬三路桥面塌陷", Body: "纬三路桥面塌陷了一块。"})
	})
	a.Wait(`document.querySelector(".items > li").textContent.includes("桥面塌陷")`)
	within("a new incident without a level", `document.querySelector("#desk-alerts").textContent.includes("未定级")`, func() {
		must(n.RaiseIncident(t.Context(), desk.System, desk.Raise{Title: "城北供水主管爆裂", Kind: "事故灾难"}))
	})
	within("its level and clocks", `[...document.querySelectorAll(".clocks > li")].filter((r) => r.textContent.includes("供水主管")).length === 2 && !document.querySelector("#desk-alerts").textContent.includes("未定级")`, func() {
		in := must(n.Incidents(t.Context(), desk.System, desk.IncidentFilter{Query: "供水主管"}))
		must(n.JudgeIncident(t.Context(), desk.System, in[0].ID, desk.Grade{Level: desk.LevelMajor, At: n.now()}, ""))
	})
	var order []float64
	if b.Eval(`[...document.querySelectorAll(".clocks > li")].map((r) => Number(r.dataset.sort))`, &order); !ascending(order) {
		t.Errorf("the clocks aren't in order of time: %v", order)
	}
	// The board that changed piece by piece equals one that is drawn anew.
	n.equalToFresh(t, browser, b, "chenlu")
}

func must2[T, U any](v T, u U, err error) (T, U) {
	if err != nil {
		panic(err)
	}
	return v, u
}

func ascending(list []float64) bool {
	for i := 1; i < len(list); i++ {
		if list[i] < list[i-1] {
			return false
		}
	}
	return true
}

// equalToFresh compares a board that lived with one drawn now for the same person.
func (n *evening) equalToFresh(t *testing.T, browser *webtest.Browser, tab *webtest.Tab, login string) {
	t.Helper()
	fresh := n.tab(t, browser, login, "/")
	var want string
	fresh.Eval(board, &want)
	var rows []string
	if err := json.Unmarshal([]byte(want), &rows); err != nil || len(rows) < 5 {
		t.Fatalf("the fresh board has %d rows, %v", len(rows), err)
	}
	quoted, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	tab.Wait(board + " === " + string(quoted))
}

// TestRendererByAudience: once for each audience, and to each only what it may see.
func TestRendererByAudience(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	events := n.sealedEvents(t)
	render := HTML(n.Desk, n.s.Views)
	office := n.Policy.Office.Region
	draw := func(who desk.Actor, lang string) (targets map[string]string, frames int) {
		t.Helper()
		a := live.AudienceOf(who, office, FormatHTML, lang, "")
		messages, err := render(t.Context(), a, events)
		if err != nil {
			t.Fatal(err)
		}
		targets = map[string]string{}
		for i, m := range messages {
			var f pageFrame
			if err := json.Unmarshal(m.Body, &f); err != nil || f.Cursor != events[i].Cursor.String() {
				t.Fatalf("frame %d: %s, %v", i, m.Body, err)
			}
			if i > 0 && len(f.HTML) > 0 {
				t.Errorf("changes in frame %d, not in the first", i)
			}
			for _, h := range f.HTML {
				targets[h.Target] = h.HTML
			}
		}
		return targets, len(messages)
	}
	duty, frames := draw(c.duty, LangChinese)
	if frames != len(events) {
		t.Errorf("%d frames for %d events", frames, len(events))
	}
	for _, target := range []string{"item-2", "clock-1", "desk-counts", "desk-alerts", "notice-1", "badge-inbox", "badge-notices", "badge-releases", "items-today"} {
		if duty[target] == "" {
			t.Errorf("the duty officer's page isn't told of %s", target)
		}
	}
	if strings.Contains(fmt.Sprint(duty), "13912344471") {
		t.Error("a telephone number went out on the line")
	}
	if op, _ := draw(c.operator, LangChinese); op["item-2"] == "" || op["clock-1"] != "" || op["desk-alerts"] != "" || op["badge-notices"] != "" {
		t.Errorf("the operator is told of %v", keys(op))
	}
	if secrecy, _ := draw(n.person(desk.RoleSecrecy, "s2", "审查"), LangChinese); secrecy["item-2"] != "" || secrecy["clock-1"] == "" {
		t.Errorf("the reviewer is told of %v", keys(secrecy))
	}
	if english, _ := draw(c.duty, LangEnglish); !strings.Contains(english["desk-counts"], "running") {
		t.Errorf("in English the counts say %s", english["desk-counts"])
	}
	far := c.duty
	far.Region = "11"
	if elsewhere, _ := draw(far, LangChinese); elsewhere["clock-1"] != "" || strings.Contains(fmt.Sprint(elsewhere), "化工园区") {
		t.Errorf("somebody of another region is told of %v", keys(elsewhere))
	}
}

func keys(m map[string]string) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	return list
}

// sealedEvents waits until everything is in the feed and reads it.
func (n *evening) sealedEvents(t *testing.T) []desk.Sealed {
	t.Helper()
	n.visitor(n.person(desk.RoleInspector, "last", "质检"), "last").get("/items").want(t, http.StatusOK) // its sign-in is the last event
	grown, stop := n.PG.Wake(pg.WakeFeed)
	defer stop()
	late := time.After(10 * time.Second)
	for {
		head := must(n.Feed.Head(t.Context()))
		events := must(n.Feed.After(t.Context(), desk.Cursor{Epoch: head.Epoch}, 1000))
		if len(events) > 0 && events[len(events)-1].Event.Type == "person.signed-in" && events[len(events)-1].Event.Actor == "质检" {
			return events
		}
		select {
		case <-grown:
		case <-late:
			t.Fatal("the events aren't sealed")
		}
	}
}

// TestBrowserItemLive: an item that a colleague deals with says so on the page that stands open, and what is being typed stays.
func TestBrowserItemLive(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/items/5")
	lineUp(tab)
	tab.Press("c")
	tab.Wait(`document.getElementById("correct").open && document.activeElement.id === "f-kind"`)
	tab.Focus("#f-correct-why")
	tab.Type("听录音")
	must(n.CorrectItem(t.Context(), c.duty, desk.Correction{Item: 5, Fields: map[string]string{desk.FieldKind: desk.KindHelp}, Why: "回电"}))
	must(n.SettleItem(t.Context(), c.duty, 5, true, ""))
	tab.Wait(`document.querySelector("#item-read .item-state").textContent === "已阅" && document.querySelector("#item-read .timeline").textContent.includes("理由：回电")`)
	var why string
	if tab.Eval(`document.getElementById("correct").open ? document.getElementById("f-correct-why").value : "closed"`, &why); why != "听录音" {
		t.Errorf("what was being typed is now %q", why)
	}
}

// TestBrowserInboxKeys: J and K walk the rows, Enter opens one, Escape leads back; a filter narrows the list in place and is in the address.
func TestBrowserInboxKeys(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/items")
	lineUp(tab)
	tab.Press("j", "j", "j", "k")
	tab.Wait(`document.activeElement.closest("[data-row]") === document.querySelectorAll(".items > li")[1]`)
	// A row that arrives on top moves neither the focus nor what has it.
	var held string
	tab.Eval(`document.activeElement.closest("[data-row]").id`, &held)
	n.Push(desk.Incoming{ExternalID: "k", Title: "又来一件", Body: "又来一件"})
	tab.Wait(`document.querySelector(".items > li").textContent.includes("又来一件")`)
	var still string
	if tab.Eval(`document.activeElement.closest("[data-row]")?.id ?? ""`, &still); still != held {
		t.Errorf("the focus was on %s, is on %s", held, still)
	}
	tab.Press("Enter")
	tab.Wait(fmt.Sprintf(`location.pathname === "/items/%s"`, strings.TrimPrefix(held, "item-")))
	tab.Wait(`"ready" in document.documentElement.dataset`)
	tab.Press("Escape")
	tab.Wait(`location.pathname === "/items" && "ready" in document.documentElement.dataset && document.querySelectorAll(".items > li").length === 9`)
	tab.Press("/")
	tab.Compose("tingshui", "停水")
	tab.Wait(`document.querySelectorAll(".items > li").length === 2 && new URLSearchParams(location.search).get("q") === "停水"`)
	tab.Eval(`{ const s = document.querySelector("select[name=urgency]"); s.value = "紧急"; s.dispatchEvent(new Event("input", {bubbles: true})); }`, nil)
	tab.Wait(`new URLSearchParams(location.search).get("urgency") === "紧急" && document.querySelector(".items[data-live-filtered]")`)
	n.Push(desk.Incoming{ExternalID: "k2", Title: "停水第三件", Body: "停水，老人要透析"})
	tab.Wait(`document.querySelector(".pill")?.textContent === "有 1 件新来件"`)
	tab.Click(".pill")
	tab.Wait(`document.querySelectorAll(".items > li").length === 3`)
}
