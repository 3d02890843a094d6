package desk

import (
	"context"
	"encoding/json"
)

// enter puts what was written on a page of ours through the same door as all else, as one raw of
// the page's own source. A refusal of it is the error; the result says where it was kept all the same.
func (d *Desk) enter(ctx context.Context, kind string, channel Channel, words []byte, note json.RawMessage) (Result, error) {
	src, err := d.ownSource(ctx, kind, channel)
	if err != nil {
		return Result{}, err
	}
	res, err := d.Receive(ctx, src, Batch{Raws: []Raw{{ContentType: "application/json", Bytes: words, Note: note}}})
	switch {
	case err != nil:
		return Result{}, err
	case len(res) != 1:
		return Result{}, &Error{Code: CodeInternal, Text: "保存失败，请重试"}
	case res[0].Err != nil:
		return res[0], res[0].Err
	}
	return res[0], nil
}

// ownSource is a source that the desk itself keeps, made when first needed.
func (d *Desk) ownSource(ctx context.Context, kind string, channel Channel) (src Source, err error) {
	err = d.Store.InTx(ctx, func(tx Tx) error {
		src, err = tx.SourceByName(ctx, kind)
		if CodeOf(err) != CodeNotFound {
			return err
		}
		now := d.Now()
		src = Source{Kind: kind, Channel: channel, Name: kind, State: "active", NextPollAt: now, CreatedAt: now}
		return tx.NewSource(ctx, &src)
	})
	if CodeOf(err) == CodeConflict { // somebody else made it at the same moment
		err = d.Store.View(ctx, func(tx Tx) error {
			src, err = tx.SourceByName(ctx, kind)
			return err
		})
	}
	return src, err
}
