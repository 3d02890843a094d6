package desk

import (
	"context"
	"time"
)

// pendingSize bounds one look at the items that wait to be read, and one commit.
const pendingSize = 200

// ClassifyPending reads items that were stored unread. It reports whether there may
// be more. Texts that can't be read are passed over: they hold none of the others.
func (d *Desk) ClassifyPending(ctx context.Context, now time.Time) (more bool, err error) {
	if d.Classifier == nil {
		return false, nil
	}
	read := 0
	for after := int64(0); read < pendingSize; {
		var items []Item
		if err := d.Store.View(ctx, func(tx Tx) error {
			items, err = tx.Unclassified(ctx, after, pendingSize)
			return err
		}); err != nil || len(items) == 0 {
			return false, err
		}
		after = items[len(items)-1].ID
		var readings []Item
		for _, it := range items {
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			if d.readOne(ctx, &it) {
				readings = append(readings, it)
			}
		}
		if err := d.classified(ctx, readings, now); err != nil {
			return false, err
		}
		read += len(readings)
		if len(items) < pendingSize {
			return false, nil
		}
	}
	return true, nil
}

// classified stores readings of items as they are by now: what got a new text or
// was read by another node meanwhile is left alone, what people set stays.
func (d *Desk) classified(ctx context.Context, readings []Item, now time.Time) error {
	if len(readings) == 0 {
		return nil
	}
	return d.Store.InTx(ctx, func(tx Tx) error {
		var fresh []Item
		for _, it := range readings {
			is, err := tx.ItemByID(ctx, Scope{}, it.ID, true)
			if err != nil {
				return err
			}
			if !is.Unread || is.Version != it.Version {
				continue
			}
			v := *it.Verdict
			it.Verdict, it.Corrected, it.TopicID = &v, nil, is.TopicID
			it.keepChoices(is)
			fresh = append(fresh, it)
		}
		if len(fresh) == 0 {
			return nil
		}
		if err := tx.Classified(ctx, fresh); err != nil {
			return err
		}
		placed, err := d.place(ctx, tx, fresh)
		if err != nil {
			return err
		}
		if err := tx.PutDocs(ctx, placed); err != nil {
			return err
		}
		lines := make([]BatchLine, len(fresh))
		for i, it := range fresh {
			lines[i] = BatchLine{ID: it.subject().ID, Status: StatusUpdated, Region: it.Region(), Department: it.Verdict.Department()}
		}
		return tx.Record(ctx, event(System, now, "item.updated", "batch", fresh[0].ID).with(BatchData{Items: lines}))
	})
}
