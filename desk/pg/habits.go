package pg

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// CountHours counts anew from the hour before the last one counted: items that were
// committed late are in it by then.
func (t *tx) CountHours(ctx context.Context, since, now time.Time) error {
	_, err := t.exec(ctx, `
		INSERT INTO source_hour (source_id, hour, items, last_received, last_occurred)
		SELECT source_id, date_trunc('hour', received_at, 'UTC'), count(*), max(received_at), (array_agg(occurred_at ORDER BY received_at DESC, id DESC))[1]
		FROM item
		WHERE received_at >= greatest($1, coalesce((SELECT max(hour) FROM source_hour) - interval '1 hour', $1)) AND received_at <= $2
		GROUP BY 1, 2
		ON CONFLICT (source_id, hour) DO UPDATE SET items = excluded.items, last_received = excluded.last_received, last_occurred = excluded.last_occurred
		WHERE source_hour.items <> excluded.items`, since.UTC().Truncate(time.Hour), now)
	return err
}

func (t *tx) HourCounts(ctx context.Context, source int64, from time.Time) ([]desk.HourCount, error) {
	return all(ctx, t, pgx.RowToStructByPos[desk.HourCount], `SELECT hour, items FROM source_hour WHERE source_id = $1 AND hour >= $2 ORDER BY hour`, source, from)
}

func (t *tx) NewestHours(ctx context.Context) ([]desk.SourceHour, error) {
	return all(ctx, t, pgx.RowToStructByPos[desk.SourceHour], `
		SELECT h.source_id, h.hour, h.items, h.last_received, h.last_occurred
		FROM source s CROSS JOIN LATERAL (SELECT * FROM source_hour WHERE source_id = s.id ORDER BY hour DESC LIMIT 1) h ORDER BY s.id`)
}

func (t *tx) SaveHabit(ctx context.Context, h desk.StoredHabit) error {
	b, err := json.Marshal(h.Habit)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `
		INSERT INTO source_habit (source_id, learned_at, habit) VALUES ($1, $2, $3)
		ON CONFLICT (source_id) DO UPDATE SET learned_at = excluded.learned_at, habit = excluded.habit`, h.SourceID, h.LearnedAt, b)
	return err
}

func (t *tx) Habits(ctx context.Context) ([]desk.StoredHabit, error) {
	return all(ctx, t, func(row pgx.CollectableRow) (h desk.StoredHabit, err error) {
		var b []byte
		if err := row.Scan(&h.SourceID, &h.LearnedAt, &b); err != nil {
			return h, err
		}
		return h, json.Unmarshal(b, &h.Habit)
	}, `SELECT source_id, learned_at, habit FROM source_habit ORDER BY source_id`)
}

func (t *tx) NewSilence(ctx context.Context, s *desk.Silence) (bool, error) {
	made, err := all(ctx, t, pgx.RowTo[int64], `
		INSERT INTO source_silence (source_id, since, noticed_at, had, expected, notice_id, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (source_id) WHERE ended_at IS NULL DO NOTHING RETURNING id`,
		s.SourceID, s.Since, s.NoticedAt, s.Had, s.Expected, null(s.NoticeID), s.EndedAt)
	if err != nil || len(made) == 0 {
		return false, err
	}
	s.ID = made[0]
	return true, nil
}

func (t *tx) SetSilenceNotice(ctx context.Context, id, notice int64) error {
	return t.execOne(ctx, desk.NotFound("没有这条记录"), `UPDATE source_silence SET notice_id = $2 WHERE id = $1`, id, notice)
}

func (t *tx) EndSilence(ctx context.Context, id int64, at time.Time) error {
	return t.execOne(ctx, desk.NotFound("没有这条记录"), `UPDATE source_silence SET ended_at = coalesce(ended_at, $2) WHERE id = $1`, id, at)
}

func (t *tx) Silences(ctx context.Context, since time.Time) ([]desk.Silence, error) {
	return all(ctx, t, pgx.RowToStructByPos[desk.Silence], `
		SELECT id, source_id, since, noticed_at, had, expected, coalesce(notice_id, 0), ended_at FROM source_silence
		WHERE ended_at IS NULL OR ended_at >= $1 ORDER BY id`, since)
}
