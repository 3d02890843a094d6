package pg

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// MarkMirrored counts each mark: one that comes while a row is being sent isn't lost
// when the send is recorded.
func (t *tx) MarkMirrored(ctx context.Context, sources, items, topics, incidents []int64, at time.Time) error {
	_, err := t.exec(ctx, `
		INSERT INTO mirror_push (item_id, source_id, due, due_at)
		SELECT i.id, i.source_id, true, $5 FROM item i
		WHERE i.source_id = ANY ($1) AND i.id IN (
			SELECT unnest($2::bigint[])
			UNION SELECT id FROM item WHERE topic_id = ANY ($3)
			UNION SELECT id FROM item WHERE incident_id = ANY ($4) AND incident_id IS NOT NULL)
		ORDER BY i.id
		ON CONFLICT (item_id) DO UPDATE SET due = true, marked = mirror_push.marked + 1,
			due_at = CASE WHEN mirror_push.due AND mirror_push.lease <> '' THEN mirror_push.due_at ELSE excluded.due_at END`,
		sources, orNone(items), orNone(topics), orNone(incidents), at)
	return err
}

func orNone(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}

func (t *tx) MarkAllMirrored(ctx context.Context, source int64, at time.Time) error {
	_, err := t.exec(ctx, `
		INSERT INTO mirror_push (item_id, source_id, due, due_at)
		SELECT i.id, i.source_id, true, $2 FROM item i WHERE i.source_id = $1 ORDER BY i.id
		ON CONFLICT (item_id) DO UPDATE SET due = true, marked = mirror_push.marked + 1,
			due_at = CASE WHEN mirror_push.due AND mirror_push.lease <> '' THEN mirror_push.due_at ELSE excluded.due_at END`, source, at)
	return err
}

func mirrorRow(row pgx.CollectableRow) (p desk.MirrorPush, err error) {
	return p, row.Scan(&p.ItemID, &p.SourceID, &p.Due, &p.DueAt, &p.Marked, &p.Lease, &p.Serial, &p.Key, &p.Trying, &p.Sent, &p.SentAt, &p.Attempts, &p.LastError)
}

// ClaimMirrored takes nothing for a platform that is left alone, or whose source is
// paused. The oldest go first.
func (t *tx) ClaimMirrored(ctx context.Context, sources []int64, now, until time.Time, lease string, limit int) ([]desk.MirrorPush, error) {
	return all(ctx, t, mirrorRow, `
		WITH due AS (
			SELECT p.item_id FROM mirror_push p JOIN source s ON s.id = p.source_id LEFT JOIN mirror_platform f ON f.source_id = p.source_id
			WHERE p.due AND p.source_id = ANY ($1) AND p.due_at <= $2 AND s.state = 'active' AND (f.hold_until IS NULL OR f.hold_until <= $2)
			ORDER BY p.due_at, p.item_id LIMIT $5 FOR NO KEY UPDATE OF p SKIP LOCKED),
		p AS (UPDATE mirror_push SET due_at = $3, lease = $4 FROM due WHERE mirror_push.item_id = due.item_id RETURNING mirror_push.*)
		SELECT item_id, source_id, due, due_at, marked, lease, serial, key, trying, sent, sent_at, attempts, last_error FROM p ORDER BY item_id`,
		sources, now, until, lease, limit)
}

func (t *tx) SaveMirrored(ctx context.Context, p desk.MirrorPush) error {
	return t.execOne(ctx, desk.Conflict("", "这一件已由其他节点接手"), `
		UPDATE mirror_push SET due = $4 OR marked <> $3, serial = $5, key = $6, trying = $7, sent = $8, sent_at = $9, attempts = $10, last_error = $11,
			due_at = CASE WHEN marked <> $3 AND NOT $4 THEN least($12, due_at) ELSE $12 END,
			lease = CASE WHEN $4 AND $12 = due_at THEN lease ELSE '' END
		WHERE item_id = $1 AND lease = $2`,
		p.ItemID, p.Lease, p.Marked, p.Due, p.Serial, p.Key, p.Trying, p.Sent, p.SentAt, p.Attempts, p.LastError, p.DueAt)
}

// NextMirrored is asked for what no hold stands before.
func (t *tx) NextMirrored(ctx context.Context, sources []int64) (time.Time, bool, error) {
	return t.next(ctx, `
		SELECT min(greatest(p.due_at, f.hold_until)) FROM mirror_push p JOIN source s ON s.id = p.source_id LEFT JOIN mirror_platform f ON f.source_id = p.source_id
		WHERE p.due AND p.source_id = ANY ($1) AND s.state = 'active'`, sources)
}

func (t *tx) PlatformOf(ctx context.Context, source int64) (p desk.MirrorPlatform, err error) {
	err = t.q.QueryRow(ctx, `SELECT source_id, hold_until, failures, last_success, last_error, last_error_at FROM mirror_platform WHERE source_id = $1`, source).
		Scan(&p.SourceID, &p.HoldUntil, &p.Failures, &p.LastSuccess, &p.LastError, &p.LastErrorAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return desk.MirrorPlatform{SourceID: source}, nil
	}
	return p, translate(err)
}

func (t *tx) SavePlatform(ctx context.Context, p desk.MirrorPlatform) error {
	_, err := t.exec(ctx, `
		INSERT INTO mirror_platform (source_id, hold_until, failures, last_success, last_error, last_error_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (source_id) DO UPDATE SET hold_until = $2, failures = $3, last_success = $4, last_error = $5, last_error_at = $6`,
		p.SourceID, p.HoldUntil, p.Failures, p.LastSuccess, p.LastError, p.LastErrorAt)
	return err
}

func (t *tx) MirrorCounts(ctx context.Context, source int64) (waiting, told, refused int, err error) {
	err = t.scan(ctx, `
		SELECT count(*) FILTER (WHERE due), count(*) FILTER (WHERE sent IS NOT NULL), count(*) FILTER (WHERE due AND attempts > 0 AND last_error <> '')
		FROM mirror_push WHERE source_id = $1`, []any{source}, &waiting, &told, &refused)
	return waiting, told, refused, err
}
