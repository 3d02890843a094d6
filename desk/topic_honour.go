package desk

import (
	"context"
	"slices"
)

const (
	// followNear is how alike an item must be to one that a person has placed to follow it.
	followNear = 0.45
	// asAlike: nearer than this to each other two likenesses count as the same, and the
	// item that a person has placed is heard.
	asAlike = 0.02
)

// honour puts right what the machine would do against what people have done: a
// near-duplicate of an item that a person has placed follows it, and of two topics
// that were taken apart a new item goes to the one whose items it resembles more.
// Positions and meanings are those of Discoverer.Place.
func honour(ctx context.Context, tx TopicActTx, places []Placement) error {
	var items []int64
	for _, p := range places {
		for _, n := range p.Near {
			if n.Item != 0 && n.Score >= followNear {
				items = append(items, n.Item)
			}
		}
	}
	if len(items) == 0 {
		return nil
	}
	slices.Sort(items)
	placed, err := tx.Placed(ctx, slices.Compact(items))
	if err != nil {
		return err
	}
	followed := map[int]bool{} // positions whose topic a person has decided
	nearest := make([]PlacedItem, len(places))
	var doubtful []int64
	for i := range places {
		p := &places[i]
		best, score := PlacedItem{}, 0.0
		for _, n := range p.Near {
			if n.Score < followNear || n.Score < score-asAlike {
				continue
			}
			at, ok := placed[n.Item]
			if n.Index >= 0 && n.Index < i && places[n.Index].Topic != 0 {
				at, ok = PlacedItem{places[n.Index].Topic, followed[n.Index]}, true
			}
			if ok && (n.Score > score+asAlike || at.Pinned && !best.Pinned || best.Topic == 0) {
				best, score = at, max(score, n.Score)
			}
		}
		nearest[i] = best
		switch {
		case best.Topic == 0 || best.Topic == p.Topic:
			followed[i] = best.Pinned
		case best.Pinned:
			p.Topic, p.With, p.Score, followed[i] = best.Topic, -1, score, true
		case p.Topic != 0:
			doubtful = append(doubtful, p.Topic)
		}
	}
	if len(doubtful) == 0 {
		return nil
	}
	apart, err := tx.ApartOf(ctx, doubtful)
	if err != nil {
		return err
	}
	for i := range places {
		if p := &places[i]; p.Topic != 0 && !followed[i] && slices.Contains(apart[p.Topic], nearest[i].Topic) {
			p.Topic, p.With = nearest[i].Topic, -1
		}
	}
	return nil
}
