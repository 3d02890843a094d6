package timeline

import (
	"slices"
	"time"
)

// Names of the stages that every clock has.
const (
	StageDue     = "due"     // 到时
	StageOverdue = "overdue" // 超时, repeated until the clock is met
)

// Mark is an alert before the due time: at a fraction of the span, or a length
// of time before the end.
type Mark struct {
	Name     string        // stable, kept in the record: half, three-quarters, before
	Text     string        // in Chinese, the key of the catalogue
	Fraction float64       // 0..1 of the span; 0 when Before is set
	Before   time.Duration // before the due time; 0 when Fraction is set
}

// Alerts says when a clock speaks up.
type Alerts struct {
	Marks []Mark
	Every time.Duration // after the due time, until met; 0: never again
}

// Stage is one instant at which a clock speaks up.
type Stage struct {
	Name   string
	FireAt time.Time
}

// Text is a stage's name in the office's words.
func (a Alerts) Text(name string) string {
	switch name {
	case StageDue:
		return "到时"
	case StageOverdue:
		return "超时"
	}
	for _, m := range a.Marks {
		if m.Name == name {
			return m.Text
		}
	}
	return name
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
		all = append(all, Stage{Name: m.Name, FireAt: at.UTC()})
	}
	slices.SortStableFunc(all, func(a, b Stage) int { return a.FireAt.Compare(b.FireAt) })
	return append(all, Stage{Name: StageDue, FireAt: due.UTC()})
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
	return Stage{Name: StageOverdue, FireAt: due.Add(time.Duration(n) * a.Every).UTC()}, true
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
// has moved: as Opening, but what was already told isn't told again. Of a told
// overdue the instant decides, since it repeats.
func Moved(r Rule, start, due, now time.Time, told []Stage) []Stage {
	stages := Opening(r, start, due, now)
	first := stages[0]
	again := slices.ContainsFunc(told, func(s Stage) bool {
		return s.Name == first.Name && (s.Name != StageOverdue || !s.FireAt.Before(r.Alerts.lastOverdue(due, now)))
	})
	if first.FireAt.After(now) || !again {
		return stages
	}
	if next, more := r.Alerts.NextOverdue(due, now); more && !now.Before(due) {
		return []Stage{next}
	}
	return stages[1:]
}

// lastOverdue is the latest repeat of overdue at or before now, the due time
// itself when none has come.
func (a Alerts) lastOverdue(due, now time.Time) time.Time {
	if a.Every <= 0 || now.Before(due) {
		return due
	}
	return due.Add(now.Sub(due) / a.Every * a.Every)
}

// pressing is the stage of a clock that is past due at now.
func (a Alerts) pressing(due, now time.Time) Stage {
	if a.lastOverdue(due, now).After(due) {
		return Stage{Name: StageOverdue, FireAt: now.UTC()}
	}
	return Stage{Name: StageDue, FireAt: now.UTC()}
}

// Firing is what a sweep does with the stages of one clock that are due.
type Firing struct {
	Fire  Stage   // to be told, once; its FireAt is the instant it was due
	Stale []Stage // overtaken by it; recorded, not told
	Next  []Stage // to be added, so that the clock goes on speaking
}

// Fire decides what is told at now of a running clock whose pending stages are
// given. After an outage several may be past: only the most pressing is told,
// and it may be a repeat of overdue that was never planned. ok is false when
// none is due yet.
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
	if last := a.lastOverdue(due, now); f.Fire.FireAt.Before(last) || (f.Fire.Name != StageDue && f.Fire.Name != StageOverdue) {
		f.Fire, f.Stale = a.pressing(due, now), past
		f.Fire.FireAt = last.UTC()
	}
	if next, more := a.NextOverdue(due, now); more && !slices.ContainsFunc(pending, func(s Stage) bool { return s.FireAt.After(now) }) {
		f.Next = []Stage{next}
	}
	return f, true
}
