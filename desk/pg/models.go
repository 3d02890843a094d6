package pg

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

func (t *tx) NewModel(ctx context.Context, m *desk.LearntModel) error {
	report, err := json.Marshal(m.Report)
	if err != nil {
		return internal(err)
	}
	return t.scan(ctx, `INSERT INTO model (name, made_at, made_by, digest, weights, report) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		[]any{m.Name, m.MadeAt, m.MadeBy, m.Digest, m.Weights, string(report)}, &m.ID)
}

func modelRow(row pgx.CollectableRow) (m desk.LearntModel, err error) {
	err = row.Scan(&m.ID, &m.Name, &m.MadeAt, &m.MadeBy, &m.Digest, &m.Weights, &m.Report)
	return m, err
}

func (t *tx) ModelByID(ctx context.Context, id int64) (desk.LearntModel, error) {
	return one(ctx, t, "没有这个编号的模型", modelRow, `SELECT id, name, made_at, made_by, digest, weights, report FROM model WHERE id = $1`, id)
}

func (t *tx) ListModels(ctx context.Context) ([]desk.LearntModel, error) {
	return all(ctx, t, modelRow, `SELECT id, name, made_at, made_by, digest, NULL::bytea, report FROM model ORDER BY id DESC`)
}

func (t *tx) Corrected(ctx context.Context, after int64, limit int) ([]desk.Item, error) {
	return all(ctx, t, itemRow, itemSelect+` WHERE i.corrected <> '{}' AND i.id > $1 ORDER BY i.id LIMIT $2`, after, limit)
}

// DealtWith goes by id backwards: the newest say most about what the office now thinks.
func (t *tx) DealtWith(ctx context.Context, limit int) ([]desk.Item, error) {
	return all(ctx, t, itemRow, itemSelect+` WHERE i.corrected = '{}' AND i.state <> 'new' AND i.verdict IS NOT NULL ORDER BY i.id DESC LIMIT $1`, limit)
}
