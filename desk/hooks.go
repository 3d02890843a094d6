package desk

import (
	"context"
	"time"
)

// HookTx remembers signed calls for as long as they could be sent again.
type HookTx interface {
	// HookTaken says whether a call of that digest was taken since an instant.
	HookTaken(ctx context.Context, source int64, digest []byte, since time.Time) (bool, error)
	// TakeHook remembers a call, and forgets those taken before an instant.
	TakeHook(ctx context.Context, source int64, digest []byte, at, before time.Time) error
}

// HookTaken says whether a signed call was taken already since an instant of real time.
func (d *Desk) HookTaken(ctx context.Context, src Source, digest []byte, since time.Time) (taken bool, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		taken, err = tx.HookTaken(ctx, src.ID, digest, since)
		return err
	})
	return taken, err
}

// TakeHook remembers a signed call that was taken, at an instant of real time, and
// forgets those from before another. It comes after the call's items are stored: a
// call remembered first and lost then would be refused for ever.
func (d *Desk) TakeHook(ctx context.Context, src Source, digest []byte, at, before time.Time) error {
	return d.Store.InTx(ctx, func(tx Tx) error { return tx.TakeHook(ctx, src.ID, digest, at, before) })
}

// SourceCalled gives the source that an address names, by number or by name.
func (d *Desk) SourceCalled(ctx context.Context, id int64, name string) (src Source, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		if id > 0 {
			src, err = tx.SourceByID(ctx, id)
		} else {
			src, err = tx.SourceByName(ctx, name)
		}
		return err
	})
	return src, err
}
