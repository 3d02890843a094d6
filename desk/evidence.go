package desk

import (
	"cmp"
	"slices"
)

// The reasons of another sort than words of the text, by which a field of a verdict
// can stand: Verdict.Reasons.
const (
	ReasonUsual    = "usual"    // no word tells: the likeliest was taken
	ReasonWhole    = "whole"    // many light words together, none of them telling by itself
	ReasonCategory = "category" // the department follows from the category
	ReasonDuties   = "duties"   // the office's duty list names it (谁主管谁负责), beside the words that it lists
)

// DepartmentField is the field of evidence and of reasons for a department: that of
// the first is plain, that of another names it.
func DepartmentField(v *Verdict, name string) string {
	if v.Department() == name {
		return FieldDepartment
	}
	return FieldDepartment + "/" + name
}

// LeadDepartment puts a department first, with its score, and drops what spoke for it
// so far: the caller says anew why. What spoke for the one that led before stays its own.
func (v *Verdict) LeadDepartment(name string, score float64) {
	was := v.Department()
	own := DepartmentField(v, name)
	v.Departments = slices.DeleteFunc(slices.Clone(v.Departments), func(d ScoredName) bool { return d.Name == name })
	v.Departments = slices.Insert(v.Departments, 0, ScoredName{Name: name, Score: score})
	v.dropEvidence(own)
	if was == "" || was == name {
		return
	}
	other := FieldDepartment + "/" + was
	for i := range v.Evidence {
		if v.Evidence[i].Field == FieldDepartment {
			v.Evidence[i].Field = other
		}
	}
	if why, ok := v.Reasons[FieldDepartment]; ok {
		delete(v.Reasons, FieldDepartment)
		v.Reasons[other] = why
	}
}

// KeepDepartments keeps the first few departments and what speaks for them.
func (v *Verdict) KeepDepartments(n int) {
	if len(v.Departments) <= n {
		return
	}
	for _, d := range v.Departments[n:] {
		v.dropEvidence(FieldDepartment + "/" + d.Name)
	}
	v.Departments = v.Departments[:n]
}

// dropEvidence forgets what spoke for a field.
func (v *Verdict) dropEvidence(field string) {
	v.Evidence = slices.DeleteFunc(v.Evidence, func(e Evidence) bool { return e.Field == field })
	delete(v.Reasons, field)
}

// SetEvidence drops what spoke for a field, so that other words can.
func (v *Verdict) SetEvidence(field string, spans ...Evidence) {
	v.dropEvidence(field)
	v.Evidence = append(v.Evidence, spans...)
}

// SetReason says by what a field stands that no word of the text decided.
func (v *Verdict) SetReason(field, reason string) {
	if v.Reasons == nil {
		v.Reasons = map[string]string{}
	}
	v.Reasons[field] = reason
}

// Words are the words of the text that speak for a field, the weightiest first and
// each once; those that speak against it are left out.
func (v *Verdict) Words(field string) []Evidence {
	if v == nil {
		return nil
	}
	var list []Evidence
	for _, e := range v.Evidence {
		if e.Field == field && e.Weight >= 0 && e.Text != "" && !slices.ContainsFunc(list, func(o Evidence) bool { return o.Text == e.Text }) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b Evidence) int { return cmp.Compare(b.Weight, a.Weight) })
	return list
}

// Filled lists the fields that a verdict says something of, as evidence names them. A
// grade of nought says that nothing was found: there is nothing to show for it.
func (v *Verdict) Filled() []string {
	var list []string
	add := func(field string, filled bool) {
		if filled {
			list = append(list, field)
		}
	}
	add(FieldKind, v.Kind != "")
	add(FieldCategory, v.Category != "")
	for _, d := range v.Departments {
		list = append(list, DepartmentField(v, d.Name))
	}
	add(FieldRegion, v.Region != nil)
	add(FieldPlace, v.Place != "")
	add(FieldUrgency, v.Urgency != "")
	add("group_risk", v.GroupRisk > 0)
	add("self_harm", v.SelfHarm > 0)
	add("threat", v.Threat > 0)
	f := v.Facts
	add("facts.deaths", f.Deaths != nil)
	add("facts.missing", f.Missing != nil)
	add("facts.injured", f.Injured != nil)
	add("facts.serious_injured", f.SeriousInjured != nil)
	add("facts.poisoned", f.Poisoned != nil)
	add("facts.loss_yuan", f.LossYuan != nil)
	add("facts.crowd", f.Crowd != nil)
	add("facts.at_risk", f.AtRisk != nil)
	add("level", v.Level != "")
	add("occurred", v.Occurred != "")
	add("rumour", v.Rumour > 0)
	add("sentiment", v.Sentiment != 0)
	return list
}
