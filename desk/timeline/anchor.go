// Package timeline is the pure part of the desk's clocks: working days with
// make-up workdays, rules that set clocks, clocks with their stages and lights,
// and what a regrade does to them. It reads no clock and keeps no state: every
// instant comes in as an argument, every answer is a value.
package timeline

import "time"

// AnchorKind names the instant from which a clock runs. When a clock starts is
// defined in no rule, so the instants are kept apart and the policy chooses.
type AnchorKind string

// The instants the desk keeps apart.
const (
	Occurred AnchorKind = "occurred" // 发生
	Learned  AnchorKind = "learned"  // 获知: when the office learned of the matter
	Received AnchorKind = "received" // 接报: when this office received the report
	Graded   AnchorKind = "graded"   // 定级: the first grading (初判), never a regrade
	Last     AnchorKind = "last"     // 上次办理: the last act of the kind that meets the rule
)

// AnchorKinds in the order in which forms show them.
var AnchorKinds = []AnchorKind{Occurred, Learned, Received, Graded, Last}

// Name is the office's word for the instant, the key of the catalogue.
func (k AnchorKind) Name() string {
	switch k {
	case Occurred:
		return "发生"
	case Learned:
		return "获知"
	case Received:
		return "接报"
	case Graded:
		return "定级"
	case Last:
		return "上次办理"
	}
	return string(k)
}

// Anchors are the instants known of a matter; nil is unknown.
type Anchors struct {
	Occurred *time.Time
	Learned  *time.Time
	Received *time.Time
	Graded   *time.Time // of the first grading; a regrade leaves it alone
	Last     *time.Time // of the last act that met the repeating rule
}

// At gives the instant of one kind, nil when unknown.
func (a Anchors) At(k AnchorKind) *time.Time {
	switch k {
	case Occurred:
		return a.Occurred
	case Learned:
		return a.Learned
	case Received:
		return a.Received
	case Graded:
		return a.Graded
	case Last:
		return a.Last
	}
	return nil
}

// Start says from when a rule's clock runs: the first known instant in the order
// that the rule names, and which one it was. ok is false when none is known.
func Start(r Rule, a Anchors) (at time.Time, kind AnchorKind, ok bool) {
	for _, k := range r.Anchors {
		if t := a.At(k); t != nil && !t.IsZero() {
			return t.UTC(), k, true
		}
	}
	return time.Time{}, "", false
}

// MergeAnchors keeps the earlier instant of each kind, because two reports of one
// matter can only show that it began earlier, never later.
func MergeAnchors(a, b Anchors) Anchors {
	return Anchors{
		Occurred: earlier(a.Occurred, b.Occurred),
		Learned:  earlier(a.Learned, b.Learned),
		Received: earlier(a.Received, b.Received),
		Graded:   earlier(a.Graded, b.Graded),
		Last:     later(a.Last, b.Last),
	}
}

func earlier(a, b *time.Time) *time.Time {
	if a == nil || (b != nil && b.Before(*a)) {
		return b
	}
	return a
}

func later(a, b *time.Time) *time.Time {
	if a == nil || (b != nil && b.After(*a)) {
		return b
	}
	return a
}
