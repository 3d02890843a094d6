package pg

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// sealSize bounds one transaction of the sealer.
	sealSize = 1000
	// sealPoll is how often it looks when nobody wakes it.
	sealPoll = time.Second
	// sealBusy is how soon it looks again when another node is sealing: that one's
	// snapshot may be older than what we were woken for.
	sealBusy = 10 * time.Millisecond
)

// SealerOptions of NewSealer.
type SealerOptions struct {
	Now   func() time.Time // office time
	Real  func() time.Time // real time, for Last; nil: Now
	Heads string           // file that heads of the chain go to, outside the database; "": none
	Log   *slog.Logger     // nil: silent
}

// Sealer numbers what is committed. Every node runs one; they take turns.
type Sealer struct {
	store *Store
	opt   SealerOptions
	key   int64
	heads *headsFile
	last  atomic.Pointer[time.Time]
}

// NewSealer makes a sealer that is not running yet.
func NewSealer(s *Store, opt SealerOptions) *Sealer {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	h := fnv.New64a()
	h.Write([]byte("huiying sealer " + s.schema))
	sealer := &Sealer{store: s, opt: opt, key: int64(h.Sum64())}
	if opt.Heads != "" {
		sealer.heads = &headsFile{path: opt.Heads}
	}
	return sealer
}

// Last is the real time at which the sealer last did its round, zero before the
// first: whether it is alive.
func (s *Sealer) Last() time.Time {
	if at := s.last.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// RunOnce seals at most a thousand pending events and gives how many it did: 0
// when there are none or another node is sealing.
func (s *Sealer) RunOnce(ctx context.Context, now time.Time) (int, error) {
	n, _, err := s.round(ctx, now)
	return n, err
}

// Run seals until ctx is done. Errors are logged and the round is repeated: the
// database may be away for a while.
func (s *Sealer) Run(ctx context.Context) error {
	woken, stop := s.store.Wake(WakeEvent)
	defer stop()
	tick := time.NewTicker(sealPoll)
	defer tick.Stop()
	defer s.export()
	busy := time.NewTimer(0)
	defer busy.Stop()
	failing := false
	for {
		again, err := s.drain(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			s.opt.Log.Error("sealing failed; it is tried again each second", "error", err)
		}
		failing = err != nil
		if again {
			busy.Reset(sealBusy)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-woken:
		case <-busy.C:
		case <-tick.C:
			s.export()
		}
	}
}

// drain seals until nothing is pending, and says whether to look again soon.
func (s *Sealer) drain(ctx context.Context) (again bool, err error) {
	for {
		n, busy, err := s.round(ctx, s.opt.Now())
		if err != nil || n == 0 {
			return busy, err
		}
	}
}

// sealerLock takes the turn if nobody has it. A sealer that sleeps in its
// transaction is cut off, so that another can go on.
const sealerLock = `
	SELECT pg_try_advisory_xact_lock($1) FROM (SELECT set_config('idle_in_transaction_session_timeout', '2s', true)) s`

// round is one short transaction.
func (s *Sealer) round(ctx context.Context, now time.Time) (n int, busy bool, err error) {
	var head Head
	err = s.store.run(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(t *tx) error {
		n, busy = 0, false
		var mine bool
		if err := t.scan(ctx, sealerLock, []any{s.key}, &mine); err != nil {
			return err
		}
		if !mine {
			busy = true
			return nil
		}
		// Two statements after the lock: they see all that the last sealer committed.
		if err := t.scan(ctx, `SELECT epoch, seq, digest FROM feed_head FOR UPDATE`, nil, &head.Epoch, &head.Seq, &head.Digest); err != nil {
			return err
		}
		pending, err := all(ctx, t, func(row pgx.CollectableRow) (e evidence, err error) { return e, row.Scan(e.fields()...) },
			`SELECT `+evidenceColumns+` FROM (SELECT event_id FROM event_pending ORDER BY event_id LIMIT $1) p
			CROSS JOIN LATERAL (SELECT * FROM event WHERE id = p.event_id LIMIT 1) e ORDER BY e.id`, sealSize)
		if err != nil || len(pending) == 0 {
			return err
		}
		n = len(pending)
		return t.seal(ctx, &head, pending, now.UTC().Truncate(time.Microsecond))
	})
	if err != nil {
		return 0, false, err
	}
	at := now
	if s.opt.Real != nil {
		at = s.opt.Real()
	}
	s.last.Store(&at)
	if !busy && s.heads != nil {
		s.heads.set(head)
	}
	return n, busy, nil
}

// seal appends the events to the chain and moves the head.
func (t *tx) seal(ctx context.Context, head *Head, pending []evidence, now time.Time) error {
	before := head.Seq
	seqs, ids, digests := make([]int64, len(pending)), make([]int64, len(pending)), make([][]byte, len(pending))
	for i := range pending {
		head.Seq++
		head.Digest = link(head.Digest, head.Seq, now, &pending[i])
		seqs[i], ids[i], digests[i] = head.Seq, *pending[i].id, head.Digest
	}
	var batch pgx.Batch
	batch.Queue(`INSERT INTO feed (seq, event_id, algorithm, digest, sealed_at)
		SELECT a.seq, a.id, $4, a.digest, $5 FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS a(seq, id, digest)`,
		seqs, ids, digests, algorithmSHA256, now)
	batch.Queue(`DELETE FROM event_pending WHERE event_id = ANY ($1)`, ids)
	moved := int64(0)
	batch.Queue(`UPDATE feed_head SET seq = $1, digest = $2 WHERE seq = $3`, head.Seq, head.Digest, before)
	answers := t.q.SendBatch(ctx, &batch)
	for range batch.Len() {
		tag, err := answers.Exec()
		if err != nil {
			answers.Close()
			return translate(err)
		}
		moved = tag.RowsAffected()
	}
	if err := answers.Close(); err != nil {
		return translate(err)
	}
	if moved != 1 {
		return internal(fmt.Errorf("the feed's head isn't at %d any more", before))
	}
	t.wake(WakeFeed)
	return nil
}

// export writes the newest head that this node has seen to the heads file.
func (s *Sealer) export() {
	if s.heads == nil {
		return
	}
	if err := s.heads.write(); err != nil {
		s.opt.Log.Error("the head of the record could not be written outside the database", "file", s.opt.Heads, "error", err)
	}
}
