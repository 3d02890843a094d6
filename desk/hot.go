package desk

import (
	"context"
	"slices"
	"time"
)

// Hot (热榜) is where an item stands, or stood, on a platform's hot list.
type Hot struct {
	List   string     `json:"list"` // its name, 微博热搜
	Rank   int        `json:"rank"` // when it was last seen there
	Heat   *int64     `json:"heat"` // as the platform counts it
	Best   int        `json:"best"`
	BestAt time.Time  `json:"best_at"`
	First  time.Time  `json:"first"`
	Since  time.Time  `json:"since"`  // without a break
	Last   time.Time  `json:"last"`   // seen there
	Stayed float64    `json:"stayed"` // of earlier times, in seconds
	Left   *time.Time `json:"left"`   // when it was first missed; nil: it is there
}

// Lasted is how long it has been on the list until now, breaks left out.
func (h Hot) Lasted(now time.Time) time.Duration {
	until := now
	if h.Left != nil {
		until = *h.Left
	}
	return max(until.Sub(h.Since), 0) + time.Duration(h.Stayed*float64(time.Second))
}

// Sighting is an entry of a hot list as one reading has it.
type Sighting struct {
	List string
	Rank int    // from 1
	Heat *int64 // nil: not told
	// Whole says that the reading has the whole list: what it lacks isn't on it.
	Whole bool
}

// MaxRank bounds a rank.
const MaxRank = 10_000

// HotSeen is a sighting of an item that is stored.
type HotSeen struct {
	Item int64
	Sighting
}

// HotPoint is what a list said of an item at an instant.
type HotPoint struct {
	At   time.Time
	Rank int
	Heat *int64
}

// HotTx keeps where items stand on hot lists.
type HotTx interface {
	// SeeHot stores a reading of a list; of an older one than is known only the points.
	SeeHot(ctx context.Context, source int64, at time.Time, list []HotSeen) error
	// LeaveHot marks what a whole reading at an instant didn't have, and gives their ids.
	LeaveHot(ctx context.Context, source int64, at time.Time) ([]int64, error)
	// HotPoints gives an item's, the oldest first.
	HotPoints(ctx context.Context, item int64) ([]HotPoint, error)
}

// onLists stores where the items of a commit stand.
func (d *Desk) onLists(ctx context.Context, tx Tx, src Source, parts []*part) error {
	at := map[time.Time][]HotSeen{}
	var instants []time.Time
	for _, p := range parts {
		if p.seen == nil || p.err != nil || p.res.ID == 0 {
			continue
		}
		when := p.item.ReceivedAt
		if _, known := at[when]; !known {
			instants = append(instants, when)
		}
		if !slices.ContainsFunc(at[when], func(s HotSeen) bool { return s.Item == p.res.ID }) { // twice on a list: the higher place
			at[when] = append(at[when], HotSeen{p.res.ID, *p.seen})
		}
	}
	for _, when := range instants {
		if err := tx.SeeHot(ctx, src.ID, when, at[when]); err != nil {
			return err
		}
	}
	return nil
}

// offLists notices what has fallen off lists that were read whole.
func (d *Desk) offLists(ctx context.Context, tx Tx, src Source, parts []*part, now time.Time) error {
	var latest time.Time
	for _, p := range parts {
		if p.seen != nil && p.seen.Whole && p.err == nil && p.item.ReceivedAt.After(latest) {
			latest = p.item.ReceivedAt
		}
	}
	if latest.IsZero() {
		return nil
	}
	left, err := tx.LeaveHot(ctx, src.ID, latest)
	if err != nil {
		return err
	}
	for _, id := range left {
		it, err := tx.ItemByID(ctx, Scope{}, id, false)
		if err != nil {
			return err
		}
		data := map[string]any{"id": ident(id)}
		if it.Hot != nil {
			data["list"], data["best"], data["seconds"] = it.Hot.List, it.Hot.Best, int64(it.Hot.Lasted(now).Seconds())
		}
		e := it.event(Actor{SourceID: src.ID, Name: src.Name, Via: "key"}, now, "item.unlisted").with(data)
		e.SourceID = src.ID
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// HotPoints are an item's ranks over time.
func (d *Desk) HotPoints(ctx context.Context, who Actor, item int64) (list []HotPoint, err error) {
	if err := who.need(ActItemRead); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		if _, err := tx.ItemByID(ctx, d.scope(who), item, false); err != nil {
			return err
		}
		list, err = tx.HotPoints(ctx, item)
		return err
	})
	return list, err
}
