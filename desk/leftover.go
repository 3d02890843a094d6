package desk

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// FinishRaws takes up raws that were kept but never finished: the node died
// between the two commits, or the database was away for the second. It reports
// whether there may be more.
func (d *Desk) FinishRaws(ctx context.Context, now time.Time) (more bool, err error) {
	const limit = 20
	var failed error
	for range limit {
		// One at a time: a claim counts as an attempt, and one that brings the node
		// down must not use up the attempts of others.
		id, err := d.finishNext(ctx, now)
		switch {
		case id == 0:
			return false, errors.Join(failed, err)
		case CodeOf(err) == CodeUnavailable:
			return false, errors.Join(failed, err) // it wasn't the raw's fault
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("raw %d: %w", id, err))
		}
	}
	return true, failed
}

// finishNext finishes one raw; 0 when none is left.
func (d *Desk) finishNext(ctx context.Context, now time.Time) (id int64, err error) {
	var raws []Raw
	var src Source
	var key string
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if raws, err = tx.ClaimRaws(ctx, now, now.Add(d.InOffice(claimRaw)), 1); err != nil || len(raws) == 0 {
			return err
		}
		if key, err = tx.KeyOfRaw(ctx, raws[0].ID); err != nil {
			return err
		}
		src, err = tx.SourceByID(ctx, raws[0].SourceID)
		return err
	})
	if err != nil || len(raws) == 0 {
		return 0, err
	}
	in := d.prepare(ctx, src, raws)
	if err := d.Store.InTx(ctx, func(tx Tx) error { return tx.RawRead(ctx, raws[0].ID) }); err != nil {
		return raws[0].ID, err
	}
	_, err = d.commit(ctx, src, in, key, now)
	if err != nil && CodeOf(err) != CodeUnavailable && ctx.Err() == nil {
		// It isn't a commit that was lost: what the raw holds is refused.
		err = errors.Join(err, d.Store.InTx(ctx, func(tx Tx) error { return tx.RawRefused(ctx, raws[0].ID) }))
	}
	return raws[0].ID, err
}
