package timeline

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The model knows nothing of stages: it counts minutes since the start and says
// what the office must have been told by then. Spans are multiples of four
// minutes, so that halves and quarters are whole minutes.
type minuteModel struct{ span, every int }

// speaks is what is told at exactly this minute, "" for nothing.
func (m minuteModel) speaks(minute int) string {
	switch {
	case minute <= 0:
		return ""
	case minute > m.span && (minute-m.span)%m.every == 0:
		return StageOverdue
	case minute > m.span:
		return ""
	case minute == m.span:
		return StageDue
	case minute == m.span-30:
		return "before"
	case minute*4 == m.span*3:
		return "three-quarters"
	case minute*2 == m.span:
		return "half"
	}
	return ""
}

// TestNothingIsMissed opens a clock at any time, sweeps at random minutes with
// outages in between, meets it at last, and holds every sweep against the model:
// it tells something if and only if something came due since it last looked, and
// then the most pressing, once. Run with -rapid.checks=100000 for the full row.
func TestNothingIsMissed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := 4 * rapid.IntRange(1, 24*15).Draw(t, "span")
		model := minuteModel{span: span, every: 30}
		rule := Rule{Span: Span{Clock: time.Duration(span) * time.Minute}, Alerts: alerts()}
		start := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "start"), 0).UTC()
		due, _ := Due(rule, start, nil)
		minute := func(m int) time.Time { return start.Add(time.Duration(m) * time.Minute) }

		opened := rapid.IntRange(0, 2*span+100).Draw(t, "opened")
		met := opened + rapid.IntRange(0, 2*span+300).Draw(t, "met")
		pending := Opening(rule, start, due, minute(opened))
		looked := 0 // everything up to here has been looked at; the opening counts from the start
		told := map[Stage]bool{}
		for now := opened; now <= met; now += rapid.IntRange(1, span).Draw(t, "gap") {
			want := ""
			for m := looked + 1; m <= now; m++ {
				if word := model.speaks(m); word != "" {
					want = word
				}
			}
			looked = now
			f, ok := rule.Alerts.Fire(pending, due, minute(now))
			if ok != (want != "") || f.Fire.Name != want {
				t.Fatalf("minute %d of %d: fired %v %v, want %q; pending %v", now, span, ok, f.Fire, want, pending)
			}
			if !ok {
				continue
			}
			if told[f.Fire] || f.Fire.FireAt.After(minute(now)) {
				t.Fatalf("told twice or too early: %v", f.Fire)
			}
			told[f.Fire] = true
			pending = slices.DeleteFunc(pending, func(s Stage) bool { return !s.FireAt.After(minute(now)) })
			pending = append(pending, f.Next...)
			if len(pending) == 0 {
				t.Fatalf("minute %d of %d: the clock fell silent", now, span)
			}
		}
	})
}

// TestStagesInOrder holds that stages of any marks are in order of time, between
// start and due, without two at one instant, the due time last.
func TestStagesInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var a Alerts
		for i := range rapid.IntRange(0, 6).Draw(t, "marks") {
			m := Mark{Name: string(rune('a' + i))}
			if rapid.Bool().Draw(t, "before") {
				m.Before = time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute
			} else {
				m.Fraction = rapid.Float64Range(.01, .99).Draw(t, "fraction")
			}
			a.Marks = append(a.Marks, m)
		}
		span := time.Duration(rapid.IntRange(1, 3000).Draw(t, "span")) * time.Minute
		due := t0.Add(span)
		stages := Stages(Rule{Alerts: a}, t0, due)
		for i, s := range stages {
			if !s.FireAt.After(t0) || s.FireAt.After(due) || s.FireAt.Nanosecond() != 0 {
				t.Fatalf("%v outside %v", s, span)
			}
			if i > 0 && !s.FireAt.After(stages[i-1].FireAt) {
				t.Fatalf("%v after %v", s, stages[i-1])
			}
		}
		if last := stages[len(stages)-1]; last.Name != StageDue || !last.FireAt.Equal(due) {
			t.Fatalf("ends with %v", last)
		}
	})
}

// TestLightFollowsTime holds that a light only ever gets more pressing, and that
// it agrees with exact arithmetic on the span.
func TestLightFollowsTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := 4 * rapid.IntRange(1, 1000).Draw(t, "span")
		due := t0.Add(time.Duration(span) * time.Minute)
		lights, rank := Lights{Yellow: .5, Red: .75}, 0
		for minute := 0; minute <= span+2; minute++ {
			l := lights.At(t0, due, t0.Add(time.Duration(minute)*time.Minute))
			want := Green
			switch {
			case minute > span:
				want = Overdue
			case minute*4 >= span*3:
				want = Red
			case minute*2 >= span:
				want = Yellow
			}
			if l != want || l.Rank() < rank {
				t.Fatalf("minute %d of %d: %s, want %s", minute, span, l, want)
			}
			rank = l.Rank()
		}
	})
}
