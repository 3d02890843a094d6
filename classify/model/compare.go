package model

import (
	"slices"

	"huiying/desk"
)

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// compare says, field by field and value by value, how verdicts before and after
// agree with what people say, and which texts change.
func compare(lessons []Lesson, before, after []desk.Verdict) []desk.FieldReport {
	var list []desk.FieldReport
	for _, field := range Learnt {
		r := desk.FieldReport{Field: field}
		classes := map[string]*desk.ClassReport{}
		class := func(name string) *desk.ClassReport {
			if classes[name] == nil {
				classes[name] = &desk.ClassReport{Name: name}
			}
			return classes[name]
		}
		for i, l := range lessons {
			was, is := valueOf(&before[i], field), valueOf(&after[i], field)
			if field == desk.FieldDepartment && len(l.Not) > 0 {
				r.Refused.Size++
				r.Refused.Before += one(slices.Contains(l.Not, was))
				r.Refused.After += one(slices.Contains(l.Not, is))
			}
			want := want(l.Lesson, field)
			if want == "" || field == desk.FieldNode && max(desk.CategoryLevel(want), desk.CategoryLevel(was), desk.CategoryLevel(is)) == 1 {
				continue
			}
			tally := &r.Set
			if l.Stand {
				tally = &r.Stood
			}
			tally.Size++
			class(want).Size++
			for _, side := range []struct {
				said  string
				right *int
				class func(*desk.ClassReport) (said, hit *int)
			}{
				{was, &tally.Before, func(c *desk.ClassReport) (*int, *int) { return &c.SaidBefore, &c.HitBefore }},
				{is, &tally.After, func(c *desk.ClassReport) (*int, *int) { return &c.SaidAfter, &c.HitAfter }},
			} {
				if side.said == "" {
					continue
				}
				said, hit := side.class(class(side.said))
				*said++
				if side.said == want {
					*side.right++
					*hit++
				}
			}
			if was != is {
				if r.ChangedCount++; len(r.Changed) < changesKept {
					r.Changed = append(r.Changed, desk.ModelChange{Ref: l.Ref, Item: l.Item, Want: want, Before: was, After: is})
				}
			}
		}
		if r.Set.Size+r.Stood.Size+r.Refused.Size == 0 {
			continue
		}
		for _, c := range classes {
			r.Classes = append(r.Classes, *c)
		}
		slices.SortFunc(r.Classes, func(a, b desk.ClassReport) int {
			if a.Size != b.Size {
				return b.Size - a.Size
			}
			if a.Name < b.Name {
				return -1
			}
			return 1
		})
		list = append(list, r)
	}
	return list
}
