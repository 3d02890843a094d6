package jieba

/*
#cgo LDFLAGS: -lm
#include <math.h>
*/
import "C"

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// userTimes is how often a word of the office counts as seen.
const userTimes = 1000

// lexicon is gojieba's dictionary and model laid out for our own cutting (see
// cut): what the library asks a tree of hash maps is here an array, so that a text
// is cut five times as fast, into the same words. It doesn't change once made.
type lexicon struct {
	codes [1 << 16]uint16 // of each rune; 0: in no word and not in the model
	rare  map[rune]uint16 // of runes beyond them
	first []uint64        // by code: the cell of a word's first rune
	cells []uint64        // of the following ones: at the base of what stands before, plus the code

	weight []float64 // by number, from 1: logarithms of how often words are seen
	least  float64   // of a rune that is no word

	start [4]float64
	trans [4][4]float64
	emit  [][4]float64 // by code
}

// A cell holds a base (0: nothing follows), the base of what stands before it, by
// which a cell is known to be the right one, and the number of the word's weight (0:
// no word ends here).
const (
	baseBits  = 22
	baseMask  = 1<<baseBits - 1
	checkMask = baseMask << baseBits
)

func base(cell uint64) uint64   { return cell & baseMask }
func number(cell uint64) uint64 { return cell >> (2 * baseBits) }

// never is the model's logarithm of nothing.
const never = -3.14e+100

// entry is a word on its way into the lexicon.
type entry struct {
	codes  []uint16
	number uint32
	at     int // the last of two alike counts
}

// maker gathers the words before they are laid out.
type maker struct {
	l       *lexicon
	entries []entry
	sum     float64
	numbers map[float64]uint32
}

// newLexicon reads the library's files and adds the office's words.
func newLexicon(dictionary, model, user []byte, office []string) (*lexicon, error) {
	m := &maker{l: &lexicon{rare: map[rune]uint16{}, weight: []float64{0}, emit: [][4]float64{{never, never, never, never}}}, numbers: map[float64]uint32{}}
	lines, err := m.read(dictionary)
	if err != nil {
		return nil, err
	}
	for _, w := range lines {
		m.sum += w.times
	}
	for _, w := range lines {
		m.add(w.word, w.times)
	}
	m.l.least = slices.Min(m.l.weight[1:])
	own, err := m.read(user)
	if err != nil {
		return nil, err
	}
	for _, w := range own {
		if utf8.RuneCountInString(w.word) < 2 {
			return nil, fmt.Errorf("segmenter dictionary: %q is a single rune", w.word)
		}
		m.add(w.word, w.times)
	}
	for _, w := range office {
		m.add(w, userTimes)
	}
	if err := m.l.readModel(string(model)); err != nil {
		return nil, err
	}
	m.lay()
	return m.l, nil
}

type counted struct {
	word  string
	times float64
}

// read takes lines of word, times and tag.
func (m *maker) read(file []byte) ([]counted, error) {
	list := make([]counted, 0, bytes.Count(file, []byte{'\n'}))
	for line := range strings.Lines(string(file)) {
		word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		figure, _, ok := strings.Cut(rest, " ")
		times, err := strconv.ParseFloat(figure, 64)
		if !ok || err != nil || times <= 0 || word == "" {
			return nil, fmt.Errorf("segmenter dictionary: line %q", line)
		}
		list = append(list, counted{word, times})
	}
	return list, nil
}

// add takes a word. The logarithm is the C library's, like the library's own: Go's
// may differ in the last bit.
func (m *maker) add(word string, times float64) {
	n, ok := m.numbers[times]
	if !ok {
		n = uint32(len(m.l.weight))
		m.l.weight = append(m.l.weight, float64(C.log(C.double(times/m.sum))))
		m.numbers[times] = n
	}
	codes := make([]uint16, 0, len(word)/3+1)
	for _, r := range word {
		codes = append(codes, m.l.learn(r))
	}
	m.entries = append(m.entries, entry{codes, n, len(m.entries)})
}

// learn gives a rune its code.
func (l *lexicon) learn(r rune) uint16 {
	if c := l.code(r); c != 0 {
		return c
	}
	c := uint16(len(l.emit))
	l.emit = append(l.emit, [4]float64{never, never, never, never})
	if r < 1<<16 {
		l.codes[r] = c
	} else {
		l.rare[r] = c
	}
	return c
}

func (l *lexicon) code(r rune) uint16 {
	if r < 1<<16 {
		return l.codes[r]
	}
	return l.rare[r]
}

// readModel reads the hidden Markov model: the start, four lines of transitions,
// four of emissions; states are begin, end, middle and single.
func (l *lexicon) readModel(text string) error {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	if len(lines) != 9 {
		return errors.New("segmenter model: nine lines are needed")
	}
	for i, line := range lines[:5] {
		into := &l.start
		if i > 0 {
			into = &l.trans[i-1]
		}
		fields := strings.Fields(line)
		if len(fields) != 4 {
			return errors.New("segmenter model: four states are needed")
		}
		for j, f := range fields {
			var err error
			if into[j], err = strconv.ParseFloat(f, 64); err != nil {
				return fmt.Errorf("segmenter model: %w", err)
			}
		}
	}
	for state, line := range lines[5:] {
		for pair := range strings.SplitSeq(line, ",") {
			r, size := utf8.DecodeRuneInString(pair)
			p, err := strconv.ParseFloat(strings.TrimPrefix(pair[size:], ":"), 64)
			if err != nil {
				return fmt.Errorf("segmenter model: %w", err)
			}
			l.emit[l.learn(r)][state] = p
		}
	}
	return nil
}

// lay puts the words into cells.
func (m *maker) lay() {
	m.rename()
	slices.SortFunc(m.entries, func(a, b entry) int {
		return cmp.Or(slices.Compare(a.codes, b.codes), cmp.Compare(a.at, b.at))
	})
	last := 0
	for _, e := range m.entries[1:] { // of two alike the last
		if !slices.Equal(e.codes, m.entries[last].codes) {
			last++
		}
		m.entries[last] = e
	}
	l := m.l
	tree := branches{{}}
	tree.grow(0, m.entries[:last+1], 0)
	bases := tree.place()
	l.first, l.cells = make([]uint64, len(l.emit)), make([]uint64, int(slices.Max(bases))+len(l.emit)) // any base may be asked for any code
	for i, b := range tree {
		cells, check := l.cells[bases[i]:], uint64(bases[i])<<baseBits
		if i == 0 {
			cells, check = l.first, 0
		}
		for _, c := range b {
			cells[c.code] = uint64(c.number)<<(2*baseBits) | check | uint64(bases[c.branch])
		}
	}
}

// rename gives the runes that words have most the lowest codes, so that what
// follows one rune lies close together.
func (m *maker) rename() {
	l := m.l
	times := make([]int, len(l.emit))
	for _, e := range m.entries {
		for _, c := range e.codes {
			times[c]++
		}
	}
	order := make([]uint16, len(times))
	for i := range order {
		order[i] = uint16(i)
	}
	slices.SortStableFunc(order[1:], func(a, b uint16) int { return cmp.Compare(times[b], times[a]) })
	name, emit := make([]uint16, len(order)), make([][4]float64, len(order))
	for i, c := range order {
		name[c], emit[i] = uint16(i), l.emit[c]
	}
	l.emit = emit
	for r, c := range l.codes {
		l.codes[r] = name[c]
	}
	for r, c := range l.rare {
		l.rare[r] = name[c]
	}
	for _, e := range m.entries {
		for i, c := range e.codes {
			e.codes[i] = name[c]
		}
	}
}

// child is a rune that goes on with a word.
type child struct {
	code   uint16
	number uint32 // of the weight, when a word ends here
	branch int32  // what follows; 0: nothing
}

// branches are the runes that go on with each beginning of words; the first is the
// beginning of all.
type branches [][]child

// grow fills a branch from sorted words that have their first depth runes in common.
func (b *branches) grow(at int32, words []entry, depth int) {
	var list []child
	for len(words) > 0 {
		w := words[0]
		if len(w.codes) == depth { // the word that ends before
			words = words[1:]
			continue
		}
		c := child{code: w.codes[depth]}
		n := 0
		for n < len(words) && words[n].codes[depth] == c.code {
			n++
		}
		if len(w.codes) == depth+1 {
			c.number = w.number
		}
		if c.number == 0 || n > 1 {
			c.branch = int32(len(*b))
			*b = append(*b, nil)
			b.grow(c.branch, words[:n], depth+1)
		}
		list, words = append(list, c), words[n:]
	}
	(*b)[at] = list
}

// place finds a base for each branch, so that no cell has two owners and no two
// branches one base: the wide ones first, whose gaps the narrow ones fill.
func (b branches) place() []uint32 {
	order := make([]int32, 0, len(b))
	for i := range b {
		if i > 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortStableFunc(order, func(x, y int32) int { return cmp.Compare(len(b[y]), len(b[x])) })
	bases := make([]uint32, len(b))
	var f field
	width := 0
	for _, i := range order {
		if w := min(len(b[i]), wide); w != width { // narrower ones may fit where wider ones didn't
			width, f.from = w, 1
		}
		bases[i] = f.put(b[i])
	}
	return bases
}

// field is where cells are laid.
type field struct {
	next []int32 // by cell: itself while it is free, else a later one
	has  []bool  // bases given
	from int     // where the search begins
}

const (
	// tries is how many gaps are looked at before the search moves on for good.
	tries = 32
	// wide branches, so many runes or more, search together.
	wide = 12
)

func (f *field) put(list []child) uint32 {
	least, most, missed := int(list[0].code), int(list[len(list)-1].code), 0
	for at := max(f.from, least+1); ; at++ {
		f.reach(at)
		at = f.free(at)
		b := at - least
		f.reach(b + most)
		if f.has[b] || !f.fits(b, list[1:]) {
			if missed++; missed == tries {
				f.from, missed = at, 0
			}
			continue
		}
		f.has[b] = true
		for _, c := range list {
			f.next[b+int(c.code)]++
		}
		return uint32(b)
	}
}

// free is the first free cell from at on.
func (f *field) free(at int) int {
	f.reach(at + 1)
	for int(f.next[at]) != at {
		n := int(f.next[at])
		f.reach(n + 1)
		f.next[at] = f.next[n]
		at = n
	}
	return at
}

func (f *field) fits(b int, list []child) bool {
	for _, c := range list {
		if at := b + int(c.code); int(f.next[at]) != at {
			return false
		}
	}
	return true
}

func (f *field) reach(at int) {
	for n := len(f.next); n <= at; n++ {
		f.next, f.has = append(f.next, int32(n)), append(f.has, false)
	}
}
