package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// ClaimSource leases one source of the given kinds whose poll is due at now, until
// the given instant unless it is renewed; other nodes pass it over. The lease it carries guards the
// bookmark: who slept past it can't write one that is stale.
func (d *Desk) ClaimSource(ctx context.Context, kinds []string, now, until time.Time) (src Source, ok bool, err error) {
	err = d.Store.InTx(ctx, func(tx Tx) error {
		src, ok, err = tx.ClaimSource(ctx, kinds, now, until, rand.Text())
		return err
	})
	return src, ok, err
}

// RenewLease keeps the lease of a source until the given instant; CodeConflict when it
// has gone to another node.
func (d *Desk) RenewLease(ctx context.Context, src Source, until time.Time) error {
	return d.Store.InTx(ctx, func(tx Tx) error { return tx.RenewLease(ctx, src.ID, src.Lease, until) })
}

// NextPoll is the instant at which the next source of these kinds is due.
func (d *Desk) NextPoll(ctx context.Context, kinds []string) (at time.Time, ok bool, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		at, ok, err = tx.NextPoll(ctx, kinds)
		return err
	})
	return at, ok, err
}

// Polled ends the poll of a source at now: failure is nil when it went well. The
// lease is given back and the next poll set. The first failure in a row and the
// recovery go on the record; what lies between them doesn't. A node that lost the
// lease meanwhile changes nothing.
func (d *Desk) Polled(ctx context.Context, src Source, failure *Error, now, next time.Time) error {
	was := src.Failures
	src.NextPollAt = next
	if failure == nil {
		src.Failures, src.LastError, src.LastSuccess = 0, "", &now
	} else {
		src.Failures++
		src.LastError, src.LastErrorAt = failure.Message(), &now
	}
	err := d.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.Polled(ctx, src); err != nil {
			return err
		}
		switch {
		case failure != nil && was == 0:
			e := event(System, now, "source.failing", "source", src.ID).because(src.LastError)
			e.SourceID = src.ID
			return tx.Record(ctx, e)
		case failure == nil && was > 0:
			e := event(System, now, "source.recovered", "source", src.ID).with(map[string]any{"failures": was})
			e.SourceID = src.ID
			return tx.Record(ctx, e)
		}
		return nil
	})
	var e *Error
	if errors.As(err, &e) && e.Code == CodeConflict {
		return nil
	}
	return err
}
