package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const rawColumns = `r.id, r.source_id, r.content_type, r.bytes, r.digest, r.received_at, r.attempts, r.note`

func (t *tx) KeepRaw(ctx context.Context, raw *desk.Raw, claim time.Time) error {
	return t.scan(ctx, `
		INSERT INTO raw (source_id, content_type, bytes, digest, note, received_at, claimed_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, attempts`,
		[]any{raw.SourceID, raw.ContentType, raw.Bytes, raw.Digest, raw.Note, raw.ReceivedAt, claim}, &raw.ID, &raw.Attempts)
}

func (t *tx) LockRaw(ctx context.Context, id int64) (desk.Raw, bool, error) {
	var done bool
	raw, err := one(ctx, t, "没有这份原件", func(row pgx.CollectableRow) (r desk.Raw, err error) {
		err = row.Scan(&r.ID, &r.SourceID, &r.ContentType, &r.Bytes, &r.Digest, &r.ReceivedAt, &r.Attempts, &r.Note, &done)
		return r, err
	}, `SELECT `+rawColumns+`, r.done FROM raw r WHERE r.id = $1 FOR NO KEY UPDATE`, id)
	return raw, done, err
}

func (t *tx) RawDone(ctx context.Context, id int64) error {
	return t.execOne(ctx, desk.NotFound("没有这份原件"), `UPDATE raw SET done = true, claimed_until = NULL WHERE id = $1`, id)
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
	       coalesce(q.item_id, 0) AS item_id, q.external_id
	FROM quarantine q JOIN source s ON s.id = q.source_id`

// Quarantine sets the ids. A part that is there already (its raw is parsed again
// after a crash) keeps its row.
func (t *tx) Quarantine(ctx context.Context, qs []desk.Quarantined) error {
	if len(qs) == 0 {
		return nil
	}
	type key struct {
		raw  int64
		part int
	}
	at := make(map[key]int, len(qs))
	var c struct {
		source, raw                    []int64
		part                           []int
		externalID, field, reason, sta []string
		bytes                          [][]byte
		at                             []time.Time
		item                           []*int64
	}
	for i, q := range qs {
		at[key{q.RawID, q.Part}] = i
		if q.State == "" {
			q.State = "open"
		}
		c.source, c.raw, c.part = append(c.source, q.SourceID), append(c.raw, q.RawID), append(c.part, q.Part)
		c.externalID, c.field, c.reason = append(c.externalID, q.ExternalID), append(c.field, q.Field), append(c.reason, q.Reason)
		c.bytes, c.at, c.sta, c.item = append(c.bytes, q.Bytes), append(c.at, q.At), append(c.sta, q.State), append(c.item, null(q.ItemID))
	}
	rows, err := t.q.Query(ctx, `
		INSERT INTO quarantine (source_id, raw_id, part, external_id, bytes, field, reason, at, state, item_id)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::bytea[], $6::text[], $7::text[],
		                     $8::timestamptz[], $9::text[], $10::bigint[])
		ON CONFLICT (raw_id, part) DO UPDATE SET part = excluded.part
		RETURNING id, raw_id, part`,
		c.source, c.raw, c.part, c.externalID, c.bytes, c.field, c.reason, c.at, c.sta, c.item)
	if err != nil {
		return translate(err)
	}
	var id int64
	var k key
	_, err = pgx.ForEachRow(rows, []any{&id, &k.raw, &k.part}, func() error {
		qs[at[k]].ID = id
		return nil
	})
	return translate(err)
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
