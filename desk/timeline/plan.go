package timeline

import (
	"cmp"
	"slices"
	"time"
)

// PlannedClock is a clock that a matter has by the rules.
type PlannedClock struct {
	Rule    Rule
	Anchor  AnchorKind // which instant started it; shown beside it
	Start   time.Time
	Due     time.Time
	Warning Warning // set when the due time stands on days without a schedule
}

// Plan says which clocks a matter has, the nearest due first. A rule whose
// starting instant isn't known yet has none: see Waiting. Ungraded emergencies
// get the clocks of their level at the first judgement (初判); until then they
// show red (MatterLight).
func Plan(m Matter, rules []Rule, cal *Calendar) []PlannedClock {
	var all []PlannedClock
	for _, r := range applying(m, rules) {
		start, kind, ok := Start(r, m.Anchors)
		if !ok {
			continue
		}
		all = append(all, planned(r, kind, start, cal))
	}
	slices.SortStableFunc(all, func(a, b PlannedClock) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Rule.Key, b.Rule.Key))
	})
	return all
}

// Waiting are the rules that apply but whose starting instant isn't known.
func Waiting(m Matter, rules []Rule) []Rule {
	return slices.DeleteFunc(applying(m, rules), func(r Rule) bool {
		_, _, ok := Start(r, m.Anchors)
		return ok
	})
}

// Next is the clock that follows when a repeating rule is met; ok is false for
// other rules.
func Next(r Rule, met time.Time, cal *Calendar) (next PlannedClock, ok bool) {
	if !r.Repeat {
		return PlannedClock{}, false
	}
	return planned(r, Last, met, cal), true
}

func planned(r Rule, kind AnchorKind, start time.Time, cal *Calendar) PlannedClock {
	due, warn := Due(r, start, cal)
	return PlannedClock{Rule: r, Anchor: kind, Start: start.UTC(), Due: due, Warning: warn}
}

// applying are the rules that apply to a matter, without those that another
// applying rule replaces.
func applying(m Matter, rules []Rule) []Rule {
	var all []Rule
	var replaced []string
	for _, r := range rules {
		if r.AppliesTo(m) {
			all = append(all, r)
			replaced = append(replaced, r.Replaces...)
		}
	}
	return slices.DeleteFunc(all, func(r Rule) bool { return slices.Contains(replaced, r.Key) })
}
