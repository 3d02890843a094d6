package classify

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordSet keeps the words of one text, each once and in order; it is reused.
type wordSet struct {
	seed  maphash.Seed
	slots []uint64 // upper half: of the hash, and which text wrote it; lower: position in list + 1
	list  []string
}

func newWordSet() wordSet {
	return wordSet{seed: maphash.MakeSeed(), slots: make([]uint64, 1024)}
}

func (s *wordSet) begin() {
	if len(s.slots) > 1<<13 { // after a very long text
		s.slots = make([]uint64, 1024)
	}
	clear(s.slots)
	clear(s.list)
	s.list = s.list[:0]
}

func (s *wordSet) add(w string) {
	hash := maphash.String(s.seed, w)
	mask := uint64(len(s.slots) - 1)
	at := hash & mask
	for ; s.slots[at] != 0; at = (at + 1) & mask {
		if x := s.slots[at]; x>>32 == hash>>32 && s.list[uint32(x)-1] == w {
			return
		}
	}
	s.list = append(s.list, w)
	s.slots[at] = hash>>32<<32 | uint64(len(s.list))
	if 2*len(s.list) > len(s.slots) {
		s.grow()
	}
}

func (s *wordSet) grow() {
	s.slots = make([]uint64, 2*len(s.slots))
	mask := uint64(len(s.slots) - 1)
	for i, w := range s.list {
		hash := maphash.String(s.seed, w)
		at := hash & mask
		for s.slots[at] != 0 {
			at = (at + 1) & mask
		}
		s.slots[at] = hash>>32<<32 | uint64(i+1)
	}
}

// tokens are the words to search by: lower-cased, each once, without marks; of a
// longer word its pairs too, so that a part of a name finds the whole.
func tokens(doc *Document) []string {
	s := newWordSet()
	return s.tokens(doc)
}

func (s *wordSet) tokens(doc *Document) []string {
	s.begin()
	for _, words := range [2][]string{doc.TitleWords, doc.BodyWords} {
		for _, w := range words {
			r, size := utf8.DecodeRuneInString(w)
			if !han(r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				continue
			}
			if r < 0x80 {
				w = strings.ToLower(w)
			}
			if len(w) > 64 {
				w = w[:boundaryBefore(w, 64)]
			}
			s.add(w)
			if r >= firstHan && len(w) > 2*size {
				for a := 0; a+2*size <= len(w); a += size {
					if r := first(w[a:]); han(r) || unicode.Is(unicode.Han, r) {
						s.add(w[a:boundaryBefore(w, a+2*size)])
					}
				}
			}
		}
	}
	return slices.Clone(s.list)
}

// han says whether a rune is one of the common Han characters.
func han(r rune) bool { return r >= 0x4E00 && r <= 0x9FA5 }

func first(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// boundaryBefore is the last start of a rune at or before n.
func boundaryBefore(s string, n int) int {
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}
