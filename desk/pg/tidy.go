package pg

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// tidyEach is how long words to search by may wait to be merged into the index.
const tidyEach = time.Second

// Tidy merges what waits in the search index's pending list, so that bulk intake
// doesn't pay for it one letter at a time, and searches have little to look through.
// Every node runs one; two at once wait for each other.
type Tidy struct {
	store *Store
	log   *slog.Logger
}

// NewTidy makes one that is not running yet. log nil: silent.
func NewTidy(s *Store, log *slog.Logger) *Tidy {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Tidy{s, log}
}

// RunOnce merges what waits and gives how many pages that were.
func (t *Tidy) RunOnce(ctx context.Context, _ time.Time) (pages int64, err error) {
	err = t.store.run(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx *tx) error {
		return tx.scan(ctx, `SELECT gin_clean_pending_list('item_tokens')`, nil, &pages)
	})
	return pages, err
}

// Run does so every second until ctx is done.
func (t *Tidy) Run(ctx context.Context) error {
	tick := time.NewTicker(tidyEach)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case at := <-tick.C:
			_, err := t.RunOnce(ctx, at)
			if err != nil && ctx.Err() == nil && !failing {
				t.log.Error("the search index could not be tidied; it is tried again each second", "error", err)
			}
			failing = err != nil
		}
	}
}
