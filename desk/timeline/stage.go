package timeline

import (
	"fmt"
	"slices"
	"time"
)

// Keys of the stages that every clock has.
const (
	StageDue     = "due"     // 到时
	StageOverdue = "overdue" // 超时, repeated until the clock is met
)

// Mark is an alert before the due time: at a fraction of the span, or a length
// of time before the end.
type Mark struct {
	Key      string        // stable name, kept in the record
	Name     string        // in Chinese, the key of the catalogue
	Fraction float64       // 0..1 of the span; 0 when Before is set
	Before   time.Duration // before the due time; 0 when Fraction is set
}

// Alerts says when a clock speaks up.
type Alerts struct {
	Marks []Mark
	Every time.Duration // after the due time, until met; 0: never again
}

// Stage is one instant at which a clock speaks up. (Key, Seq) identifies it
// within its clock.
type Stage struct {
	Key    string
	Seq    int // 1, 2, … for the repeats of overdue; 0 otherwise
	FireAt time.Time
}

// Name identifies the stage within its clock in one word: half, due, overdue-3.
func (s Stage) Name() string {
	if s.Seq > 0 {
		return fmt.Sprintf("%s-%d", s.Key, s.Seq)
	}
	return s.Key
}

// StageText is the stage in the office's words.
func (a Alerts) StageText(key string) string {
	switch key {
	case StageDue:
		return "到时"
	case StageOverdue:
		return "超时"
	}
	for _, m := range a.Marks {
		if m.Key == key {
			return m.Name
		}
	}
	return key
}

// Stages are the marks and the due time of a clock in order of time. A mark that
// would not fall strictly between start and due is dropped ("30 min before" of a
// limit of 15 min); of two that coincide the later in the policy's list stays,
// being the more pressing. Instants are whole seconds from the start, in UTC.
func Stages(r Rule, start, due time.Time) []Stage {
	span := due.Sub(start)
	var all []Stage
	for _, m := range r.Alerts.Marks {
		at := due.Add(-m.Before)
		if m.Before == 0 {
			at = start.Add(part(span, m.Fraction))
		}
		if !at.After(start) || !at.Before(due) {
			continue
		}
		all = slices.DeleteFunc(all, func(s Stage) bool { return s.FireAt.Equal(at) })
		all = append(all, Stage{Key: m.Key, FireAt: at.UTC()})
	}
	slices.SortStableFunc(all, func(a, b Stage) int { return a.FireAt.Compare(b.FireAt) })
	return append(all, Stage{Key: StageDue, FireAt: due.UTC()})
}

// part is a fraction of a span in whole seconds.
func part(span time.Duration, fraction float64) time.Duration {
	return time.Duration(float64(span) * fraction).Round(time.Second)
}

// NextOverdue is the first repeat of overdue strictly after an instant; ok is
// false when the policy asks for none. Repeats stand on a grid from the due
// time, so that a late sweep doesn't shift them.
func (a Alerts) NextOverdue(due, after time.Time) (next Stage, ok bool) {
	if a.Every <= 0 {
		return Stage{}, false
	}
	n := 1
	if after.After(due) {
		n = int(after.Sub(due)/a.Every) + 1
	}
	return Stage{Key: StageOverdue, Seq: n, FireAt: due.Add(time.Duration(n) * a.Every).UTC()}, true
}

// Opening gives the stages to open a clock with at now. Those already past
// collapse into the most pressing one, to be fired at once: an upgrade six hours
// in says "overdue" once instead of sending five stale alerts.
func Opening(r Rule, start, due, now time.Time) []Stage {
	all := Stages(r, start, due)
	i := slices.IndexFunc(all, func(s Stage) bool { return s.FireAt.After(now) })
	switch {
	case i == 0:
		return all
	case i > 0:
		all[i-1].FireAt = now.UTC()
		return all[i-1:]
	}
	return []Stage{r.Alerts.pressing(due, now)}
}

// Moved gives the stages that a running clock goes on with when its start or due
// has moved: as Opening, but what was already told isn't told again.
func Moved(r Rule, start, due, now time.Time, told []Stage) []Stage {
	stages := Opening(r, start, due, now)
	first := stages[0]
	if first.FireAt.After(now) || !slices.ContainsFunc(told, func(s Stage) bool { return s.Key == first.Key && s.Seq == first.Seq }) {
		return stages
	}
	if next, more := r.Alerts.NextOverdue(due, now); more && !now.Before(due) {
		return []Stage{next}
	}
	return stages[1:]
}

// pressing is the stage of a clock that is past due at now.
func (a Alerts) pressing(due, now time.Time) Stage {
	if a.Every > 0 {
		if n := int(now.Sub(due) / a.Every); n > 0 {
			return Stage{Key: StageOverdue, Seq: n, FireAt: now.UTC()}
		}
	}
	return Stage{Key: StageDue, FireAt: now.UTC()}
}

// Firing is what a sweep does with the stages of one clock that are due.
type Firing struct {
	Fire  Stage   // to be told, once
	Stale []Stage // overtaken by it; recorded, not told
	Next  []Stage // to be added, so that the clock goes on speaking
}

// Fire decides what is told at now of a running clock whose pending stages are
// given. After an outage several may be past: only the most pressing is told.
// ok is false when none is due yet.
func (a Alerts) Fire(pending []Stage, due, now time.Time) (f Firing, ok bool) {
	past := slices.DeleteFunc(slices.Clone(pending), func(s Stage) bool { return s.FireAt.After(now) })
	if len(past) == 0 {
		return Firing{}, false
	}
	slices.SortStableFunc(past, func(x, y Stage) int { return x.FireAt.Compare(y.FireAt) })
	f.Fire, f.Stale = past[len(past)-1], past[:len(past)-1]
	if now.Before(due) {
		return f, true
	}
	if p := a.pressing(due, now); p.Key != f.Fire.Key || p.Seq > f.Fire.Seq {
		f.Fire, f.Stale = p, past
	}
	waiting := slices.ContainsFunc(pending, func(s Stage) bool { return s.FireAt.After(now) })
	if next, more := a.NextOverdue(due, now); more && !waiting {
		f.Next = []Stage{next}
	}
	return f, true
}
