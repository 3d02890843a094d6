package pg

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// maxNear bounds the near-duplicates shown of one item.
const maxNear = 50

const topicSelect = `
	SELECT tp.id, tp.title, tp.place, tp.region, tp.count, tp.first_at AS first, tp.last_at AS last, tp.heat, tp.named, coalesce(tp.joined_into, 0) AS joinedinto, tp.figures
	FROM topic tp`

// NewTopics takes the ids first: RETURNING promises no order.
func (t *tx) NewTopics(ctx context.Context, list []*desk.Topic) error {
	if len(list) == 0 {
		return nil
	}
	ids, err := all(ctx, t, pgx.RowTo[int64], `SELECT nextval(pg_get_serial_sequence('topic', 'id')) FROM generate_series(1, $1)`, len(list))
	if err != nil {
		return err
	}
	var title, place, region []string
	var count []int32
	var first, last []time.Time
	var heat []float64
	for i, n := range list {
		n.ID = ids[i]
		title, place, region, count = append(title, n.Title), append(place, n.Place), append(region, n.Region), append(count, int32(n.Count))
		first, last, heat = append(first, n.First), append(last, n.Last), append(heat, n.Heat)
	}
	_, err = t.exec(ctx, `
		INSERT INTO topic (id, title, place, region, count, first_at, last_at, heat) OVERRIDING SYSTEM VALUE
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::timestamptz[], $8::float8[])`,
		ids, title, place, region, count, first, last, heat)
	return err
}

// PutDocs locks the topics concerned in order of id, so that two batches about
// the same matters wait for each other instead of deadlocking.
func (t *tx) PutDocs(ctx context.Context, items []desk.Item) error {
	if len(items) == 0 {
		return nil
	}
	ids := make([]int64, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	change, known, err := t.lockHomes(ctx, items, ids)
	if err != nil {
		return err
	}
	if err := t.putDocRows(ctx, items, ids, known); err != nil {
		return err
	}
	return t.growTopics(ctx, change)
}

// lockHomes locks the topics that items come to and go from, and says how each of them
// changes. What people have done goes before: a pinned item stays where it is, and
// where a topic was joined into another the item goes there. Both may change until the
// locks are held, so that it looks again.
func (t *tx) lockHomes(ctx context.Context, items []desk.Item, ids []int64) (change map[int64]*growth, known bool, err error) {
	var was map[int64]desk.PlacedItem
	for {
		before := was
		if was, err = t.Placed(ctx, ids); err != nil {
			return nil, false, err
		}
		if change != nil && maps.Equal(was, before) {
			return change, len(was) > 0, nil
		}
		if change, err = t.lockChange(ctx, items, was); err != nil || len(was) == 0 {
			return change, false, err // new items: nobody else sees them yet
		}
	}
}

// lockChange locks once. It locks anew where a topic turns out to lead elsewhere.
func (t *tx) lockChange(ctx context.Context, items []desk.Item, was map[int64]desk.PlacedItem) (map[int64]*growth, error) {
	for {
		change := map[int64]*growth{}
		for i := range items {
			it := &items[i]
			old, known := was[it.ID]
			if known && old.Pinned {
				it.TopicID, it.Doc.Topic = old.Topic, old.Topic
			}
			if known && old.Topic == it.TopicID {
				continue
			}
			if known {
				growthOf(change, old.Topic).by--
			}
			growthOf(change, it.TopicID).join(*it)
		}
		type lead struct{ ID, Into int64 }
		leads, err := all(ctx, t, pgx.RowToStructByPos[lead], `
			SELECT id, coalesce(joined_into, 0) FROM topic WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`, slices.Collect(maps.Keys(change)))
		if err != nil {
			return nil, err
		}
		into := map[int64]int64{}
		for _, l := range leads {
			if l.Into != 0 {
				into[l.ID] = l.Into
			}
		}
		led := false
		for i := range items {
			if to, ok := into[items[i].TopicID]; ok && !was[items[i].ID].Pinned {
				items[i].TopicID, items[i].Doc.Topic, led = to, to, true
			}
		}
		if !led {
			return change, nil
		}
	}
}

func (t *tx) putDocRows(ctx context.Context, items []desk.Item, ids []int64, known bool) error {
	var topics, nearItem, nearOther []int64
	var listed []listing
	var at []time.Time
	var title, region, place []string
	var keys []string
	var payload [][]byte
	var score []float32
	for i, it := range items {
		topics, at = append(topics, it.TopicID), append(at, it.Doc.At)
		title, region, place = append(title, it.Doc.Title), append(region, it.Doc.Region), append(place, it.Doc.Place)
		distinct := slices.Compact(slices.Sorted(slices.Values(it.Doc.Keys)))
		keys, payload = append(keys, bigints(distinct)), append(payload, append([]byte{}, it.Doc.Payload...))
		for _, k := range distinct {
			listed = append(listed, listing{k, it.ID})
		}
		for _, n := range it.Near {
			if n.Item == 0 && n.Index >= 0 && n.Index < len(items) && n.Index != i {
				n.Item = items[n.Index].ID
			}
			if n.Item != 0 && n.Item != it.ID {
				nearItem, nearOther, score = append(nearItem, it.ID), append(nearOther, n.Item), append(score, float32(n.Score))
			}
		}
	}
	if known {
		for _, sql := range []string{
			`DELETE FROM topic_key k USING topic_doc d, unnest(d.keys) AS u(key) WHERE d.item_id = ANY ($1) AND k.key = u.key AND k.item_id = d.item_id`,
			`DELETE FROM item_near WHERE item_id = ANY ($1)`,
		} {
			if _, err := t.exec(ctx, sql, ids); err != nil {
				return err
			}
		}
	}
	if _, err := t.exec(ctx, `
		INSERT INTO topic_doc (item_id, topic_id, at, title, region, place, keys, payload)
		SELECT a.item_id, a.topic_id, a.at, a.title, a.region, a.place, a.keys::bigint[], a.payload
		FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[])
			AS a(item_id, topic_id, at, title, region, place, keys, payload)
		ON CONFLICT (item_id) DO UPDATE SET topic_id = excluded.topic_id, at = excluded.at, title = excluded.title,
			region = excluded.region, place = excluded.place, keys = excluded.keys, payload = excluded.payload`,
		ids, topics, at, title, region, place, keys, payload); err != nil {
		return err
	}
	if err := t.putKeys(ctx, listed); err != nil {
		return err
	}
	if len(nearItem) > 0 {
		if _, err := t.exec(ctx, `
			INSERT INTO item_near (item_id, near_id, score) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::real[]) ON CONFLICT DO NOTHING`,
			nearItem, nearOther, score); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, `
		UPDATE item SET topic_id = a.topic_id FROM unnest($1::bigint[], $2::bigint[]) AS a(id, topic_id)
		WHERE item.id = a.id AND item.topic_id IS DISTINCT FROM a.topic_id`, ids, topics)
	return err
}

// bigints is the text form of an array, for arrays within an array.
func bigints(keys []int64) string {
	b := []byte{'{'}
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, k, 10)
	}
	return string(append(b, '}'))
}

// growth is how a topic changes by a batch.
type growth struct {
	by          int
	first, last time.Time
}

func growthOf(m map[int64]*growth, topic int64) *growth {
	if m[topic] == nil {
		m[topic] = &growth{}
	}
	return m[topic]
}

func (g *growth) join(it desk.Item) {
	g.by++
	if g.first.IsZero() || it.Doc.At.Before(g.first) {
		g.first = it.Doc.At
	}
	if it.Doc.At.After(g.last) {
		g.last = it.Doc.At
	}
}

func (t *tx) growTopics(ctx context.Context, change map[int64]*growth) error {
	if len(change) == 0 {
		return nil
	}
	var ids []int64
	var by []int
	var first, last []*time.Time
	for _, id := range slices.Sorted(maps.Keys(change)) {
		g := change[id]
		ids, by, first, last = append(ids, id), append(by, g.by), append(first, null(g.first)), append(last, null(g.last))
	}
	// least and greatest pass over NULL. A topic of one item came with its heat; the
	// sweep reckons that of the others anew.
	_, err := t.exec(ctx, `
		UPDATE topic SET count = topic.count + a.by, first_at = least(topic.first_at, a.first_at), last_at = greatest(topic.last_at, a.last_at),
			stirred = topic.stirred OR topic.count + a.by <> 1
		FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[]) AS a(id, by, first_at, last_at)
		WHERE topic.id = a.id`, ids, by, first, last)
	return err
}

func (w *where) topics(scope desk.Scope) { w.scope(scope, "tp.region", "", "") }

// TopicByID gives those of its items that are in scope.
func (t *tx) TopicByID(ctx context.Context, scope desk.Scope, id int64) (desk.Topic, error) {
	var w where
	w.add("tp.id = ?", id)
	w.topics(scope)
	topic, err := one(ctx, t, "没有找到这个话题，或不在您的范围内", pgx.RowToStructByNameLax[desk.Topic], topicSelect+w.sql(), w.args...)
	if err != nil {
		return topic, err
	}
	var in where
	in.add("i.topic_id = ?", id)
	in.scope(scope, "i.region", "i.department", "i.source_id")
	topic.Items, err = all(ctx, t, pgx.RowTo[int64], `SELECT i.id FROM item i`+in.sql()+` ORDER BY i.id`, in.args...)
	return topic, err
}

func (t *tx) ListTopics(ctx context.Context, scope desk.Scope, f desk.TopicFilter) ([]desk.Topic, error) {
	var w where
	w.topics(scope)
	w.add("tp.joined_into IS NULL")
	if f.Region != "" {
		w.add("starts_with(tp.region, ?)", f.Region)
	}
	for _, word := range words(f.Query) {
		w.add("(tp.title ILIKE ? OR tp.place ILIKE ?)", contains(word), contains(word))
	}
	rest := ""
	if f.ByHeat {
		w.add("tp.count > 0")
		if f.After > 0 {
			w.add("(tp.heat, tp.id) < (SELECT heat, id FROM topic WHERE id = ?)", f.After)
		}
		rest = w.sql() + " ORDER BY tp.heat DESC, tp.id DESC LIMIT " + w.arg(f.Size())
	} else {
		rest = w.page("tp.id", f.Page)
	}
	return all(ctx, t, pgx.RowToStructByNameLax[desk.Topic], topicSelect+rest, w.args...)
}

// NearOf gives the near-duplicates of an item that are in scope, best first, and
// how near each is. Nearness goes both ways; it is stored once.
func (t *tx) NearOf(ctx context.Context, scope desk.Scope, item int64) ([]desk.Item, []float64, error) {
	scores := map[int64]float64{}
	rows, err := t.q.Query(ctx, `
		SELECT id, max(score)::float8 FROM (
			SELECT near_id AS id, score FROM item_near WHERE item_id = $1
			UNION ALL SELECT item_id, score FROM item_near WHERE near_id = $1) n
		GROUP BY id ORDER BY 2 DESC, 1 LIMIT $2`, item, 4*maxNear)
	if err != nil {
		return nil, nil, translate(err)
	}
	var id int64
	var score float64
	if _, err := pgx.ForEachRow(rows, []any{&id, &score}, func() error { scores[id] = score; return nil }); err != nil {
		return nil, nil, translate(err)
	}
	var w where
	w.add("i.id = ANY (?)", slices.Collect(maps.Keys(scores)))
	w.scope(scope, "i.region", "i.department", "i.source_id")
	items, err := all(ctx, t, itemRow, itemSelect+w.sql(), w.args...)
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(items, func(a, b desk.Item) int {
		return cmp.Or(cmp.Compare(scores[b.ID], scores[a.ID]), cmp.Compare(a.ID, b.ID))
	})
	items = items[:min(len(items), maxNear)]
	near := make([]float64, len(items))
	for i, it := range items {
		near[i] = scores[it.ID]
	}
	return items, near, nil
}
