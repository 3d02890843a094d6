package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// TopicSameTx finds topics that may be the same, and says what people have to do
// with them.
type TopicSameTx interface {
	// DocsOfTopics gives documents of topics, of each the first and the newest half, in
	// order of arrival.
	DocsOfTopics(ctx context.Context, limit int, topics ...int64) (map[int64][]TopicDoc, error)
	// OpenedTopics gives the document that opened each of the topics with ids above one
	// and up to another that stand for themselves, hold at most so many items and got
	// one since an instant; in order of topics.
	OpenedTopics(ctx context.Context, above, upTo int64, items int, since time.Time, limit int) ([]TopicDoc, error)
	// NewestTopic is the highest id of a topic; 0: there is none.
	NewestTopic(ctx context.Context) (int64, error)
	// Arranged says which of two topics hold items that a person has placed, and
	// whether people keep the two apart: declared so, joined once and taken back, or
	// an item of the one was put into the other by hand.
	Arranged(ctx context.Context, a, b int64) (pinnedA, pinnedB, apart bool, err error)
}

const (
	// youngFor: topics in which nothing came for longer are left as they are.
	youngFor = 48 * time.Hour
	// sameDocs is how many documents of a topic are compared.
	sameDocs = 12
	// sameAmong is how many neighbours a topic is compared with, the likeliest first.
	sameAmong = 5
	// mostSame bounds the topic that the machine moves into another by itself.
	mostSame = 2000
	// openedFor is how long a new topic is left alone, so that what came in the same
	// instant is there when it is looked at.
	openedFor = 10 * time.Second
	// openedItems: a topic that has more than these has been compared as it grew.
	openedItems = 5
	openedBatch = 200
	topicsOpen  = "topics-opened"
)

// Why the machine has joined two topics.
const (
	WhyAlike  = "两个话题的来件合得进彼此，说的是同一件事"
	WhyAtOnce = "同时到达的来件，说的是同一件事"
)

// joinGrown compares topics that have come to another stage with their neighbours,
// and joins what is certainly the same: in a disaster's first minutes people call the
// same thing by other words, and only what comes after shows that it is one.
func (d *Desk) joinGrown(ctx context.Context, topics []Topic, now time.Time) error {
	if d.Discoverer == nil {
		return nil
	}
	for _, t := range topics {
		if now.Sub(t.Last) > youngFor {
			continue
		}
		// Joined, it may be the same as a third one.
		for id, again := t.ID, 0; id != 0 && again < sameAmong; again++ {
			var err error
			if id, err = d.joinAlike(ctx, id, now); err != nil {
				return fmt.Errorf("topic %d: %w", t.ID, err)
			}
		}
	}
	return nil
}

// joinAlike joins a topic and one neighbour, and gives the one that stays; 0: none
// is the same.
func (d *Desk) joinAlike(ctx context.Context, id int64, now time.Time) (stays int64, err error) {
	var docs map[int64][]TopicDoc
	var others []int64
	err = d.Store.View(ctx, func(tx Tx) error {
		if docs, err = tx.DocsOfTopics(ctx, sameDocs, id); err != nil {
			return err
		}
		apart, err := tx.ApartOf(ctx, []int64{id})
		if err != nil {
			return err
		}
		var newest []int64
		for _, doc := range docs[id][max(0, len(docs[id])-sameAmong):] {
			newest = append(newest, doc.Item)
		}
		if others, err = tx.TopicsLike(ctx, id, newest, apart[id], sameAmong); err != nil || len(others) == 0 {
			return err
		}
		more, err := tx.DocsOfTopics(ctx, sameDocs, others...)
		if err != nil {
			return err
		}
		for other, list := range more {
			docs[other] = list
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, other := range others {
		if d.Discoverer.Same(docs[id], docs[other]) {
			if stays, err = d.joinSame(ctx, id, other, WhyAlike, now); err != nil || stays != 0 {
				return stays, err
			}
		}
	}
	return 0, nil
}

// joinSame joins two topics by the machine, unless people have a say in it: what one
// of them has joined, split or moved stays as it is, and what two incidents hold are
// two matters. It gives the topic that stays; 0: they weren't joined.
func (d *Desk) joinSame(ctx context.Context, a, b int64, why string, now time.Time) (stays int64, err error) {
	err = d.Store.InTx(ctx, func(tx Tx) error {
		stays = 0 // the store may run this again
		locked, err := tx.LockTopics(ctx, Scope{}, a, b)
		if err != nil || len(locked) < 2 {
			return err
		}
		pinned := make([]bool, 2)
		var apart bool
		if pinned[0], pinned[1], apart, err = tx.Arranged(ctx, locked[0].ID, locked[1].ID); err != nil || apart {
			return err
		}
		from, to, ok := direction(locked, pinned)
		if !ok {
			return nil
		}
		ins := [2]int64{}
		for i, t := range []Topic{from, to} {
			if ins[i], err = tx.TopicIncident(ctx, t.ID); err != nil {
				return err
			}
		}
		if ins[0] != 0 && ins[1] != 0 && ins[0] != ins[1] {
			return nil
		}
		act := TopicAct{Kind: TopicJoined, From: from.ID, To: to.ID, At: now, By: System.Name, Why: why}
		if err := d.carry(ctx, tx, System, &act, from, to, now); err != nil {
			return err
		}
		stays = to.ID
		return tx.Unpin(ctx, act.Items) // nobody has placed them
	})
	return stays, err
}

// direction says which of two topics goes into the other: what people have arranged
// or named stays, else the larger, else the older.
func direction(two []Topic, pinned []bool) (from, to Topic, ok bool) {
	by := func(i int) bool { return pinned[i] || two[i].Named }
	for _, t := range two {
		if t.JoinedInto != 0 || t.Count == 0 {
			return from, to, false
		}
	}
	into := 0
	switch {
	case by(0) && by(1):
		return from, to, false
	case by(1), !by(0) && two[1].Count > two[0].Count:
		into = 1
	}
	from, to = two[1-into], two[into]
	return from, to, from.Count <= mostSame
}

// opened is up to which topic the openers have been looked at, and up to which they
// will be next.
type opened struct {
	Done int64     `json:"done"`
	Next int64     `json:"next"`
	At   time.Time `json:"at"` // when Next was noted
}

// joinRaced looks again at topics that were opened some seconds ago. Two letters
// about the same matter that come in the same instant don't see each other, and each
// opens a topic. Placed once more among what came before it, such an opener finds its
// home; all others stay what they are, for they were placed so before.
func (d *Desk) joinRaced(ctx context.Context, now time.Time) error {
	if d.Discoverer == nil {
		return nil
	}
	var was, next opened
	due := false
	if err := d.Store.InTx(ctx, func(tx Tx) error {
		due = false
		raw, err := tx.Setting(ctx, topicsOpen, true)
		if err != nil {
			return err
		}
		if raw != nil {
			if err := json.Unmarshal(raw, &was); err != nil {
				return fmt.Errorf("setting %s: %w", topicsOpen, err)
			}
		}
		if raw != nil && now.Sub(was.At) < d.InOffice(openedFor) && !now.Before(was.At) {
			return nil
		}
		newest, err := tx.NewestTopic(ctx)
		if err != nil {
			return err
		}
		if raw == nil { // what was there before isn't young
			return tx.SetSetting(ctx, topicsOpen, mustJSON(opened{newest, newest, now}))
		}
		if was.Done == was.Next && newest <= was.Next {
			return nil // nothing was opened: a quiet desk writes nothing
		}
		due, next = true, opened{was.Next, max(newest, was.Next), now}
		return nil
	}); err != nil || !due {
		return err
	}
	for above := was.Done; above < was.Next; {
		last, err := d.placeOpeners(ctx, above, was.Next, now)
		if err != nil {
			return err
		}
		above = last
	}
	return d.Store.InTx(ctx, func(tx Tx) error {
		raw, err := tx.Setting(ctx, topicsOpen, true)
		if err != nil {
			return err
		}
		var is opened
		if err := json.Unmarshal(raw, &is); err != nil {
			return fmt.Errorf("setting %s: %w", topicsOpen, err)
		}
		if is.Done != was.Done { // another node was faster
			return nil
		}
		return tx.SetSetting(ctx, topicsOpen, mustJSON(next))
	})
}

// placeOpeners places some openers again and gives the topic up to which it has come.
func (d *Desk) placeOpeners(ctx context.Context, above, upTo int64, now time.Time) (last int64, err error) {
	var docs []TopicDoc
	var places []Placement
	err = d.Store.View(ctx, func(tx Tx) error {
		if docs, err = tx.OpenedTopics(ctx, above, upTo, openedItems, now.Add(-youngFor), openedBatch); err != nil || len(docs) == 0 {
			return err
		}
		slices.SortFunc(docs, func(a, b TopicDoc) int { return cmp.Compare(a.Item, b.Item) })
		if places, err = d.Discoverer.Place(ctx, before{tx}, docs); err != nil {
			return fmt.Errorf("topics: %w", err)
		}
		return honour(ctx, tx, places)
	})
	if err != nil || len(docs) == 0 {
		return upTo, err
	}
	for i, p := range places {
		last = max(last, docs[i].Topic)
		home := p.Topic
		if home == 0 && p.With >= 0 && p.With < i {
			home = docs[p.With].Topic
		}
		if home == 0 || home == docs[i].Topic {
			continue
		}
		if _, err := d.joinSame(ctx, docs[i].Topic, home, WhyAtOnce, now); err != nil {
			return last, err
		}
	}
	if len(docs) < openedBatch {
		last = upTo
	}
	return last, nil
}

// before is the index as it was when an item came: what came after it isn't found.
type before struct{ TopicIndex }

// Candidates implements TopicIndex.
func (b before) Candidates(ctx context.Context, probes []TopicDoc, limit int) ([][]TopicDoc, error) {
	found, err := b.TopicIndex.Candidates(ctx, probes, limit)
	for i := range found {
		found[i] = slices.DeleteFunc(found[i], func(doc TopicDoc) bool { return doc.Item >= probes[i].Item })
	}
	return found, err
}
