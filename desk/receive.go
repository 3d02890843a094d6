package desk

import (
	"context"
	"encoding/json"
	"time"
)

// The statuses of a received item.
const (
	StatusCreated     = "created"
	StatusDuplicate   = "duplicate"
	StatusUpdated     = "updated" // changed content under a known id, kept as a version
	StatusQuarantined = "quarantined"
)

// Batch is what a source brings at once: raws, and the bookmark that covers them.
type Batch struct {
	Raws   []Raw           // ContentType, Bytes and Note are set
	Cursor json.RawMessage // nil: doesn't move
	Lease  string          // of the poll; guards the cursor
	// Key is the sender's own name for one push of one raw ("": none). The same key
	// with the same bytes gives the same results again for a day, with other bytes an
	// error.
	Key string
}

// Result is what became of one part of a batch.
type Result struct {
	Index  int   // position among all parts of the batch
	ID     int64 // of the item, or of the quarantine
	Status string
	Err    *Error // why it is in quarantine
}

const (
	// claimRaw is how long a raw belongs to who received it before the sweep takes it up.
	claimRaw = time.Minute
	// maxAttempts: a raw whose reading was begun this often without an end goes to quarantine whole.
	maxAttempts = 3
	// maxBegun is the same for one that can be read, but whose second commit never comes. It is
	// far more: a database that is away, or a node that is killed, isn't the raw's fault.
	maxBegun = 30
	// readBudget bounds the classification of a batch; what isn't read by then is stored without a verdict.
	readBudget = 10 * time.Second
	// maxRaces is how often a commit is begun that meets others with the same identities.
	maxRaces = 8
	// commitSize bounds the items of one commit.
	commitSize = 1000
)

// Receive is the door that every item passes. First commit: the bytes, and the
// source's bookmark with them. Then parse, classify, and a second commit with
// items, topics and the event. It returns when that one is durable, and only then
// may the sender be told. An error means that nothing may be acknowledged: the
// sender repeats the same, which is harmless.
func (d *Desk) Receive(ctx context.Context, src Source, b Batch) ([]Result, error) {
	if src.State == "paused" {
		return nil, Forbidden("来源“%s”已停用，请联系系统管理员", src.Name)
	}
	if b.Key != "" {
		return d.receiveOnce(ctx, src, b, d.Now())
	}
	finish, err := d.Begin(ctx, src, b)
	if err != nil {
		return nil, err
	}
	return finish(ctx)
}

// Finish makes the second commit of what was begun, and says what became of it.
type Finish func(ctx context.Context) ([]Result, error)

// Begin is the first half of Receive: the bytes are kept, parsed and read. A source
// that brings much begins one batch while the one before is being finished; batches
// must be finished in the order in which they were begun. What is begun and never
// finished is taken up by FinishRaws, like all raws between the two commits. Batches
// under a key go through Receive.
func (d *Desk) Begin(ctx context.Context, src Source, b Batch) (Finish, error) {
	if src.State == "paused" {
		return nil, Forbidden("来源“%s”已停用，请联系系统管理员", src.Name)
	}
	now := d.Now()
	err := d.Store.InTx(ctx, func(tx Tx) error {
		for i := range b.Raws {
			r := &b.Raws[i]
			r.SourceID, r.ReceivedAt, r.Digest = src.ID, now, sha(r.Bytes)
			if err := tx.KeepRaw(ctx, r, now.Add(d.InOffice(claimRaw))); err != nil {
				return err
			}
		}
		if b.Cursor != nil {
			return tx.MoveCursor(ctx, src.ID, b.Lease, b.Cursor)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	in := d.prepare(ctx, src, b.Raws)
	return func(ctx context.Context) ([]Result, error) { return d.commit(ctx, src, in, "", now) }, nil
}

// finish is what follows the first commit. key is the sender's name for the raw, if
// it gave one: the answer is kept with the second commit.
func (d *Desk) finish(ctx context.Context, src Source, raws []Raw, key string, now time.Time) ([]Result, error) {
	return d.commit(ctx, src, d.prepare(ctx, src, raws), key, now)
}
