package desk

import (
	_ "embed"
	"slices"
	"time"
	_ "time/tzdata" // an office PC without zone files must still know its own zone

	"huiying/desk/timeline"
)

// The figures that bind the office, with the document each stands on. They are
// data: an office overrides them with a file of its own.
//
//go:embed policy.json
var defaultPolicy []byte

// LevelUngraded is how policy files and forms write the empty level.
const LevelUngraded = "未定级"

// Policy is what the desk goes by: limits, levels, signatures and the calendar.
type Policy struct {
	Office     Office
	Lights     timeline.Lights // of rules that set none of their own
	Alerts     timeline.Alerts // of rules that set none of their own
	Rules      []timeline.Rule
	Levels     []LevelTable
	Risk       RiskFigures
	Supplement SupplementFigures
	Signing    map[string]Signing // by level; "" is ungraded
	Calls      CallFigures
	Routine    RoutineBriefing
	Imports    ImportFigures
	Calendar   *timeline.Calendar
	Reading    OfficeReading
}

// Office is the office itself.
type Office struct {
	Name     string
	Region   string // code of the place it lies in; an item without a region counts as lying there
	Zone     string // IANA name; people read and write times in it
	Location *time.Location
}

// RiskFigures say from which of these numbers on a matter is 较大涉险 and is
// reported upward like 较大.
type RiskFigures struct {
	People    int // in danger
	Trapped   int // trapped or missing
	Evacuated int
	Document  string
	Practice  bool
}

// SupplementFigures say for how long casualties that change are reported (补报).
type SupplementFigures struct {
	Days         int
	RoadFireDays int // road accidents and fires
	Document     string
}

// Signing is what a level demands of a sign-off.
type Signing struct {
	Role         string   // who may sign at all
	Title        string   // the office the signer holds, e.g. 主要负责人
	FirstSpeaker string   // who speaks first at a briefing; "" is anybody
	Chain        []string // other bodies that may stand in the chain
	Practice     bool
}

// CallFigures are what a hotline is measured by.
type CallFigures struct {
	AnswerSeconds int
	AnswerRate    float64 // 0..1
	Document      string
}

// ImportFigures say how long what is uploaded is kept once it has been brought in.
type ImportFigures struct {
	KeepDays int // of the file; its digest and the fate of each row stay
	Practice bool
}

// RoutineBriefing says how many working days ahead a routine briefing is applied for.
type RoutineBriefing struct {
	DaysMin, DaysMax int
	Practice         bool
}

// DefaultPolicy is the policy that the project ships.
func DefaultPolicy() (Policy, error) { return ParsePolicy(nil) }

// ParsePolicy reads an office's policy file over the shipped one: what it names
// takes the place of the default, key by key, everything else stays. Rules are
// named by their key; "enabled": false takes one out, a new key adds one. An
// empty file is the default. Errors name the field (rules.release.span) and say
// what is wrong with it; a key that nobody knows is refused rather than ignored,
// because a mistyped limit would silently not hold.
func ParsePolicy(data []byte) (Policy, error) {
	p, err := readPolicy(Policy{}, defaultPolicy)
	if err != nil {
		return Policy{}, err
	}
	if len(data) == 0 {
		return p, nil
	}
	return readPolicy(p, data)
}

// Rule gives a rule by its key.
func (p Policy) Rule(key string) (timeline.Rule, bool) {
	i := slices.IndexFunc(p.Rules, func(r timeline.Rule) bool { return r.Key == key })
	if i < 0 {
		return timeline.Rule{}, false
	}
	return p.Rules[i], true
}

// RulesFor are the rules about a subject, in the file's order.
func (p Policy) RulesFor(of timeline.Subject) []timeline.Rule {
	return slices.DeleteFunc(slices.Clone(p.Rules), func(r timeline.Rule) bool { return r.Applies.To != of })
}

// SigningFor is what a level demands of a sign-off; a level that the policy
// doesn't name is signed like an ungraded matter.
func (p Policy) SigningFor(level string) Signing {
	if s, ok := p.Signing[level]; ok {
		return s
	}
	return p.Signing[""]
}

// AtRisk says whether the numbers make a matter 较大涉险.
func (p Policy) AtRisk(people, trapped, evacuated int) bool {
	return people >= p.Risk.People || trapped >= p.Risk.Trapped || evacuated >= p.Risk.Evacuated
}

// Plan says which clocks a matter has under this policy.
func (p Policy) Plan(m timeline.Matter) []timeline.PlannedClock {
	return timeline.Plan(m, p.Rules, p.Calendar)
}

// Replan says what a change of a matter does to its clocks under this policy.
func (p Policy) Replan(old []timeline.Clock, was, now timeline.Matter) timeline.Replanned {
	return timeline.Replan(old, was, now, p.Rules, p.Calendar)
}
