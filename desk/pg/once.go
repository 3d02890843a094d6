package pg

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// told is a result as it is kept.
type told struct {
	Index  int    `json:"i"`
	ID     int64  `json:"id"`
	Status string `json:"s"`
	Field  string `json:"f,omitempty"`
	Reason string `json:"why,omitempty"`
}

func (t *tx) KeepOnce(ctx context.Context, source int64, key string, raw desk.Raw, before time.Time) (desk.Once, bool, error) {
	// A few old ones go with each new one, so that the table stays as large as a day.
	if _, err := t.exec(ctx, `
		DELETE FROM push_once WHERE source_id = $1 AND key = $2 AND at < $3`, source, key, before); err != nil {
		return desk.Once{}, false, err
	}
	if _, err := t.exec(ctx, `
		DELETE FROM push_once WHERE (source_id, key) IN (SELECT source_id, key FROM push_once WHERE at < $1 ORDER BY at LIMIT 20 FOR UPDATE SKIP LOCKED)`,
		before); err != nil {
		return desk.Once{}, false, err
	}
	n, err := t.exec(ctx, `
		INSERT INTO push_once (source_id, key, raw_id, digest, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source_id, key) DO NOTHING`,
		source, key, raw.ID, raw.Digest, raw.ReceivedAt)
	if err != nil || n == 1 {
		return desk.Once{}, err == nil, err
	}
	o, _, err := t.once(ctx, ` WHERE source_id = $1 AND key = $2`, source, key)
	return o, false, err
}

func (t *tx) OnceOf(ctx context.Context, source int64, key string, before time.Time) (desk.Once, bool, error) {
	return t.once(ctx, ` WHERE source_id = $1 AND key = $2 AND at >= $3`, source, key, before)
}

func (t *tx) LockOnce(ctx context.Context, source int64, key string) (desk.Once, bool, error) {
	return t.once(ctx, ` WHERE source_id = $1 AND key = $2 FOR NO KEY UPDATE`, source, key)
}

func (t *tx) once(ctx context.Context, where string, args ...any) (o desk.Once, ok bool, err error) {
	found, err := all(ctx, t, func(row pgx.CollectableRow) (o desk.Once, err error) {
		var answer []byte
		if err := row.Scan(&o.RawID, &o.Digest, &answer); err != nil || answer == nil {
			return o, err
		}
		var list []told
		if err := json.Unmarshal(answer, &list); err != nil {
			return o, err
		}
		o.Done, o.Answer = true, make([]desk.Result, len(list))
		for i, x := range list {
			o.Answer[i] = desk.Result{Index: x.Index, ID: x.ID, Status: x.Status}
			if x.Status == desk.StatusQuarantined {
				o.Answer[i].Err = &desk.Error{Code: desk.CodeInvalid, Field: x.Field, Text: x.Reason}
			}
		}
		return o, nil
	}, `SELECT raw_id, digest, answer FROM push_once`+where, args...)
	if err != nil || len(found) == 0 {
		return desk.Once{}, false, err
	}
	return found[0], true, nil
}

func (t *tx) AnswerOnce(ctx context.Context, source int64, key string, answer []desk.Result) error {
	list := make([]told, len(answer))
	for i, r := range answer {
		list[i] = told{Index: r.Index, ID: r.ID, Status: r.Status}
		if r.Err != nil {
			list[i].Field, list[i].Reason = r.Err.Field, r.Err.Message()
		}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return t.execOne(ctx, desk.NotFound("没有这次推送"), `UPDATE push_once SET answer = $3 WHERE source_id = $1 AND key = $2`, source, key, b)
}

func (t *tx) KeyOfRaw(ctx context.Context, raw int64) (string, error) {
	found, err := all(ctx, t, pgx.RowTo[string], `SELECT key FROM push_once WHERE raw_id = $1`, raw)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}
