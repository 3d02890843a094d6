package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// TopicTexts takes the first half and the newest half; a topic of fewer gives all.
func (t *tx) TopicTexts(ctx context.Context, topic int64, limit, letters int) ([]desk.Text, error) {
	return all(ctx, t, func(row pgx.CollectableRow) (text desk.Text, err error) {
		err = row.Scan(&text.Title, &text.Body, &text.Place)
		return text, err
	}, `
		SELECT i.title, left(i.body, $3), i.place FROM item i
		WHERE i.id IN (
			(SELECT id FROM item WHERE topic_id = $1 AND NOT sealed AND kind IS DISTINCT FROM '举报' AND removed_at IS NULL ORDER BY id LIMIT $2 / 2)
			UNION (SELECT id FROM item WHERE topic_id = $1 AND NOT sealed AND kind IS DISTINCT FROM '举报' AND removed_at IS NULL ORDER BY id DESC LIMIT ($2 + 1) / 2))
		ORDER BY i.id`,
		topic, limit, letters)
}

func (t *tx) SetTopicTitle(ctx context.Context, topic int64, title string, named bool) error {
	return t.execOne(ctx, desk.NotFound("没有找到这个话题"), `UPDATE topic SET title = $2, named = $3 WHERE id = $1`, topic, title, named)
}

// DocsOfTopics goes by the items' index of topics, which is in order.
func (t *tx) DocsOfTopics(ctx context.Context, limit int, topics ...int64) (map[int64][]desk.TopicDoc, error) {
	list, err := all(ctx, t, docRow, `
		SELECT d.item_id, d.topic_id, d.at, d.title, d.region, d.place, d.keys, d.payload
		FROM unnest($1::bigint[]) AS u(id) CROSS JOIN LATERAL (
			(SELECT id FROM item WHERE topic_id = u.id ORDER BY id LIMIT $2 / 2)
			UNION (SELECT id FROM item WHERE topic_id = u.id ORDER BY id DESC LIMIT ($2 + 1) / 2)) i
		JOIN topic_doc d ON d.item_id = i.id
		ORDER BY d.item_id`, topics, limit)
	docs := make(map[int64][]desk.TopicDoc, len(topics))
	for _, d := range list {
		docs[d.Topic] = append(docs[d.Topic], d)
	}
	return docs, err
}

func (t *tx) OpenedTopics(ctx context.Context, above, upTo int64, items int, since time.Time, limit int) ([]desk.TopicDoc, error) {
	return all(ctx, t, docRow, `
		SELECT d.item_id, d.topic_id, d.at, d.title, d.region, d.place, d.keys, d.payload
		FROM topic tp CROSS JOIN LATERAL (SELECT id FROM item WHERE topic_id = tp.id ORDER BY id LIMIT 1) i JOIN topic_doc d ON d.item_id = i.id
		WHERE tp.id > $1 AND tp.id <= $2 AND tp.joined_into IS NULL AND tp.count <= $3 AND tp.last_at >= $4
		ORDER BY tp.id LIMIT $5`, above, upTo, items, since, limit)
}

func (t *tx) NewestTopic(ctx context.Context) (id int64, err error) {
	err = t.scan(ctx, `SELECT coalesce(max(id), 0) FROM topic`, nil, &id)
	return id, err
}

// Arranged follows topics to where they lead today: what was joined and taken back
// under an old address counts for the one that stands for it now.
func (t *tx) Arranged(ctx context.Context, a, b int64) (pinnedA, pinnedB, apart bool, err error) {
	err = t.scan(ctx, `
		SELECT EXISTS (SELECT FROM topic_doc WHERE topic_id = $1 AND pinned), EXISTS (SELECT FROM topic_doc WHERE topic_id = $2 AND pinned),
			EXISTS (SELECT FROM topic_apart WHERE low_id = least($1, $2) AND high_id = greatest($1, $2))
			OR EXISTS (
				SELECT FROM (SELECT id FROM topic WHERE id IN ($1, $2) OR joined_into IN ($1, $2)) own
				JOIN topic_act c ON c.from_id = own.id
				JOIN topic f ON f.id = c.from_id JOIN topic o ON o.id = c.to_id
				WHERE c.undone_at IS NOT NULL AND coalesce(f.joined_into, f.id) <> coalesce(o.joined_into, o.id) AND coalesce(o.joined_into, o.id) IN ($1, $2)
				OR c.undone_at IS NULL AND EXISTS (
					SELECT FROM topic_doc d WHERE d.item_id = ANY (c.items) AND d.pinned AND d.topic_id IN ($1, $2) AND d.topic_id <> coalesce(f.joined_into, f.id)))`,
		[]any{a, b}, &pinnedA, &pinnedB, &apart)
	return pinnedA, pinnedB, apart, err
}

// SettledBursts gives the open suggestions about topics of which an open incident
// holds most by now.
func (t *tx) SettledBursts(ctx context.Context) ([]desk.TopicBurst, error) {
	return all(ctx, t, func(row pgx.CollectableRow) (b desk.TopicBurst, err error) {
		err = row.Scan(&b.ID, &b.TopicID, &b.IncidentID)
		return b, err
	}, `
		SELECT b.id, b.topic_id, h.id FROM topic_burst b CROSS JOIN LATERAL (`+mostHeldBy("b.topic_id")+`) h
		WHERE b.state = 'open' ORDER BY b.topic_id`)
}

// mostHeldBy asks for the open incident that holds most of a topic's items.
func mostHeldBy(topic string) string {
	return `
		SELECT n.id FROM incident n JOIN incident_item l ON l.incident_id = n.id JOIN item i ON i.id = l.item_id
		WHERE i.topic_id = ` + topic + ` AND n.state = 'open' GROUP BY n.id
		HAVING 2 * count(*) >= (SELECT count FROM topic WHERE id = ` + topic + `) ORDER BY count(*) DESC, n.id LIMIT 1`
}
