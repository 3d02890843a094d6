package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

func (t *tx) AddCount(ctx context.Context, item int64, c desk.Count, entered time.Time) error {
	_, err := t.exec(ctx, `
		INSERT INTO item_count (item_id, at, reads, comments, shares, entered_at, entered_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (item_id, at) DO UPDATE SET reads = excluded.reads, comments = excluded.comments, shares = excluded.shares,
			entered_at = excluded.entered_at, entered_by = excluded.entered_by`, item, c.At, c.Reads, c.Comments, c.Shares, entered, c.By)
	return err
}

func (t *tx) KeepCount(ctx context.Context, item int64, c desk.Count, entered time.Time) error {
	_, err := t.exec(ctx, `
		INSERT INTO item_count (item_id, at, reads, comments, shares, entered_at, entered_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (item_id, at) DO UPDATE SET reads = excluded.reads, comments = excluded.comments, shares = excluded.shares,
			entered_at = excluded.entered_at WHERE item_count.entered_by = ''`, item, c.At, c.Reads, c.Comments, c.Shares, entered, c.By)
	return err
}

func (t *tx) CountsOf(ctx context.Context, item int64) ([]desk.Count, error) {
	return all(ctx, t, pgx.RowToStructByPos[desk.Count], `SELECT at, reads, comments, shares, entered_by FROM item_count WHERE item_id = $1 ORDER BY at`, item)
}
