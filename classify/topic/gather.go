package topic

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huiying/classify"
)

const (
	titleFactor = 2       // how much more the title says
	commonest   = 0.2     // terms below this rarity say nothing
	titleTerms  = 1200    // runes of the title that are heard: all of any real one
	regional    = "省市区县州" // what ends the name of a region: no name of a place goes on before it
	nameRarity  = 0.72    // of two runes side by side that make a name
	bodyTerms   = 800     // runes of the body that are heard: later ones stray from the matter
)

// tally gathers the terms of one document: an open table, reused from text to text.
type tally struct {
	slots []tallied
	used  []int32 // the slots written, in order
	turn  uint32
	mask  uint32 // how much of the table this document uses
	terms []term
	found []found
	order []uint64
	cues  uint32
	brief bool // a call of a sentence or two
	names []name
	part  []rune // the title or the body
	place []bool // which of its runes stand in a place's name
	mute  []bool // and which in a turn that says nothing

	runes  []rune
	raw    []uint32
	boxes  []int32
	sorted []uint32
}

type tallied struct {
	hash   uint32
	turn   uint32 // which document wrote it
	weight float32
	times  int32
	rarity uint8
	bits   uint8
}

// tallySlots is a power of two; a document brings at most half as many terms.
const tallySlots = 1 << 13

func newTally() *tally { return &tally{slots: make([]tallied, tallySlots)} }

// begin forgets the document before.
func (t *tally) begin(bytes int) {
	t.used, t.names, t.cues = t.used[:0], t.names[:0], 0
	t.mask = 1<<10 - 1
	for t.mask < tallySlots-1 && int(t.mask) < bytes {
		t.mask = t.mask*2 + 1
	}
	if t.turn++; t.turn == 0 {
		clear(t.slots)
		t.turn = 1
	}
}

func (t *tally) take(f found, weight float32) {
	at := f.hash & t.mask
	for ; t.slots[at].turn == t.turn; at = (at + 1) & t.mask {
		if x := &t.slots[at]; x.hash == f.hash {
			x.times++
			x.weight = max(x.weight, weight)
			x.bits |= f.bits
			return
		}
	}
	if len(t.used) <= int(t.mask/2) {
		t.slots[at] = tallied{f.hash, t.turn, weight, 1, uint8(f.rarity*255 + 0.5), f.bits}
		t.used = append(t.used, int32(at))
	}
}

// gather weighs the words and the letter pairs of a document. Pairs are there because
// a segmenter cuts names that it doesn't know in another way in every sentence.
func (d *Discoverer) gather(t *tally, doc *classify.Document, named string) {
	t.begin(len(doc.Title) + len(doc.Body))
	t.brief = utf8.RuneCountInString(doc.Title)+utf8.RuneCountInString(doc.Body) <= briefRunes
	d.takePart(t, doc.Title, doc.TitleWords, titleFactor, titleTerms, inTitle, named)
	if doc.Place != "" {
		d.takePart(t, doc.Place, nil, 1, titleTerms, 0, doc.Place)
	}
	d.takePart(t, doc.Body, doc.BodyWords, 1, bodyTerms, 0, named)
	for c := range cues {
		if t.cues&(1<<c) != 0 {
			t.take(found{cueHash(c), cueRarity, isCue}, cueWeight)
		}
	}
}

const (
	cueRarity = 0.62 // about one text in 250
	cueWeight = 100  // before any word
)

func cueHash(c int) uint32 { return uint32(finish(uint64(c)<<33|1) >> 32) }

func (d *Discoverer) takePart(t *tally, text string, words []string, factor float32, limit int, bits uint8, named string) {
	t.part = t.part[:0]
	for _, r := range text {
		if len(t.part) == limit {
			break
		}
		t.part = append(t.part, r)
	}
	mainRunes := 120
	if len(t.names) > 0 && !t.names[0].aside() {
		mainRunes = 0 // the title, or the place given, says where
	}
	t.place = slices.Grow(t.place[:0], len(t.part))[:len(t.part)]
	clear(t.place)
	t.mute = slices.Grow(t.mute[:0], len(t.part))[:len(t.part)]
	clear(t.mute)
	names(t.part, func(n name, from, to int) {
		// A name is often longer than the two runes that identify it: rare pairs before
		// them belong to it.
		for d.pair != nil && from > 0 && to-from < 8 && han(t.part[from-1]) && !strings.ContainsRune(regional, t.part[from-1]) && d.pair(t.part[from-1], t.part[from]) >= nameRarity {
			from--
		}
		for i := from; i < to; i++ {
			t.place[i] = true
		}
		if to > mainRunes && bits&inTitle == 0 {
			n.slot |= aside
		}
		if len(t.names) < nameLimit && !slices.ContainsFunc(t.names, n.is) {
			t.names = append(t.names, n)
		}
	})
	if named != "" {
		if at := strings.Index(text, named); at >= 0 {
			from := utf8.RuneCountInString(text[:at])
			for i := from; i < min(len(t.part), from+utf8.RuneCountInString(named)); i++ {
				t.place[i] = true
			}
			if t.brief {
				t.unplace(named, from)
			}
		}
	}
	findCues(t.part, func(c, from, to int) {
		if c >= 0 {
			if t.brief || !cues[c].brief {
				t.cues |= 1 << c
			}
			return
		}
		for i := from; i < to; i++ {
			t.mute[i] = true
		}
	})
	for _, common := range d.common {
		for at := 0; ; {
			i := strings.Index(text[at:], common)
			if i < 0 {
				break
			}
			from := utf8.RuneCountInString(text[:at+i])
			for k := from; k < min(len(t.part), from+utf8.RuneCountInString(common)); k++ {
				t.mute[k] = true
			}
			at += i + len(common)
		}
	}
	d.takeWords(t, words, factor, bits)
	if d.pair != nil {
		d.takePairs(t, factor, bits)
	}
}

// beside are words that a place is told with and that name none.
var beside = []string{"对面", "旁边", "附近", "门口", "门前", "楼下", "后面", "前面", "路口", "工地", "里面", "外面"}

// unplace takes the words beside a name out of the place named, which begins at a rune: few
// words are left of a call to tell two places apart by.
func (t *tally) unplace(named string, from int) {
	for _, w := range beside {
		if at := strings.Index(named, w); at > 0 {
			begin := from + utf8.RuneCountInString(named[:at])
			for i := begin; i < min(len(t.part), begin+utf8.RuneCountInString(w)); i++ {
				t.place[i] = false
			}
		}
	}
}

// heaviest gives the terms kept, the heaviest first. Most terms are lighter than
// what is kept already and cost one comparison.
func (t *tally) heaviest() []term {
	order, floor := t.order[:0], uint64(math.MaxUint64)
	for _, at := range t.used {
		x := &t.slots[at]
		weight := x.weight * (1 + 0.25*float32(min(x.times-1, 4)))
		// The heaviest first: weights are positive, so that their bits are in order too.
		key := uint64(^math.Float32bits(weight))<<32 | uint64(at)
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
		x := &t.slots[uint32(key)]
		terms = append(terms, term{x.hash, math.Float32frombits(^uint32(key >> 32)), x.rarity, x.bits | uint8(min(x.times, 5))<<timesShift})
	}
	t.terms = terms
	return terms
}

// found is a term on its way into the tally.
type found struct {
	hash   uint32
	rarity float32
	bits   uint8
}

// weigh takes the terms found that say something.
func (t *tally) weigh(factor float32) {
	for _, f := range t.found {
		if f.rarity >= commonest {
			t.take(f, f.rarity*f.rarity*factor)
		}
	}
}

func (d *Discoverer) takeWords(t *tally, words []string, factor float32, bits uint8) {
	// Rarities are asked for first and weighed then: the look-ups don't wait for
	// each other.
	list := t.found[:0]
	at := 0
	for _, w := range words {
		from := at
		if at += utf8.RuneCountInString(w); at > len(t.part) {
			break
		}
		if telling(w) && !t.mute[from] {
			b := bits
			if t.place[from] {
				b |= ofPlace
			}
			list = append(list, found{uint32(hash(w) >> 32), float32(d.rarity(w)), b})
		}
	}
	t.found = list
	t.weigh(factor)
}

func (d *Discoverer) takePairs(t *tally, factor float32, bits uint8) {
	list := t.found[:0]
	for i := 1; i < len(t.part); i++ {
		a, b := t.part[i-1], t.part[i]
		if !han(b) {
			i++
			continue
		}
		if !han(a) {
			continue
		}
		if t.mute[i-1] || t.mute[i] || strings.ContainsRune(regional, a) {
			continue
		}
		kind := bits | isPair
		if t.place[i-1] || t.place[i] {
			kind |= ofPlace
		}
		list = append(list, found{uint32(finish(uint64(a)<<32|uint64(b)) >> 32), float32(d.pair(a, b)), kind})
	}
	t.found = list
	t.weigh(factor)
}

// telling says whether a word can tell a matter: two runes or more, not a number.
func telling(w string) bool {
	r, size := utf8.DecodeRuneInString(w)
	if size == len(w) || r < 0x80 || !unicode.IsLetter(r) {
		return false
	}
	return len(w) < 60
}
