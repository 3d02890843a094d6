// Package ingesttest is the suite that every source must pass: redelivery is
// harmless, what is broken or hostile is quarantined with its bytes and lets the
// next one through, a poll that is cancelled or dies keeps nothing by half, and
// the bookmark moves with the raws or not at all. It runs on a real PostgreSQL.
package ingesttest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/ingest"
)

// Door is a desk on a database of its own with one source.
type Door struct {
	*desktest.Office
	Kind   ingest.Kind
	Source desk.Source
	Runner *ingest.Runner
	t      testing.TB
}

// Open makes the desk and adds the source; its kind and channel are filled in.
func Open(t testing.TB, kind ingest.Kind, src desk.Source) *Door {
	t.Helper()
	d := &Door{Office: desktest.New(t), Kind: kind, t: t}
	d.Parsers[kind.Name] = kind.Parser
	src.Kind, src.Channel = kind.Name, kind.Channel
	if src.Name == "" {
		src.Name = "测试来源"
	}
	var err error
	if d.Source, _, err = d.AddSource(t.Context(), desk.System, src, kind.Poller == nil); err != nil {
		t.Fatal(err)
	}
	d.Runner = &ingest.Runner{Desk: d.Desk, Kinds: []ingest.Kind{kind}, Log: d.Log}
	return d
}

// Receive puts raws through the door.
func (d *Door) Receive(raws ...desk.Raw) []desk.Result {
	d.t.Helper()
	res, err := d.Desk.Receive(d.t.Context(), d.Source, desk.Batch{Raws: raws})
	if err != nil {
		d.t.Fatal(err)
	}
	return res
}

// Poll moves office time on until the source is due, and polls it once.
func (d *Door) Poll() {
	d.t.Helper()
	now := d.Clock.Move(25 * time.Hour) // beyond every back-off
	n, err := d.Runner.RunOnce(d.t.Context(), now)
	if err != nil || n == 0 {
		d.t.Fatalf("polled %d sources: %v", n, err)
	}
}

// State reads the source anew.
func (d *Door) State() (src desk.Source) {
	d.t.Helper()
	err := d.Store.View(d.t.Context(), func(tx desk.Tx) (err error) {
		src, err = tx.SourceByID(d.t.Context(), d.Source.ID)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return src
}

// Items are the source's items by external id.
func (d *Door) Items() map[string]desk.Item {
	d.t.Helper()
	all := map[string]desk.Item{}
	for page := (desk.Page{Limit: 1000}); ; {
		list, err := d.Desk.Items(d.t.Context(), desk.System, desk.ItemFilter{Channel: string(d.Kind.Channel), Page: page})
		if err != nil {
			d.t.Fatal(err)
		}
		for _, it := range list {
			if it.SourceID != d.Source.ID {
				continue
			}
			if _, twice := all[it.ExternalID]; twice {
				d.t.Errorf("two items are %q", it.ExternalID)
			}
			all[it.ExternalID] = it
			page.After = it.ID
		}
		if len(list) < 1000 {
			return all
		}
	}
}

// Titles counts the source's items by title.
func (d *Door) Titles() map[string]int {
	d.t.Helper()
	n := map[string]int{}
	for _, it := range d.Items() {
		n[it.Title]++
	}
	return n
}

// Quarantined is what could not be an item.
func (d *Door) Quarantined() []desk.Quarantined {
	d.t.Helper()
	list, err := d.Desk.Quarantine(d.t.Context(), desk.System, "open", desk.Page{Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

// KeepAll is a Keep that goes through the door with the source's lease, as the
// runner's does.
func (d *Door) KeepAll(src desk.Source) ingest.Keep {
	return func(ctx context.Context, raws []desk.Raw, cursor json.RawMessage) error {
		_, err := d.Desk.Receive(ctx, src, desk.Batch{Raws: raws, Cursor: cursor, Lease: src.Lease})
		return err
	}
}
