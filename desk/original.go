package desk

import (
	"context"
	"strings"
)

// Original (原件) is what an item came as: the bytes that were received, or the item's
// share of them where they brought others as well.
type Original struct {
	ContentType string // as they were received; "" of a share
	Bytes       []byte
	Digest      []byte // SHA-256
}

// DownloadOriginal gives an item's original for a recorded reason: nothing in it is
// masked, and all is in it that the item hasn't got.
func (d *Desk) DownloadOriginal(ctx context.Context, who Actor, item int64, why string) (o Original, err error) {
	if err := who.need(ActItemReveal); err != nil {
		return o, err
	}
	if strings.TrimSpace(why) == "" {
		return o, Invalid("why", "请写明下载原件的理由，将留痕")
	}
	now := d.Now()
	var it Item
	var src Source
	var raw Raw
	err = d.Store.InTx(ctx, func(tx Tx) error { // a raw can only be read under its lock
		if it, err = tx.ItemByID(ctx, d.scope(who), item, false); err != nil {
			return err
		}
		if src, err = tx.SourceByID(ctx, it.SourceID); err != nil {
			return err
		}
		raw, _, err = tx.LockRaw(ctx, it.RawID)
		return err
	})
	if err != nil {
		return o, err
	}
	if o, err = d.originalOf(src, raw, it.RawPart); err != nil {
		return Original{}, err
	}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		e := it.event(who, now, "item.original").because(why).with(map[string]any{"id": ident(it.ID), "digest": hexOf(o.Digest)})
		return tx.Record(ctx, e)
	})
	if err != nil {
		return Original{}, err
	}
	return o, nil
}

// originalOf cuts an item's share out of a raw. A raw that holds others and can't be cut
// isn't given: they may be from beyond who asks.
func (d *Desk) originalOf(src Source, raw Raw, n int) (Original, error) {
	raw.Attempts, raw.Readings = 0, 0 // it is read for a person, not taken in
	parts := d.parse(src, raw)
	switch {
	case n < len(parts) && parts[n].Bytes != nil:
		return Original{Bytes: parts[n].Bytes, Digest: sha(parts[n].Bytes)}, nil
	case len(parts) == 1:
		return Original{ContentType: raw.ContentType, Bytes: raw.Bytes, Digest: sha(raw.Bytes)}, nil
	}
	return Original{}, Conflict("why", "这份原件里还有其他来件，不能整份下载")
}
