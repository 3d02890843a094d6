package pg

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const itemSelect = `
	SELECT i.id, i.source_id, s.name, i.channel, i.external_id, i.title, i.body, i.place, i.url, i.author_name, i.author_phone,
	       i.reach, i.occurred_at, i.received_at, i.state, i.version, i.raw_id, i.raw_part, i.digest, i.verdict, i.unread, i.corrected, i.extra,
	       coalesce(i.topic_id, 0), coalesce(tp.count, 0), coalesce(i.incident_id, 0), i.auto, i.sealed, i.removed_at, i.removed_why, ` + hotColumn + `
	FROM item i JOIN source s ON s.id = i.source_id LEFT JOIN topic tp ON tp.id = i.topic_id LEFT JOIN hot_entry h ON h.item_id = i.id`

func itemRow(row pgx.CollectableRow) (it desk.Item, err error) {
	err = row.Scan(&it.ID, &it.SourceID, &it.Source, &it.Channel, &it.ExternalID, &it.Title, &it.Body, &it.Place, &it.URL,
		&it.Author.Name, &it.Author.Phone, &it.Reach, &it.OccurredAt, &it.ReceivedAt, &it.State, &it.Version, &it.RawID, &it.RawPart,
		&it.Digest, &it.Verdict, &it.Unread, &it.Corrected, &it.Extra, &it.TopicID, &it.TopicSize, &it.IncidentID, &it.Auto, &it.Sealed,
		&it.RemovedAt, &it.RemovedWhy, &it.Hot)
	return it, err
}

// effective are the columns that lists filter on: what the verdict says, a
// person's corrections included. NULL is unknown.
type effective struct {
	verdict                                     *string
	kind, category, region, urgency, department *string
}

func effectiveOf(it desk.Item) (effective, error) {
	v := it.Verdict
	if v == nil {
		return effective{}, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return effective{}, internal(err)
	}
	text := string(b)
	return effective{&text, null(v.Kind), null(v.Category), null(it.Region()), null(v.Urgency), null(v.Department())}, nil
}

// extraOf is the item's extra as text; nil where there is none.
func extraOf(it desk.Item) (*string, error) {
	if it.Extra == nil {
		return nil, nil
	}
	b, err := json.Marshal(it.Extra)
	if err != nil {
		return nil, internal(err)
	}
	text := string(b)
	return &text, nil
}

func identity(a, b desk.Item) int {
	return cmp.Or(cmp.Compare(a.SourceID, b.SourceID), cmp.Compare(a.ExternalID, b.ExternalID))
}

// ReserveItems takes the ids in the order of the items. Each is looked up by itself: an
// anti-join would be planned on what is known of the table, and of one that has just begun
// to grow it is known that it is empty.
func (t *tx) ReserveItems(ctx context.Context, source int64, items []desk.Item) error {
	names := make([]string, len(items))
	for i := range items {
		names[i], items[i].ID = items[i].ExternalID, 0
	}
	rows, err := t.q.Query(ctx, `
		SELECT u.at, nextval(pg_get_serial_sequence('item', 'id')) FROM (
			SELECT u.at FROM unnest($2::text[]) WITH ORDINALITY AS u(external_id, at)
			WHERE (SELECT i.id FROM item i WHERE i.source_id = $1 AND i.external_id = u.external_id) IS NULL ORDER BY u.at) u`, source, names)
	if err != nil {
		return translate(err)
	}
	var at, id int64
	_, err = pgx.ForEachRow(rows, []any{&at, &id}, func() error { items[at-1].ID = id; return nil })
	return translate(err)
}

// InsertItems is one statement, however many items; those that have their ids and are
// many are copied. They go in sorted by identity: two batches that share identities then wait for each other instead of
// deadlocking.
func (t *tx) InsertItems(ctx context.Context, items []desk.Item) ([]bool, error) {
	isNew := make([]bool, len(items))
	if len(items) == 0 {
		return isNew, nil
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return identity(items[a], items[b]) })
	if len(items) >= copyFrom && !slices.ContainsFunc(items, func(it desk.Item) bool { return it.ID == 0 }) {
		if err := t.copyItems(ctx, items, order); err != nil {
			return nil, err
		}
		for i := range isNew {
			isNew[i] = true
		}
		return isNew, nil
	}
	var c itemArrays
	for _, i := range order {
		if err := c.add(items[i]); err != nil {
			return nil, err
		}
	}
	type key struct {
		source   int64
		external string
	}
	rows, err := t.q.Query(ctx, `
		INSERT INTO item (id, source_id, channel, external_id, title, body, place, url, author_name, author_phone, reach, occurred_at,
			received_at, state, version, raw_id, raw_part, digest, topic_id, incident_id,
			verdict, corrected, kind, category, region, urgency, department, tokens, unread, extra)
		OVERRIDING SYSTEM VALUE
		SELECT coalesce(a.id, nextval(pg_get_serial_sequence('item', 'id'))), a.source_id, a.channel, a.external_id, a.title, a.body, a.place, a.url, a.author_name, a.author_phone, a.reach, a.occurred_at,
			a.received_at, a.state, a.version, a.raw_id, a.raw_part, a.digest, a.topic_id, a.incident_id,
			a.verdict::json, string_to_array(a.corrected, ','), a.kind, a.category, a.region, a.urgency, a.department, a.tokens::tsvector, a.unread, a.extra::jsonb
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
			$10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::int[], $15::bigint[], $16::int[], $17::bytea[],
			$18::bigint[], $19::bigint[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], $27::text[],
			$28::boolean[], $29::text[], $30::bigint[])
			AS a(source_id, channel, external_id, title, body, place, url, author_name, author_phone, reach, occurred_at,
			received_at, state, version, raw_id, raw_part, digest, topic_id, incident_id,
			verdict, corrected, kind, category, region, urgency, department, tokens, unread, extra, id)
		ON CONFLICT (source_id, external_id) DO NOTHING
		RETURNING id, source_id, external_id`, c.args()...)
	if err != nil {
		return nil, translate(err)
	}
	made := make(map[key]int64, len(items))
	var id int64
	var k key
	if _, err := pgx.ForEachRow(rows, []any{&id, &k.source, &k.external}, func() error {
		made[k] = id
		return nil
	}); err != nil {
		return nil, translate(err)
	}
	for i := range items { // of two with one identity in a batch, the first is the new one
		k := key{items[i].SourceID, items[i].ExternalID}
		if id, ok := made[k]; ok {
			items[i].ID, isNew[i] = id, true
			delete(made, k)
		}
	}
	return isNew, nil
}

// LockItems locks in the order in which InsertItems inserts.
func (t *tx) LockItems(ctx context.Context, source int64, externalIDs []string) (map[string]desk.Item, error) {
	items, err := all(ctx, t, itemRow, itemSelect+`
		WHERE i.source_id = $1 AND i.external_id = ANY ($2) ORDER BY i.external_id COLLATE "C"`+locked(true, "i"), source, externalIDs)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]desk.Item, len(items))
	for _, it := range items {
		byID[it.ExternalID] = it
	}
	return byID, nil
}

// ReplaceItem leaves received_at alone: the item came in when it first came in.
// Each version's own instant is that of its raw.
func (t *tx) ReplaceItem(ctx context.Context, it desk.Item, _ time.Time) error {
	e, err := effectiveOf(it)
	if err != nil {
		return err
	}
	extra, err := extraOf(it)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `
		INSERT INTO item_version (item_id, version, title, body, digest, raw_id, received_at, extra)
		SELECT i.id, i.version, i.title, i.body, i.digest, i.raw_id, r.received_at, i.extra
		FROM item i JOIN raw r ON r.id = i.raw_id WHERE i.id = $1`, it.ID); err != nil {
		return err
	}
	return t.execOne(ctx, noItem(), `
		UPDATE item SET version = version + 1, title = $2, body = $3, place = $4, url = $5, author_name = $6, author_phone = $7, reach = $8,
			occurred_at = $9, raw_id = $10, raw_part = $11, digest = $12, verdict = $13::text::json, corrected = $14, kind = $15,
			category = $16, region = $17, urgency = $18, department = $19, tokens = $20::text::tsvector, unread = $21,
			extra = $22::text::jsonb
		WHERE id = $1`,
		it.ID, it.Title, it.Body, it.Place, it.URL, it.Author.Name, it.Author.Phone, it.Reach, it.OccurredAt, it.RawID, it.RawPart, it.Digest,
		e.verdict, list(it.Corrected), e.kind, e.category, e.region, e.urgency, e.department, vector(it.Tokens), unread(it), extra)
}

func (t *tx) TakeAway(ctx context.Context, source int64, gone desk.Removal, at time.Time) (it desk.Item, found bool, err error) {
	ids, err := all(ctx, t, pgx.RowTo[int64], `
		UPDATE item SET removed_at = $3, removed_why = $4 WHERE source_id = $1 AND external_id = $2 AND removed_at IS NULL RETURNING id`,
		source, gone.ExternalID, at, gone.Why)
	if err != nil || len(ids) == 0 {
		return it, false, err
	}
	it, err = t.ItemByID(ctx, desk.Scope{}, ids[0], false)
	return it, err == nil, err
}

func (t *tx) PutBack(ctx context.Context, id int64) error {
	return t.execOne(ctx, noItem(), `UPDATE item SET removed_at = NULL, removed_why = '' WHERE id = $1`, id)
}

// Classified doesn't touch an item that has got a reading, a correction or a new
// version in the meantime: the reading is of another text then, or somebody was faster.
func (t *tx) Classified(ctx context.Context, items []desk.Item) error {
	if len(items) == 0 {
		return nil
	}
	items = slices.Clone(items)
	slices.SortFunc(items, func(a, b desk.Item) int { return cmp.Compare(a.ID, b.ID) })
	ids, versions := make([]int64, len(items)), make([]int, len(items))
	var c itemArrays
	for i, it := range items {
		ids[i], versions[i] = it.ID, it.Version
		if err := c.add(it); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, `
		UPDATE item SET verdict = a.verdict::json, corrected = string_to_array(a.corrected, ','), kind = a.kind, category = a.category,
			region = a.region, urgency = a.urgency, department = a.department, tokens = a.tokens::tsvector, unread = false
		FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
			AS a(id, version, verdict, corrected, kind, category, region, urgency, department, tokens)
		WHERE item.id = a.id AND item.version = a.version AND item.unread AND item.corrected = string_to_array(a.corrected, ',')`,
		ids, versions, c.verdict, c.corrected, c.kind, c.category, c.region, c.urgency, c.department, c.tokens)
	return err
}

func (t *tx) Unclassified(ctx context.Context, after int64, limit int) ([]desk.Item, error) {
	return all(ctx, t, itemRow, itemSelect+` WHERE i.unread AND i.id > $1 ORDER BY i.id LIMIT $2`, after, limit)
}

// unread says whether the classifier still has to come to the item.
func unread(it desk.Item) bool { return it.Unread || it.Verdict == nil }

func (t *tx) SaveItem(ctx context.Context, it desk.Item) error {
	e, err := effectiveOf(it)
	if err != nil {
		return err
	}
	return t.execOne(ctx, noItem(), `
		UPDATE item SET state = $2, verdict = $3::text::json, corrected = $4, incident_id = $5, kind = $6, category = $7, region = $8,
			urgency = $9, department = $10
		WHERE id = $1`,
		it.ID, it.State, e.verdict, list(it.Corrected), null(it.IncidentID), e.kind, e.category, e.region, e.urgency, e.department)
}

func noItem() error { return desk.NotFound("没有找到这条来件，或不在您的范围内") }

// list is never NULL.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
