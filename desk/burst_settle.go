package desk

import (
	"context"
	"fmt"
	"time"
)

// settleBursts ends suggestions to make an incident of a topic whose items reached one
// another way: raised from the item, attached to one that was open, by a mirror. The
// measure is that by which none is suggested: an open incident holds half of them.
func (d *Desk) settleBursts(ctx context.Context, now time.Time) error {
	var list []TopicBurst
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		list, err = tx.SettledBursts(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, b := range list {
		if err := d.Store.InTx(ctx, func(tx Tx) error {
			locked, err := tx.LockTopics(ctx, Scope{}, b.TopicID)
			if err != nil || len(locked) == 0 {
				return err
			}
			in, err := tx.TopicIncident(ctx, b.TopicID)
			if err != nil || in == 0 {
				return err
			}
			_, err = d.decideBurst(ctx, tx, System, locked[0], BurstAttached, in, "", now)
			return err
		}); err != nil {
			return fmt.Errorf("topic %d: %w", b.TopicID, err)
		}
	}
	return nil
}
