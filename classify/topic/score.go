package topic

import (
	"math"
	"time"
)

// What speaks for a topic is weighed in two ways, and one is enough.
//
// Evidence: each term is likelier in a text of the topic than in any text, or is
// missing there; the logarithms of these ratios, summed over what names the place and
// over what tells the matter, and how much of the topic came lately, are put together
// by weights fitted (logistic regression, by hand afterwards) on the even-numbered
// matters of the evaluation data and on the drill's scenario. It carries short texts
// within a burst.
//
// Likeness: cosine of the rare words, to the closest item and to what its items have in
// common. It carries letters that come weeks apart. What the place's name alone makes
// alike isn't enough: without any word of the matter in common another matter at the
// same place stays apart.
const (
	nats        = 8.8  // rarity 1 is one text in e^nats
	loseTitle   = 0.6  // share of a title's terms that a text of the topic may lack
	loseBody    = 0.85 // and of its body's
	pairPart    = 0.5  // of two letters side by side: words say it again
	placeMost   = 8    // evidence of the place beyond it proves no more
	matterMost  = 12   // that of the matter beyond it counts for less
	beyondMost  = 20
	matterLeast = 2 // less than that is another matter

	forPlace  = 0.38
	forMatter = 0.28
	forBeyond = 0.1
	forCue    = 0.25
	forRecent = 0.94
	forWide   = 1.5  // the same wide kind of event within hours
	lacking   = -0.1 // per nat of matter that is missing
	elsewhere = -0.5 // both name places, none the same
	abroad    = -2   // in a region that excludes the other
	bias      = -4.0

	hours  = 8.0  // after which a burst has faded to a third
	days   = 40.0 // after which a topic has
	asleep = 0.3  // what is left of it for good
	ease   = 0.3  // other addresses speak against a wide event so much less

	joinNear   = 0.45 // a duplicate this close joins whatever its words weigh,
	joinCopy   = 0.8  // and this close although it names another place:
	otherHalf  = 0.5  // what likeness is worth then
	otherPlace = -2   // people copy each other's letters and put their own estate in
	likeFrom   = 0.21 // likeness from which an item joins
	likeSteep  = 20
	likeBest   = 0.6 // of a topic's likeness: its closest item's; the rest is their mean's
	likeLack   = 0.8 // per nat of matter that is missing

	briefRunes  = 60   // a call of a sentence or two
	briefTerms  = 30   // has about as many terms
	briefMatter = 1    // what it must share of the matter
	otherName   = -1.9 // what speaks against a topic of another estate
	samePlace   = 0.5  // and of the words of its place
)

// conflict is what another name in the same slot says against a topic.
var conflict = [slotSite + 1]float64{slotRoad: -0.7, slotEstate: -2.9, slotArea: -1.9, slotSchool: -3, slotFirm: -2, slotSite: -2}

// wideCues are those of matters told from many addresses.
var wideCues = func() (bits uint32) {
	for i, c := range cues {
		if c.wide {
			bits |= 1 << i
		}
	}
	return bits
}()

// back is the share of texts that have a term, by its rarity.
var back = func() (table [256]float64) {
	for i := range table {
		table[i] = math.Exp(-float64(i) / 255 * nats)
	}
	return table
}()

// like is a term's part in likeness.
func (t term) like() float64 {
	if t.bits&isCue != 0 {
		return 0
	}
	w := float64(t.rarity) / 255 * float64(t.rarity) / 255 * (1 + 0.25*float64(max(1, t.bits>>timesShift)-1))
	if t.bits&inTitle != 0 {
		w *= titleFactor
	}
	return w
}

// lately is how much an item says that its topic goes on: within weeks, and within hours.
func lately(a, b time.Time) (recent, hot float64) {
	if a.IsZero() || b.IsZero() {
		return 0, 0
	}
	h := math.Abs(a.Sub(b).Hours())
	hot = math.Exp(-h / hours)
	return hot + math.Exp(-h/24/days), hot
}

// liken takes in how alike one more item is.
func (h *home) liken(dot, lengths float64) {
	if lengths <= 0 {
		return
	}
	x := dot / math.Sqrt(lengths)
	for i := range h.like {
		if x > h.like[i] {
			x, h.like[i] = h.like[i], x
		}
	}
}

// likeness is how alike a document is to a topic: to its closest item, and to the mean
// of those heard. Items' own likeness to each other, which makes their mean longer, is
// taken to be what theirs to the document is.
func (h *home) likeness() float64 {
	n := min(h.items, closest)
	if n == 1 {
		return h.like[0]
	}
	mean := 0.0
	for _, x := range h.like {
		mean += x / n
	}
	return likeBest*h.like[0] + (1-likeBest)*mean/math.Sqrt(1/n+(1-1/n)*mean)
}

// evidence sums what the document's terms say of a topic: of the place, the matter,
// and the kind of event.
func (b *board) evidence(h *home) (place, matter, cue float64) {
	// Terms that none of the items has say all the same, by where they stand.
	absent := func(lose float64) float64 { return math.Log(lose + (1-lose)/(h.items+1)) }
	title, body := absent(loseTitle), absent(loseBody)
	for i := range b.terms {
		t := &b.terms[i]
		lose, g := loseBody, body
		if t.bits&inTitle != 0 {
			lose, g = loseTitle, title
		}
		if n := h.shared[i]; n > 0 {
			g = math.Log(lose + (1-lose)*(float64(n)/t.back+1)/(h.items+1))
		}
		if t.bits&isPair != 0 {
			g *= pairPart
		}
		switch {
		case t.bits&isCue != 0:
			cue += max(0, g)
		case t.bits&ofPlace != 0 || h.place[i]:
			place += g
		default:
			matter += g
		}
	}
	return place, matter, cue
}

// against is what the places named say against a topic; never above 0.
func (b *board) against(h *home) (sum float64) {
	var mine [slotSite + 1]bool
	for _, n := range b.names {
		if !n.aside() && n.slot <= slotSite {
			mine[n.slot] = true
		}
	}
	for s := slotRoad; s <= slotSite; s++ {
		if mine[s] && !h.same[s] {
			sum += conflict[s] * h.named[s] / h.items
		}
	}
	return sum
}

// placeless says whether document and topic both name places and have none in common.
func (b *board) placeless(h *home) float64 {
	named := false
	for i := range b.terms {
		if b.terms[i].bits&ofPlace == 0 && !h.place[i] {
			continue
		}
		if h.shared[i] > 0 {
			return 0
		}
		named = true
	}
	if !named {
		return 0
	}
	return h.placed / h.items
}

// otherPlaces says whether a brief call and a topic name places that differ: of the words of
// the place, by their weight, no item has half in common with the call; or the names of
// estate, village, school or the like are others.
func (b *board) otherPlaces(h *home) bool {
	return b.against(h) <= otherName || b.placed > 0 && h.placed > h.items/2 && h.together < samePlace
}

// score is above 0 when a document belongs to a topic, and the surer the higher.
func (b *board) score(h *home) float64 {
	against, region := b.against(h), abroad*h.apart/h.items
	if h.close >= joinNear && !(len(b.terms) <= briefTerms && b.otherPlaces(h)) && (against > otherPlace || h.close >= joinCopy) {
		return 50 + h.close
	}
	place, matter, cue := b.evidence(h)
	eased := against
	if h.wide > 0 {
		eased *= ease
	}
	told := min(matter, matterMost)
	s := bias + forPlace*min(place, placeMost) + forMatter*told + forBeyond*min(max(0, matter-matterMost), beyondMost) + forCue*cue +
		forRecent*math.Log(asleep+h.recent) + forWide*h.wide/h.items*min(1, h.hot) +
		lacking*max(0, matterLeast-told-cue) + elsewhere*b.placeless(h) + eased + region
	likeness := h.likeness()
	if against <= otherPlace {
		likeness *= otherHalf
	}
	like := likeSteep*(likeness-likeFrom) - likeLack*max(0, matterLeast-matter-cue) + against + region
	if len(b.terms) <= briefTerms {
		return b.brief(h, s, like, matter+cue)
	}
	return max(s, like)
}

// brief is the score of a call of a sentence or two. Its few words are soon like others': those
// of the place alone, or those of the matter alone, don't carry it. What is wide is told from elsewhere.
func (b *board) brief(h *home, s, like, matter float64) float64 {
	switch {
	case b.otherPlaces(h) && h.wide == 0:
		return 0
	case matter < briefMatter:
		return s
	}
	return max(s, like)
}

// sure turns a score into 0..1.
func sure(score float64) float64 { return 1 / (1 + math.Exp(-score/2)) }
