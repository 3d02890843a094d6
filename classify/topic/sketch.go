// Package topic finds what is about the same matter: near-duplicates by shingles
// with MinHash, topics by telling words, online and in arrival order. It is pure
// over the port desk.TopicIndex and keeps nothing of its own between calls.
package topic

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"unicode"
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
}

// Discoverer implements desk.Discoverer and makes the documents it works on.
type Discoverer struct {
	rarity func(string) float64
	pair   func(a, b rune) float64
	pool   sync.Pool
}

// New gives a discoverer.
func New(o Options) *Discoverer {
	if o.Rarity == nil {
		o.Rarity = func(string) float64 { return 1 }
	}
	return &Discoverer{rarity: o.Rarity, pair: o.PairRarity, pool: sync.Pool{New: func() any { return newTally() }}}
}

// How much of a text is kept.
const (
	shingle    = 5   // runes of one shingle
	sketchSize = 224 // smallest shingle hashes kept: all of them for most texts
	termLimit  = 48  // telling words kept
	bands      = 12  // keys for near-duplicates: the least shingle of each stripe
	keyTerms   = 10  // the most telling terms, keys by themselves
	bodyRunes  = 4000
)

// term is a word by its hash, with its weight.
type term struct {
	hash   uint32
	weight float32
}

// Sketch makes what discovery keeps of a document; region and place are the
// verdict's. It is the engine's Sketch option.
func (d *Discoverer) Sketch(doc *classify.Document, v *desk.Verdict) desk.TopicDoc {
	out := desk.TopicDoc{Place: v.Place}
	if v.Region != nil {
		out.Region = v.Region.Code
	}
	t := d.pool.Get().(*tally)
	defer d.pool.Put(t)
	terms := d.gather(t, doc)
	hashes := t.shingles(doc.Title, doc.Body)
	out.Keys = keys(terms, hashes)
	total := len(hashes)
	if len(hashes) > sketchSize {
		hashes = hashes[:sketchSize]
	}
	out.Payload = encode(hashes, total, terms)
	return out
}

// tally gathers the terms of one document: an open table, reused from text to text.
type tally struct {
	slots []tallied
	used  []int32 // the slots written, in order
	turn  uint32
	mask  uint32 // how much of the table this document uses
	runes []rune
	raw   []uint32
	terms []term
	found []found
	order []uint64

	boxes  []int32
	sorted []uint32
}

type tallied struct {
	hash   uint32
	turn   uint32 // which document wrote it
	weight float32
	times  int32
}

// tallySlots is a power of two; a document brings at most half as many terms.
const tallySlots = 1 << 13

func newTally() *tally { return &tally{slots: make([]tallied, tallySlots)} }

// begin forgets the document before.
func (t *tally) begin(bytes int) {
	t.used = t.used[:0]
	t.mask = 1<<10 - 1
	for t.mask < tallySlots-1 && int(t.mask) < bytes {
		t.mask = t.mask*2 + 1
	}
	if t.turn++; t.turn == 0 {
		clear(t.slots)
		t.turn = 1
	}
}

func (t *tally) take(hash uint32, weight float32) {
	at := hash & t.mask
	for ; t.slots[at].turn == t.turn; at = (at + 1) & t.mask {
		if x := &t.slots[at]; x.hash == hash {
			x.times++
			x.weight = max(x.weight, weight)
			return
		}
	}
	if len(t.used) <= int(t.mask/2) {
		t.slots[at] = tallied{hash, t.turn, weight, 1}
		t.used = append(t.used, int32(at))
	}
}

// gather weighs the words and the letter pairs of a document, the most telling
// first. Pairs are there because a segmenter cuts names that it doesn't know in
// another way in every sentence. What it gives is good until the next document.
func (d *Discoverer) gather(t *tally, doc *classify.Document) []term {
	t.begin(len(doc.Title) + len(doc.Body))
	d.takeWords(t, doc.TitleWords, titleFactor, titleTerms)
	d.takeWords(t, doc.BodyWords, 1, bodyTerms)
	if d.pair != nil {
		d.takePairs(t, doc.Title, titleFactor, titleTerms)
		d.takePairs(t, doc.Body, 1, bodyTerms)
	}
	return t.heaviest()
}

// heaviest gives the terms kept, the heaviest first. Most terms are lighter than
// what is kept already and cost one comparison.
func (t *tally) heaviest() []term {
	order, floor := t.order[:0], uint64(math.MaxUint64)
	for _, at := range t.used {
		x := &t.slots[at]
		weight := x.weight * (1 + 0.25*float32(min(x.times-1, 4)))
		// The heaviest first, those alike by hash: weights are positive, so that
		// their bits are in order too.
		key := uint64(^math.Float32bits(weight))<<32 | uint64(x.hash)
		if key > floor {
			continue
		}
		if order = append(order, key); len(order) == 2*termLimit {
			slices.Sort(order)
			order = order[:termLimit]
			floor = order[termLimit-1]
		}
	}
	t.order = order
	slices.Sort(order)
	terms := t.terms[:0]
	for _, key := range order[:min(len(order), termLimit)] {
		terms = append(terms, term{uint32(key), math.Float32frombits(^uint32(key >> 32))})
	}
	t.terms = terms
	return terms
}

func (d *Discoverer) takeWords(seen *tally, words []string, factor float32, runes int) {
	// Rarities are asked for first and weighed then: the look-ups don't wait for
	// each other.
	list := seen.found[:0]
	for _, w := range words {
		if runes -= len(w) / 3; runes < 0 {
			break
		}
		if telling(w) {
			list = append(list, found{uint32(hash(w) >> 32), float32(d.rarity(w))})
		}
	}
	seen.found = list
	seen.weigh(factor)
}

// found is a term on its way into the tally.
type found struct {
	hash   uint32
	rarity float32
}

// weigh takes the terms found that say something.
func (t *tally) weigh(factor float32) {
	for _, f := range t.found {
		if f.rarity >= commonest {
			t.take(f.hash, f.rarity*f.rarity*factor)
		}
	}
}

func (d *Discoverer) takePairs(seen *tally, text string, factor float32, runes int) {
	list := seen.found[:0]
	last := rune(0)
	for _, r := range text {
		if runes--; runes < 0 {
			break
		}
		if r < 0x3400 || r > 0x9FFF {
			last = 0
			continue
		}
		if last != 0 {
			list = append(list, found{uint32(finish(uint64(last)<<32|uint64(r)) >> 32), float32(d.pair(last, r))})
		}
		last = r
	}
	seen.found = list
	seen.weigh(factor)
}

const (
	titleFactor = 2    // how much more the title says
	commonest   = 0.2  // terms below this rarity say nothing
	titleTerms  = 1200 // runes of the title that are heard: all of any real one
	bodyTerms   = 800  // runes of the body that are heard: later ones stray from the matter
)

// telling says whether a word can tell a matter: two runes or more, not a number.
func telling(w string) bool {
	r, size := utf8.DecodeRuneInString(w)
	if size == len(w) || r < 0x80 || !unicode.IsLetter(r) {
		return false
	}
	return len(w) < 60
}

// shingles hashes every run of five letters of title and body, sorted and each
// once; marks and spaces don't count.
func shingles(title, body string) []uint32 { return newTally().shingles(title, body) }

func (t *tally) shingles(title, body string) []uint32 {
	runes := t.runes[:0]
	for _, s := range [2]string{title, body} {
		for _, r := range s {
			if r >= 0x3400 && r <= 0x9FFF || r < 0x80 && letterOrDigit(r) || r >= 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				runes = append(runes, r)
				if len(runes) > bodyRunes {
					break
				}
			}
		}
	}
	t.runes = runes
	if len(runes) == 0 {
		return nil
	}
	hashes := t.raw[:0]
	for i := 0; i == 0 || i+shingle <= len(runes); i++ {
		h := uint64(14695981039346656037)
		for _, r := range runes[i:min(i+shingle, len(runes))] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		hashes = append(hashes, uint32(finish(h)>>32))
	}
	t.raw = hashes
	return slices.Compact(t.sort(hashes))
}

func letterOrDigit(r rune) bool {
	return r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
}

// sort orders hashes, which lie evenly: by their first bits into as many boxes as
// there are hashes, then within the boxes, which hold one or two each.
func (t *tally) sort(hashes []uint32) []uint32 {
	if len(hashes) < 24 {
		slices.Sort(hashes)
		return hashes
	}
	width := bits.Len(uint(len(hashes)))
	shift := 32 - width
	t.boxes = slices.Grow(t.boxes[:0], 1<<width+1)[:1<<width+1]
	clear(t.boxes)
	for _, h := range hashes {
		t.boxes[h>>shift+1]++
	}
	for i := 1; i < len(t.boxes); i++ {
		t.boxes[i] += t.boxes[i-1]
	}
	t.sorted = slices.Grow(t.sorted[:0], len(hashes))[:len(hashes)]
	for _, h := range hashes {
		at := &t.boxes[h>>shift]
		t.sorted[*at] = h
		*at++
	}
	for i := 1; i < len(t.sorted); i++ {
		for j := i; j > 0 && t.sorted[j] < t.sorted[j-1]; j-- {
			t.sorted[j], t.sorted[j-1] = t.sorted[j-1], t.sorted[j]
		}
	}
	return t.sorted
}

func hash(w string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(w); i++ {
		c := w[i]
		if c >= 'A' && c <= 'Z' {
			c += 32
		}
		h = (h ^ uint64(c)) * 1099511628211
	}
	return finish(h)
}

func finish(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	return h ^ h>>32
}

// keys are the hashes under which a document is found again: its most telling
// terms, and the least shingle of each stripe of the hash space. Each is a row and
// a look-up in the desk's database, so that they are few; pairs of terms and of
// minima found nothing that these miss.
func keys(terms []term, hashes []uint32) []int64 {
	list := make([]int64, 0, keyTerms+bands)
	for _, t := range terms[:min(len(terms), keyTerms)] {
		list = append(list, int64(finish(uint64(t.hash))))
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
