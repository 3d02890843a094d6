package topic

import "huiying/desk"

// When two topics are one. Chosen on the even-numbered matters of the evaluation data
// and on the drill's scenario: there the least of what belongs together reaches 1.9,
// the most of what doesn't 1.2.
const (
	sameFrom  = 1.4 // score that the documents of each reach in the other, on average
	sameShare = 0.8 // share of each that would join the other by itself
	sameMost  = 20  // of one document's score: a copy alone doesn't make two topics one
)

// Same says whether two topics are about the same matter: whether the documents of
// each, as if they came now, would join the other.
func (d *Discoverer) Same(a, b []desk.TopicDoc) (float64, bool) {
	there, most := joins(a, b)
	if there < sameFrom || most < sameShare {
		return 0, false
	}
	back, most := joins(b, a)
	if back < sameFrom || most < sameShare {
		return 0, false
	}
	return sure(min(there, back)), true
}

// joins gives the mean score of documents in the topic of others, and the share of
// them that would join it.
func joins(docs, others []desk.TopicDoc) (mean, share float64) {
	if len(docs) == 0 || len(others) == 0 {
		return 0, 0
	}
	sketches := make([]sketch, len(others))
	for i := range others {
		sketches[i] = decode(others[i].Payload)
	}
	var b board
	for i := range docs {
		s := decode(docs[i].Payload)
		b.begin(&docs[i], &s)
		for j := range others {
			b.hear(&others[j], &sketches[j], 1, -1, -1)
		}
		score := min(b.score(&b.homes[0]), sameMost)
		if score > 0 {
			share++
		}
		mean += score
	}
	n := float64(len(docs))
	return mean / n, share / n
}
