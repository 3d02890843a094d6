package topic

import (
	"cmp"
	"context"
	"slices"

	"huiying/desk"
)

// The thresholds, chosen on the even-numbered matters of the evaluation data.
const (
	nearFrom    = 0.30 // estimated Jaccard from which two texts are near-duplicates
	joinNear    = 0.45 // a duplicate this close joins whatever its words weigh
	joinAlike   = 0.42 // likeness to the closest item of a topic from which one joins
	closest     = 3    // how many items of a topic are heard
	probeLimit  = 64   // candidates asked for
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
	likes []float64
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
		with := -1
		if topic == 0 {
			if index < 0 {
				return // stored, but not placed yet
			}
			with = leader[index]
		}
		for h := range homes {
			if homes[h].topic == topic && (topic != 0 || homes[h].with == with) {
				homes[h].likes = append(homes[h].likes, like)
				return
			}
		}
		homes = append(homes, home{topic, with, []float64{like}})
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
		if score := h.score(); score >= joinAlike && score > best {
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

// score hears the closest items of a topic: the closest counts most.
func (h *home) score() float64 {
	slices.SortFunc(h.likes, func(a, b float64) int { return cmp.Compare(b, a) })
	sum, weight := 0.0, 0.0
	for i, like := range h.likes[:min(len(h.likes), closest)] {
		w := 1 / float64(i*i*2+1)
		sum += w * like
		weight += w
	}
	return max(sum/weight, h.likes[0]-0.08)
}

// apart says whether two regions exclude each other: neither lies in the other.
func apart(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] != b[:n]
}
