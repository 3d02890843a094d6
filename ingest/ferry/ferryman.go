package ferry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"huiying/desk"
	"huiying/ingest"
)

// Ferryman sends the outer nodes what they are to be told, and reads their receipts.
// RunOnce is what a loop needs; any number of nodes run one.
type Ferryman struct {
	Desk *desk.Desk
	Root string
	Real func() time.Time

	hook func(op string) error // for tests
}

// RunOnce looks what has changed, packs it, and writes what is due into the outboxes.
func (f *Ferryman) RunOnce(ctx context.Context, now time.Time) (more bool, err error) {
	sources, err := f.Desk.SourcesOf(ctx, desk.FerryKind)
	if err != nil || len(sources) == 0 {
		return false, err
	}
	ids := make([]int64, len(sources))
	for i, s := range sources {
		ids[i] = s.ID
	}
	if more, err = f.Desk.FollowFerry(ctx, now, ids); err != nil {
		return false, err
	}
	var failed error
	for _, src := range sources {
		if err := f.node(ctx, now, src); err != nil { // one node's folder doesn't hold the others up
			failed = errors.Join(failed, fmt.Errorf("ferry %s: %w", src.Name, err))
		}
	}
	return more && failed == nil, failed
}

func (f *Ferryman) node(ctx context.Context, now time.Time, src desk.Source) error {
	s, err := sideOf(f.Root, src)
	if err != nil {
		return err
	}
	s.in.hook, s.out.hook = f.hook, f.hook
	refused, err := Inbox{Folder: s.in, Key: s.peer, Real: f.Real}.Receipts(ctx, func(r Receipt) error {
		return f.Desk.FerryConfirmed(ctx, now, src.ID, desk.FerryReceipt{Stream: r.Stream, Applied: r.Applied, Last: r.Last, Missing: r.Missing, At: r.At})
	})
	if err != nil {
		return err
	}
	for _, r := range refused {
		f.Desk.Log.Warn("a receipt was refused", "source", src.Name, "file", r.Name, "why", r.Why)
		if err := s.in.Quarantine(r.Name, r.Bytes, r.Why.Message()); err != nil {
			return err
		}
	}
	seal := func(stream string, seq int64, prev string, entries []desk.FerryEntry) (file []byte, digest string, err error) {
		b := Batch{Stream: stream, Seq: seq, Prev: prev, MadeAt: now.UTC()}
		for _, e := range entries {
			b.Entries = append(b.Entries, Entry{Kind: e.Kind, ID: e.ID, Body: e.Body})
		}
		file, err = b.Seal(s.key)
		return file, Digest(file), err
	}
	for more := true; more; {
		if more, err = f.Desk.PackFerry(ctx, now, src.ID, rand.Text(), seal); err != nil {
			return err
		}
	}
	due, err := f.Desk.FerryBatches(ctx, now, src.ID)
	if err != nil {
		return err
	}
	for _, b := range due {
		if err := s.out.Put(batchName(b.Bytes, b.Seq, b.Sends), b.Bytes); err != nil {
			return err
		}
		if err := f.Desk.FerryWritten(ctx, now, src.ID, b); err != nil {
			return err
		}
	}
	return nil
}

var _ ingest.Poller = (*Poller)(nil)
