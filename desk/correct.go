package desk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// The fields of a verdict that a person may set, by the contract's names.
const (
	FieldKind       = "kind"
	FieldCategory   = "category"
	FieldDepartment = "department"
	FieldRegion     = "region" // code, or code and name with a space between
	FieldUrgency    = "urgency"
	FieldPlace      = "place"
)

// chosenScore is what a department scores that a person chose: none that was read does.
const chosenScore = 1

// offered gives a person's choice as the verdict keeps it, or refuses what nobody
// offers; what the verdict says already may stand. A department is free: an office's own
// are more than any list has, and are learnt from corrections.
func (d *Desk) offered(field, chosen string, now *Verdict) (string, *Error) {
	chosen = strings.TrimSpace(chosen)
	if chosen == "" || chosen == now.field(field) {
		return chosen, nil
	}
	switch field {
	case FieldCategory:
		return d.category(chosen, now.field(field))
	case FieldRegion:
		code, name, _ := strings.Cut(chosen, " ")
		if r, ok := d.Directory.Region(code); ok {
			return r.Code + " " + r.Name, nil
		}
		if strings.TrimSpace(name) == "" && len(d.Directory.Regions) > 0 && strings.Trim(code, "0123456789") == "" {
			return "", Invalid(field, "没有代码为“%s”的行政区划，请从列表中选择", code)
		}
	}
	return chosen, nil
}

// setField puts a person's choice into the verdict and drops the machine's
// evidence for it: a choice is plain ink.
func (v *Verdict) setField(field, value string) *Error {
	value = strings.TrimSpace(value)
	oneOf := func(list []string) *Error {
		if value != "" && !slices.Contains(list, value) {
			return Invalid(field, "没有“%s”这一项，请从列表中选择", value)
		}
		return nil
	}
	v.Evidence, v.Reasons = slices.Clone(v.Evidence), maps.Clone(v.Reasons)
	var err *Error
	switch field {
	case FieldKind:
		err, v.Kind = oneOf(Kinds), value
	case FieldCategory: // one that has left the tree may stand on
		if value != "" && !categoryShaped(value) {
			return Invalid(field, "没有“%s”这一项，请从列表中选择", value)
		}
		v.Category = value
	case FieldUrgency:
		err, v.Urgency = oneOf(Urgencies), value
	case FieldPlace:
		v.Place = value
	case FieldDepartment:
		if value != "" {
			v.LeadDepartment(value, chosenScore)
			// What a person chose before goes: only the machine's suggestions stand beside.
			v.Departments = append(v.Departments[:1], slices.DeleteFunc(v.Departments[1:], func(s ScoredName) bool { return s.Score >= chosenScore })...)
			v.Refused = slices.DeleteFunc(slices.Clone(v.Refused), func(name string) bool { return name == value }) // somebody insists
		}
	case FieldRegion:
		code, name, _ := strings.Cut(value, " ")
		if strings.Trim(code, "0123456789") != "" {
			return Invalid(field, "属地须为行政区划代码")
		}
		if v.Region = nil; code != "" {
			v.Region = &Region{Code: code, Name: name}
		}
	default:
		return Invalid(field, "这一项不能修改")
	}
	if err != nil {
		return err
	}
	v.dropEvidence(field)
	if v.Confidence != nil {
		v.Confidence[field] = 1
	}
	return nil
}

// field reads what setField sets.
func (v *Verdict) field(name string) string {
	if v == nil {
		return ""
	}
	switch name {
	case FieldKind:
		return v.Kind
	case FieldCategory:
		return v.Category
	case FieldUrgency:
		return v.Urgency
	case FieldPlace:
		return v.Place
	case FieldDepartment:
		return v.Department()
	case FieldRegion:
		if v.Region != nil {
			return strings.TrimSpace(v.Region.Code + " " + v.Region.Name)
		}
	}
	return ""
}

// copyField takes over a person's choice from an earlier verdict.
func (v *Verdict) copyField(field string, from *Verdict) {
	if field == FieldRefused {
		v.refuse(from.Refused...)
		return
	}
	_ = v.setField(field, from.field(field))
}

// pick applies what the person at the seat has set.
func (it *Item) pick() {
	if it.Verdict == nil {
		return
	}
	for _, f := range []string{FieldKind, FieldCategory, FieldDepartment, FieldRegion, FieldUrgency, FieldPlace} {
		value, ok := it.Picked[f]
		if !ok {
			continue
		}
		if err := it.Verdict.setField(f, value); err == nil && !slices.Contains(it.Corrected, f) {
			it.Corrected = append(it.Corrected, f)
		}
	}
	slices.Sort(it.Corrected)
}

// choose makes the verdict of an item that nobody has read yet of what the person at
// the seat has set.
func (it *Item) choose() {
	if len(it.Picked) > 0 {
		it.Verdict = &Verdict{Confidence: map[string]float64{}}
		it.pick()
	}
}

// Correction is a person's choice for fields of an item's verdict.
type Correction struct {
	Item   int64
	Fields map[string]string
	Why    string
}

// CorrectItem overrules the machine's suggestion. What a person set is never
// overwritten by a later reading, and the event feeds training.
func (d *Desk) CorrectItem(ctx context.Context, who Actor, in Correction) (Item, error) {
	if err := who.need(ActItemCorrect); err != nil {
		return Item{}, err
	}
	now := d.Now()
	var it Item
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if it, err = tx.ItemByID(ctx, d.scope(who), in.Item, true); err != nil {
			return err
		}
		if it.Verdict == nil {
			it.Verdict = &Verdict{Confidence: map[string]float64{}}
		}
		before, after := map[string]string{}, map[string]string{}
		for f, value := range in.Fields {
			was := it.Verdict.field(f)
			value, fault := d.offered(f, value, it.Verdict)
			if fault != nil {
				return fault
			}
			if err := it.Verdict.setField(f, value); err != nil {
				return err
			}
			if is := it.Verdict.field(f); is != was {
				before[f], after[f] = recorded(f, was), recorded(f, is)
				if !slices.Contains(it.Corrected, f) {
					it.Corrected = append(it.Corrected, f)
				}
			}
		}
		if len(after) == 0 {
			return nil
		}
		slices.Sort(it.Corrected)
		if err := tx.SaveItem(ctx, it); err != nil {
			return err
		}
		e := it.event(who, now, "item.corrected").change(before, after).because(in.Why)
		return tx.Record(ctx, e)
	})
	it.mask(who)
	return it, err
}

// recorded is the value of a field as the record may keep it: a place may be where
// somebody lives, and the record can't be cleared.
func recorded(field, value string) string {
	if field == FieldPlace && value != "" {
		return "（地点）"
	}
	return value
}

// event starts the record of an act on the item.
func (it Item) event(who Actor, now time.Time, typ string) Event {
	e := event(who, now, typ, "item", it.ID)
	e.Region, e.Department, e.SourceID, e.IncidentID = it.Region(), it.Verdict.Department(), it.SourceID, it.IncidentID
	return e
}
