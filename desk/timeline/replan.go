package timeline

import (
	"slices"
	"time"
)

// State of a clock that stands in the record.
type State string

// The states of a clock.
const (
	Running   State = "running"
	Met       State = "met"
	Withdrawn State = "withdrawn"
)

// Clock is a clock as the record has it.
type Clock struct {
	ID     int64 // the caller's own key, carried through
	Rule   string
	Anchor AnchorKind
	Start  time.Time
	Due    time.Time
	State  State
}

// Change says what a step does to the office's obligations. Bringing one forward
// needs one person; delaying or dropping one needs a reason and a second person,
// and the stricter clock rules until then.
type Change string

// The three changes.
const (
	Same    Change = "same"
	Forward Change = "forward"
	Delay   Change = "delay"
)

// CompareDue classifies a move of a due time.
func CompareDue(old, new time.Time) Change {
	switch {
	case new.Before(old):
		return Forward
	case new.After(old):
		return Delay
	}
	return Same
}

// NeedsSecond says that the change takes a reason and a second person.
func (c Change) NeedsSecond() bool { return c == Delay }

// StepKind is what a step does.
type StepKind string

// The kinds of steps.
const (
	StepOpen     StepKind = "open"     // a clock that wasn't there
	StepReopen   StepKind = "reopen"   // a withdrawn clock that applies again
	StepMove     StepKind = "move"     // start, anchor or due changes
	StepWithdraw StepKind = "withdraw" // the rule no longer applies
)

// Step is one thing that a change of level, anchors or rules does to the clocks.
type Step struct {
	Kind   StepKind
	Rule   string
	Old    Clock        // zero for StepOpen
	New    PlannedClock // zero for StepWithdraw
	Change Change
	By     string // for StepWithdraw: the rule that takes its place, if one does

	held bool
}

// Replanned is all that a change does; clocks that stay as they are have no step.
type Replanned []Step

// Change of the whole: Delay when any part delays, else Forward when any part
// brings something forward.
func (p Replanned) Change() Change {
	whole := Same
	for _, s := range p {
		if s.Change == Delay {
			return Delay
		}
		if s.Change == Forward {
			whole = Forward
		}
	}
	return whole
}

// AtOnce are the steps that one person's word sets going.
func (p Replanned) AtOnce() Replanned { return p.pick(false) }

// Held are the steps that wait for a second person; until then the clocks they
// would loosen run on.
func (p Replanned) Held() Replanned { return p.pick(true) }

func (p Replanned) pick(held bool) Replanned {
	return slices.DeleteFunc(slices.Clone(p), func(s Step) bool { return s.held != held })
}

// Of are the steps of one kind.
func (p Replanned) Of(kind StepKind) Replanned {
	return slices.DeleteFunc(slices.Clone(p), func(s Step) bool { return s.Kind != kind })
}

// Replan says what becomes of a matter's clocks when it changes from was to now
// (level, anchors, whether it needs an answer) or when the rules do. A start is
// never reset by a regrade or a merge: it moves only when the instant that the
// rule starts from was itself corrected, and a 定级 start never moves later.
// Met clocks stay met; they move only so that they are judged by the true due.
func Replan(old []Clock, was, now Matter, rules []Rule, cal *Calendar) Replanned {
	wanted := applying(now, rules)
	var steps Replanned
	for _, r := range wanted {
		c, have := current(old, r.Key)
		start, anchor, ok := startFor(r, c, have, was, now)
		if !ok {
			continue
		}
		p := planned(r, anchor, start, cal)
		switch {
		case !have:
			steps = append(steps, Step{Kind: StepOpen, Rule: r.Key, New: p, Change: Forward})
		case c.State == Withdrawn:
			steps = append(steps, Step{Kind: StepReopen, Rule: r.Key, Old: c, New: p, Change: Forward})
		case !p.Start.Equal(c.Start) || !p.Due.Equal(c.Due) || p.Anchor != c.Anchor:
			steps = append(steps, Step{Kind: StepMove, Rule: r.Key, Old: c, New: p, Change: CompareDue(c.Due, p.Due)})
		}
	}
	for _, c := range old {
		if c.State != Running || slices.ContainsFunc(wanted, func(r Rule) bool { return r.Key == c.Rule }) {
			continue
		}
		steps = append(steps, withdraw(c, old, steps, wanted))
	}
	return hold(steps, rules)
}

// current is the clock of a rule that a change concerns: the running one, else
// the latest (a repeating rule has several).
func current(old []Clock, rule string) (c Clock, have bool) {
	for _, o := range old {
		if o.Rule != rule {
			continue
		}
		if o.State == Running {
			return o, true
		}
		if !have || o.Start.After(c.Start) {
			c, have = o, true
		}
	}
	return c, have
}

// startFor keeps a clock's start unless the instant it stands on was corrected.
// A withdrawn clock may have slept through a correction, so it starts from what
// is known now.
func startFor(r Rule, c Clock, have bool, was, now Matter) (time.Time, AnchorKind, bool) {
	start, kind, ok := Start(r, now.Anchors)
	if !have {
		return start, kind, ok
	}
	before, beforeKind, knew := Start(r, was.Anchors)
	unmoved := c.State != Withdrawn && ok == knew && kind == beforeKind && start.Equal(before)
	if !ok || unmoved || c.Anchor == Last ||
		(kind == Graded && c.Anchor == Graded && start.After(c.Start)) {
		return c.Start, c.Anchor, true
	}
	return start, kind, true
}

// withdraw classifies dropping a clock: no loss when a rule that replaces it is
// due no later, a delay otherwise.
func withdraw(c Clock, old []Clock, steps Replanned, wanted []Rule) Step {
	s := Step{Kind: StepWithdraw, Rule: c.Rule, Old: c, Change: Delay}
	for _, r := range wanted {
		if !slices.Contains(r.Replaces, c.Rule) {
			continue
		}
		due, ok := dueOf(r.Key, old, steps)
		if ok && !due.After(c.Due) {
			s.By, s.Change = r.Key, CompareDue(c.Due, due)
		}
	}
	return s
}

func dueOf(rule string, old []Clock, steps Replanned) (time.Time, bool) {
	for _, s := range steps {
		if s.Rule == rule && s.Kind != StepWithdraw {
			return s.New.Due, true
		}
	}
	c, have := current(old, rule)
	return c.Due, have && c.State != Withdrawn
}

// hold marks what waits for a second person: the delays, and the looser clocks
// that only come because a stricter one would go.
func hold(steps Replanned, rules []Rule) Replanned {
	for i := range steps {
		steps[i].held = steps[i].Change == Delay
	}
	for _, gone := range steps {
		if gone.Kind != StepWithdraw || !gone.held {
			continue
		}
		for _, r := range rules {
			if r.Key != gone.Rule {
				continue
			}
			for i := range steps {
				if (steps[i].Kind == StepOpen || steps[i].Kind == StepReopen) && slices.Contains(r.Replaces, steps[i].Rule) {
					steps[i].held = true
				}
			}
		}
	}
	return steps
}

// Merge joins the clocks of a matter that is taken into another. For each rule
// the earlier start stays, because a merge never gives anybody more time; what
// the surviving matter has met stays met.
func Merge(into, from []Clock) []Clock {
	all := slices.Clone(into)
	for _, f := range from {
		if f.State != Running {
			continue
		}
		i := slices.IndexFunc(all, func(c Clock) bool { return c.Rule == f.Rule && c.State != Withdrawn })
		switch {
		case i < 0:
			all = append(all, f)
		case all[i].State == Running && f.Start.Before(all[i].Start):
			all[i].Start, all[i].Due, all[i].Anchor = f.Start, f.Due, f.Anchor
		}
	}
	return all
}
