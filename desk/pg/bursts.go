package pg

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const burstSelect = `
	SELECT b.id, b.topic_id, b.at, b.state, b.count, b.hour, b.evidence, coalesce(b.notice_id, 0), coalesce(b.incident_id, 0), b.decided_at, b.decided_name, b.why
	FROM topic_burst b`

func burstRow(row pgx.CollectableRow) (b desk.TopicBurst, err error) {
	err = row.Scan(&b.ID, &b.TopicID, &b.At, &b.State, &b.Count, &b.Hour, &b.Evidence, &b.NoticeID, &b.IncidentID, &b.DecidedAt, &b.DecidedBy, &b.Why)
	return b, err
}

func (t *tx) NewBurst(ctx context.Context, b *desk.TopicBurst) (bool, error) {
	evidence, err := json.Marshal(b.Evidence)
	if err != nil {
		return false, internal(err)
	}
	made, err := all(ctx, t, pgx.RowTo[int64], `
		INSERT INTO topic_burst (topic_id, at, count, hour, evidence) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (topic_id) WHERE state = 'open' DO NOTHING RETURNING id`, b.TopicID, b.At, b.Count, b.Hour, evidence)
	if err != nil || len(made) == 0 {
		return false, err
	}
	b.ID = made[0]
	return true, nil
}

func (t *tx) SetBurstNotice(ctx context.Context, id, notice int64) error {
	return t.execOne(ctx, desk.NotFound("没有这条建议"), `UPDATE topic_burst SET notice_id = $2 WHERE id = $1`, id, notice)
}

func (t *tx) Bursts(ctx context.Context, topics ...int64) ([]desk.TopicBurst, error) {
	return all(ctx, t, burstRow, burstSelect+` WHERE b.topic_id = ANY ($1) ORDER BY b.id DESC`, topics)
}

func (t *tx) OpenBursts(ctx context.Context, scope desk.Scope) ([]desk.TopicBurst, error) {
	var w where
	w.add("b.state = 'open'")
	w.topics(scope)
	return all(ctx, t, burstRow, burstSelect+` JOIN topic tp ON tp.id = b.topic_id`+w.sql()+` ORDER BY b.id DESC LIMIT 200`, w.args...)
}

func (t *tx) DecideBurst(ctx context.Context, b desk.TopicBurst) (notice int64, found bool, err error) {
	ended, err := all(ctx, t, pgx.RowTo[int64], `
		UPDATE topic_burst SET state = $2, incident_id = $3, decided_at = $4, decided_by = (SELECT id FROM person WHERE id = $5), decided_name = $6, why = $7
		WHERE topic_id = $1 AND state = 'open' RETURNING coalesce(notice_id, 0)`,
		b.TopicID, b.State, null(b.IncidentID), b.DecidedAt, b.DecidedByID, b.DecidedBy, b.Why)
	if err != nil || len(ended) == 0 {
		return 0, false, err
	}
	return ended[0], true, nil
}

func (t *tx) MoveBurst(ctx context.Context, id, topic int64) error {
	if err := t.execOne(ctx, desk.NotFound("没有这条建议"), `UPDATE topic_burst SET topic_id = $2 WHERE id = $1`, id, topic); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE notice SET topic_id = $2 FROM topic_burst b WHERE b.id = $1 AND notice.id = b.notice_id`, id, topic)
	return err
}

func (t *tx) TopicTimes(ctx context.Context, topic int64, since, course time.Time) (times []time.Time, items int, err error) {
	if times, err = all(ctx, t, pgx.RowTo[time.Time], `
		SELECT came FROM (SELECT `+cameAt+` AS came FROM item i WHERE i.topic_id = $1 ORDER BY i.id DESC LIMIT 5000) x WHERE came > $2 ORDER BY 1`, topic, since); err != nil {
		return nil, 0, err
	}
	err = t.scan(ctx, `SELECT count(*) FROM (SELECT FROM item i WHERE i.topic_id = $1 AND `+cameAt+` > $2 LIMIT 100000) x`, []any{topic, course}, &items)
	return times, items, err
}

func (t *tx) TopicSpokes(ctx context.Context, topic int64, since time.Time) ([]int64, error) {
	return all(ctx, t, pgx.RowTo[int64], `
		WITH x AS (
			SELECT i.id, `+cameAt+` AS came, coalesce(i.reach, 0) AS reach, coalesce(i.urgency = '紧急', false) AS urgent,
				coalesce(5 - array_position(ARRAY['特别重大','重大','较大','一般'], i.verdict->>'level'), 0) AS level
			FROM (SELECT * FROM item WHERE topic_id = $1 AND NOT sealed AND kind IS DISTINCT FROM '举报' ORDER BY id DESC LIMIT 1000) i),
		near AS (SELECT * FROM x WHERE came > $2),
		picked AS (
			(SELECT id, 1 AS n FROM near ORDER BY came, id LIMIT 1)
			UNION ALL (SELECT id, 2 FROM (SELECT * FROM near ORDER BY came, id OFFSET 1) m ORDER BY level DESC, urgent DESC, reach DESC, id LIMIT 1)
			UNION ALL (SELECT id, 3 FROM near ORDER BY came DESC, id DESC LIMIT 2))
		SELECT id FROM (SELECT id, min(n) AS n FROM picked GROUP BY id) p ORDER BY n, id DESC LIMIT 3`, topic, since)
}

func (t *tx) TopicIncident(ctx context.Context, topic int64) (int64, error) {
	ids, err := all(ctx, t, pgx.RowTo[int64], mostHeldBy("$1"), topic)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

func (t *tx) OfficeHours(ctx context.Context, from time.Time) ([]desk.HourCount, error) {
	return all(ctx, t, pgx.RowToStructByPos[desk.HourCount], `SELECT hour, sum(items)::int FROM source_hour WHERE hour >= $1 GROUP BY 1 ORDER BY 1`, from)
}
