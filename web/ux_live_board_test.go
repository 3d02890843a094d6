package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"huiying/desk"
	"huiying/web/webtest"
)

// boardRow is a row of clocks as it stands on a page.
type boardRow struct {
	ID    string
	Title string
	Light string
	Due   time.Time
	Top   float64
}

const boardRows = `JSON.stringify([...document.querySelectorAll(".clocks > li")].map((r) => ({ID: r.id, Title: r.querySelector("h3 a").textContent, Light: r.dataset.light, Due: r.dataset.due, Top: r.getBoundingClientRect().top})))`

// inOrder reads the board and checks it against the office: every running clock of every incident, by the time left, what is
// overdue on top.
func (n *evening) inOrder(t *testing.T, tab *webtest.Tab, when string) []boardRow {
	t.Helper()
	running := must(n.Clocks(t.Context(), desk.System, desk.ClockFilter{State: desk.ClockRunning, Page: desk.Page{Limit: 1000}}))
	var ids []string
	for _, c := range running {
		ids = append(ids, fmt.Sprintf("clock-%d", c.ID))
	}
	tab.Wait(fmt.Sprintf(`document.querySelectorAll(".clocks > li").length === %d && %s.every((id) => document.getElementById(id))`, len(ids), must(json.Marshal(ids))))
	var raw string
	tab.Eval(boardRows, &raw)
	var rows []boardRow
	if err := json.Unmarshal([]byte(raw), &rows); err != nil {
		t.Fatal(err)
	}
	for _, c := range running {
		if !slices.ContainsFunc(rows, func(r boardRow) bool {
			return r.ID == fmt.Sprintf("clock-%d", c.ID) && r.Due.Sub(c.Due).Abs() < time.Second
		}) {
			t.Errorf("%s: clock %d (%s, %s) isn't on the board", when, c.ID, c.Incident, c.RuleName)
		}
	}
	for i := 1; i < len(rows); i++ {
		above, below := rows[i-1], rows[i]
		if below.Due.Before(above.Due) || below.Top <= above.Top || below.Light == "over" && above.Light != "over" {
			t.Errorf("%s: %+v stands above %+v", when, above, below)
		}
	}
	return rows
}

// TestBrowserUX11Board: the board sorts by time left with what is overdue on top, and shows every running clock of an
// incident: as it comes, when one begins between two others, when one runs out, is moved, is met; on the incident's own page all
// of its clocks stand as well.
func TestBrowserUX11Board(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	lineUp(tab)
	rows := n.inOrder(t, tab, "at first")
	if len(rows) != 5 || rows[0].Light != "over" || rows[0].Title != "环城快速路客车追尾事故" {
		t.Fatalf("the board begins with %+v", rows)
	}
	clocksOf := func(title string) (n int) {
		for _, r := range rows {
			if r.Title == title {
				n++
			}
		}
		return n
	}
	if clocksOf("云泽化工园区爆炸事故") != 2 || clocksOf("环城快速路客车追尾事故") != 2 {
		t.Errorf("not every clock of an incident is shown: %+v", rows)
	}

	// One begins whose places are in the middle.
	began := n.now().Add(-2 * time.Hour)
	in := must(n.RaiseIncident(t.Context(), c.duty, desk.Raise{Title: "城北供水主管爆裂", Kind: "事故灾难", Occurred: &began, Grade: &desk.Grade{Level: desk.LevelMajor, At: n.now()}}))
	rows = n.inOrder(t, tab, "one begins")
	if clocksOf(in.Title) != 2 || rows[0].Light != "over" || rows[len(rows)-1].Title != in.Title {
		t.Errorf("the new one's clocks: %+v", rows)
	}

	// Two more run out: they stand on top with the one that had, the longest overdue first.
	n.moved.Add(int64(95 * time.Minute))
	tab.Wait(`document.querySelectorAll(".clocks > li[data-light=over]").length === 3`)
	n.inOrder(t, tab, "two run out")
	n.moved.Add(-int64(95 * time.Minute))
	tab.Wait(`document.querySelectorAll(".clocks > li[data-light=over]").length === 1`)

	// Its start is put right: its clocks move to where they belong, one of them on top.
	before := began.Add(-6 * time.Hour)
	must(n.SetInstant(t.Context(), c.duty, in.ID, desk.Instant{Kind: "occurred", At: &before}, "消防接警记录为准"))
	tab.Wait(fmt.Sprintf(`document.querySelector(".clocks > li h3 a").textContent === %q`, in.Title))
	n.inOrder(t, tab, "moved")

	// One is met: it leaves, the others stay.
	n.signed(c)
	must(n.PublishRelease(t.Context(), c.press, 1, 1, desk.Publish{Channel: "政府门户网站", Proof: desk.Proof{Address: "https://yunze.example/1"}}))
	n.inOrder(t, tab, "one is met")

	// The list of incidents stands in the same order, each by its nearest, and says how many more run.
	tab.Goto(n.url + "/incidents")
	var next []time.Time
	tab.Eval(`[...document.querySelectorAll(".incident-row[data-clock]")].map((r) => r.dataset.due)`, &next)
	if len(next) != 4 || !slices.IsSortedFunc(next, time.Time.Compare) {
		t.Errorf("the incidents are due at %v", next)
	}
	tab.Goto(n.url + fmt.Sprintf("/incidents/%d", c.blast.ID))
	var own int
	tab.Eval(`document.querySelectorAll(".clock-row[data-clock] time-left").length`, &own)
	running := must(n.Clocks(t.Context(), desk.System, desk.ClockFilter{State: desk.ClockRunning, Incident: c.blast.ID, Page: desk.Page{Limit: 100}}))
	if own != len(running) || own < 2 {
		t.Errorf("the incident's page shows %d of its %d clocks", own, len(running))
	}
}
