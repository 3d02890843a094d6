package model

import (
	"cmp"
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"

	"huiying/classify"
	"huiying/desk"
)

// Lesson is a text with what people say of it.
type Lesson struct {
	desk.Lesson
	Doc  classify.Document
	Base desk.Verdict // what the shipped model and the rules say
}

// The choices of a learning. What people let stand weighs less than what they set:
// nobody may have looked.
const (
	lessonCost  = 30.0
	standVote   = 0.3
	crowdShare  = 0.5 // near-duplicates share votes: size^-½
	learnFolds  = 5
	changesKept = 500
	leastLabel  = 3 // a value that people set less often isn't learnt
)

// LeastSet is how many fields people must have set before anything is learnt.
const LeastSet = 10

// ErrTooFew says that there is too little to learn from.
var ErrTooFew = errors.New("model: too few corrections to learn from")

// classroom is the lessons as rows.
type classroom struct {
	lessons []Lesson
	rows    [][]feature // of length one
	vote    []float64
	fold    []int
}

// Learn builds heads from lessons and compares them, on lessons held out in groups of
// near-duplicates, with what is in use (nil: nothing learnt yet). The same lessons in
// the same order give the same heads.
func Learn(ctx context.Context, name string, lessons []Lesson, inUse *Heads) (*Heads, desk.ModelReport, error) {
	k := newClassroom(lessons)
	report := desk.ModelReport{}
	set := 0
	for _, l := range lessons {
		if l.Stand {
			report.Stood++
		} else {
			report.Set++
			set += len(l.Fields) + len(l.Not)
		}
	}
	if set < LeastSet {
		return nil, report, ErrTooFew
	}
	whole, err := k.learn(ctx, name, func(int) bool { return true })
	if err != nil {
		return nil, report, err
	}
	after := make([]desk.Verdict, len(lessons))
	for fold := range learnFolds {
		part, err := k.learn(ctx, name, func(i int) bool { return k.fold[i] != fold })
		if err != nil && !errors.Is(err, ErrTooFew) {
			return nil, report, err
		}
		for i := range lessons {
			if k.fold[i] != fold {
				continue
			}
			after[i] = lessons[i].Base.Copy()
			if part != nil {
				part.Adjust(&lessons[i].Doc, &after[i])
			}
		}
	}
	before := make([]desk.Verdict, len(lessons))
	for i := range lessons {
		before[i] = lessons[i].Base.Copy()
		if inUse != nil {
			inUse.Adjust(&lessons[i].Doc, &before[i])
		}
	}
	report.Fields = compare(lessons, before, after)
	return whole, report, nil
}

func newClassroom(lessons []Lesson) *classroom {
	n := len(lessons)
	k := &classroom{lessons: lessons, rows: make([][]feature, n), vote: make([]float64, n), fold: make([]int, n)}
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			x := newExtractor(headBits)
			for i := w; i < n; i += workers {
				x.read(&lessons[i].Doc)
				row := slices.Clone(x.list)
				slices.SortFunc(row, func(a, b feature) int { return cmp.Compare(a.id, b.id) })
				size := length(row)
				for j := range row {
					row[j].weight /= size
				}
				k.rows[i] = row
			}
		})
	}
	wg.Wait()
	texts := make([]string, n)
	for i := range lessons {
		texts[i] = lessons[i].Doc.Title + "。" + lessons[i].Doc.Body
	}
	group := alike(texts)
	size := map[int]int{}
	for _, g := range group {
		size[g]++
	}
	for i, g := range group {
		k.vote[i] = math.Pow(float64(size[g]), -crowdShare)
		if lessons[i].Stand {
			k.vote[i] *= standVote
		}
		h := uint32(g+1) * 0x9E3779B1
		k.fold[i] = int(h >> 8 % learnFolds)
	}
	return k
}

// learn builds heads from the lessons that use chooses.
func (k *classroom) learn(ctx context.Context, name string, use func(i int) bool) (*Heads, error) {
	h := &Heads{head: headsHead{Name: name, Bits: headBits}}
	var columns [][]float32
	for _, field := range Learnt {
		labels := k.labels(field, use)
		if len(labels) < 2 || h.width+len(labels) > maxHeads {
			continue
		}
		var rows []int
		for i, l := range k.lessons {
			if use(i) && (slices.Contains(labels, want(l.Lesson, field)) || field == desk.FieldDepartment && slices.ContainsFunc(l.Not, func(not string) bool { return slices.Contains(labels, not) })) {
				rows = append(rows, i)
			}
		}
		own := make([][]float32, len(labels))
		var wg sync.WaitGroup
		gate := make(chan struct{}, runtime.GOMAXPROCS(0))
		for c := range labels {
			wg.Go(func() {
				gate <- struct{}{}
				defer func() { <-gate }()
				if ctx.Err() == nil {
					own[c] = k.column(field, labels, c, rows)
				}
			})
		}
		wg.Wait()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h.head.Fields = append(h.head.Fields, fieldHead{Field: field, Labels: labels, Steep: headSteep})
		h.width += len(labels)
		columns = append(columns, own...)
	}
	if h.width == 0 {
		return nil, ErrTooFew
	}
	h.quantise(columns)
	return h, nil
}

// headSteep turns what heads say into probabilities: a margin of one each way, as the
// solver aims at, is 88 in a hundred.
const headSteep = 1.0

// labels are the values of a field that people set often enough, and those that the
// desk says by itself for the same texts, in order.
func (k *classroom) labels(field string, use func(i int) bool) []string {
	times := map[string]int{}
	for i, l := range k.lessons {
		if !use(i) {
			continue
		}
		if v := want(l.Lesson, field); v != "" {
			if times[v]++; !l.Stand {
				times[v] += leastLabel // one that a person set counts, however seldom
			}
		}
		if field == desk.FieldDepartment {
			for _, not := range l.Not {
				times[not] += leastLabel
			}
		}
	}
	if field == desk.FieldNode {
		divided(times)
	}
	var labels []string
	for v, n := range times {
		if n >= leastLabel {
			labels = append(labels, v)
		}
	}
	slices.SortFunc(labels, func(a, b string) int { return cmp.Or(cmp.Compare(times[b], times[a]), cmp.Compare(a, b)) })
	labels = labels[:min(len(labels), maxLabels)]
	slices.Sort(labels)
	return labels
}

// want is what a lesson says of a learnt field. A category below the fifteen counts for
// its class too.
func want(l desk.Lesson, field string) string {
	v := l.Fields[fieldIn(field)]
	if field == desk.FieldCategory {
		return desk.CategoryClass(v)
	}
	return v
}

// divided keeps the categories of classes that people divide further: those below the
// fifteen, and the class itself as what is none of them.
func divided(times map[string]int) {
	of := map[string]int{}
	for path, n := range times {
		if desk.CategoryLevel(path) > 1 && n >= leastLabel {
			of[desk.CategoryClass(path)] = leastLabel
		}
	}
	for path := range times {
		if of[desk.CategoryClass(path)] == 0 {
			delete(times, path)
		}
	}
	for class := range of {
		times[class] += leastLabel
	}
}

// column trains what speaks for one label.
func (k *classroom) column(field string, labels []string, c int, rows []int) []float32 {
	problem := solver{features: 1 << headBits, c: lessonCost, rounds: 40, tolerance: 0.02}
	for _, i := range rows {
		l := &k.lessons[i]
		y := -1.0
		switch right := want(l.Lesson, field); {
		case right == labels[c]:
			y = 1
		case right != "":
		case !slices.Contains(l.Not, labels[c]): // it isn't another one; of this one nobody said anything
			continue
		}
		problem.add(k.rows[i], y, k.vote[i], said(&l.Base, field, labels)[c])
	}
	w, _ := problem.solve()
	return w
}

// quantise packs columns of weights into small steps.
func (h *Heads) quantise(columns [][]float32) {
	scale := make([]float64, len(columns))
	for c, w := range columns {
		top := 0.0
		for _, x := range w {
			top = max(top, math.Abs(float64(x)))
		}
		if scale[c] = top / headSteps; top == 0 {
			scale[c] = 1
		}
	}
	var ids []uint32
	row := make([]int8, len(columns))
	for id := range uint32(1 << headBits) {
		some := false
		for c, w := range columns {
			row[c] = int8(math.Round(float64(w[id]) / scale[c]))
			some = some || row[c] != 0
		}
		if some {
			ids = append(ids, id)
			h.rows = append(h.rows, row...)
		}
	}
	for i := range h.head.Fields {
		n := len(h.head.Fields[i].Labels)
		h.head.Fields[i].Scale, scale = scale[:n:n], scale[n:]
	}
	h.index(ids)
}
