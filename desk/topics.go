package desk

import (
	"context"
	"time"
)

// TopicFile is a topic with all that its page shows.
type TopicFile struct {
	Topic  Topic
	Items  []Item // the newest of those in scope
	Acts   []TopicAct
	Bursts []TopicBurst
	Heat   Heat
	Alike  []Topic // that people may want to join, the likeliest first
	Other  []Topic // from which it was taken apart
	At     time.Time
}

// topicFileItems is how many items a topic's file holds.
const topicFileItems = 200

// OpenTopic opens a topic. Where it was joined into another the file is that one's.
func (d *Desk) OpenTopic(ctx context.Context, who Actor, id int64) (f TopicFile, err error) {
	if err := who.need(ActItemRead); err != nil {
		return f, err
	}
	now := d.Now()
	err = d.Store.View(ctx, func(tx Tx) error {
		scope := d.scope(who)
		f = TopicFile{At: now} // the store may run this again
		if f.Topic, err = tx.TopicByID(ctx, scope, id); err != nil {
			return err
		}
		if f.Topic.JoinedInto != 0 {
			if f.Topic, err = tx.TopicByID(ctx, scope, f.Topic.JoinedInto); err != nil {
				return err
			}
		}
		id := f.Topic.ID
		if f.Items, err = tx.ListItems(ctx, scope, ItemFilter{Topic: id, Page: Page{Limit: topicFileItems, Newest: true}}); err != nil {
			return err
		}
		if f.Acts, err = tx.TopicActs(ctx, 50, id); err != nil {
			return err
		}
		if f.Bursts, err = tx.Bursts(ctx, id); err != nil {
			return err
		}
		figures, err := tx.TopicFigures(ctx, now, id)
		if err != nil {
			return err
		}
		counted := figures[id]
		f.Topic.Figures, f.Heat = &counted, HeatOf(counted, now)
		apart, err := tx.ApartOf(ctx, []int64{id})
		if err != nil {
			return err
		}
		if f.Alike, err = d.alike(ctx, tx, scope, f, apart[id]); err != nil {
			return err
		}
		for _, other := range apart[id] {
			t, err := tx.TopicByID(ctx, scope, other)
			if CodeOf(err) == CodeNotFound || err == nil && t.JoinedInto != 0 {
				continue
			}
			if err != nil {
				return err
			}
			f.Other = append(f.Other, t)
		}
		return nil
	})
	f.mask(who)
	return f, err
}

func (f *TopicFile) mask(who Actor) {
	f.Topic.Title, f.Topic.Place = MaskText(f.Topic.Title), MaskText(f.Topic.Place)
	for _, list := range [][]Topic{f.Alike, f.Other} {
		for i := range list {
			list[i].Title, list[i].Place = MaskText(list[i].Title), MaskText(list[i].Place)
		}
	}
	for i := range f.Acts {
		f.Acts[i].FromTitle, f.Acts[i].ToTitle = MaskText(f.Acts[i].FromTitle), MaskText(f.Acts[i].ToTitle)
	}
	for i := range f.Items {
		f.Items[i].mask(who)
	}
}

// mostAlike is how many topics are offered to join.
const mostAlike = 5

// alike gives the topics whose items are found under the same keys as the newest of
// this one, those with most in common first; what was taken apart isn't offered.
func (d *Desk) alike(ctx context.Context, tx Tx, scope Scope, f TopicFile, apart []int64) ([]Topic, error) {
	var ids []int64
	for _, it := range f.Items[:min(len(f.Items), 5)] {
		ids = append(ids, it.ID)
	}
	others, err := tx.TopicsLike(ctx, f.Topic.ID, ids, apart, 2*mostAlike)
	if err != nil {
		return nil, err
	}
	var list []Topic
	for _, id := range others {
		t, err := tx.TopicByID(ctx, scope, id)
		if CodeOf(err) == CodeNotFound || err == nil && (t.JoinedInto != 0 || t.Count == 0) {
			continue
		}
		if err != nil {
			return nil, err
		}
		t.Items = nil
		if list = append(list, t); len(list) == mostAlike {
			break
		}
	}
	return list, nil
}

// TopicBursts gives the suggestions that nobody has decided yet, by topic.
func (d *Desk) TopicBursts(ctx context.Context, who Actor) (list []TopicBurst, err error) {
	if err := who.need(ActIncidentRead); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.OpenBursts(ctx, d.wide(who))
		return err
	})
	return list, err
}
