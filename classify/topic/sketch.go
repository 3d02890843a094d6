// Package topic finds what is about the same matter: near-duplicates by shingles
// with MinHash, topics by telling words, places and time, online and in arrival order.
// It is pure over the port desk.TopicIndex and keeps nothing of its own between calls.
package topic

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"huiying/classify"
	"huiying/desk"
)

// Options are what the program hands in.
type Options struct {
	// Rarity says how telling a word is, 0..1; nil: every word alike.
	Rarity func(word string) float64
	// PairRarity says the same of two letters side by side; nil: pairs are left out.
	PairRarity func(a, b rune) float64
	// Common are words that every text of this office may hold, its own region's name
	// above all: they tell nothing here, however rare they are elsewhere.
	Common []string
}

// Discoverer implements desk.Discoverer and makes the documents it works on.
type Discoverer struct {
	rarity func(string) float64
	pair   func(a, b rune) float64
	common []string
	pool   sync.Pool
}

// New gives a discoverer.
func New(o Options) *Discoverer {
	if o.Rarity == nil {
		o.Rarity = func(string) float64 { return 1 }
	}
	return &Discoverer{rarity: o.Rarity, pair: o.PairRarity, common: o.Common, pool: sync.Pool{New: func() any { return newTally() }}}
}

// How much of a text is kept.
const (
	shingle    = 5   // runes of one shingle
	sketchSize = 224 // smallest shingle hashes kept: all of them for most texts
	termLimit  = 56  // telling words kept
	nameLimit  = 12  // place names kept
	bands      = 12  // keys for near-duplicates: the least shingle of each stripe
	keyTerms   = 12  // the most telling terms, cues and names, keys by themselves
	keyNames   = 2
	bodyRunes  = 4000
)

// Sketch makes what discovery keeps of a document; region and place are the
// verdict's. It is the engine's Sketch option.
func (d *Discoverer) Sketch(doc *classify.Document, v *desk.Verdict) desk.TopicDoc {
	out := desk.TopicDoc{Place: v.Place}
	if v.Region != nil {
		out.Region = v.Region.Code
	}
	t := d.pool.Get().(*tally)
	defer d.pool.Put(t)
	d.gather(t, doc, v.Place)
	terms := t.heaviest()
	hashes := t.shingles(doc.Title, doc.Body)
	out.Keys = keys(terms, t.cues, t.names, hashes)
	total := len(hashes)
	if len(hashes) > sketchSize {
		hashes = hashes[:sketchSize]
	}
	out.Payload = encode(hashes, total, t.cues, terms, t.names)
	return out
}

// keys are the hashes under which a document is found again: its cues and names, its
// most telling terms, and the least shingle of each stripe of the hash space. Each is
// a row and a look-up in the desk's database, so that they are few; pairs of terms and
// of minima found nothing that these miss.
func keys(terms []term, cues uint32, names []name, hashes []uint32) []int64 {
	list := make([]int64, 0, keyTerms+bands)
	for c := range maxCues {
		if cues&(1<<c) != 0 && len(list) < 3 {
			list = append(list, int64(finish(uint64(c)<<40|1)))
		}
	}
	for _, n := range names[:min(len(names), keyNames)] {
		list = append(list, int64(finish(uint64(n.hash)<<8|uint64(n.slot)|1<<62)))
	}
	for _, t := range terms {
		if len(list) == keyTerms {
			break
		}
		if t.bits&isCue == 0 {
			list = append(list, int64(finish(uint64(t.hash))))
		}
	}
	var least [bands]uint32
	for i := len(hashes) - 1; i >= 0; i-- {
		least[uint64(hashes[i])*bands>>32] = hashes[i]
	}
	for b, x := range least {
		if x != 0 {
			list = append(list, int64(finish(uint64(x)<<32|uint64(b+1))))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Regions gives the names of regions that the name of an office holds, with and
// without what they end in: they are Common there.
func Regions(office string) (words []string) {
	begin := 0
	for i, r := range office {
		if !strings.ContainsRune(regional, r) {
			continue
		}
		if stem := office[begin:i]; utf8.RuneCountInString(stem) > 1 {
			words = append(words, office[begin:i+utf8.RuneLen(r)], stem)
		}
		begin = i + utf8.RuneLen(r)
	}
	return words
}
