package timeline

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// running are a matter's clocks as the record has them after it was planned.
func running(t testing.TB, m Matter) []Clock {
	var all []Clock
	for i, p := range Plan(m, rules(), shanghai(t)) {
		all = append(all, Clock{ID: int64(i + 1), Rule: p.Rule.Key, Anchor: p.Anchor, Start: p.Start, Due: p.Due, State: Running})
	}
	return all
}

func described(steps Replanned) []string {
	all := []string{}
	for _, s := range steps {
		text := string(s.Kind) + " " + s.Rule + " " + string(s.Change)
		if s.By != "" {
			text += " by " + s.By
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

func TestReplan(t *testing.T) {
	t.Parallel()
	incident := func(level string, answer bool, a Anchors) Matter {
		return Matter{Of: OfIncident, Level: level, NeedsAnswer: answer, Anchors: a}
	}
	known := Anchors{Occurred: at("0s"), Learned: at("1h")}
	earlier := Anchors{Occurred: at("-2h"), Learned: at("1h")}
	later := Anchors{Occurred: at("2h"), Learned: at("1h")}
	learned := Anchors{Learned: at("1h")}
	for name, c := range map[string]struct {
		was, now     Matter
		want         []string
		change       Change
		atOnce, held []string
	}{
		"nothing changes": {incident("重大", true, known), incident("重大", true, known), []string{}, Same, []string{}, []string{}},
		"up, no need before": {incident("较大", false, known), incident("重大", false, known),
			[]string{"open briefing forward", "open release forward"}, Forward, []string{"open briefing forward", "open release forward"}, []string{}},
		"up, 48 h gives way to 5 h": {incident("一般", true, known), incident("特别重大", true, known),
			[]string{"open briefing forward", "open release forward", "withdraw response forward by release"}, Forward,
			[]string{"open briefing forward", "open release forward", "withdraw response forward by release"}, []string{}},
		"重大 to 特别重大":      {incident("重大", true, known), incident("特别重大", true, known), []string{}, Same, []string{}, []string{}},
		"first judgement": {incident("", true, known), incident("较大", true, known), []string{}, Same, []string{}, []string{}},
		"down": {incident("重大", true, known), incident("较大", true, known),
			[]string{"open response forward", "withdraw briefing delay", "withdraw release delay"}, Delay, []string{},
			[]string{"open response forward", "withdraw briefing delay", "withdraw release delay"}},
		"down, nothing left": {incident("重大", false, known), incident("较大", false, known),
			[]string{"withdraw briefing delay", "withdraw release delay"}, Delay, []string{}, []string{"withdraw briefing delay", "withdraw release delay"}},
		"no answer needed after all": {incident("较大", true, known), incident("较大", false, known),
			[]string{"withdraw response delay"}, Delay, []string{}, []string{"withdraw response delay"}},
		"an answer is needed": {incident("较大", false, known), incident("较大", true, known),
			[]string{"open response forward"}, Forward, []string{"open response forward"}, []string{}},
		"it occurred earlier": {incident("重大", false, known), incident("重大", false, earlier),
			[]string{"move briefing forward", "move release forward"}, Forward, []string{"move briefing forward", "move release forward"}, []string{}},
		"it occurred later": {incident("重大", false, known), incident("重大", false, later),
			[]string{"move briefing delay", "move release delay"}, Delay, []string{}, []string{"move briefing delay", "move release delay"}},
		"occurred becomes known": {incident("重大", false, learned), incident("重大", false, known),
			[]string{"move briefing forward", "move release forward"}, Forward, []string{"move briefing forward", "move release forward"}, []string{}},
		"another word for the same instant": {incident("较大", true, learned), incident("较大", true, Anchors{Occurred: at("1h"), Learned: at("1h")}),
			[]string{"move response same"}, Same, []string{"move response same"}, []string{}},
		"occurred is no longer known": {incident("重大", false, known), incident("重大", false, learned),
			[]string{"move briefing delay", "move release delay"}, Delay, []string{}, []string{"move briefing delay", "move release delay"}},
		"nothing is known any more": {incident("重大", false, known), incident("重大", false, Anchors{}), []string{}, Same, []string{}, []string{}},
		"later, but graver": {incident("较大", true, known), incident("重大", true, later),
			[]string{"open briefing forward", "open release forward", "withdraw response forward by release"}, Forward,
			[]string{"open briefing forward", "open release forward", "withdraw response forward by release"}, []string{}},
	} {
		steps := Replan(running(t, c.was), c.was, c.now, rules(), shanghai(t))
		if got := described(steps); !slices.Equal(got, c.want) || steps.Change() != c.change || steps.Change().NeedsSecond() != (c.change == Delay) {
			t.Errorf("%s: %v %s, want %v %s", name, got, steps.Change(), c.want, c.change)
		}
		if got := described(steps.AtOnce()); !slices.Equal(got, c.atOnce) {
			t.Errorf("%s: at once %v, want %v", name, got, c.atOnce)
		}
		if got := described(steps.Held()); !slices.Equal(got, c.held) {
			t.Errorf("%s: held %v, want %v", name, got, c.held)
		}
	}
}

func TestUpgradeSixHoursIn(t *testing.T) {
	t.Parallel()
	was := Matter{Of: OfIncident, Level: "一般", NeedsAnswer: true, Anchors: Anchors{Occurred: at("0s")}}
	now := was
	now.Level = "重大"
	steps := Replan(running(t, was), was, now, rules(), shanghai(t)).Of(StepOpen)
	if len(steps) != 2 || steps[0].Rule != "release" {
		t.Fatalf("%v", described(steps))
	}
	p := steps[0].New
	if !p.Start.Equal(t0) || !p.Due.Equal(after("5h")) {
		t.Fatalf("release from %v due %v", p.Start, p.Due)
	}
	if got := told(Opening(p.Rule, p.Start, p.Due, after("6h"))); !slices.Equal(got, []string{"overdue@6h0m0s"}) {
		t.Errorf("stages %v", got)
	}
	if light := p.Rule.Lights.At(p.Start, p.Due, after("6h")); light != Overdue {
		t.Errorf("light %s", light)
	}
}

func TestReplanLeavesMetClocksMet(t *testing.T) {
	t.Parallel()
	known := Anchors{Occurred: at("0s")}
	was := Matter{Of: OfIncident, Level: "重大", Anchors: known}
	clocks := running(t, was)
	clocks[0].State = Met
	now := was
	now.Level = "较大"
	if got := described(Replan(clocks, was, now, rules(), shanghai(t))); !slices.Equal(got, []string{"withdraw briefing delay"}) {
		t.Errorf("downgrade: %v", got)
	}
	// A corrected instant moves a met clock too: whether it was in time must be true.
	now = was
	now.Anchors.Occurred = at("-3h")
	steps := Replan(clocks, was, now, rules(), shanghai(t))
	if len(steps) != 2 || steps[0].Old.State != Met || !steps[0].New.Due.Equal(after("2h")) || steps[0].Change != Forward {
		t.Errorf("%+v", steps)
	}
}

func TestReopenKeepsTheStart(t *testing.T) {
	t.Parallel()
	known := Anchors{Occurred: at("0s")}
	was := Matter{Of: OfIncident, Level: "较大", Anchors: known}
	now := was
	now.Level = "重大"
	old := []Clock{{ID: 7, Rule: "release", Anchor: Occurred, Start: t0, Due: after("5h"), State: Withdrawn}}
	steps := Replan(old, was, now, rules(), shanghai(t)).Of(StepReopen)
	if len(steps) != 1 || steps[0].Old.ID != 7 || !steps[0].New.Start.Equal(t0) || steps[0].Change != Forward {
		t.Errorf("%+v", steps)
	}
}

func TestGradedStartNeverMovesLater(t *testing.T) {
	t.Parallel()
	rule := Rule{Key: "g", Span: Hours(5), Anchors: []AnchorKind{Graded}, Applies: Applies{To: OfIncident, Levels: major}}
	was := Matter{Of: OfIncident, Level: "重大", Anchors: Anchors{Graded: at("0s")}}
	old := []Clock{{Rule: "g", Anchor: Graded, Start: t0, Due: after("5h"), State: Running}}
	now := was
	now.Level, now.Anchors.Graded = "特别重大", at("3h") // a careless caller passes the regrade's instant
	if steps := Replan(old, was, now, []Rule{rule}, shanghai(t)); len(steps) != 0 {
		t.Errorf("%+v", steps)
	}
	now.Anchors.Graded = at("-1h")
	if steps := Replan(old, was, now, []Rule{rule}, shanghai(t)); len(steps) != 1 || steps[0].Change != Forward {
		t.Errorf("%+v", steps)
	}
}

func TestFollowUpGoesOnFromItsOwnAct(t *testing.T) {
	t.Parallel()
	m := Matter{Of: OfIncident, Level: "重大", Anchors: Anchors{Occurred: at("0s"), Last: at("4h")}}
	clocks := running(t, m)
	clocks = append(clocks, Clock{Rule: "follow-up", Anchor: Last, Start: after("1h"), Due: after("25h"), State: Met})
	now := m
	now.Level = "特别重大"
	now.Anchors.Last = at("9h")
	if steps := Replan(clocks, m, now, rules(), shanghai(t)); len(steps) != 0 {
		t.Errorf("a regrade moved the follow-up: %+v", steps)
	}
}

func TestNewRulesMoveClocks(t *testing.T) {
	t.Parallel()
	m := Matter{Of: OfIncident, Level: "重大", Anchors: Anchors{Occurred: at("0s")}}
	shorter, longer := rules(), rules()
	shorter[0].Span, longer[0].Span = Hours(3), Hours(8)
	for want, r := range map[Change][]Rule{Forward: shorter, Delay: longer} {
		steps := Replan(running(t, m), m, m, r, shanghai(t))
		if len(steps) != 1 || steps[0].Kind != StepMove || steps[0].Change != want {
			t.Errorf("%s: %+v", want, steps)
		}
	}
	// A looser rule in place of a stricter one is a delay, whatever it is called.
	loose := rules()
	loose[0].Span = Hours(72)
	was := Matter{Of: OfIncident, Level: "较大", NeedsAnswer: true, Anchors: Anchors{Occurred: at("0s")}}
	now := was
	now.Level = "重大"
	if steps := Replan(running(t, was), was, now, loose, shanghai(t)).Of(StepWithdraw); len(steps) != 1 || steps[0].Change != Delay || steps[0].By != "" {
		t.Errorf("%+v", steps)
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	clock := func(rule string, start string, state State) Clock {
		return Clock{Rule: rule, Anchor: Learned, Start: after(start), Due: after(start).Add(5 * time.Hour), State: state}
	}
	for name, c := range map[string]struct {
		into, from, want []Clock
	}{
		"the earlier start stays":          {[]Clock{clock("r", "2h", Running)}, []Clock{clock("r", "1h", Running)}, []Clock{clock("r", "1h", Running)}},
		"its own is the earlier":           {[]Clock{clock("r", "1h", Running)}, []Clock{clock("r", "2h", Running)}, []Clock{clock("r", "1h", Running)}},
		"what is met stays met":            {[]Clock{clock("r", "2h", Met)}, []Clock{clock("r", "1h", Running)}, []Clock{clock("r", "2h", Met)}},
		"what it lacks comes over":         {[]Clock{clock("a", "2h", Running)}, []Clock{clock("r", "1h", Running)}, []Clock{clock("a", "2h", Running), clock("r", "1h", Running)}},
		"what was withdrawn runs again":    {[]Clock{clock("r", "2h", Withdrawn)}, []Clock{clock("r", "1h", Running)}, []Clock{clock("r", "2h", Withdrawn), clock("r", "1h", Running)}},
		"what isn't running isn't brought": {nil, []Clock{clock("r", "1h", Met), clock("s", "1h", Withdrawn)}, nil},
	} {
		if got := Merge(c.into, c.from); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestRegradesKeepStarts walks a matter through random regrades, corrections and
// merges, taking every step, and holds the clocks against what they must be: due
// by the rule from the first known instant, and never moved by a regrade.
func TestRegradesKeepStarts(t *testing.T) {
	t.Parallel()
	cal := shanghai(t)
	levels := []string{"", "一般", "较大", "重大", "特别重大"}
	rapid.Check(t, func(t *rapid.T) {
		m := Matter{Of: OfIncident, Anchors: Anchors{Learned: at("0s")}}
		var clocks []Clock
		for range rapid.IntRange(1, 12).Draw(t, "acts") {
			was := m
			regrade := rapid.Bool().Draw(t, "regrade")
			if regrade {
				m.Level = rapid.SampledFrom(levels).Draw(t, "level")
				m.NeedsAnswer = rapid.Bool().Draw(t, "answer")
			} else {
				moved := after("0s").Add(time.Duration(rapid.IntRange(-600, 600).Draw(t, "minutes")) * time.Minute)
				m.Anchors.Occurred = &moved
			}
			steps := Replan(clocks, was, m, rules(), cal)
			before := slices.Clone(clocks)
			for _, s := range steps {
				i := slices.IndexFunc(clocks, func(c Clock) bool { return c.Rule == s.Rule })
				switch {
				case s.Kind == StepOpen:
					clocks = append(clocks, Clock{Rule: s.Rule, Anchor: s.New.Anchor, Start: s.New.Start, Due: s.New.Due, State: Running})
				case s.Kind == StepWithdraw:
					clocks[i].State = Withdrawn
				default:
					clocks[i] = Clock{Rule: s.Rule, Anchor: s.New.Anchor, Start: s.New.Start, Due: s.New.Due, State: Running}
				}
				if s.Kind == StepMove && regrade {
					t.Fatalf("a regrade moved %+v", s)
				}
				if s.Kind == StepWithdraw && s.Change != Delay && s.By == "" {
					t.Fatalf("dropped for nothing: %+v", s)
				}
			}
			for i, c := range before {
				if regrade && (!clocks[i].Start.Equal(c.Start) && c.State == Running || clocks[i].Rule != c.Rule) {
					t.Fatalf("a regrade changed %+v to %+v", c, clocks[i])
				}
			}
			heldAgainst(t, m, clocks)
			if again := Replan(clocks, m, m, rules(), cal); len(again) != 0 {
				t.Fatalf("a second look finds more to do: %+v", again)
			}
		}
	})
}

// heldAgainst checks the running clocks against the rules written out plainly.
func heldAgainst(t *rapid.T, m Matter, clocks []Clock) {
	want := map[string]time.Duration{}
	switch {
	case m.Level == "重大" || m.Level == "特别重大":
		want["release"], want["briefing"] = 5*time.Hour, 24*time.Hour
	case m.NeedsAnswer:
		want["response"] = 48 * time.Hour
	}
	start := *m.Anchors.Learned
	if m.Anchors.Occurred != nil {
		start = *m.Anchors.Occurred
	}
	seen := 0
	for _, c := range clocks {
		if c.State != Running {
			continue
		}
		seen++
		span, ok := want[c.Rule]
		if !ok || !c.Start.Equal(start) || c.Due.Sub(c.Start) != span {
			t.Fatalf("%+v runs in %+v", c, m)
		}
	}
	if seen != len(want) {
		t.Fatalf("%d clocks run, want %v", seen, want)
	}
}
