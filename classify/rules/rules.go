// Package rules holds what is read from a text by rule: kind, urgency, figures,
// times, places, departments and cues. One file a rule set, each with examples and
// counter-examples that run as its tests; a new set is one file and one line in
// Table. Rules see normalised text (narrow letters, simplified characters) and
// give evidence as bytes of it.
package rules

import (
	"slices"
	"strings"
	"time"

	"huiying/desk"
)

// Options say whose desk it is.
type Options struct {
	OfficeRegion string            // code of the office's own area: settles names that many places bear
	Location     *time.Location    // the office's zone; nil: UTC+8
	Duties       []desk.Charge     // the office's duty list: who answers for what
	Categories   desk.CategoryTree // what the office has put below the fifteen classes, with its words
}

// Set is one rule set.
type Set struct {
	Name     string
	Examples []Example

	words []*cues // what is looked for, in one pass for all sets
	read  func(x *scanned, v *desk.Verdict)
}

// Example is a text with what the set must, or must not, make of it.
type Example struct {
	Title, Body, At string
	Category        string // what earlier sets are taken to have found
	Want            string // as the set's own reading prints it; "" is unknown
}

// Table gives the rule sets in the order in which they run: later ones read what
// earlier ones have found.
func Table(o Options) ([]Set, error) {
	if o.Location == nil {
		o.Location = time.FixedZone("", 8*3600)
	}
	gazetteer, err := loadPlaces()
	if err != nil {
		return nil, err
	}
	return []Set{
		kindSet(),
		categorySet(o.Categories),
		placeSet(gazetteer, o.OfficeRegion),
		occurredSet(o.Location),
		casualtySet(),
		lossSet(),
		crowdSet(),
		riskSet(),
		levelSet(),
		groupSet(),
		perilSet(),
		urgencySet(),
		departmentSet(o.Duties...),
		rumourSet(),
		sentimentSet(),
	}, nil
}

// Funcs gives the sets as the engine takes them.
func Funcs(sets []Set) []func(desk.Text, *desk.Verdict) {
	return []func(desk.Text, *desk.Verdict){Together(sets)}
}

// parts gives title and body, each with its name in evidence.
func parts(t desk.Text) [2]part {
	return [2]part{{in: "title", text: t.Title}, {in: "text", text: t.Body}}
}

type part struct {
	in, text string
	alone    bool // a body without a title, for those who hear its opening as one
}

// note adds evidence for a field: bytes start to end of the part.
func (p part) note(v *desk.Verdict, field string, start, end int) {
	p.weigh(v, field, start, end, 1)
}

// weigh is note with how much it says; below nought it speaks against the field.
func (p part) weigh(v *desk.Verdict, field string, start, end int, weight float64) {
	v.Evidence = append(v.Evidence, desk.Evidence{Field: field, In: p.in, Text: p.text[start:end], Start: start, End: end, Weight: weight})
}

// copied lets the words that speak for some fields speak for another one too.
func copied(v *desk.Verdict, field string, from func(field string) bool) {
	for _, e := range v.Evidence[:len(v.Evidence):len(v.Evidence)] {
		if from(e.Field) {
			e.Field = field
			v.Evidence = append(v.Evidence, e)
		}
	}
}

// noted says whether any word speaks for a field yet.
func noted(v *desk.Verdict, field string) bool {
	return slices.ContainsFunc(v.Evidence, func(e desk.Evidence) bool { return e.Field == field })
}

func harmField(field string) bool {
	return strings.HasPrefix(field, "facts.") && field != "facts.crowd"
}

// sure sets the confidence of a field, in hundredths so that output stays short.
func sure(v *desk.Verdict, field string, c float64) {
	if v.Confidence == nil {
		v.Confidence = map[string]float64{}
	}
	v.Confidence[field] = hundredths(min(max(c, 0), 1))
}

func hundredths(x float64) float64 {
	if x < 0 {
		return -hundredths(-x)
	}
	return float64(int(x*100+0.5)) / 100
}
