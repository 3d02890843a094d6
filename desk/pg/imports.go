package pg

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

func importSelect(file string) string {
	return `
	SELECT m.id, m.source_id, s.name, coalesce(m.person_id, 0), coalesce(` + personName("p") + `, ''), m.file_name, ` + file + `, m.size, m.digest, m.mapping,
	       m.state, m.total, m.last_row, m.created, m.duplicate, m.updated, m.quarantined, m.failure, m.failures, m.created_at, m.started_at, m.ended_at, m.lease, m.file IS NULL
	FROM import m JOIN source s ON s.id = m.source_id LEFT JOIN person p ON p.id = m.person_id`
}

func scanImport(row pgx.CollectableRow) (m desk.Import, err error) {
	var mapping []byte
	if err = row.Scan(&m.ID, &m.SourceID, &m.Source, &m.PersonID, &m.Person, &m.FileName, &m.File, &m.Size, &m.Digest, &mapping, &m.State, &m.Total, &m.LastRow,
		&m.Created, &m.Duplicate, &m.Updated, &m.Quarantined, &m.Failure, &m.Failures, &m.CreatedAt, &m.StartedAt, &m.EndedAt, &m.Lease, &m.Gone); err != nil {
		return m, err
	}
	return m, json.Unmarshal(mapping, &m.Mapping)
}

func (t *tx) NewImport(ctx context.Context, m *desk.Import) error {
	mapping, err := json.Marshal(m.Mapping)
	if err != nil {
		return err
	}
	return t.scan(ctx, `
		INSERT INTO import (source_id, person_id, file_name, file, size, digest, mapping, state, created_at) VALUES ($1, $2, $3, $4, octet_length($4::bytea), $5, $6, $7, $8) RETURNING id`,
		[]any{m.SourceID, null(m.PersonID), m.FileName, m.File, m.Digest, mapping, m.State, m.CreatedAt}, &m.ID)
}

func (t *tx) ImportByID(ctx context.Context, id int64, lock, file bool) (desk.Import, error) {
	bytes := "NULL::bytea"
	if file {
		bytes = "m.file"
	}
	return one(ctx, t, "没有这次导入", scanImport, importSelect(bytes)+` WHERE m.id = $1`+locked(lock, "m"), id)
}

func (t *tx) ListImports(ctx context.Context, source int64, page desk.Page) ([]desk.Import, error) {
	var w where
	if source != 0 {
		equal(&w, "m.source_id", source)
	}
	rest := w.page("m.id", page)
	return all(ctx, t, scanImport, importSelect("NULL::bytea")+rest, w.args...)
}

func (t *tx) SaveImport(ctx context.Context, m desk.Import, due *time.Time) error {
	mapping, err := json.Marshal(m.Mapping)
	if err != nil {
		return err
	}
	if due != nil {
		t.wake(WakeImport)
	}
	return t.execOne(ctx, desk.NotFound("没有这次导入"), `
		UPDATE import SET mapping = $2, state = $3, total = $4, last_row = $5, created = $6, duplicate = $7, updated = $8, quarantined = $9, failure = $10,
		       failures = $11, started_at = $12, ended_at = $13, lease = $14, due_at = $15
		WHERE id = $1`, m.ID, mapping, m.State, m.Total, m.LastRow, m.Created, m.Duplicate, m.Updated, m.Quarantined, m.Failure, m.Failures, m.StartedAt, m.EndedAt, m.Lease, due)
}

func (t *tx) ClaimImport(ctx context.Context, now, until time.Time, lease string) (desk.Import, bool, error) {
	taken, err := all(ctx, t, pgx.RowTo[int64], `
		WITH due AS (SELECT id FROM import WHERE state = 'running' AND due_at <= $1 ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
		UPDATE import SET lease = $3, due_at = $2 FROM due WHERE import.id = due.id RETURNING import.id`, now, until, lease)
	if err != nil || len(taken) == 0 {
		return desk.Import{}, false, err
	}
	m, err := t.ImportByID(ctx, taken[0], false, true)
	return m, err == nil, err
}

func (t *tx) NextImport(ctx context.Context) (time.Time, bool, error) {
	return t.next(ctx, `SELECT min(due_at) FROM import WHERE state = 'running'`)
}

func (t *tx) ForgetFiles(ctx context.Context, before time.Time) (int, error) {
	gone, err := all(ctx, t, pgx.RowTo[int64], `
		UPDATE import SET file = NULL WHERE file IS NOT NULL AND state <> 'running' AND created_at < $1 AND coalesce(ended_at, created_at) < $1 RETURNING id`, before)
	return len(gone), err
}

func (t *tx) KeepImportRows(ctx context.Context, id int64, rows []desk.ImportRow) ([]bool, error) {
	at := make(map[int]int, len(rows))
	var n []int
	var status, field, reason []string
	var ref []int64
	for i, r := range rows {
		at[r.Row] = i
		n, status, ref, field, reason = append(n, r.Row), append(status, r.Status), append(ref, r.Ref), append(field, r.Field), append(reason, r.Reason)
	}
	made, err := all(ctx, t, pgx.RowTo[int], `
		INSERT INTO import_row (import_id, row, status, ref, field, reason)
		SELECT $1, u.* FROM unnest($2::int[], $3::text[], $4::bigint[], $5::text[], $6::text[]) u
		ON CONFLICT DO NOTHING RETURNING row`, id, n, status, ref, field, reason)
	isNew := make([]bool, len(rows))
	for _, row := range made {
		isNew[at[row]] = true
	}
	return isNew, err
}

func (t *tx) ListImportRows(ctx context.Context, id int64, after, limit int) ([]desk.ImportRow, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.ImportRow],
		`SELECT row, status, ref, field, reason FROM import_row WHERE import_id = $1 AND row > $2 ORDER BY row LIMIT $3`, id, after, limit)
}

func (t *tx) KnownItems(ctx context.Context, source int64, externalIDs []string) (map[string]bool, error) {
	found, err := all(ctx, t, pgx.RowTo[string], `SELECT external_id FROM item WHERE source_id = $1 AND external_id = ANY ($2)`, source, externalIDs)
	known := make(map[string]bool, len(found))
	for _, id := range found {
		known[id] = true
	}
	return known, err
}
