package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

func (t *tx) MarkFerried(ctx context.Context, sources, items, incidents []int64, at time.Time) error {
	_, err := t.exec(ctx, `
		INSERT INTO ferry_due (source_id, kind, ref, at)
		SELECT i.source_id, 'letter', i.id::text, $4 FROM item i
		WHERE i.source_id = ANY ($1) AND i.id IN (SELECT unnest($2::bigint[]) UNION SELECT id FROM item WHERE incident_id = ANY ($3) AND incident_id IS NOT NULL)
		ORDER BY i.id
		ON CONFLICT (source_id, kind, ref) DO UPDATE SET marked = ferry_due.marked + 1`, sources, orNone(items), orNone(incidents), at)
	return err
}

func (t *tx) MarkFerriedAll(ctx context.Context, source int64, at time.Time) error {
	_, err := t.exec(ctx, `
		INSERT INTO ferry_due (source_id, kind, ref, at) SELECT i.source_id, 'letter', i.id::text, $2 FROM item i WHERE i.source_id = $1 ORDER BY i.id
		ON CONFLICT (source_id, kind, ref) DO UPDATE SET marked = ferry_due.marked + 1`, source, at)
	return err
}

// PutFerried leaves a notice that is there already alone: its key says that it is the same.
func (t *tx) PutFerried(ctx context.Context, source int64, due desk.FerryDue, at time.Time) error {
	_, err := t.exec(ctx, `
		INSERT INTO ferry_due (source_id, kind, ref, body, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (source_id, kind, ref) DO UPDATE SET marked = ferry_due.marked + CASE WHEN excluded.kind = 'notice' THEN 0 ELSE 1 END`,
		source, due.Kind, due.Ref, due.Body, at)
	return err
}

func (t *tx) OpenFerried(ctx context.Context, source int64, limit int) ([]desk.FerryDue, error) {
	return all(ctx, t, pgx.RowToStructByPos[desk.FerryDue], `
		SELECT kind, ref, body, marked, sent FROM ferry_due WHERE source_id = $1 AND marked <> packed ORDER BY at, kind, ref LIMIT $2 FOR UPDATE`, source, limit)
}

func (t *tx) FerriedPacked(ctx context.Context, source int64, due desk.FerryDue, digest []byte) error {
	_, err := t.exec(ctx, `UPDATE ferry_due SET packed = $4, sent = $5 WHERE source_id = $1 AND kind = $2 AND ref = $3`, source, due.Kind, due.Ref, due.Marked, digest)
	return err
}

func (t *tx) LockFerryStream(ctx context.Context, source int64, stream string) (s desk.FerryStream, err error) {
	if _, err := t.exec(ctx, `INSERT INTO ferry_stream (source_id, stream) VALUES ($1, $2) ON CONFLICT (source_id) DO NOTHING`, source, stream); err != nil {
		return s, err
	}
	err = t.scan(ctx, `SELECT stream, made, last FROM ferry_stream WHERE source_id = $1 FOR UPDATE`, []any{source}, &s.Name, &s.Made, &s.Last)
	return s, err
}

func (t *tx) NewFerryBatch(ctx context.Context, source, seq int64, b []byte, digest string, at time.Time) error {
	if _, err := t.exec(ctx, `INSERT INTO ferry_batch (source_id, seq, bytes, made_at, send_at) VALUES ($1, $2, $3, $4, $4)`, source, seq, b, at); err != nil {
		return err
	}
	return t.execOne(ctx, desk.NotFound("没有这个摆渡序列"), `UPDATE ferry_stream SET made = $2, last = $3 WHERE source_id = $1 AND made = $2 - 1`, source, seq, digest)
}

func (t *tx) FerryBatchesDue(ctx context.Context, source int64, now time.Time, limit int) ([]desk.FerryBatch, error) {
	return all(ctx, t, pgx.RowToStructByPos[desk.FerryBatch], `
		SELECT seq, bytes, sends FROM ferry_batch WHERE source_id = $1 AND send_at <= $2 ORDER BY seq LIMIT $3`, source, now, limit)
}

// FerrySent does nothing for a batch that was confirmed meanwhile.
func (t *tx) FerrySent(ctx context.Context, source, seq int64, next time.Time) error {
	_, err := t.exec(ctx, `UPDATE ferry_batch SET send_at = $3, sends = sends + 1 WHERE source_id = $1 AND seq = $2`, source, seq, next)
	return err
}

// FerryAcked tells a side that was set back from a receipt that is only late: the other
// has more than was made, or another file under the number, or, in the newest receipt
// there is, less than it once confirmed.
func (t *tx) FerryAcked(ctx context.Context, source int64, r desk.FerryReceipt, at time.Time) error {
	n, err := t.exec(ctx, `
		UPDATE ferry_stream s SET stream = gen_random_uuid()::text, made = 0, acked = 0, last = '', heard = $5
		WHERE source_id = $1 AND stream = $2 AND (made < $3 OR acked > $3 AND heard < $5
			OR EXISTS (SELECT FROM ferry_batch b WHERE b.source_id = $1 AND b.seq = $3 AND encode(sha256(b.bytes), 'hex') <> $4))`,
		source, r.Stream, r.Applied, r.Last, r.At)
	if err != nil {
		return err
	}
	if n > 0 {
		if _, err := t.exec(ctx, `DELETE FROM ferry_batch WHERE source_id = $1`, source); err != nil {
			return err
		}
		_, err := t.exec(ctx, `UPDATE ferry_due SET marked = marked + 1, sent = NULL WHERE source_id = $1 AND (kind <> 'notice' OR marked <> packed)`, source)
		return err
	}
	if n, err = t.exec(ctx, `UPDATE ferry_stream SET acked = greatest(acked, $3), heard = greatest(heard, $4) WHERE source_id = $1 AND stream = $2`, source, r.Stream, r.Applied, r.At); err != nil || n == 0 {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM ferry_batch WHERE source_id = $1 AND seq <= $2`, source, r.Applied); err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE ferry_batch SET send_at = least(send_at, $3) WHERE source_id = $1 AND seq = ANY ($2)`, source, orNone(r.Missing), at)
	return err
}

func (t *tx) PublicationByID(ctx context.Context, id int64) (desk.Publication, error) {
	return one(ctx, t, "没有这份发布记录", publicationRow, publicationSelect+` WHERE x.id = $1`, id)
}

func (t *tx) NextFerry(ctx context.Context, source int64) (time.Time, bool, error) {
	return t.next(ctx, `SELECT min(send_at) FROM ferry_batch WHERE source_id = $1`, source)
}
