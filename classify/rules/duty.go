package rules

import (
	"slices"
	"strings"

	"huiying/desk"
)

// dutyWeight is what a word of the duty list weighs in the body; in the title thrice.
const dutyWeight = 1.0

// answering is the department that the duty list names for a text, with the words
// that say so.
type answering struct {
	department string
	score      float64
	spans      []span
}

// answers asks the duty list: of the lines that hold for the text's category and
// place, the one whose words it says most, the more exact line before the general one.
func answers(x *scanned, duties []desk.Charge, v *desk.Verdict) answering {
	if len(duties) == 0 {
		return answering{}
	}
	found := map[string]*answering{}
	for n, p := range x.parts {
		x.each(1, n, func(h hit) {
			for _, d := range duties {
				exact, ok := holds(d, v)
				if !ok || d.Department != h.tag || !slices.Contains(d.Words, h.word) {
					continue
				}
				a := found[d.Department]
				if a == nil {
					a = &answering{department: d.Department}
					found[d.Department] = a
				}
				w := h.weight + exact
				if n == 0 {
					w *= 3
				}
				a.score += w
				a.spans = append(a.spans, span{p, h})
				break
			}
		})
	}
	var best answering
	for _, a := range found {
		if a.score > best.score || a.score == best.score && a.department < best.department {
			best = *a
		}
	}
	return best
}

// holds says whether a line of the duty list holds for a text, and how exactly.
func holds(d desk.Charge, v *desk.Verdict) (exact float64, ok bool) {
	if len(d.Categories) > 0 {
		if !slices.ContainsFunc(d.Categories, func(c string) bool { return desk.CategoryUnder(v.Category, c) }) {
			return 0, false
		}
		exact += 0.25
	}
	if len(d.Regions) > 0 {
		if v.Region == nil || !slices.ContainsFunc(d.Regions, func(code string) bool { return strings.HasPrefix(v.Region.Code, code) }) {
			return 0, false
		}
		exact += 0.5
	}
	return exact, true
}

// lead puts the department first, over what the rules have ranked, with its words as
// the reason.
func (a answering) lead(v *desk.Verdict) {
	sureOf := 0.9
	v.LeadDepartment(a.department, sureOf)
	v.KeepDepartments(5)
	sure(v, "department", sureOf)
	v.SetReason(desk.FieldDepartment, desk.ReasonDuties)
	for _, s := range a.spans[:min(len(a.spans), 3)] {
		s.note(v, "department")
	}
}
