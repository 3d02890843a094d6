package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

var viewSelect = `
	SELECT v.id, v.owner_id, ` + personName("p") + ` AS owner, v.name, v.page, v.query, v.shared, v.created_at, v.removed_at, coalesce(v.removed_by, 0) AS removed_by
	FROM saved_view v JOIN person p ON p.id = v.owner_id`

func (t *tx) NewView(ctx context.Context, v *desk.SavedView) error {
	return t.scan(ctx, `INSERT INTO saved_view (owner_id, name, page, query, shared, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		[]any{v.OwnerID, v.Name, v.Page, v.Query, v.Shared, v.CreatedAt}, &v.ID)
}

func (t *tx) ViewByID(ctx context.Context, id int64, lock bool) (desk.SavedView, error) {
	return one(ctx, t, "没有这组常用筛选，可能已被删除", pgx.RowToStructByName[desk.SavedView], viewSelect+` WHERE v.id = $1`+locked(lock, "v"), id)
}

func (t *tx) ListViews(ctx context.Context, owner int64, page string) ([]desk.SavedView, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.SavedView],
		viewSelect+` WHERE v.page = $1 AND (v.owner_id = $2 OR v.shared AND p.disabled_at IS NULL) AND v.removed_at IS NULL ORDER BY v.id`, page, owner)
}

func (t *tx) SaveView(ctx context.Context, v desk.SavedView) error {
	return t.execOne(ctx, desk.NotFound("没有这组常用筛选，可能已被删除"), `
		UPDATE saved_view SET query = $2, shared = $3, removed_at = $4, removed_by = $5 WHERE id = $1`, v.ID, v.Query, v.Shared, v.RemovedAt, null(v.RemovedBy))
}

func (t *tx) PurgeViews(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, `DELETE FROM saved_view WHERE removed_at < $1`, before)
	return err
}
