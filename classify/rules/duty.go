package rules

import (
	"cmp"
	"slices"
	"strings"

	"huiying/desk"
)

// dutyWeight is what a word of the duty list weighs in the body; in the title thrice.
const dutyWeight = 1.0

const (
	ranked        = 5   // departments that a verdict names at most
	sureOfDuties  = 0.9 // how sure the desk is of the first that the list names
	leastOfDuties = 0.6 // what a further one has of that at least
)

// answering is a department that the duty list names for a text, with the words
// that say so.
type answering struct {
	department string
	score      float64
	spans      []span
}

// answers asks the duty list: of the lines that hold for the text's category and
// place, the departments whose words it says, the one of which it says most first, the
// more exact line before the general one.
func answers(x *scanned, duties []desk.Charge, v *desk.Verdict) []answering {
	if len(duties) == 0 || !x.some(1) {
		return nil
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
	list := make([]answering, 0, len(found))
	for _, a := range found {
		list = append(list, *a)
	}
	slices.SortFunc(list, func(a, b answering) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.department, b.department))
	})
	return list[:min(len(list), ranked)]
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

// lead puts the departments first, over what the rules have ranked, each with its words
// as the reason.
func lead(list []answering, v *desk.Verdict) {
	for i, a := range slices.Backward(list) {
		score := sureOfDuties
		if i > 0 { // behind the first as its words are fewer, before what the rules rank
			score = hundredths(sureOfDuties * max(a.score/list[0].score, leastOfDuties) * 0.95)
		}
		if len(v.Departments) > 0 {
			score = max(score, v.Departments[0].Score)
		}
		v.LeadDepartment(a.department, score)
		v.SetReason(desk.FieldDepartment, desk.ReasonDuties)
		for _, s := range a.spans[:min(len(a.spans), 3)] {
			s.note(v, desk.FieldDepartment)
		}
	}
	if len(list) > 0 {
		v.KeepDepartments(ranked)
		sure(v, desk.FieldDepartment, sureOfDuties)
	}
}
