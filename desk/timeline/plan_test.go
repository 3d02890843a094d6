package timeline

import (
	"slices"
	"testing"
	"time"
)

var major = []string{"特别重大", "重大"}

// rules are the shape of the shipped policy's public-opinion rules.
func rules() []Rule {
	first := []AnchorKind{Occurred, Learned}
	lights := Lights{Yellow: .5, Red: .75}
	return []Rule{
		{Key: "release", Span: Hours(5), Anchors: first, MetBy: []Act{ActRelease}, Replaces: []string{"response"}, Applies: Applies{To: OfIncident, Levels: major}, Alerts: alerts(), Lights: lights},
		{Key: "briefing", Span: Hours(24), Anchors: first, MetBy: []Act{ActBriefing}, Applies: Applies{To: OfIncident, Levels: major}, Alerts: alerts(), Lights: lights},
		{Key: "follow-up", Span: Hours(24), Anchors: []AnchorKind{Last}, Repeat: true, MetBy: []Act{ActRelease}, Applies: Applies{To: OfIncident, Levels: major}, Alerts: alerts(), Lights: lights},
		{Key: "response", Span: Hours(48), Anchors: first, MetBy: []Act{ActResponse}, Applies: Applies{To: OfIncident, NeedsAnswer: true}, Alerts: alerts(), Lights: lights},
		{Key: "answer", Span: WorkDays(2), Anchors: []AnchorKind{Received}, MetBy: []Act{ActAnswer}, Applies: Applies{To: OfTicket, Kinds: []string{"咨询"}}},
	}
}

func at(d string) *time.Time {
	t := after(d)
	return &t
}

func TestStart(t *testing.T) {
	t.Parallel()
	zero := time.Time{}
	first := Rule{Anchors: []AnchorKind{Occurred, Learned}}
	for name, c := range map[string]struct {
		rule    Rule
		anchors Anchors
		want    *time.Time
		kind    AnchorKind
	}{
		"occurred when known":       {first, Anchors{Occurred: at("0s"), Learned: at("1h")}, at("0s"), Occurred},
		"else learned":              {first, Anchors{Learned: at("1h"), Received: at("30m")}, at("1h"), Learned},
		"never what isn't named":    {first, Anchors{Received: at("30m"), Graded: at("2h"), Last: at("3h")}, nil, ""},
		"a zero instant is unknown": {first, Anchors{Occurred: &zero, Learned: at("1h")}, at("1h"), Learned},
		"received":                  {Rule{Anchors: []AnchorKind{Received}}, Anchors{Occurred: at("0s"), Received: at("2h")}, at("2h"), Received},
		"graded":                    {Rule{Anchors: []AnchorKind{Graded}}, Anchors{Graded: at("2h")}, at("2h"), Graded},
		"last":                      {Rule{Anchors: []AnchorKind{Last}}, Anchors{Last: at("2h")}, at("2h"), Last},
		"a rule without anchors":    {Rule{}, Anchors{Occurred: at("0s")}, nil, ""},
		"a kind nobody knows":       {Rule{Anchors: []AnchorKind{"?"}}, Anchors{Occurred: at("0s")}, nil, ""},
	} {
		start, kind, ok := Start(c.rule, c.anchors)
		if ok != (c.want != nil) || kind != c.kind || (ok && !start.Equal(*c.want)) {
			t.Errorf("%s: %v %s %v", name, start, kind, ok)
		}
	}
	for _, k := range AnchorKinds {
		if k.Name() == string(k) {
			t.Errorf("%s has no name", k)
		}
	}
}

func keys(clocks []PlannedClock) []string {
	all := []string{}
	for _, c := range clocks {
		all = append(all, c.Rule.Key+"@"+c.Due.Sub(t0).String())
	}
	return all
}

func TestPlan(t *testing.T) {
	t.Parallel()
	cal := shanghai(t)
	known := Anchors{Occurred: at("0s"), Learned: at("1h"), Received: at("1h")}
	for name, c := range map[string]struct {
		matter Matter
		want   []string
	}{
		"特别重大": {Matter{Of: OfIncident, Level: "特别重大", Anchors: known}, []string{"release@5h0m0s", "briefing@24h0m0s"}},
		"重大":   {Matter{Of: OfIncident, Level: "重大", Anchors: known}, []string{"release@5h0m0s", "briefing@24h0m0s"}},
		"重大 needs an answer: no 48 h beside the 5 h": {Matter{Of: OfIncident, Level: "重大", NeedsAnswer: true, Anchors: known}, []string{"release@5h0m0s", "briefing@24h0m0s"}},
		"较大 without need":                            {Matter{Of: OfIncident, Level: "较大", Anchors: known}, []string{}},
		"较大 needs an answer":                         {Matter{Of: OfIncident, Level: "较大", NeedsAnswer: true, Anchors: known}, []string{"response@48h0m0s"}},
		"一般 needs an answer":                         {Matter{Of: OfIncident, Level: "一般", NeedsAnswer: true, Anchors: known}, []string{"response@48h0m0s"}},
		"ungraded":                                   {Matter{Of: OfIncident, Emergency: true, Anchors: known}, []string{}},
		"ungraded, to answer":                        {Matter{Of: OfIncident, NeedsAnswer: true, Anchors: known}, []string{"response@48h0m0s"}},
		"from learned":                               {Matter{Of: OfIncident, Level: "重大", Anchors: Anchors{Learned: at("1h")}}, []string{"release@6h0m0s", "briefing@25h0m0s"}},
		"released once":                              {Matter{Of: OfIncident, Level: "重大", Anchors: Anchors{Learned: at("1h"), Last: at("4h")}}, []string{"release@6h0m0s", "briefing@25h0m0s", "follow-up@28h0m0s"}},
		"no instant known":                           {Matter{Of: OfIncident, Level: "重大"}, []string{}},
		"a ticket":                                   {Matter{Of: OfTicket, Kind: "咨询", Anchors: known}, []string{"answer@106h0m0s"}}, // Friday 15:00 → Tuesday 24:00
		"another ticket":                             {Matter{Of: OfTicket, Kind: "表扬", Anchors: known}, []string{}},
	} {
		if got := keys(Plan(c.matter, rules(), cal)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestPlanWarnsPastTheCalendar(t *testing.T) {
	t.Parallel()
	received := local(t, "2026-12-31 10:00")
	clocks := Plan(Matter{Of: OfTicket, Kind: "咨询", Anchors: Anchors{Received: &received}}, rules(), shanghai(t))
	if len(clocks) != 1 || !slices.Equal(clocks[0].Warning.Years, []int{2027}) {
		t.Errorf("%+v", clocks)
	}
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	m := Matter{Of: OfIncident, Level: "重大", Anchors: Anchors{Learned: at("1h")}}
	waiting := Waiting(m, rules())
	if len(waiting) != 1 || waiting[0].Key != "follow-up" {
		t.Errorf("%v", waiting)
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	r := rules()
	next, ok := Next(r[2], after("4h"), shanghai(t))
	if !ok || next.Anchor != Last || !next.Due.Equal(after("28h")) {
		t.Errorf("%+v %v", next, ok)
	}
	if _, ok := Next(r[0], after("4h"), shanghai(t)); ok {
		t.Error("a rule that doesn't repeat came again")
	}
}

func TestMergeAnchors(t *testing.T) {
	t.Parallel()
	a := Anchors{Occurred: at("2h"), Learned: at("3h"), Last: at("4h")}
	b := Anchors{Occurred: at("1h"), Received: at("3h"), Graded: at("5h"), Last: at("6h")}
	for _, m := range []Anchors{MergeAnchors(a, b), MergeAnchors(b, a)} {
		if !m.Occurred.Equal(after("1h")) || !m.Learned.Equal(after("3h")) || !m.Received.Equal(after("3h")) || !m.Graded.Equal(after("5h")) || !m.Last.Equal(after("6h")) {
			t.Errorf("%+v", m)
		}
	}
}

func TestMeets(t *testing.T) {
	t.Parallel()
	r := Rule{MetBy: []Act{ActResponse, ActRelease}}
	if !r.Meets(ActRelease) || !r.Meets(ActResponse) || r.Meets(ActBriefing) {
		t.Error("wrong acts meet the rule")
	}
	if !InTime(after("5h"), after("5h")) || InTime(after("5h"), after("5h0m1s")) {
		t.Error("an act at the due instant is in time, one after it isn't")
	}
}
