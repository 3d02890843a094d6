package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Translate makes a *desk.Error of what the database says.
var Translate = translate

// SealerLock is the statement by which a sealer takes its turn.
const SealerLock = sealerLock

// Drain seals all there is and says whether to look again soon.
func Drain(ctx context.Context, s *Sealer) (bool, error) { return s.drain(ctx) }

// SealerKey is the advisory lock of a sealer.
func SealerKey(s *Sealer) int64 { return s.key }

// Rechain makes all digests anew, as somebody would who edits the record, owns
// the database and has read doc.go.
func (s *Store) Rechain(ctx context.Context) error {
	return s.run(ctx, pgx.TxOptions{}, func(t *tx) error {
		if _, err := t.exec(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
			return err
		}
		rows, err := all(ctx, t, func(row pgx.CollectableRow) (r feedRow, err error) { return r, row.Scan(r.fields()...) }, `
			SELECT f.seq, f.event_id, f.algorithm, f.digest, f.sealed_at, `+evidenceColumns+` FROM feed f JOIN event e ON e.id = f.event_id ORDER BY f.seq`)
		if err != nil {
			return err
		}
		var digest []byte
		for i, r := range rows {
			digest = link(digest, int64(i+1), r.sealedAt.Time, &r.evidence)
			if _, err := t.exec(ctx, `UPDATE feed SET seq = $1, digest = $2 WHERE seq = $3`, i+1, digest, r.seq); err != nil {
				return err
			}
		}
		_, err = t.exec(ctx, `UPDATE feed_head SET seq = $1, digest = $2`, len(rows), digest)
		return err
	})
}
