package topic

import (
	"cmp"
	"context"
	"math"
	"slices"

	"huiying/desk"
)

// The thresholds, chosen on the even-numbered matters of the evaluation data.
const (
	nearFrom    = 0.30 // estimated Jaccard from which two texts are near-duplicates
	joinNear    = 0.45 // a duplicate this close joins whatever its words weigh
	joinAlike   = 0.28 // likeness to a topic from which an item joins it
	heedAlike   = 0.17 // items less alike than this don't speak for their topic
	closest     = 12   // how many items of a topic are heard, the most alike first
	bestShare   = 0.6  // of a topic's likeness: its closest item's; the rest is their mean's
	probeLimit  = 32   // candidates asked for
	blockOfOnce = 256  // documents probed in one call
)

// Place says for each document, in arrival order, where it belongs.
func (d *Discoverer) Place(ctx context.Context, index desk.TopicIndex, docs []desk.TopicDoc) ([]desk.Placement, error) {
	placements := make([]desk.Placement, 0, len(docs))
	batch := NewMemory()
	sketches := make([]sketch, len(docs))
	leader := make([]int, len(docs)) // first of the batch's own new topic
	for from := 0; from < len(docs); from += blockOfOnce {
		block := docs[from:min(from+blockOfOnce, len(docs))]
		known, err := index.Candidates(ctx, block, probeLimit)
		if err != nil {
			return nil, err
		}
		for n := range block {
			i := from + n
			sketches[i] = decode(docs[i].Payload)
			p := place(&docs[i], &sketches[i], known[n], docs, sketches, batch.positions(docs[i].Keys, probeLimit), placements, leader)
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

// home is a topic that a document may join.
type home struct {
	topic int64 // 0: one that the batch opens
	with  int
	items []liked
}

// liked is an item of a topic with how alike it is.
type liked struct {
	like  float64
	terms []term
}

func place(doc *desk.TopicDoc, s *sketch, known []desk.TopicDoc, docs []desk.TopicDoc, sketches []sketch, earlier []int, placed []desk.Placement, leader []int) desk.Placement {
	p := desk.Placement{With: -1, Score: 1}
	var homes []home
	hear := func(other *desk.TopicDoc, o *sketch, topic int64, index int) {
		j := jaccard(s, o)
		if j >= nearFrom {
			n := desk.Near{Item: other.Item, Index: index, Score: j}
			if index >= 0 {
				n.Item = 0
			}
			p.Near = append(p.Near, n)
		}
		like := alike(s, o)
		if j >= joinNear {
			like = max(like, 0.5+j/2)
		}
		if doc.Region != "" && other.Region != "" && apart(doc.Region, other.Region) {
			like *= 0.5
		}
		if like < heedAlike {
			return
		}
		with := -1
		if topic == 0 {
			if index < 0 {
				return // stored, but not placed yet
			}
			with = leader[index]
		}
		for h := range homes {
			if homes[h].topic == topic && (topic != 0 || homes[h].with == with) {
				homes[h].items = append(homes[h].items, liked{like, o.terms})
				return
			}
		}
		homes = append(homes, home{topic, with, []liked{{like, o.terms}}})
	}
	for k := range known {
		o := decode(known[k].Payload)
		hear(&known[k], &o, known[k].Topic, -1)
	}
	for _, e := range earlier {
		topic := placed[e].Topic
		if topic == 0 && placed[leader[e]].Topic != 0 {
			topic = placed[leader[e]].Topic
		}
		hear(&docs[e], &sketches[e], topic, e)
	}
	best := 0.0
	for _, h := range homes {
		if score := h.score(s); score >= joinAlike && score > best {
			best = score
			p.Topic, p.With, p.Score = h.topic, -1, min(score, 1)
			if h.topic == 0 {
				p.With = h.with
			}
		}
	}
	slices.SortStableFunc(p.Near, func(a, b desk.Near) int { return cmp.Compare(b.Score, a.Score) })
	return p
}

// score is how alike a document is to a topic: to its closest item, and to the
// mean of those that are heard, in which what they have in common stands out.
func (h *home) score(s *sketch) float64 {
	slices.SortStableFunc(h.items, func(a, b liked) int { return cmp.Compare(b.like, a.like) })
	heard := h.items[:min(len(h.items), closest)]
	best := heard[0].like
	if best < joinAlike*0.7 {
		return 0
	}
	if len(heard) == 1 {
		return best
	}
	mean := make(map[uint32]float64, 2*termLimit)
	for _, item := range heard {
		length := 0.0
		for _, t := range item.terms {
			length += float64(t.weight) * float64(t.weight)
		}
		length = math.Sqrt(length)
		for _, t := range item.terms {
			mean[t.hash] += float64(t.weight) / length
		}
	}
	length, product := 0.0, 0.0
	for _, w := range mean {
		length += w * w
	}
	for _, t := range s.terms {
		product += float64(t.weight) * mean[t.hash]
	}
	return bestShare*best + (1-bestShare)*product/(math.Sqrt(length)*max(float64(s.length), 1e-9))
}

// apart says whether two regions exclude each other: neither lies in the other.
func apart(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] != b[:n]
}
