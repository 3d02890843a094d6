package rules

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// cue is a word to look for, with what it speaks for and how strongly.
type cue struct {
	word   string
	tag    string
	weight float64
	at, no int32 // position in its list; number of its tag among the list's
}

// cues finds many words in one pass over a text: words are filed under their
// first two runes, so that almost every position costs one look at a small table.
type cues struct {
	index
	words []cue    // grouped by slot, longest first
	tags  []string // in the order of their names
}

// index leads from the first two runes of words to where these stand.
type index struct {
	slots []slot // open addressing, a power of two
	mask  uint64
	maybe []uint64 // a bit per key: most positions end here, without a look at the table
	bits  uint64
}

type slot struct {
	key         uint64
	first, last int32
}

// newCues builds the table; words have two runes or more. A word given twice
// keeps both meanings.
func newCues(list []cue) *cues {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b cue) int {
		return cmp.Or(cmp.Compare(pair(a.word, 0), pair(b.word, 0)), cmp.Compare(len(b.word), len(a.word)), cmp.Compare(a.word, b.word))
	})
	c := &cues{index: newIndex(len(sorted), func(i int) string { return sorted[i].word }), words: sorted}
	for _, w := range sorted {
		if !slices.Contains(c.tags, w.tag) && len(c.tags) < 256 { // places have a tag each: they are never tallied
			c.tags = append(c.tags, w.tag)
		}
	}
	slices.Sort(c.tags)
	for i := range sorted {
		at, _ := slices.BinarySearch(c.tags, sorted[i].tag)
		sorted[i].at, sorted[i].no = int32(i), int32(at)
	}
	return c
}

// newIndex indexes n words that stand grouped by their first two runes.
func newIndex(n int, word func(i int) string) index {
	keys := 0
	for i := range n {
		if i == 0 || pair(word(i), 0) != pair(word(i-1), 0) {
			keys++
		}
	}
	size := 16
	for size < 2*keys {
		size *= 2
	}
	c := index{slots: make([]slot, size), mask: uint64(size - 1), maybe: make([]uint64, max(size/8, 64)), bits: uint64(max(size/8, 64)*64 - 1)}
	for i := 0; i < n; {
		key := pair(word(i), 0)
		if key == 0 {
			panic("rules: cue of fewer than two runes: " + word(i))
		}
		j := i
		for j < n && pair(word(j), 0) == key {
			j++
		}
		hash := mix(key)
		bit := hash >> 20 & c.bits
		c.maybe[bit/64] |= 1 << (bit % 64)
		at := hash & c.mask
		for c.slots[at].key != 0 {
			at = (at + 1) & c.mask
		}
		c.slots[at] = slot{key, int32(i), int32(j)}
		i = j
	}
	return c
}

// find gives where the words stand that begin with a pair of runes.
func (c *index) find(key uint64) (slot, bool) {
	hash := mix(key)
	if bit := hash >> 20 & c.bits; c.maybe[bit/64]>>(bit%64)&1 == 0 {
		return slot{}, false
	}
	for at := hash & c.mask; c.slots[at].key != 0; at = (at + 1) & c.mask {
		if c.slots[at].key == key {
			return c.slots[at], true
		}
	}
	return slot{}, false
}

// group makes cues of the words of a space-separated list.
func group(tag string, weight float64, words string) []cue {
	var list []cue
	for _, w := range strings.Fields(words) {
		list = append(list, cue{word: w, tag: tag, weight: weight})
	}
	return list
}

// hit is a cue found at bytes start to end.
type hit struct {
	*cue
	start, end int
}

// scan calls found for the longest cue at each position, and for others of equal
// length; after a hit the search goes on behind it.
func (c *cues) scan(text string, found func(h hit)) {
	last, lastAt, skip := uint64(0), 0, 0
	for i := 0; i < len(text); {
		r, size := uint64(text[i]), 1
		if r >= 0xE0 && r < 0xF0 && i+2 < len(text) { // three bytes, as all Chinese letters have
			r, size = (r&0xF)<<12|uint64(text[i+1]&0x3F)<<6|uint64(text[i+2]&0x3F), 3
		} else if r >= 0x80 {
			wide, n := utf8.DecodeRuneInString(text[i:])
			r, size = uint64(wide), n
		}
		if last != 0 && lastAt >= skip {
			if s, ok := c.find(last<<21 | r); ok {
				skip = max(skip, c.match(text, lastAt, s, found))
			}
		}
		last, lastAt = r, i
		i += size
	}
}

func (c *cues) match(text string, at int, s slot, found func(hit)) int {
	length := 0
	for i := s.first; i < s.last; i++ {
		w := &c.words[i]
		if length > 0 && len(w.word) != length {
			break
		}
		if strings.HasPrefix(text[at:], w.word) {
			length = len(w.word)
			found(hit{w, at, at + length})
		}
	}
	return at + length
}

// first gives the first cue in a text.
func (c *cues) first(text string) (hit, bool) {
	var got hit
	c.scan(text, func(h hit) {
		if got.cue == nil {
			got = h
		}
	})
	return got, got.cue != nil
}

// pair is the key of the two runes at byte i; 0 when there aren't two.
func pair(s string, i int) uint64 {
	a, n := utf8.DecodeRuneInString(s[i:])
	if n == 0 || i+n >= len(s) {
		return 0
	}
	b, _ := utf8.DecodeRuneInString(s[i+n:])
	return uint64(a)<<21 | uint64(b)
}

func mix(x uint64) uint64 {
	x ^= x >> 29
	x *= 0x9E3779B97F4A7C15
	return x ^ x>>32
}
