package desk

import (
	"context"
	"errors"
	"time"
)

// triedMost is how many would-be items a trial shows.
const triedMost = 20

// Tried is what a source would bring now. Nothing of it is stored.
type Tried struct {
	Source Source // without its secrets
	Raws   int
	Bytes  int
	Items  []TriedItem // the first of them
	More   int         // beyond those
	Took   time.Duration
}

// TriedItem is one would-be item, masked, with the machine's verdict; or why it
// would go to quarantine.
type TriedItem struct {
	Item Item
	Err  *Error
}

// TrySource fetches from a source once, through the guard, and shows what would
// become of it: parsed and classified, and nothing stored; the bookmark doesn't move.
// The error is the source's, in words for whoever set it up.
func (d *Desk) TrySource(ctx context.Context, who Actor, id int64) (t Tried, err error) {
	if err := who.need(ActSourceManage); err != nil {
		return t, err
	}
	now, real := d.Now(), d.Real()
	err = d.Store.View(ctx, func(tx Tx) error {
		t.Source, err = tx.SourceByID(ctx, id)
		return err
	})
	if err != nil {
		return t, err
	}
	fetch := d.Fetchers[t.Source.Kind]
	if fetch == nil || t.Source.URL == "" {
		return t, Invalid("", "“%s”由对方推送，不能主动读取；请对方推送一件，再看上次收到的时间", t.Source.Name)
	}
	fresh := t.Source
	fresh.Lease, fresh.State = "", "active" // the bookmark stays: it may say how a server must be secured
	t.Source.Password, t.Source.Cursor, t.Source.Lease = "", nil, ""
	raws, err := fetch(ctx, fresh)
	record := event(who, now, "source.tried", "source", id).with(t.Source.brief())
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Code: CodeUnavailable, Text: "读取失败，请检查地址、用户名和密码", Cause: err}
		}
		// It isn't the desk that is away: the person at the form is to read it.
		e = &Error{Code: CodeInvalid, Text: e.Text, Args: e.Args, Cause: e.Cause}
		d.Log.Info("a source was tried and failed", "source", t.Source.Name, "error", e)
		return t, errors.Join(e, d.Store.InTx(ctx, func(tx Tx) error { return tx.Record(ctx, record.because(e.Message())) }))
	}
	var parts []*part
	for i := range raws {
		raws[i].ReceivedAt, raws[i].SourceID, raws[i].Attempts = now, id, 1
		t.Bytes += len(raws[i].Bytes)
		for n, p := range d.parse(fresh, raws[i]) {
			if len(parts) >= triedMost {
				t.More++
				continue
			}
			pt := &part{raw: &raws[i], n: n, err: p.Err}
			if pt.err == nil {
				pt.err = p.Incoming.Check()
			}
			pt.item = Item{SourceID: id, Source: t.Source.Name, Channel: t.Source.Channel, Incoming: p.Incoming, ReceivedAt: now, State: ItemNew, Version: 1, Unread: true}
			parts = append(parts, pt)
		}
	}
	t.Raws = len(raws)
	d.read(ctx, parts)
	for _, p := range parts {
		p.item.mask(who)
		t.Items = append(t.Items, TriedItem{Item: p.item, Err: p.err})
	}
	t.Took = d.Real().Sub(real)
	return t, d.Store.InTx(ctx, func(tx Tx) error { return tx.Record(ctx, record) })
}
