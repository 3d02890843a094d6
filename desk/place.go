package desk

import (
	"context"
	"fmt"
)

// place finds the topics of new items, sets them, and gives those that PutDocs has
// to store.
func (d *Desk) place(ctx context.Context, tx Tx, items []Item) ([]Item, error) {
	var read []Item
	var of []int // position among items
	for i, it := range items {
		if !it.Unread && len(it.Doc.Keys) > 0 {
			it.Doc.Item = it.ID
			read, of = append(read, it), append(of, i)
		}
	}
	if d.Discoverer == nil || len(read) == 0 {
		return nil, nil
	}
	docs := make([]TopicDoc, len(read))
	for i := range read {
		docs[i] = read[i].Doc
	}
	places, err := d.Discoverer.Place(ctx, tx, docs)
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	if err := honour(ctx, tx, places); err != nil {
		return nil, err
	}
	opened := make([]*Topic, len(read)) // by position of the item that opens it
	var fresh []*Topic
	for i, p := range places {
		if p.Topic == 0 && (p.With < 0 || p.With >= i) {
			it := read[i]
			opened[i] = &Topic{Title: d.titleOf(it), Place: it.Doc.Place, Region: it.Region(), First: it.Doc.At, Last: it.Doc.At}
			opened[i].Heat = HeatOf(firstFigures(it, it.ReceivedAt), it.ReceivedAt).Points
			fresh = append(fresh, opened[i])
		}
	}
	if err := tx.NewTopics(ctx, fresh); err != nil {
		return nil, err
	}
	for i, p := range places {
		it := &read[i]
		switch {
		case opened[i] != nil:
			it.TopicID = opened[i].ID
		case p.Topic != 0:
			it.TopicID = p.Topic
		default:
			it.TopicID = read[p.With].TopicID
		}
		it.Doc.Topic = it.TopicID
		for _, n := range p.Near {
			if n.Item == 0 && n.Index >= 0 && n.Index < len(read) {
				n.Item = read[n.Index].ID
			}
			if n.Item != 0 && n.Item != it.ID {
				it.Near = append(it.Near, n)
			}
		}
	}
	for i := range read {
		items[of[i]].TopicID = read[i].TopicID
	}
	return read, nil
}

// topicTitle is the title of a topic that the item opens.
func (it Item) topicTitle() string {
	if it.Title != "" {
		return it.Title
	}
	if r := []rune(it.Body); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return it.Body
}
