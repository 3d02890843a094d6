package desk

import (
	"context"
	"iter"
	"time"
)

// MaxExport bounds how many items one export takes out.
const MaxExport = 50_000

// ExportItems gives the items of a filter, newest first and masked, to be taken out
// as a file. That it was done, by whom and of what, is on the record before the
// first item leaves.
func (d *Desk) ExportItems(ctx context.Context, who Actor, f ItemFilter, format string) (n int, list iter.Seq2[Item, error], err error) {
	if err := who.need(ActItemExport); err != nil {
		return 0, nil, err
	}
	f.Page = Page{}
	if n, err = d.CountItems(ctx, who, f, time.Time{}); err != nil {
		return 0, nil, err
	}
	if n > MaxExport {
		return 0, nil, Invalid("", "有 %d 件，一次最多导出 %d 件；请先筛选", n, MaxExport)
	}
	now := d.Now()
	e := event(who, now, "item.exported", "export", 0).with(map[string]any{"format": format, "count": n, "channel": f.Channel, "kind": f.Kind, "category": f.Category,
		"region": f.Region, "urgency": f.Urgency, "state": f.State, "topic": ident(f.Topic), "query": MaskText(f.Query)})
	if err := d.Store.InTx(ctx, func(tx Tx) error { return tx.Record(ctx, e) }); err != nil {
		return 0, nil, err
	}
	return n, func(yield func(Item, error) bool) {
		const stretch = 1000
		left := MaxExport
		for page := (Page{Limit: stretch, Newest: true}); left > 0; {
			f.Page = page
			some, more, err := d.exportSome(ctx, who, f)
			if err != nil {
				yield(Item{}, err)
				return
			}
			for _, it := range some {
				if left--; left < 0 || !yield(it, nil) {
					return
				}
			}
			if more == 0 {
				return
			}
			page.After = more
		}
	}, nil
}

// exportSome is Items, and the id behind which there may be more; 0 at the end.
func (d *Desk) exportSome(ctx context.Context, who Actor, f ItemFilter) (list []Item, more int64, err error) {
	f.NoNumbers = numbersHidden(who)
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListItems(ctx, d.scope(who), f)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	if len(list) == f.Size() {
		more = list[len(list)-1].ID
	}
	kept := list[:0]
	for _, it := range list {
		it.mask(who)
		if !f.NoNumbers || f.Query == "" || it.stillThere(f.Query) {
			kept = append(kept, it)
		}
	}
	return kept, more, nil
}
