package desk

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// TopicTitleTx keeps what topics are called.
type TopicTitleTx interface {
	// TopicTexts gives texts of items of a topic, the first and the newest half each,
	// bodies cut to so many letters. What is sealed or was taken away isn't among them.
	TopicTexts(ctx context.Context, topic int64, limit, letters int) ([]Text, error)
	// SetTopicTitle names a topic; named says that a person did.
	SetTopicTitle(ctx context.Context, topic int64, title string, named bool) error
}

const (
	titleTexts   = 40  // texts of a topic that have a say in its title
	titleLetters = 400 // of each body
)

// topicStep is the stage of growth of a topic: it rises at 2, 3, 5, 8, 13, 21 … items.
// What costs something is done anew at each step, so that a flood about one matter
// costs no more than the logarithm of its items.
func topicStep(items int) (step int) {
	for a, b := 2, 3; a <= items; a, b = b, a+b {
		step++
	}
	return step
}

// stepped says whether a topic has come to another stage since it was last reckoned.
func (t Topic) stepped(now TopicFigures) bool {
	was := 1
	if t.Figures != nil {
		was = t.Figures.Count
	}
	return topicStep(was) != topicStep(now.Count)
}

// titleOf is what a topic is called that the item opens: its own title, or what its
// words tell best.
func (d *Desk) titleOf(it Item) string {
	if it.Title == "" && d.Discoverer != nil {
		if title := d.Discoverer.Title([]Text{{Body: cutLetters(it.Body, titleLetters)}}); title != "" {
			return title
		}
	}
	return it.topicTitle()
}

func cutLetters(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// retitle chooses titles anew from the items' own words. Topics that a person has
// named keep their names.
func (d *Desk) retitle(ctx context.Context, tx Tx, now time.Time, topics ...int64) error {
	if d.Discoverer == nil {
		return nil
	}
	list, err := tx.LockTopics(ctx, Scope{}, topics...)
	if err != nil {
		return err
	}
	for _, t := range list {
		if _, err := d.called(ctx, tx, t, now); err != nil {
			return err
		}
	}
	return nil
}

// called gives what a locked topic is called from now on.
func (d *Desk) called(ctx context.Context, tx Tx, t Topic, now time.Time) (string, error) {
	if t.Named || t.JoinedInto != 0 || t.Count == 0 {
		return t.Title, nil
	}
	texts, err := tx.TopicTexts(ctx, t.ID, titleTexts, titleLetters)
	if err != nil {
		return t.Title, err
	}
	title := MaskText(strings.TrimSpace(d.Discoverer.Title(texts)))
	if title == "" || title == t.Title {
		return t.Title, nil
	}
	if err := tx.SetTopicTitle(ctx, t.ID, title, false); err != nil {
		return t.Title, err
	}
	e := event(System, now, "topic.titled", "topic", t.ID).with(map[string]any{"id": ident(t.ID)}).change(MaskText(t.Title), title)
	e.Region = t.Region
	return title, tx.Record(ctx, e)
}

// retitleGrown chooses the titles of those among topics that have come to another
// stage, sets them in the list too, and gives those topics.
func (d *Desk) retitleGrown(ctx context.Context, topics []Topic, figures map[int64]TopicFigures, now time.Time) (grown []Topic, err error) {
	if d.Discoverer == nil {
		return nil, nil
	}
	for i := range topics {
		t := &topics[i]
		if !t.stepped(figures[t.ID]) {
			continue
		}
		if err := d.Store.InTx(ctx, func(tx Tx) error {
			locked, err := tx.LockTopics(ctx, Scope{}, t.ID)
			if err != nil || len(locked) == 0 {
				return err
			}
			t.Title, err = d.called(ctx, tx, locked[0], now)
			return err
		}); err != nil {
			return nil, fmt.Errorf("topic %d: %w", t.ID, err)
		}
		grown = append(grown, *t)
	}
	return grown, nil
}
