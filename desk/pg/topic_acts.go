package pg

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// LockTopics locks in order of id, as PutDocs does.
func (t *tx) LockTopics(ctx context.Context, scope desk.Scope, ids ...int64) ([]desk.Topic, error) {
	var w where
	w.add("tp.id = ANY (?)", ids)
	w.topics(scope)
	return all(ctx, t, pgx.RowToStructByNameLax[desk.Topic], topicSelect+w.sql()+` ORDER BY tp.id`+locked(true, "tp"), w.args...)
}

// MoveDocs wants both topics locked.
func (t *tx) MoveDocs(ctx context.Context, from, to int64, items []int64) (moved, pinned []int64, err error) {
	type row struct {
		Item   int64
		Pinned bool
	}
	rows, err := all(ctx, t, pgx.RowToStructByPos[row], `
		SELECT item_id, pinned FROM topic_doc WHERE topic_id = $1 AND ($2::bigint[] IS NULL OR item_id = ANY ($2)) ORDER BY item_id FOR NO KEY UPDATE`, from, items)
	if err != nil {
		return nil, nil, err
	}
	moved, pinned = []int64{}, []int64{}
	for _, r := range rows {
		if moved = append(moved, r.Item); r.Pinned {
			pinned = append(pinned, r.Item)
		}
	}
	if _, err := t.exec(ctx, `UPDATE topic_doc SET topic_id = $2, pinned = true WHERE item_id = ANY ($1)`, moved, to); err != nil {
		return nil, nil, err
	}
	_, err = t.exec(ctx, `UPDATE item SET topic_id = $2 WHERE id = ANY ($1)`, moved, to)
	return moved, pinned, err
}

func (t *tx) Unpin(ctx context.Context, items []int64) error {
	_, err := t.exec(ctx, `UPDATE topic_doc SET pinned = false WHERE item_id = ANY ($1) AND pinned`, items)
	return err
}

// LeadTopic keeps chains one link long. What was apart from the topic is apart from
// where it leads.
func (t *tx) LeadTopic(ctx context.Context, from, to int64) error {
	if _, err := t.exec(ctx, `UPDATE topic SET joined_into = $2 WHERE id = $1`, from, null(to)); err != nil || to == 0 {
		return err
	}
	if _, err := t.exec(ctx, `UPDATE topic SET joined_into = $2 WHERE joined_into = $1`, from, to); err != nil {
		return err
	}
	_, err := t.exec(ctx, `
		INSERT INTO topic_apart (low_id, high_id, at)
		SELECT least(o.other, $2), greatest(o.other, $2), o.at
		FROM (SELECT CASE low_id WHEN $1 THEN high_id ELSE low_id END AS other, at FROM topic_apart WHERE low_id = $1 OR high_id = $1) o
		WHERE o.other <> $2 ON CONFLICT DO NOTHING`, from, to)
	return err
}

func (t *tx) SetApart(ctx context.Context, a, b int64, apart bool, at time.Time) error {
	low, high := min(a, b), max(a, b)
	if !apart {
		_, err := t.exec(ctx, `DELETE FROM topic_apart WHERE low_id = $1 AND high_id = $2`, low, high)
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO topic_apart (low_id, high_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, low, high, at)
	return err
}

func (t *tx) ApartOf(ctx context.Context, topics []int64) (map[int64][]int64, error) {
	type pair struct{ Low, High int64 }
	pairs, err := all(ctx, t, pgx.RowToStructByPos[pair], `
		SELECT low_id, high_id FROM topic_apart WHERE low_id = ANY ($1) UNION SELECT low_id, high_id FROM topic_apart WHERE high_id = ANY ($1) ORDER BY 1, 2`, topics)
	m := map[int64][]int64{}
	for _, p := range pairs {
		m[p.Low], m[p.High] = append(m[p.Low], p.High), append(m[p.High], p.Low)
	}
	return m, err
}

func (t *tx) Placed(ctx context.Context, items []int64) (map[int64]desk.PlacedItem, error) {
	type row struct {
		Item, Topic int64
		Pinned      bool
	}
	rows, err := all(ctx, t, pgx.RowToStructByPos[row], `SELECT item_id, topic_id, pinned FROM topic_doc WHERE item_id = ANY ($1)`, items)
	m := make(map[int64]desk.PlacedItem, len(rows))
	for _, r := range rows {
		m[r.Item] = desk.PlacedItem{Topic: r.Topic, Pinned: r.Pinned}
	}
	return m, err
}

// Recount leaves the instants of an empty topic as they were.
func (t *tx) Recount(ctx context.Context, topics ...int64) error {
	_, err := t.exec(ctx, `
		UPDATE topic SET count = c.n, first_at = coalesce(c.first_at, topic.first_at), last_at = coalesce(c.last_at, topic.last_at)
		FROM (SELECT u.id, count(d.item_id) AS n, min(d.at) AS first_at, max(d.at) AS last_at
			FROM unnest($1::bigint[]) AS u(id) LEFT JOIN topic_doc d ON d.topic_id = u.id GROUP BY u.id) c
		WHERE topic.id = c.id`, topics)
	return err
}

const topicActSelect = `
	SELECT a.id, a.kind, a.from_id, a.to_id, a.items, a.pinned, a.apart, a.at, coalesce(a.by_id, 0), a.by_name, a.why, a.undone_at, a.undone_by, f.title, o.title
	FROM topic_act a JOIN topic f ON f.id = a.from_id JOIN topic o ON o.id = a.to_id`

func topicActRow(row pgx.CollectableRow) (a desk.TopicAct, err error) {
	err = row.Scan(&a.ID, &a.Kind, &a.From, &a.To, &a.Items, &a.Pinned, &a.Apart, &a.At, &a.ByID, &a.By, &a.Why, &a.UndoneAt, &a.UndoneBy, &a.FromTitle, &a.ToTitle)
	return a, err
}

func (t *tx) NewTopicAct(ctx context.Context, a *desk.TopicAct) error {
	return t.scan(ctx, `
		INSERT INTO topic_act (kind, from_id, to_id, items, pinned, apart, at, by_id, by_name, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		[]any{a.Kind, a.From, a.To, append([]int64{}, a.Items...), append([]int64{}, a.Pinned...), a.Apart, a.At, null(a.ByID), a.By, a.Why}, &a.ID)
}

func (t *tx) TopicActByID(ctx context.Context, id int64, lock bool) (desk.TopicAct, error) {
	return one(ctx, t, "没有找到这一步", topicActRow, topicActSelect+` WHERE a.id = $1`+locked(lock, "a"), id)
}

func (t *tx) TopicActs(ctx context.Context, limit int, topics ...int64) ([]desk.TopicAct, error) {
	acts, err := all(ctx, t, topicActRow, topicActSelect+`
		WHERE a.id IN (SELECT id FROM topic_act WHERE from_id = ANY ($1) UNION SELECT id FROM topic_act WHERE to_id = ANY ($1)) ORDER BY a.id DESC LIMIT $2`, topics, limit)
	slices.SortFunc(acts, func(a, b desk.TopicAct) int { return cmp.Compare(b.ID, a.ID) })
	return acts, err
}

func (t *tx) UndoTopicAct(ctx context.Context, id int64, by string, at time.Time) error {
	return t.execOne(ctx, moved(), `UPDATE topic_act SET undone_at = $2, undone_by = $3 WHERE id = $1 AND undone_at IS NULL`, id, at, by)
}

// TopicsLike looks only at the newest under a key, as Candidates does.
func (t *tx) TopicsLike(ctx context.Context, topic int64, items, but []int64, limit int) ([]int64, error) {
	return all(ctx, t, pgx.RowTo[int64], `
		WITH hit AS (
			SELECT k.item_id, count(*) AS shared
			FROM (SELECT DISTINCT unnest(keys) AS key FROM topic_doc WHERE item_id = ANY ($2)) u
			CROSS JOIN LATERAL (SELECT item_id FROM topic_key WHERE topic_key.key = u.key ORDER BY item_id DESC LIMIT 40) k
			GROUP BY 1)
		SELECT d.topic_id FROM hit JOIN topic_doc d ON d.item_id = hit.item_id
		WHERE d.topic_id <> $1 AND NOT d.topic_id = ANY ($3::bigint[])
		GROUP BY 1 ORDER BY max(hit.shared) DESC, count(*) DESC, 1 DESC LIMIT $4`, topic, items, append([]int64{}, but...), limit)
}
