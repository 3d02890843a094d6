package topic

import (
	"cmp"
	"context"
	"slices"

	"huiying/desk"
)

const (
	nearFrom    = 0.30 // estimated Jaccard from which two texts are near-duplicates
	probeLimit  = 32   // candidates asked for
	blockOfOnce = 256  // documents probed in one call
)

// Place says for each document, in arrival order, where it belongs.
func (d *Discoverer) Place(ctx context.Context, index desk.TopicIndex, docs []desk.TopicDoc) ([]desk.Placement, error) {
	placements := make([]desk.Placement, 0, len(docs))
	batch := NewMemory()
	sketches := make([]sketch, len(docs))
	leader := make([]int, len(docs)) // first of the batch's own new topic
	var b board
	for from := 0; from < len(docs); from += blockOfOnce {
		block := docs[from:min(from+blockOfOnce, len(docs))]
		known, err := index.Candidates(ctx, block, probeLimit)
		if err != nil {
			return nil, err
		}
		for n := range block {
			i := from + n
			sketches[i] = decode(docs[i].Payload)
			b.begin(&docs[i], &sketches[i])
			for k := range known[n] {
				o := decode(known[n][k].Payload)
				b.hear(&known[n][k], &o, known[n][k].Topic, -1, -1)
			}
			for _, e := range batch.positions(docs[i].Keys, probeLimit) {
				topic := placements[e].Topic
				if topic == 0 && placements[leader[e]].Topic != 0 {
					topic = placements[leader[e]].Topic
				}
				b.hear(&docs[e], &sketches[e], topic, leader[e], e)
			}
			p := b.choose()
			placements = append(placements, p)
			leader[i] = i
			if p.Topic == 0 && p.With >= 0 {
				leader[i] = leader[p.With]
			}
			batch.add(docs[i].Keys)
		}
	}
	return placements, nil
}

// board is where one document is weighed against the topics of what was found.
type board struct {
	doc    *desk.TopicDoc
	s      *sketch
	terms  []weighed
	length float64 // of the document's terms, squared
	placed float64 // of those of its place
	names  []name
	marks  marks
	slots  [4 * termLimit]uint8 // 1 + position of a term, by its hash
	homes  []home
	near   []desk.Near
}

// weighed is a term of the document.
type weighed struct {
	term
	like float64 // its part in likeness
	back float64 // share of all texts that have it
}

// home is a topic that a document may join, by those of its items that were found.
type home struct {
	topic    int64 // 0: one that the batch opens
	with     int
	items    float64
	shared   [termLimit]uint16 // how many of its items have each term of the document
	place    [termLimit]bool   // and whether to one of them it is part of a place's name
	placed   float64           // items that name a place
	together float64           // the most that one of them and the document share of their places' words
	close    float64           // the closest of its items' texts, by their shingles
	like     [closest]float64  // how alike the likest are, best first
	recent   float64           // how much of it came lately
	hot      float64           // and within hours
	apart    float64           // items of a region that excludes the document's
	named    [slotSite + 1]float64
	same     [slotSite + 1]bool
	wide     float64 // items that tell of the same wide kind of event
}

// closest is how many items of a topic are heard for likeness.
const closest = 12

func (b *board) begin(doc *desk.TopicDoc, s *sketch) {
	b.doc, b.s, b.homes, b.near, b.length, b.placed = doc, s, b.homes[:0], nil, 0, 0
	b.terms, b.names = b.terms[:0], b.names[:0]
	b.marks.take(s)
	clear(b.slots[:])
	for i := range min(s.termCount(), termLimit) {
		t := s.term(i)
		w := t.like()
		b.terms = append(b.terms, weighed{t, w, back[t.rarity]})
		b.length += w * w
		if t.bits&ofPlace != 0 {
			b.placed += w * w
		}
		at := int(t.hash) % len(b.slots)
		for b.slots[at] != 0 {
			at = (at + 1) % len(b.slots)
		}
		b.slots[at] = uint8(i + 1)
	}
	for i := range s.nameCount() {
		b.names = append(b.names, s.name(i))
	}
}

// find gives the position of a term in the document, or -1.
func (b *board) find(hash uint32) int {
	for at := int(hash) % len(b.slots); b.slots[at] != 0; at = (at + 1) % len(b.slots) {
		if k := int(b.slots[at]) - 1; b.terms[k].hash == hash {
			return k
		}
	}
	return -1
}

// hear takes one found document in. with is the batch's document that opens its
// topic, index its own position in the batch; -1 for stored ones.
func (b *board) hear(other *desk.TopicDoc, o *sketch, topic int64, with, index int) {
	j := jaccard(b.s, &b.marks, o)
	if j >= nearFrom {
		n := desk.Near{Item: other.Item, Index: index, Score: j}
		if index >= 0 {
			n.Item = 0
		}
		b.near = append(b.near, n)
	}
	if topic == 0 && index < 0 {
		return // stored, but not placed yet
	}
	if topic != 0 {
		with = -1
	}
	h := b.home(topic, with)
	h.items++
	h.close = max(h.close, j)
	recent, hot := lately(b.doc.At, other.At)
	h.recent += recent
	h.hot += hot
	if b.doc.Region != "" && other.Region != "" && apart(b.doc.Region, other.Region) {
		h.apart++
	}
	if b.s.cues&o.cues&wideCues != 0 {
		h.wide++
	}
	b.compare(h, o)
	var has [slotSite + 1]bool
	for i := range o.nameCount() {
		n := o.name(i)
		of := n.slot &^ aside
		if of > slotSite {
			continue
		}
		has[of] = has[of] || !n.aside()
		h.same[of] = h.same[of] || slices.ContainsFunc(b.names, n.is)
	}
	for s := range has {
		if has[s] {
			h.named[s]++
		}
	}
}

func (b *board) home(topic int64, with int) *home {
	for i := range b.homes {
		if b.homes[i].topic == topic && b.homes[i].with == with {
			return &b.homes[i]
		}
	}
	b.homes = append(b.homes, home{topic: topic, with: with})
	return &b.homes[len(b.homes)-1]
}

// compare counts the terms that the document shares with one item of a topic.
func (b *board) compare(h *home, o *sketch) {
	dot, length, placed := 0.0, 0.0, false
	of, both := 0.0, 0.0 // the weight of the words of its place, and of those that both have
	for i := range o.termCount() {
		t := o.term(i)
		w := t.like()
		length += w * w
		if t.bits&ofPlace != 0 {
			placed, of = true, of+w*w
		}
		if k := b.find(t.hash); k >= 0 {
			h.shared[k]++
			h.place[k] = h.place[k] || t.bits&ofPlace != 0
			dot += w * b.terms[k].like
			if (t.bits|b.terms[k].bits)&ofPlace != 0 {
				both += w * w
			}
		}
	}
	if placed {
		h.placed++
		h.together = max(h.together, both/max(min(of, b.placed), 1e-9))
	}
	h.liken(dot, length*b.length)
}

// choose gives the home that fits best, or none.
func (b *board) choose() desk.Placement {
	p := desk.Placement{With: -1, Score: 1, Near: b.near}
	best := 0.0
	for i := range b.homes {
		h := &b.homes[i]
		if score := b.score(h); score > best {
			best = score
			p.Topic, p.With, p.Score = h.topic, -1, sure(score)
			if h.topic == 0 {
				p.With = h.with
			}
		}
	}
	slices.SortStableFunc(p.Near, func(a, b desk.Near) int { return cmp.Compare(b.Score, a.Score) })
	return p
}

// apart says whether two regions exclude each other: neither lies in the other.
func apart(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] != b[:n]
}
