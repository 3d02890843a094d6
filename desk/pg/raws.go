package pg

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const rawColumns = `r.id, r.source_id, r.content_type, r.bytes, r.digest, r.received_at, r.attempts, r.readings, r.note`

func (t *tx) KeepRaw(ctx context.Context, raw *desk.Raw, claim time.Time) error {
	if raw.Bytes == nil {
		raw.Bytes = []byte{} // nothing was sent, which isn't that nothing is known
	}
	return t.scan(ctx, `
		INSERT INTO raw (source_id, content_type, bytes, digest, note, received_at, claimed_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, attempts`,
		[]any{raw.SourceID, raw.ContentType, raw.Bytes, raw.Digest, raw.Note, raw.ReceivedAt, claim}, &raw.ID, &raw.Attempts)
}

func (t *tx) LockRaw(ctx context.Context, id int64) (desk.Raw, bool, error) {
	var done bool
	raw, err := one(ctx, t, "没有这份原件", func(row pgx.CollectableRow) (r desk.Raw, err error) {
		err = row.Scan(&r.ID, &r.SourceID, &r.ContentType, &r.Bytes, &r.Digest, &r.ReceivedAt, &r.Attempts, &r.Readings, &r.Note, &done)
		return r, err
	}, `SELECT `+rawColumns+`, r.done FROM raw r WHERE r.id = $1 FOR NO KEY UPDATE`, id)
	return raw, done, err
}

func (t *tx) RawDone(ctx context.Context, id int64) error {
	return t.execOne(ctx, desk.NotFound("没有这份原件"), `UPDATE raw SET done = true, claimed_until = NULL WHERE id = $1`, id)
}

func (t *tx) RawRead(ctx context.Context, id int64) error {
	return t.execOne(ctx, desk.NotFound("没有这份原件"), `UPDATE raw SET readings = readings + 1 WHERE id = $1`, id)
}

func (t *tx) RawRefused(ctx context.Context, id int64) error {
	return t.execOne(ctx, desk.NotFound("没有这份原件"), `UPDATE raw SET readings = greatest(readings - 1, 0) WHERE id = $1`, id)
}

func (t *tx) ClaimRaws(ctx context.Context, now, until time.Time, limit int) ([]desk.Raw, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.Raw], `
		WITH due AS (
			SELECT id FROM raw WHERE NOT done AND claimed_until <= $1
			ORDER BY claimed_until, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED),
		r AS (
			UPDATE raw SET attempts = attempts + 1, claimed_until = $2
			FROM due WHERE raw.id = due.id RETURNING raw.*)
		SELECT `+rawColumns+` FROM r ORDER BY r.id`, now, until, limit)
}

// quarantine -------------------------------------------------------------------

const quarantineSelect = `
	SELECT q.id, q.source_id, s.name AS source, q.raw_id, q.part, q.bytes, q.field, q.reason, q.at, q.state,
	       coalesce(q.item_id, 0) AS item_id, q.external_id, q.sealed,
	       CASE WHEN q.bytes IS NULL THEN substring(r.bytes FROM 1 FOR 640) END AS head
	FROM quarantine q JOIN source s ON s.id = q.source_id JOIN raw r ON r.id = q.raw_id`

// Quarantine passes over a part that is there already: its raw is parsed again
// after a crash, or the source has brought the same once more.
func (t *tx) Quarantine(ctx context.Context, qs []desk.Quarantined) ([]bool, error) {
	isNew := make([]bool, len(qs))
	if len(qs) == 0 {
		return isNew, nil
	}
	var c struct {
		at                             []int32
		source, raw                    []int64
		part                           []int
		externalID, field, reason, sta []string
		bytes, digest                  [][]byte
		when                           []time.Time
		item                           []*int64
		sealed                         []bool
	}
	for i, q := range qs {
		if q.State == "" {
			q.State = "open"
		}
		var digest []byte // of the whole raw: the database knows it
		if q.Bytes != nil {
			sum := sha256.Sum256(q.Bytes)
			digest = sum[:]
		}
		c.at, c.digest = append(c.at, int32(i)), append(c.digest, digest)
		c.source, c.raw, c.part = append(c.source, q.SourceID), append(c.raw, q.RawID), append(c.part, q.Part)
		c.externalID, c.field, c.reason = append(c.externalID, q.ExternalID), append(c.field, q.Field), append(c.reason, q.Reason)
		c.bytes, c.when, c.sta, c.item = append(c.bytes, q.Bytes), append(c.when, q.At), append(c.sta, q.State), append(c.item, null(q.ItemID))
		c.sealed = append(c.sealed, q.Sealed)
	}
	rows, err := t.q.Query(ctx, `
		WITH told AS (
			SELECT u.*, coalesce(u.share, r.digest) AS digest
			FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::timestamptz[],
			            $10::text[], $11::bigint[], $12::bytea[], $13::boolean[])
			     AS u(at, source_id, raw_id, part, external_id, bytes, field, reason, told_at, state, item_id, share, sealed)
			JOIN raw r ON r.id = u.raw_id),
		known AS (
			SELECT told.at, (SELECT min(q.id) FROM quarantine q
			                 WHERE q.source_id = told.source_id AND q.digest = told.digest AND q.reason = told.reason) AS id
			FROM told),
		marked AS (
			UPDATE quarantine q SET sealed = true FROM told JOIN known ON known.at = told.at
			WHERE q.id = known.id AND told.sealed AND NOT q.sealed),
		made AS (
			INSERT INTO quarantine (source_id, raw_id, part, external_id, bytes, field, reason, at, state, item_id, digest, sealed)
			SELECT told.source_id, told.raw_id, told.part, told.external_id, told.bytes, told.field, told.reason, told.told_at, told.state,
			       told.item_id, told.digest, told.sealed
			FROM told JOIN known ON known.at = told.at WHERE known.id IS NULL
			ON CONFLICT (raw_id, part) DO UPDATE SET part = excluded.part
			RETURNING id, raw_id, part)
		SELECT told.at, coalesce(known.id, made.id), known.id IS NULL
		FROM told JOIN known ON known.at = told.at LEFT JOIN made ON made.raw_id = told.raw_id AND made.part = told.part`,
		c.at, c.source, c.raw, c.part, c.externalID, c.bytes, c.field, c.reason, c.when, c.sta, c.item, c.digest, c.sealed)
	if err != nil {
		return nil, translate(err)
	}
	var at int
	var id int64
	var made bool
	_, err = pgx.ForEachRow(rows, []any{&at, &id, &made}, func() error {
		qs[at].ID, isNew[at] = id, made
		return nil
	})
	return isNew, translate(err)
}

func (t *tx) QuarantinedByID(ctx context.Context, id int64, lock bool) (desk.Quarantined, error) {
	return one(ctx, t, "没有这条隔离记录", pgx.RowToStructByName[desk.Quarantined],
		quarantineSelect+` WHERE q.id = $1`+locked(lock, "q"), id)
}

func (t *tx) ListQuarantined(ctx context.Context, scope desk.Scope, state string, page desk.Page) ([]desk.Quarantined, error) {
	var w where
	w.scope(scope, "", "", "q.source_id")
	equal(&w, "q.state", state)
	rest := w.page("q.id", page)
	return all(ctx, t, pgx.RowToStructByName[desk.Quarantined], quarantineSelect+rest, w.args...)
}

func (t *tx) SaveQuarantined(ctx context.Context, q desk.Quarantined) error {
	return t.execOne(ctx, desk.NotFound("没有这条隔离记录"),
		`UPDATE quarantine SET state = $2, item_id = $3 WHERE id = $1`, q.ID, q.State, null(q.ItemID))
}
