package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// followMost is how many events are followed at once.
const followMost = 1000

// FollowMirrors reads the record on from where it was followed to, and makes due what
// it may have changed of what the platforms of the sources are told. Nodes may do it
// at once: to mark twice is harmless.
func (d *Desk) FollowMirrors(ctx context.Context, now time.Time, sources []int64) (more bool, err error) {
	if len(sources) == 0 {
		return false, nil
	}
	var before Cursor
	err = d.Store.View(ctx, func(tx Tx) error {
		before, err = followed(ctx, tx, mirrorCursor, false)
		return err
	})
	if err != nil {
		return false, err
	}
	events, next, known, err := d.since(ctx, before)
	if err != nil || known && len(events) == 0 {
		return false, err
	}
	touched := touchedBy(events)
	return len(events) == followMost, d.Store.InTx(ctx, func(tx Tx) error {
		was, err := followed(ctx, tx, mirrorCursor, true)
		if err != nil || was != before {
			return err // another node was faster
		}
		if known {
			err = tx.MarkMirrored(ctx, sources, touched.items, touched.topics, touched.incidents, now)
		}
		// Where nothing is known of what came before, all is looked at; what is as it was
		// told doesn't go out again.
		for i := 0; i < len(sources) && !known && err == nil; i++ {
			err = tx.MarkAllMirrored(ctx, sources[i], now)
		}
		if err != nil {
			return err
		}
		return tx.SetSetting(ctx, mirrorCursor, mustJSON(next.String()))
	})
}

// since gives what the record has behind a place, and the place to go on from; known
// is false where the place is none, or of another epoch: the database was restored.
func (d *Desk) since(ctx context.Context, at Cursor) (events []Sealed, next Cursor, known bool, err error) {
	if at.Epoch != "" {
		events, err = d.Feed.After(ctx, at, followMost)
		switch {
		case err == nil && len(events) == 0:
			return nil, at, true, nil
		case err == nil:
			return events, events[len(events)-1].Cursor, true, nil
		case CodeOf(err) != CodeConflict:
			return nil, at, false, err
		}
	}
	next, err = d.Feed.Head(ctx)
	return nil, next, false, err
}

// followed is the place in the feed that a setting holds; zero where it holds none.
func followed(ctx context.Context, tx Tx, setting string, lock bool) (Cursor, error) {
	value, err := tx.Setting(ctx, setting, lock)
	if err != nil || value == nil {
		return Cursor{}, err
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return Cursor{}, &Error{Code: CodeInternal, Cause: err}
	}
	return ParseCursor(s)
}

// touched is what events were about.
type touched struct{ items, topics, incidents []int64 }

// touchedBy reads what events may have changed, by what they carry.
func touchedBy(events []Sealed) (t touched) {
	add := func(list *[]int64, id string) {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 {
			*list = append(*list, n)
		}
	}
	for _, s := range events {
		e := s.Event
		if e.IncidentID > 0 {
			t.incidents = append(t.incidents, e.IncidentID)
		}
		switch e.Subject.Kind {
		case "item":
			add(&t.items, e.Subject.ID)
		case "incident":
			add(&t.incidents, e.Subject.ID)
		case "batch":
			var b BatchData
			if json.Unmarshal(e.Data, &b) == nil {
				for _, l := range b.Items {
					add(&t.items, l.ID)
				}
			}
		case "topic":
			add(&t.topics, e.Subject.ID)
			var moved struct {
				From  string   `json:"from"`
				Items []string `json:"items"`
			}
			if json.Unmarshal(e.Data, &moved) == nil {
				add(&t.topics, moved.From)
				for _, id := range moved.Items {
					add(&t.items, id)
				}
			}
		}
	}
	for _, list := range []*[]int64{&t.items, &t.topics, &t.incidents} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return t
}
