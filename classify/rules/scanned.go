package rules

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"huiying/desk"
)

// scanned is a text with all words of the rule sets found in it. It is reused from
// text to text.
type scanned struct {
	desk.Text
	parts [2]part
	hits  [2][][]hit // of title and body, by list
	base  int        // where the lists of the set that reads begin
	skip  []int32    // per list: how far its last word reached, while scanning
	tally tallied
}

// each calls found for every word of the set's list k in a part, in order.
func (x *scanned) each(k, part int, found func(h hit)) {
	for _, h := range x.hits[part][x.base+k] {
		found(h)
	}
}

// some says whether any word of the set's list k is there.
func (x *scanned) some(k int) bool {
	return len(x.hits[0][x.base+k])+len(x.hits[1][x.base+k]) > 0
}

// begin takes a text and makes room for so many lists.
func (x *scanned) begin(t desk.Text, lists int) {
	x.Text, x.parts = t, parts(t)
	for n := range x.hits {
		for len(x.hits[n]) < lists {
			x.hits[n] = append(x.hits[n], nil)
		}
		for i := range x.hits[n] {
			x.hits[n][i] = x.hits[n][i][:0]
		}
	}
}

// Apply runs one set by itself.
func (s Set) Apply(t desk.Text, v *desk.Verdict) {
	var x scanned
	x.begin(t, len(s.words))
	for k, c := range s.words {
		for n, p := range x.parts {
			c.scan(p.text, func(h hit) { x.hits[n][k] = append(x.hits[n][k], h) })
		}
	}
	s.read(&x, v)
}

// Together gives one function that runs all sets in order, after one pass over the
// text for the words of them all.
func Together(sets []Set) func(desk.Text, *desk.Verdict) {
	var lists []*cues
	base := make([]int, len(sets))
	for i, s := range sets {
		base[i] = len(lists)
		lists = append(lists, s.words...)
	}
	all := newLexicon(lists)
	pool := sync.Pool{New: func() any { return &scanned{skip: make([]int32, len(lists))} }}
	return func(t desk.Text, v *desk.Verdict) {
		x := pool.Get().(*scanned)
		defer pool.Put(x)
		x.begin(t, len(lists))
		for n := range x.parts {
			all.scan(x, n)
		}
		for i, s := range sets {
			x.base = base[i]
			s.read(x, v)
		}
		x.Text, x.parts = desk.Text{}, [2]part{}
	}
}

// lexicon finds the words of many lists in one pass, each list as its own scan
// would find them.
type lexicon struct {
	index
	words []listed
}

type listed struct {
	*cue
	list int32
}

func newLexicon(lists []*cues) *lexicon {
	var words []listed
	for i, c := range lists {
		for k := range c.words {
			words = append(words, listed{&c.words[k], int32(i)})
		}
	}
	slices.SortStableFunc(words, func(a, b listed) int {
		return cmp.Or(cmp.Compare(pair(a.word, 0), pair(b.word, 0)), cmp.Compare(a.list, b.list))
	})
	return &lexicon{newIndex(len(words), func(i int) string { return words[i].word }), words}
}

// scan puts what it finds in one part into x.
func (l *lexicon) scan(x *scanned, part int) {
	text, hits := x.parts[part].text, x.hits[part]
	clear(x.skip)
	last, lastAt := uint64(0), 0
	for i := 0; i < len(text); {
		r, size := uint64(text[i]), 1
		if r >= 0xE0 && r < 0xF0 && i+2 < len(text) { // three bytes, as all Chinese letters have
			r, size = (r&0xF)<<12|uint64(text[i+1]&0x3F)<<6|uint64(text[i+2]&0x3F), 3
		} else if r >= 0x80 {
			wide, n := utf8.DecodeRuneInString(text[i:])
			r, size = uint64(wide), n
		}
		if last != 0 {
			if s, ok := l.find(last<<21 | r); ok {
				list, length := int32(-1), 0
				for k := s.first; k < s.last; k++ {
					w := &l.words[k]
					if w.list != list {
						list, length = w.list, 0
					}
					if int32(lastAt) < x.skip[list] && length == 0 || length > 0 && len(w.word) != length {
						continue
					}
					if len(text)-lastAt >= len(w.word) && text[lastAt:lastAt+len(w.word)] == w.word {
						length = len(w.word)
						x.skip[list] = int32(lastAt + length)
						hits[list] = append(hits[list], hit{w.cue, lastAt, lastAt + length})
					}
				}
			}
		}
		last, lastAt = r, i
		i += size
	}
}

// Live is rule sets that can be exchanged while texts are read.
type Live struct {
	read atomic.Pointer[func(desk.Text, *desk.Verdict)]
}

// Use lets sets speak from the next text on.
func (l *Live) Use(sets []Set) {
	read := Together(sets)
	l.read.Store(&read)
}

// Read runs the sets in use; before the first Use there is nothing to run.
func (l *Live) Read(t desk.Text, v *desk.Verdict) {
	if read := l.read.Load(); read != nil {
		(*read)(t, v)
	}
}
