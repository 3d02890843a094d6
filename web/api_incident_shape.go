package web

import "huiying/desk"

// Incident is a matter that the desk responds to.
type Incident struct {
	ID            string       `json:"id"`
	Title         string       `json:"title"`
	Kind          string       `json:"kind"`
	Summary       string       `json:"summary"`
	Place         *string      `json:"place"`
	Region        *desk.Region `json:"region"`
	State         string       `json:"state" enum:"open,closed"`
	Level         *string      `json:"level" doc:"现行等级：核定，没有则初判；未定级是 null"`
	Judged        *string      `json:"judged" doc:"初判"`
	Suspected     bool         `json:"suspected" doc:"疑似"`
	Confirmed     *string      `json:"confirmed" doc:"核定"`
	Document      *string      `json:"document" doc:"核定文号"`
	NeedsResponse bool         `json:"needs_response" doc:"须回应"`
	Facts         Facts        `json:"facts"`
	Occurred      *string      `json:"occurred" doc:"发生"`
	Learned       *string      `json:"learned" doc:"获知"`
	Received      *string      `json:"received" doc:"接报"`
	Graded        *string      `json:"graded" doc:"定级"`
	Holder        *string      `json:"holder"`
	Items         int          `json:"items" doc:"已并入的来件数"`
	Version       int          `json:"version"`
	RaisedAt      string       `json:"raised_at"`
	ClosedAt      *string      `json:"closed_at"`
}

func (z zoned) incident(in desk.Incident) Incident {
	return Incident{ID: id(in.ID), Title: desk.MaskText(in.Title), Kind: in.Kind, Summary: desk.MaskText(in.Summary), Place: known(in.Place),
		Region: regionOf(in.Region), State: in.State, Level: known(in.Level()), Judged: known(in.Judged), Suspected: in.Suspected,
		Confirmed: known(in.Confirmed), Document: known(in.Document), NeedsResponse: in.NeedsResponse, Facts: Facts(in.Facts),
		Occurred: z.maybe(in.Occurred), Learned: z.maybe(in.Learned), Received: z.maybe(in.Received), Graded: z.maybe(in.Graded),
		Holder: known(in.Holder), Items: in.Items, Version: in.Version, RaisedAt: z.at(in.RaisedAt), ClosedAt: z.maybe(in.ClosedAt)}
}

func regionOf(r desk.Region) *desk.Region {
	if r.Code == "" {
		return nil
	}
	return &r
}

// Clock is one deadline of one incident.
type Clock struct {
	ID         string   `json:"id"`
	Incident   string   `json:"incident"`
	Title      string   `json:"title" doc:"事件名称"`
	Level      *string  `json:"level" doc:"事件等级"`
	Rule       string   `json:"rule"`
	Name       string   `json:"name" doc:"时限名称"`
	Document   string   `json:"document" doc:"依据"`
	Practice   bool     `json:"practice" doc:"按惯例，不是硬性规定"`
	Anchor     string   `json:"anchor" doc:"从哪个时间点起算" enum:"occurred,learned,received,graded,last"`
	Start      string   `json:"start"`
	Due        string   `json:"due"`
	Yellow     string   `json:"yellow" doc:"从此临近"`
	Red        string   `json:"red" doc:"从此紧急"`
	State      string   `json:"state" enum:"running,met,withdrawn"`
	MetAt      *string  `json:"met_at" doc:"实际完成时间"`
	MetEntered *string  `json:"met_entered" doc:"录入时间"`
	MetBy      *Subject `json:"met_by"`
	MetIssuer  *string  `json:"met_issuer" doc:"由其他单位完成时，是谁"`
	Late       bool     `json:"late" doc:"完成时已超时"`
	WhyEnded   *string  `json:"why_ended"`
}

// Subject names a record by kind and number.
type Subject struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

func (z zoned) clock(c desk.Clock) Clock {
	out := Clock{ID: id(c.ID), Incident: id(c.IncidentID), Title: desk.MaskText(c.Incident), Level: known(c.Level), Rule: c.Rule, Name: c.RuleName, Document: c.Document,
		Practice: c.Practice, Anchor: c.Anchor, Start: z.at(c.Start), Due: z.at(c.Due), Yellow: z.at(c.Yellow), Red: z.at(c.Red), State: c.State,
		MetAt: z.maybe(c.MetAt), MetEntered: z.maybe(c.MetEntered), MetIssuer: known(c.MetIssuer), Late: c.Late(), WhyEnded: known(c.WhyEnded)}
	if c.MetBy.Kind != "" {
		out.MetBy = &Subject{c.MetBy.Kind, c.MetBy.ID}
	}
	return out
}

// PendingChange waits, or waited, for a second person.
type PendingChange struct {
	ID       string  `json:"id"`
	Kind     string  `json:"kind" enum:"judge,confirm,anchor,respond"`
	Level    *string `json:"level"`
	Anchor   *string `json:"anchor"`
	At       *string `json:"at" doc:"要改成的时间"`
	Reason   string  `json:"reason"`
	By       string  `json:"by"`
	AskedAt  string  `json:"asked_at"`
	State    string  `json:"state" enum:"pending,approved,refused"`
	Second   *string `json:"second" doc:"第二人"`
	SecondAt *string `json:"second_at"`
}

func (z zoned) change(c desk.Change) PendingChange {
	return PendingChange{ID: id(c.ID), Kind: c.Kind, Level: known(c.Grade.Level), Anchor: known(c.Anchor.Kind), At: z.maybe(c.Anchor.At), Reason: c.Reason, By: c.By,
		AskedAt: z.at(c.At), State: c.State, Second: known(c.Second), SecondAt: z.maybe(c.SecondAt)}
}

// Suggestion is the level that the facts suggest (系统初判建议).
type Suggestion struct {
	Level *string  `json:"level"`
	Facts Facts    `json:"facts"`
	Why   []string `json:"why" nullable:"false"`
}
