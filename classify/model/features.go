// Package model is the linear model of the categories: a support vector machine on
// naive-Bayes log-count ratios over hashed words, word pairs and characters. The
// weights ship (see docs/model-card.md), the texts they were trained on don't.
package model

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"huiying/classify"
)

// Blocks of features: the same word in the title is another feature than in the body.
const (
	inTitle = 0x9E3779B97F4A7C15
	inBody  = 0xC2B2AE3D27D4EB4F

	wordBlock  = 0x165667B19E3779F9
	pairBlock  = 0x27D4EB2F165667C5
	charBlock  = 0x85EBCA77C2B2AE63
	charsBlock = 0xFF51AFD7ED558CCD
)

// titleWeight is how much more a feature of the title counts.
const titleWeight = 2

// feature is a hashed feature with its weight before normalising.
type feature struct {
	id     uint32
	weight float32
}

// extractor gathers the features of one document, each once; it is reused.
type extractor struct {
	bits  uint
	list  []feature
	seen  []stamped // open addressing
	shift uint      // how much of the table this document uses: a small one stays near the processor
	turn  uint32
	words []wordAt // where the body's and title's words stand, for explaining
}

type wordAt struct {
	id         uint32
	title      bool
	start, end int32
}

// in gives the word as it stands in its document.
func (w wordAt) in(doc *classify.Document) string {
	if w.title {
		return doc.Title[w.start:w.end]
	}
	return doc.Body[w.start:w.end]
}

// stamped is a feature with the document that showed it.
type stamped struct{ turn, id uint32 }

const slots = 1 << 14 // more features than this in a document are left out past 3/4

func newExtractor(bits uint) *extractor {
	return &extractor{bits: bits, seen: make([]stamped, slots)}
}

// read gathers the features of a document.
func (x *extractor) read(doc *classify.Document) {
	x.list, x.words = x.list[:0], x.words[:0]
	if x.turn++; x.turn == 0 {
		clear(x.seen)
		x.turn = 1
	}
	size := 10 // bits; a letter brings two to three features
	for size < 14 && 1<<size < 2*(len(doc.Title)+len(doc.Body)) {
		size++
	}
	x.shift = 32 - uint(size)
	x.block(doc.TitleWords, inTitle, titleWeight)
	x.block(doc.BodyWords, inBody, 1)
}

func (x *extractor) block(words []string, salt uint64, weight float32) {
	var lastWord uint64
	var lastRune rune
	at := int32(0)
	for _, w := range words {
		start := at
		at += int32(len(w))
		if len(x.list) > slots*3/4 {
			return
		}
		r, size := utf8.DecodeRuneInString(w)
		if skip(r) {
			lastWord = 0
			lastRune = 0
			continue
		}
		h := hashWord(w)
		id := x.add(h*wordBlock^salt, weight)
		x.words = append(x.words, wordAt{id, salt == inTitle, start, at})
		if lastWord != 0 {
			x.add((lastWord*31+h)*pairBlock^salt, weight)
		}
		lastWord = h
		for i := 0; ; {
			x.add(uint64(lower(r))*charBlock^salt, weight)
			if lastRune != 0 {
				x.add((uint64(lower(lastRune))<<21|uint64(lower(r)))*charsBlock^salt, weight)
			}
			lastRune = r
			if i += size; i >= len(w) {
				break
			}
			r, size = utf8.DecodeRuneInString(w[i:])
		}
	}
}

// add takes a feature, the first time that the document shows it.
func (x *extractor) add(hash uint64, weight float32) uint32 {
	id := featureID(hash, x.bits)
	at := (id * 0x9E3779B1) >> x.shift
	mask := uint32(1)<<(32-x.shift) - 1
	for x.seen[at].turn == x.turn {
		if x.seen[at].id == id {
			return id
		}
		at = (at + 1) & mask
	}
	x.seen[at] = stamped{x.turn, id}
	x.list = append(x.list, feature{id, weight})
	return id
}

// featureID folds a hash into the table.
func featureID(hash uint64, bits uint) uint32 {
	hash ^= hash >> 32
	hash *= 0xD6E8FEB86659FD93
	hash ^= hash >> 32
	return uint32(hash >> (64 - bits))
}

// skip says whether a word is only marks or space.
func skip(r rune) bool {
	if r < 0x80 {
		return !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z')
	}
	return r < 0x3400 && !unicode.IsLetter(r) || r == utf8.RuneError
}

func lower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 32
	}
	return r
}

// hashWord is FNV-1a over the lower-cased word.
func hashWord(w string) uint64 {
	if w[0] < 0x80 {
		w = strings.ToLower(w)
	}
	h := uint64(14695981039346656037)
	for i := 0; i < len(w); i++ {
		h = (h ^ uint64(w[i])) * 1099511628211
	}
	return h
}
