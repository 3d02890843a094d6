package model

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sync"

	"huiying/classify"
	"huiying/desk"
)

// Heads are what an office's own corrections have taught: for each field of a verdict
// a small linear model that speaks beside the shipped model and the rules. Where it
// has nothing to say, their word stands. It is safe for concurrent use.
type Heads struct {
	head  headsHead
	used  []used
	rows  []int8 // of features that have weights, one for each label of each field
	width int
	pool  sync.Pool
}

// headsHead is what stands before the weights in a file.
type headsHead struct {
	Name   string      `json:"name"`
	Bits   uint        `json:"bits"`
	Fields []fieldHead `json:"fields"`
}

type fieldHead struct {
	Field  string    `json:"field"` // desk.FieldKind, desk.FieldCategory or desk.FieldDepartment
	Labels []string  `json:"labels"`
	Scale  []float64 `json:"scale"` // weight of one step, by label
	Steep  float64   `json:"steep"` // what is said times this, through a softmax, are probabilities
}

// Learnt lists the fields that corrections can teach, in the order in which they speak:
// the class first, then what lies below it.
var Learnt = []string{desk.FieldKind, desk.FieldCategory, desk.FieldNode, desk.FieldDepartment}

const (
	headBits   = 18
	headSteps  = 127
	maxHeads   = 96  // labels of all fields together
	maxLabels  = 32  // of one field
	silent     = -10 // further than any margin
	leastVoice = 0.3 // a head that says less than this for a label doesn't overrule
)

// valueOf reads a learnt field of a verdict.
func valueOf(v *desk.Verdict, field string) string {
	switch field {
	case desk.FieldKind:
		return v.Kind
	case desk.FieldCategory:
		return desk.CategoryClass(v.Category)
	case desk.FieldNode:
		return v.Category
	}
	return v.Department()
}

// fieldIn is the field of the verdict that a learnt field is.
func fieldIn(field string) string {
	if field == desk.FieldNode {
		return desk.FieldCategory
	}
	return field
}

// said are margins, −1 to 1, of what model and rules say already, by label.
func said(v *desk.Verdict, field string, labels []string) []float64 {
	out := make([]float64, len(labels))
	for i := range out {
		out[i] = -1
	}
	put := func(label string, sure float64) {
		if i := slices.Index(labels, label); i >= 0 {
			out[i] = max(out[i], 2*sure-1)
		}
	}
	if field == desk.FieldDepartment {
		for _, d := range v.Departments {
			put(d.Name, d.Score)
		}
	}
	put(valueOf(v, field), v.Confidence[fieldIn(field)])
	return out
}

func (h *Heads) row(id uint32) []int8 {
	u := h.used[id/64]
	bit := uint64(1) << (id % 64)
	if u.mask&bit == 0 {
		return nil
	}
	at := (int(u.before) + bits.OnesCount64(u.mask&(bit-1))) * h.width
	return h.rows[at : at+h.width]
}

// Name says which learning it is.
func (h *Heads) Name() string { return h.head.Name }

// Adjust lets what was learnt speak: it overrules a field where it speaks clearly for
// another value, and then says by which words.
func (h *Heads) Adjust(doc *classify.Document, v *desk.Verdict) {
	x := h.pool.Get().(*extractor)
	defer h.pool.Put(x)
	x.read(doc)
	if len(x.words) == 0 {
		return
	}
	sum := make([]float64, h.width)
	size := float64(length(x.list))
	for _, f := range x.list {
		for c, w := range h.row(f.id) {
			sum[c] += float64(f.weight) * float64(w)
		}
	}
	from := 0
	for i := range h.head.Fields {
		field := &h.head.Fields[i]
		own := sum[from : from+len(field.Labels)]
		for c := range own {
			own[c] *= field.Scale[c] / size
		}
		h.overrule(x, doc, v, field, own, from)
		from += len(field.Labels)
	}
}

// decide gives the label that what is said and what was learnt make together; -1
// where the field stays as it is.
func decide(was string, labels []string, margin, own []float64) int {
	best := largest(margin)
	if labels[best] == was || own[best] < leastVoice {
		return -1
	}
	// What no label of the head stands for keeps its place unless it is outspoken.
	if was != "" && !slices.Contains(labels, was) && margin[best] < 0 {
		return -1
	}
	return best
}

func (h *Heads) overrule(x *extractor, doc *classify.Document, v *desk.Verdict, field *fieldHead, own []float64, from int) {
	margin := said(v, field.Field, field.Labels)
	for c := range margin {
		margin[c] += own[c]
	}
	if field.Field == desk.FieldNode { // the class is settled: what lies elsewhere is silent
		for c, path := range field.Labels {
			if desk.CategoryClass(path) != desk.CategoryClass(v.Category) {
				margin[c], own[c] = silent, silent
			}
		}
	}
	best := decide(valueOf(v, field.Field), field.Labels, margin, own)
	if best < 0 {
		if field.Field == desk.FieldDepartment {
			stepBack(v, field.Labels, margin, own)
		}
		return
	}
	label := field.Labels[best]
	sure := math.Round(softmax(margin, field.Steep)[best]*100) / 100
	switch field.Field {
	case desk.FieldKind:
		v.Kind = label
	case desk.FieldCategory, desk.FieldNode:
		v.Category = label
	case desk.FieldDepartment:
		if len(v.Departments) > 0 {
			sure = max(sure, v.Departments[0].Score) // scores stay in order
		}
		v.LeadDepartment(label, sure)
		v.KeepDepartments(5)
	}
	v.Confidence[fieldIn(field.Field)] = sure
	v.SetEvidence(fieldIn(field.Field))
	h.explain(x, doc, v, fieldIn(field.Field), from+best)
}

// stepBack takes a department from the first place where what was learnt speaks clearly
// against it (退单) and one of those behind it has more to say for itself.
func stepBack(v *desk.Verdict, labels []string, margin, own []float64) {
	at := slices.Index(labels, v.Department())
	if at < 0 || own[at] > -leastVoice {
		return
	}
	next, most := "", margin[at]
	for _, d := range v.Departments[1:] {
		m := 2*d.Score - 1
		if i := slices.Index(labels, d.Name); i >= 0 {
			m = margin[i]
		}
		if m > most {
			next, most = d.Name, m
		}
	}
	if next == "" {
		return
	}
	field := desk.DepartmentField(v, next)
	words, reason := v.Words(field), v.Reasons[field]
	v.LeadDepartment(next, v.Departments[0].Score)
	for _, e := range words {
		e.Field = desk.FieldDepartment
		v.Evidence = append(v.Evidence, e)
	}
	if reason != "" {
		v.SetReason(desk.FieldDepartment, reason)
	}
}

// explain notes the three words that speak most for a column.
func (h *Heads) explain(x *extractor, doc *classify.Document, v *desk.Verdict, field string, column int) {
	type vote struct {
		word  wordAt
		value int
	}
	var votes []vote
	seen := map[uint32]bool{}
	for _, w := range x.words {
		row := h.row(w.id)
		if row == nil || row[column] <= 0 || seen[w.id] || hollow(w.in(doc)) {
			continue
		}
		seen[w.id] = true
		value := int(row[column])
		if w.title {
			value *= titleWeight
		}
		if w.end-w.start < 6 { // a single letter explains little
			value /= 4
		}
		votes = append(votes, vote{w, value})
	}
	slices.SortStableFunc(votes, func(a, b vote) int { return cmp.Compare(b.value, a.value) })
	for _, t := range votes[:min(len(votes), 3)] {
		e := desk.Evidence{Field: field, In: "text", Start: int(t.word.start), End: int(t.word.end)}
		source := doc.Body
		if t.word.title {
			e.In, source = "title", doc.Title
		}
		e.Text, e.Weight = source[e.Start:e.End], float64(t.value)
		v.Evidence = append(v.Evidence, e)
	}
	if len(votes) == 0 {
		v.SetReason(field, desk.ReasonWhole)
	}
}
