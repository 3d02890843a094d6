package timeline

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// alerts are those of the shipped policy.
func alerts() Alerts {
	return Alerts{Every: 30 * time.Minute, Marks: []Mark{
		{Name: "half", Text: "时间过半", Fraction: .5},
		{Name: "three-quarters", Text: "时间已过四分之三", Fraction: .75},
		{Name: "before", Text: "临近到时", Before: 30 * time.Minute},
	}}
}

var t0 = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

// told writes stages as name@offset from t0.
func told(stages []Stage) []string {
	all := []string{}
	for _, s := range stages {
		all = append(all, fmt.Sprintf("%s@%v", s.Name, s.FireAt.Sub(t0)))
	}
	return all
}

func after(d string) time.Time {
	length, err := time.ParseDuration(d)
	if err != nil {
		panic(err)
	}
	return t0.Add(length)
}

func TestStages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		span string
		want []string
	}{
		{"5h", []string{"half@2h30m0s", "three-quarters@3h45m0s", "before@4h30m0s", "due@5h0m0s"}},
		{"24h", []string{"half@12h0m0s", "three-quarters@18h0m0s", "before@23h30m0s", "due@24h0m0s"}},
		// Of three quarters and 30 min before at the same instant the more pressing stays.
		{"2h", []string{"half@1h0m0s", "before@1h30m0s", "due@2h0m0s"}},
		// 30 min before falls ahead of the half: order is that of time.
		{"35m", []string{"before@5m0s", "half@17m30s", "three-quarters@26m15s", "due@35m0s"}},
		// It coincides with the half.
		{"1h", []string{"before@30m0s", "three-quarters@45m0s", "due@1h0m0s"}},
		// It would fall on the start, or ahead of it.
		{"30m", []string{"half@15m0s", "three-quarters@22m30s", "due@30m0s"}},
		{"15m", []string{"half@7m30s", "three-quarters@11m15s", "due@15m0s"}},
		{"1m", []string{"half@30s", "three-quarters@45s", "due@1m0s"}},
	} {
		got := told(Stages(Rule{Alerts: alerts()}, t0, after(c.span)))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.span, got, c.want)
		}
	}
	if got := told(Stages(Rule{}, t0, after("5h"))); !slices.Equal(got, []string{"due@5h0m0s"}) {
		t.Errorf("without marks: %v", got)
	}
}

func TestNextOverdue(t *testing.T) {
	t.Parallel()
	a := alerts()
	for at, want := range map[string]string{
		"0s": "5h30m", "4h59m59s": "5h30m", "5h": "5h30m", "5h29m59s": "5h30m", "5h30m": "6h", "5h30m1s": "6h", "6h": "6h30m", "29h59m59s": "30h",
	} {
		next, ok := a.NextOverdue(after("5h"), after(at))
		if !ok || next.Name != StageOverdue || !next.FireAt.Equal(after(want)) {
			t.Errorf("after %s: %v %v, want %s", at, next, ok, want)
		}
	}
	if _, ok := (Alerts{}).NextOverdue(t0, t0); ok {
		t.Error("a policy without repeats got one")
	}
}

func TestOpening(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now  string
		want []string
	}{
		{"0s", []string{"half@2h30m0s", "three-quarters@3h45m0s", "before@4h30m0s", "due@5h0m0s"}},
		{"2h29m59s", []string{"half@2h30m0s", "three-quarters@3h45m0s", "before@4h30m0s", "due@5h0m0s"}},
		{"2h30m", []string{"half@2h30m0s", "three-quarters@3h45m0s", "before@4h30m0s", "due@5h0m0s"}},
		{"3h", []string{"half@3h0m0s", "three-quarters@3h45m0s", "before@4h30m0s", "due@5h0m0s"}},
		{"4h45m", []string{"before@4h45m0s", "due@5h0m0s"}},
		{"5h", []string{"due@5h0m0s"}},
		{"5h29m59s", []string{"due@5h29m59s"}},
		// An upgrade six hours in: overdue at once, and only that.
		{"6h", []string{"overdue@6h0m0s"}},
		{"6h7m", []string{"overdue@6h7m0s"}},
		{"100h", []string{"overdue@100h0m0s"}},
	} {
		got := told(Opening(Rule{Alerts: alerts()}, t0, after("5h"), after(c.now)))
		if !slices.Equal(got, c.want) {
			t.Errorf("opened at %s: %v, want %v", c.now, got, c.want)
		}
	}
}

func TestMoved(t *testing.T) {
	t.Parallel()
	rule := Rule{Alerts: alerts()}
	for name, c := range map[string]struct {
		now  string
		told []Stage
		want []string
	}{
		"nothing told": {"3h", nil, []string{"half@3h0m0s", "three-quarters@3h45m0s", "before@4h30m0s", "due@5h0m0s"}},
		"half told":    {"3h", []Stage{{"half", after("1h")}}, []string{"three-quarters@3h45m0s", "before@4h30m0s", "due@5h0m0s"}},
		"brought forward past three quarters": {"4h", []Stage{{"half", after("1h")}},
			[]string{"three-quarters@4h0m0s", "before@4h30m0s", "due@5h0m0s"}},
		"brought forward past due": {"5h10m", []Stage{{"half", after("1h")}}, []string{"due@5h10m0s"}},
		"due told":                 {"5h10m", []Stage{{"due", after("5h")}}, []string{"overdue@5h30m0s"}},
		"overdue told":             {"6h10m", []Stage{{"due", after("5h")}, {"overdue", after("6h")}}, []string{"overdue@6h30m0s"}},
		"an old overdue told":      {"6h10m", []Stage{{"overdue", after("5h30m")}}, []string{"overdue@6h10m0s"}},
		"not yet":                  {"1h", []Stage{{"half", after("30m")}}, []string{"half@2h30m0s", "three-quarters@3h45m0s", "before@4h30m0s", "due@5h0m0s"}},
	} {
		if got := told(Moved(rule, t0, after("5h"), after(c.now), c.told)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestFire(t *testing.T) {
	t.Parallel()
	all := Stages(Rule{Alerts: alerts()}, t0, after("5h"))
	for name, c := range map[string]struct {
		pending     []Stage
		now         string
		fire        string // "" is nothing due
		stale, next []string
	}{
		"nothing due":         {all, "2h29m59s", "", nil, nil},
		"on time":             {all, "2h30m", "half@2h30m0s", []string{}, []string{}},
		"a second late":       {all[1:], "3h45m1s", "three-quarters@3h45m0s", []string{}, []string{}},
		"two past":            {all, "4h", "three-quarters@3h45m0s", []string{"half@2h30m0s"}, []string{}},
		"due":                 {all[3:], "5h", "due@5h0m0s", []string{}, []string{"overdue@5h30m0s"}},
		"due, late":           {all[3:], "5h29m", "due@5h0m0s", []string{}, []string{"overdue@5h30m0s"}},
		"down past due":       {all, "5h1m", "due@5h0m0s", []string{"half@2h30m0s", "three-quarters@3h45m0s", "before@4h30m0s"}, []string{"overdue@5h30m0s"}},
		"down for long":       {all[2:], "7h10m", "overdue@7h0m0s", []string{"before@4h30m0s", "due@5h0m0s"}, []string{"overdue@7h30m0s"}},
		"overdue":             {[]Stage{{StageOverdue, after("5h30m")}}, "5h30m", "overdue@5h30m0s", []string{}, []string{"overdue@6h0m0s"}},
		"overdue, very late":  {[]Stage{{StageOverdue, after("5h30m")}}, "6h40m", "overdue@6h30m0s", []string{"overdue@5h30m0s"}, []string{"overdue@7h0m0s"}},
		"opened overdue":      {[]Stage{{StageOverdue, after("6h7m")}}, "6h7m", "overdue@6h7m0s", []string{}, []string{"overdue@6h30m0s"}},
		"only a mark is left": {all[:1], "5h", "due@5h0m0s", []string{"half@2h30m0s"}, []string{"overdue@5h30m0s"}},
		"nothing pending":     {nil, "9h", "", nil, nil},
	} {
		f, ok := alerts().Fire(c.pending, after("5h"), after(c.now))
		if !ok {
			if c.fire != "" {
				t.Errorf("%s: nothing fired, want %s", name, c.fire)
			}
			continue
		}
		if got := told([]Stage{f.Fire})[0]; got != c.fire {
			t.Errorf("%s: fired %s, want %q", name, got, c.fire)
		}
		if !slices.Equal(told(f.Stale), c.stale) || !slices.Equal(told(f.Next), c.next) {
			t.Errorf("%s: stale %v next %v, want %v %v", name, told(f.Stale), told(f.Next), c.stale, c.next)
		}
	}
}

func TestFireWithoutRepeats(t *testing.T) {
	t.Parallel()
	a := alerts()
	a.Every = 0
	f, ok := a.Fire([]Stage{{StageDue, after("5h")}}, after("5h"), after("9h"))
	if !ok || f.Fire.Name != StageDue || len(f.Next) != 0 {
		t.Errorf("%+v %v", f, ok)
	}
}

func TestStageText(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"half": "时间过半", "due": "到时", "overdue": "超时", "before": "临近到时", "other": "other"} {
		if got := alerts().Text(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
