package timeline

import (
	"slices"
	"time"
)

// Act is what meets a rule: the kind of thing done in answer.
type Act string

// The acts that meet clocks.
const (
	ActRelease     Act = "release"     // an authoritative release published, with proof
	ActBriefing    Act = "briefing"    // a press conference held, with proof
	ActResponse    Act = "response"    // a response published
	ActReport      Act = "report"      // a report sent upward and received
	ActExplanation Act = "explanation" // an explanation of a policy document published
	ActAccept      Act = "accept"      // a ticket accepted, or refused with reason
	ActAnswer      Act = "answer"      // a ticket answered
	ActDecide      Act = "decide"      // a report of illegality decided upon
)

// Acts is the closed set a policy may name.
var Acts = []Act{ActRelease, ActBriefing, ActResponse, ActReport, ActExplanation, ActAccept, ActAnswer, ActDecide}

// Subject is what a rule is about.
type Subject string

// The subjects of rules.
const (
	OfIncident Subject = "incident" // public-opinion clocks of an incident
	OfReport   Subject = "report"   // reports upward of an incident, per recipient
	OfTicket   Subject = "ticket"   // tickets and letters
	OfDocument Subject = "document" // a policy document made public
)

// Subjects is the closed set a policy may name.
var Subjects = []Subject{OfIncident, OfReport, OfTicket, OfDocument}

// Applies says to which matters a rule applies; all the conditions set must hold.
type Applies struct {
	To          Subject
	Levels      []string // any of these; "" is ungraded; none named: every level
	Kinds       []string // any of these; none named: every kind
	NeedsAnswer bool     // only matters judged to need an answer
}

// Rule is a time limit (时限规则) as the policy sets it.
type Rule struct {
	Key      string // stable name, kept in the record
	Name     string // in Chinese, the key of the catalogue
	Document string // what it stands on, e.g. 国办发〔2016〕80号
	Practice bool   // varies by place; only a sensible default
	Adjusted string // the published span, when an office changed it without naming a document of its own

	Applies  Applies
	Replaces []string     // rules that don't apply where this one does ("every other incident…")
	Span     Span         // how long it gives
	Anchors  []AnchorKind // the first known of these starts it
	MetBy    []Act        // any of these meets it
	Repeat   bool         // met once, it starts again from the act that met it, until the matter is closed
	Lights   Lights
	Alerts   Alerts
}

// Matter is what decides which rules apply and from when.
type Matter struct {
	Of          Subject
	Level       string // "" is ungraded
	Kind        string // of a ticket or a report's medium; "" where it has none
	Emergency   bool   // 突发事件: ungraded, it shows red
	NeedsAnswer bool   // judged to need an answer
	Anchors     Anchors
}

// AppliesTo says whether the rule's own conditions hold, whatever other rules
// may replace it.
func (r Rule) AppliesTo(m Matter) bool {
	a := r.Applies
	return a.To == m.Of &&
		(len(a.Levels) == 0 || slices.Contains(a.Levels, m.Level)) &&
		(len(a.Kinds) == 0 || slices.Contains(a.Kinds, m.Kind)) &&
		(!a.NeedsAnswer || m.NeedsAnswer)
}

// Meets says whether an act of this kind meets the rule.
func (r Rule) Meets(a Act) bool { return slices.Contains(r.MetBy, a) }

// Due is when a clock of this rule that started at start is due, in UTC. Clock
// time runs through nights and holidays; working days end at 24:00 in the
// office's zone. The warning is set when the calendar doesn't cover the days.
func Due(r Rule, start time.Time, cal *Calendar) (time.Time, Warning) {
	if r.Span.Days > 0 {
		return cal.EndOfWorkDay(start, r.Span)
	}
	return start.Add(r.Span.Clock).UTC(), Warning{}
}

// InTime judges an act by its actual time: an act at the due instant is in time.
func InTime(due, actual time.Time) bool { return !actual.After(due) }
