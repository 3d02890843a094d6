package desk

import (
	"context"
	"slices"
	"time"
)

// Count is how often an item was read and passed on, as somebody saw it.
type Count struct {
	At                      time.Time // when it was seen
	Reads, Comments, Shares *int64
	By                      string
}

// CountTx keeps them.
type CountTx interface {
	// AddCount stores figures seen at an instant; those of the same instant are replaced.
	AddCount(ctx context.Context, item int64, c Count, entered time.Time) error
	// KeepCount is AddCount for what an item has said of itself: it replaces
	// nothing that somebody noted.
	KeepCount(ctx context.Context, item int64, c Count, entered time.Time) error
	// CountsOf gives an item's figures, the oldest first.
	CountsOf(ctx context.Context, item int64) ([]Count, error)
}

// AddCount notes newer figures of an item that was brought by hand.
func (d *Desk) AddCount(ctx context.Context, who Actor, item int64, c Count) error {
	if err := who.need(ActMediaPaste); err != nil {
		return err
	}
	now := d.Now()
	if c.At.IsZero() {
		c.At = now
	}
	if c.At.After(now.Add(time.Minute)) {
		return Invalid("at", "时间不能晚于现在")
	}
	if c.Reads == nil && c.Comments == nil && c.Shares == nil {
		return Invalid("reads", "请至少填写一项数字")
	}
	for _, f := range []struct {
		name string
		n    *int64
	}{{"reads", c.Reads}, {"comments", c.Comments}, {"shares", c.Shares}} {
		if f.n != nil && (*f.n < 0 || *f.n > MaxReach) {
			return Invalid(f.name, "请填写不小于 0 的整数")
		}
	}
	c.By = who.Name
	return d.Store.InTx(ctx, func(tx Tx) error {
		it, err := tx.ItemByID(ctx, d.scope(who), item, false)
		if err != nil {
			return err
		}
		if it.Channel != ChannelMedia {
			return Invalid("", "只有媒体来件才记录阅读和评论数")
		}
		if err := tx.AddCount(ctx, item, c, now); err != nil {
			return err
		}
		return tx.Record(ctx, it.event(who, now, "item.counted").with(map[string]any{"id": ident(it.ID), "reads": c.Reads, "comments": c.Comments, "shares": c.Shares}).acted(c.At))
	})
}

// Counts are an item's figures over time, the earliest seen first: those of its
// versions and those that people noted, whenever each was entered. Where somebody
// noted what was seen at the instant of a version, that holds.
func (d *Desk) Counts(ctx context.Context, who Actor, item int64) (list []Count, err error) {
	if err := who.need(ActItemRead); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		it, err := tx.ItemByID(ctx, d.scope(who), item, false)
		if err != nil {
			return err
		}
		if list, err = tx.CountsOf(ctx, item); err != nil {
			return err
		}
		own, ok := it.count()
		if !ok {
			return nil
		}
		at, found := slices.BinarySearchFunc(list, own.At, func(c Count, at time.Time) int { return c.At.Compare(at) })
		switch {
		case !found:
			list = slices.Insert(list, at, own)
		case list[at].By == "":
			list[at] = own // of an earlier version, which this one corrects
		}
		return nil
	})
	return list, err
}

// count is what an item says of itself, as it was seen when it was brought; the instant
// as finely as the store keeps it.
func (it Item) count() (c Count, ok bool) {
	x := it.Extra
	if x == nil || x.Captured == nil || it.Reach == nil && x.Comments == nil && x.Shares == nil {
		return c, false
	}
	return Count{At: x.Captured.Truncate(time.Microsecond), Reads: it.Reach, Comments: x.Comments, Shares: x.Shares}, true
}

// keepCount has the figures outlast the version that a newer one takes the place of.
func keepCount(ctx context.Context, tx Tx, old, next Item) error {
	was, ok := old.count()
	if !ok {
		return nil
	}
	if now, ok := next.count(); ok && now.At.Equal(was.At) {
		return nil // corrected
	}
	return tx.KeepCount(ctx, old.ID, was, next.ReceivedAt)
}
