package model

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"sync"

	"huiying/classify"
	"huiying/desk"
)

//go:embed category.model.gz
var shipped []byte

const (
	// maxClasses is how many classes a line of the table holds; its last byte is
	// for the rarity of the feature.
	maxClasses = 7
	line       = maxClasses + 1
	format     = "huiying category model 2\n"
)

// Model is a trained model as it ships: a table of small integers. It implements
// classify.Model and is safe for concurrent use.
type Model struct {
	head head
	used []used  // per 64 features: which have weights, and how many had before them
	rows []int16 // of those that have, line each: class by class
	rare []int8  // per feature: how few texts had it; the last of a row too
	pool sync.Pool
}

// used says which of 64 features have weights. Most have none, and a table without
// them stays in the processor's cache.
type used struct {
	mask   uint64
	before uint32
}

// pack keeps of a full table, feature*line + class with the rarity last, what isn't
// zero.
func (m *Model) pack(table []int16) {
	features := len(table) / line
	m.used, m.rare, m.rows = make([]used, (features+63)/64), make([]int8, features), nil
	for f := range features {
		row := table[f*line : (f+1)*line]
		m.rare[f] = int8(row[maxClasses])
		u := &m.used[f/64]
		if f%64 == 0 {
			u.before = uint32(len(m.rows) / line)
		}
		for _, x := range row[:maxClasses] {
			if x != 0 {
				u.mask |= 1 << (f % 64)
				m.rows = append(m.rows, row...)
				break
			}
		}
	}
	m.rows = slices.Clip(m.rows)
}

// unpack gives the full table.
func (m *Model) unpack() []int16 {
	table := make([]int16, len(m.rare)*line)
	for f, r := range m.rare {
		copy(table[f*line:], m.row(uint32(f)))
		table[f*line+maxClasses] = int16(r)
	}
	return table
}

// row gives the weights of a feature; nil when it has none.
func (m *Model) row(id uint32) []int16 {
	u := m.used[id/64]
	bit := uint64(1) << (id % 64)
	if u.mask&bit == 0 {
		return nil
	}
	at := (int(u.before) + bits.OnesCount64(u.mask&(bit-1))) * line
	return m.rows[at : at+line : at+line]
}

// head is what stands before the table in a model file.
type head struct {
	Name   string    `json:"name"`
	Labels []string  `json:"labels"`
	Bits   uint      `json:"bits"`
	Scale  []float64 `json:"scale"` // weight of one step of the table, by class
	Bias   []float64 `json:"bias"`
	Steep  float64   `json:"steep"` // margins times this, through a softmax, are probabilities
	Texts  int       `json:"texts"` // how many texts trained it
}

// Shipped gives the model that the program carries.
func Shipped() (*Model, error) { return Read(bytes.NewReader(shipped)) }

// Read reads a model file.
func Read(r io.Reader) (*Model, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	start := make([]byte, len(format))
	if _, err := io.ReadFull(z, start); err != nil || string(start) != format {
		return nil, errors.New("model file: not a category model")
	}
	var size [4]byte
	if _, err := io.ReadFull(z, size[:]); err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	n := int(size[0])<<24 | int(size[1])<<16 | int(size[2])<<8 | int(size[3])
	if n > 1<<16 {
		return nil, errors.New("model file: its head is too long")
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(z, text); err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	m := &Model{}
	if err := json.Unmarshal(text, &m.head); err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	h := m.head
	if h.Bits < 10 || h.Bits > 24 || len(h.Labels) < 2 || len(h.Labels) > maxClasses || len(h.Scale) != len(h.Labels) || len(h.Bias) != len(h.Labels) {
		return nil, errors.New("model file: its head contradicts itself")
	}
	raw := make([]byte, 2*line<<h.Bits)
	if _, err := io.ReadFull(z, raw); err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	table := make([]int16, line<<h.Bits)
	for i := range table { // high bytes stand together, then low bytes: they pack better
		table[i] = int16(uint16(raw[i])<<8 | uint16(raw[len(table)+i]))
	}
	m.pack(table)
	m.pool.New = func() any { return newExtractor(h.Bits) }
	return m, nil
}

// Write writes a model file; the same model gives the same bytes.
func (m *Model) Write(w io.Writer) error {
	text, err := json.Marshal(m.head)
	if err != nil {
		return fmt.Errorf("model file: %w", err)
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("model file: %w", err)
	}
	n := len(text)
	data := slices.Concat([]byte(format), []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, text)
	table := m.unpack()
	for _, x := range table {
		data = append(data, byte(uint16(x)>>8))
	}
	for _, x := range table {
		data = append(data, byte(x))
	}
	if _, err := z.Write(data); err != nil {
		return fmt.Errorf("model file: %w", err)
	}
	return z.Close()
}

// Name says which weights speak.
func (m *Model) Name() string { return m.head.Name }

// Labels are the classes that the model knows.
func (m *Model) Labels() []string { return slices.Clone(m.head.Labels) }

// Judge sets the category, with its probability and the words that spoke loudest.
func (m *Model) Judge(doc *classify.Document, v *desk.Verdict) {
	x := m.pool.Get().(*extractor)
	defer m.pool.Put(x)
	x.read(doc)
	if len(x.words) == 0 {
		return
	}
	margin := m.margins(x.list)
	probability := softmax(margin, m.head.Steep)
	best := largest(probability)
	v.Category = m.head.Labels[best]
	v.Confidence["category"] = float64(int(probability[best]*100+0.5)) / 100
	m.explain(x, doc, best, v)
}

// margins scores features against every class.
func (m *Model) margins(list []feature) []float64 {
	var sum [maxClasses]float32
	norm := float32(0)
	// The look-ups don't wait for each other: first where the rows are, without a
	// branch on what memory says, then the rows.
	var at [256]struct {
		row    uint32
		weight float32
	}
	for len(list) > 0 {
		block := list[:min(len(list), len(at))]
		list = list[len(block):]
		n := 0
		for _, f := range block {
			norm += f.weight * f.weight
			u := m.used[f.id/64]
			below := u.mask & (1<<(f.id%64) - 1)
			at[n&255].row, at[n&255].weight = u.before+uint32(bits.OnesCount64(below)), f.weight
			n += int(u.mask >> (f.id % 64) & 1)
		}
		for _, a := range at[:n] {
			row := m.rows[int(a.row)*line : int(a.row)*line+line : int(a.row)*line+line]
			for c := range maxClasses {
				sum[c] += a.weight * float32(row[c])
			}
		}
	}
	margin := slices.Clone(m.head.Bias)
	length := math.Sqrt(float64(norm))
	for c := range margin {
		margin[c] += m.head.Scale[c] * float64(sum[c]) / length
	}
	return margin
}

// A word is told as evidence when it weighs this much by itself, and this part of the
// heaviest one. What a verdict owes to many light words (那个, 有没有) no single one of
// them explains.
const (
	tellingWeight = 0.25
	tellingPart   = 0.3
)

// explain notes the words that speak most for a class against the others.
func (m *Model) explain(x *extractor, doc *classify.Document, class int, v *desk.Verdict) {
	type vote struct {
		word  wordAt
		value float64
	}
	var top [3]vote
	for _, w := range x.words {
		row := m.row(w.id)
		if row == nil || w.end-w.start < 4 {
			continue
		}
		value := float64(row[class]) * m.head.Scale[class]
		if w.title {
			value *= titleWeight
		}
		if value <= top[2].value || hollow(w.in(doc)) {
			continue
		}
		if slices.ContainsFunc(top[:], func(t vote) bool { return t.word.id == w.id && t.value > 0 }) {
			continue
		}
		top[2] = vote{w, value}
		slices.SortStableFunc(top[:], func(a, b vote) int { return cmp.Compare(b.value, a.value) })
	}
	for _, t := range top {
		if t.value < max(tellingWeight, tellingPart*top[0].value) {
			break
		}
		e := desk.Evidence{Field: "category", In: "text", Start: int(t.word.start), End: int(t.word.end)}
		source := doc.Body
		if t.word.title {
			e.In, source = "title", doc.Title
		}
		e.Text, e.Weight = source[e.Start:e.End], t.value
		v.Evidence = append(v.Evidence, e)
	}
	if top[0].value < tellingWeight {
		v.SetReason("category", desk.ReasonWhole)
	}
}

// Rarity says how telling a word is: near 0 for words that almost every letter
// has, 1 for those that none of the training texts had.
func (m *Model) Rarity(word string) float64 {
	if word == "" {
		return 0
	}
	return m.rarity(featureID(hashWord(word)*wordBlock^inBody, m.head.Bits))
}

// rarest is the table's value for a word never seen.
const rarest = 127

func softmax(margin []float64, steep float64) []float64 {
	top := margin[largest(margin)]
	sum := 0.0
	p := make([]float64, len(margin))
	for c, x := range margin {
		p[c] = math.Exp(steep * (x - top))
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}

// PairRarity says the same of two letters side by side: names that the segmenter
// doesn't know are told by their pairs.
func (m *Model) PairRarity(a, b rune) float64 {
	id := featureID((uint64(lower(a))<<21|uint64(lower(b)))*charsBlock^inBody, m.head.Bits)
	return m.rarity(id)
}

// rarity reads it from the row, which judging has just brought near, where there is one.
func (m *Model) rarity(id uint32) float64 {
	u := m.used[id/64]
	if bit := uint64(1) << (id % 64); u.mask&bit != 0 {
		return float64(m.rows[(int(u.before)+bits.OnesCount64(u.mask&(bit-1)))*line+maxClasses]) / rarest
	}
	return float64(m.rare[id]) / rarest
}
