package pg

import (
	"context"
	"encoding/json"
	"time"

	"huiying/desk"
)

func (t *tx) HookTaken(ctx context.Context, source int64, digest []byte, since time.Time) (taken bool, err error) {
	err = t.scan(ctx, `SELECT EXISTS (SELECT FROM hook_call WHERE source_id = $1 AND digest = $2 AND at >= $3)`, []any{source, digest, since}, &taken)
	return taken, err
}

func (t *tx) TakeHook(ctx context.Context, source int64, digest []byte, at, before time.Time) error {
	if _, err := t.exec(ctx, `
		DELETE FROM hook_call WHERE (source_id, digest) IN (
			SELECT source_id, digest FROM hook_call WHERE at < $1 ORDER BY at LIMIT 1000 FOR UPDATE SKIP LOCKED)`, before); err != nil {
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO hook_call (source_id, digest, at) VALUES ($1, $2, $3) ON CONFLICT (source_id, digest) DO NOTHING`, source, digest, at)
	return err
}

func (t *tx) SetSourceSecret(ctx context.Context, id int64, secret string, settings json.RawMessage) error {
	return t.execOne(ctx, desk.NotFound("没有这个来源"), `UPDATE source SET password = $2, settings = $3 WHERE id = $1`, id, secret, settings)
}
