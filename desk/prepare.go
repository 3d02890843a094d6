package desk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// part is one share of a raw on its way to an item.
type part struct {
	raw  *Raw
	n    int // position in the raw
	item Item
	err  *Error
	data []byte // share of the raw
	res  Result
	seen *Sighting
	// again: the same is in quarantine already.
	again bool
	// sealed: it is 保密, or may be, also where it can't be an item.
	sealed bool
}

// prepared is what raws hold, parsed and read.
type prepared struct {
	raws  []Raw
	parts []*part
	gone  []Removal
}

// prepare does what needs no transaction.
func (d *Desk) prepare(ctx context.Context, src Source, raws []Raw) prepared {
	var parts []*part
	var gone []Removal
	for i := range raws {
		for n, p := range d.parse(src, raws[i]) {
			if p.Removed != nil {
				gone = append(gone, *p.Removed)
				continue
			}
			pt := &part{raw: &raws[i], n: n, err: p.Err, data: p.Bytes, seen: p.Seen, sealed: p.Sealed || p.Incoming.Sealed}
			if pt.err == nil {
				pt.err = p.Incoming.Check()
			}
			if pt.err == nil {
				pt.item = Item{SourceID: src.ID, Source: src.Name, Channel: src.Channel, Incoming: p.Incoming, ReceivedAt: raws[i].ReceivedAt,
					State: ItemNew, Version: 1, Unread: true, RawID: raws[i].ID, RawPart: n, Digest: p.Incoming.Digest()}
				pt.item.ExternalID = p.Incoming.Identity()
				if p.Incoming.Machine() {
					pt.item.State = ItemSettled
				}
			}
			pt.res.Index = len(parts)
			parts = append(parts, pt)
		}
	}
	d.ownCopies(ctx, src, parts)
	d.read(ctx, parts)
	for _, p := range parts {
		if p.item.Unread {
			p.item.choose() // what the person at the seat has set holds without the machine
		}
	}
	return prepared{raws, parts, gone}
}

// parse never lets one raw harm the others: what can't be read, or brings the
// parser down, becomes a part with the reason.
func (d *Desk) parse(src Source, raw Raw) (parts []Part) {
	parser, ok := d.Parsers[src.Kind]
	sealing, asks := parser.(Sealing)
	whole := func(e *Error) []Part { return []Part{{Err: e, Sealed: !ok || asks && sealing.MaySeal(src)}} }
	if raw.Attempts-raw.Readings > maxAttempts || raw.Attempts > maxBegun {
		return whole(Invalid("", "已尝试处理 %d 次均未完成，转人工查看", raw.Attempts-1))
	}
	if !ok {
		return whole(Invalid("", "没有能读取“%s”来源的程序", src.Kind))
	}
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("a raw brought its parser down", "source", src.Name, "raw", raw.ID, "panic", fmt.Sprint(p))
			parts = whole(Invalid("", "内容无法读取，原件已保留，转人工查看"))
		}
	}()
	parts, err := parser.Parse(src, raw, d.Policy.Office.Location)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Code: CodeInvalid, Text: "内容无法读取，原件已保留，转人工查看", Cause: err}
		}
		return whole(e)
	}
	return parts
}

// read classifies what can be, in parallel and within the budget. A text that
// can't be read is stored without a verdict and read later.
func (d *Desk) read(ctx context.Context, parts []*part) {
	if d.Classifier == nil {
		return
	}
	ctx, stop := context.WithTimeout(ctx, readBudget)
	defer stop()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(max(d.Workers, 1), len(parts)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(parts) || ctx.Err() != nil {
					return
				}
				if parts[i].err == nil {
					d.readOne(ctx, &parts[i].item)
				}
			}
		})
	}
	wg.Wait()
}

func (d *Desk) readOne(ctx context.Context, it *Item) bool {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("classification failed", "source", it.Source, "external_id", it.ExternalID, "panic", fmt.Sprint(p))
		}
	}()
	r, err := d.Classifier.Read(ctx, it.Text())
	if err != nil {
		d.Log.Error("classification failed", "source", it.Source, "external_id", it.ExternalID, "error", err)
		return false
	}
	v := r.Verdict
	it.Verdict, it.Tokens, it.Doc, it.Unread = &v, r.Tokens, r.Doc, false
	it.Doc.At, it.Doc.Title = it.ReceivedAt, it.Title
	if it.OccurredAt != nil {
		it.Doc.At = *it.OccurredAt
	}
	it.quiet()
	it.pick()
	return true
}
