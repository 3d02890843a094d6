package desk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// FieldRefused stands among what people set of a verdict where a department has sent the
// item back (退单).
const FieldRefused = "refused"

// SentBack (退单) is a department saying that an item isn't its matter.
type SentBack struct {
	Item       int64
	Department string // who sends it back; "": the department it is with
	Why        string // always needed
	Instead    string // whose matter it is, where the reason names one
}

// SendBack takes an item back from a department. Named another one, it goes there, as a
// person's correction; otherwise to the next that was suggested. That the department
// refused stays with the item: it isn't suggested again for it, and training counts it
// against the department.
func (d *Desk) SendBack(ctx context.Context, who Actor, in SentBack) (Item, error) {
	if err := who.need(ActItemReturn); err != nil {
		return Item{}, err
	}
	in.Department, in.Why, in.Instead = strings.TrimSpace(in.Department), strings.TrimSpace(in.Why), strings.TrimSpace(in.Instead)
	switch n := utf8.RuneCountInString(in.Why); {
	case n == 0:
		return Item{}, Invalid("why", "请填写退单理由")
	case n > 200:
		return Item{}, Invalid("why", "理由不超过 200 字")
	}
	if utf8.RuneCountInString(in.Instead) > 60 {
		return Item{}, Invalid("instead", "单位名称不超过 60 字")
	}
	now := d.Now()
	var it Item
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if it, err = tx.ItemByID(ctx, d.scope(who), in.Item, true); err != nil {
			return err
		}
		was := it.Verdict.Department()
		switch {
		case was == "":
			return Conflict("department", "这条来件还没有责任单位，不能退单")
		case in.Department == "":
			in.Department = was
		case in.Department != was:
			return Conflict("department", "这条来件已转给“%s”，请刷新后再看", was)
		}
		if in.Instead == in.Department {
			return Invalid("instead", "应改派的单位与退单单位相同")
		}
		e := it.event(who, now, "item.returned").because(in.Why) // in the scope of who sends it back
		it.Verdict.refuse(in.Department)
		if in.Instead != "" {
			if err := it.Verdict.setField(FieldDepartment, in.Instead); err != nil {
				return err
			}
			it.set(FieldDepartment)
		} else { // what somebody once chose is refused: the machine may suggest anew
			it.Corrected = slices.DeleteFunc(slices.Clone(it.Corrected), func(f string) bool { return f == FieldDepartment })
		}
		it.set(FieldRefused)
		if err := tx.SaveItem(ctx, it); err != nil {
			return err
		}
		named := func(department string) map[string]string { return map[string]string{FieldDepartment: department} }
		return tx.Record(ctx, e.change(named(was), named(it.Verdict.Department())).with(map[string]any{"id": ident(it.ID), "department": in.Department, "instead": in.Instead}))
	})
	it.mask(who)
	return it, err
}

// set notes that people set a field.
func (it *Item) set(field string) {
	if !slices.Contains(it.Corrected, field) {
		it.Corrected = append(slices.Clone(it.Corrected), field)
		slices.Sort(it.Corrected)
	}
}

// refuse takes departments out of the suggestions, for good. What spoke for the next
// one stays its own.
func (v *Verdict) refuse(departments ...string) {
	v.Evidence = slices.Clone(v.Evidence)
	v.Departments, v.Reasons = slices.Clone(v.Departments), maps.Clone(v.Reasons)
	for _, name := range departments {
		if !slices.Contains(v.Refused, name) {
			v.Refused = append(slices.Clone(v.Refused), name)
		}
		at := slices.IndexFunc(v.Departments, func(d ScoredName) bool { return d.Name == name })
		if at < 0 {
			continue
		}
		v.dropEvidence(DepartmentField(v, name))
		v.Departments = slices.Delete(v.Departments, at, at+1)
		if at > 0 || len(v.Departments) == 0 {
			continue
		}
		next := v.Departments[0]
		for i := range v.Evidence {
			if v.Evidence[i].Field == FieldDepartment+"/"+next.Name {
				v.Evidence[i].Field = FieldDepartment
			}
		}
		if why, ok := v.Reasons[FieldDepartment+"/"+next.Name]; ok {
			delete(v.Reasons, FieldDepartment+"/"+next.Name)
			v.SetReason(FieldDepartment, why)
		}
		if v.Confidence != nil {
			v.Confidence[FieldDepartment] = next.Score
		}
	}
}
