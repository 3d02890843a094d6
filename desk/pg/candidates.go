package pg

import (
	"cmp"
	"context"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// perKey is how many of the newest documents under one key a look-up reads. A flood about
// one matter shares its keys by the thousand; the newest of them are as good as all. The
// index in memory, of classify/topic, reads as many.
const perKey = 32

// Candidates reads, for each key of each probe, the newest documents under it,
// and ranks them by the keys they share. Newest is by id: by arrival. What arrives
// together shares keys: each is looked up once.
func (t *tx) Candidates(ctx context.Context, probes []desk.TopicDoc, limit int) ([][]desk.TopicDoc, error) {
	found := make([][]desk.TopicDoc, len(probes))
	var keys []int64
	for _, p := range probes {
		keys = append(keys, p.Keys...)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 || limit <= 0 {
		return found, nil
	}
	if len(probes) == 1 {
		var err error
		found[0], err = t.candidates(ctx, keys, probes[0].Item, limit)
		return found, err
	}
	under, err := t.underKeys(ctx, keys, perKey)
	if err != nil || len(under) == 0 {
		return found, err
	}
	best := make([][]int64, len(probes))
	var ids []int64
	var r ranking
	for i, p := range probes {
		best[i] = r.best(p, under, limit)
		ids = append(ids, best[i]...)
	}
	slices.Sort(ids)
	docs, err := t.docs(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	for i := range probes {
		found[i] = make([]desk.TopicDoc, 0, len(best[i]))
		for _, id := range best[i] {
			if d, ok := docs[id]; ok {
				found[i] = append(found[i], d)
			}
		}
	}
	return found, nil
}

// underKeys gives the newest documents under each key that has any.
func (t *tx) underKeys(ctx context.Context, keys []int64, each int) (map[int64][]int64, error) {
	rows, err := t.q.Query(ctx, `
		SELECT u.key, k.items FROM unnest($1::bigint[]) AS u(key)
		CROSS JOIN LATERAL (
			SELECT array_agg(item_id) AS items FROM (
				SELECT item_id FROM topic_key WHERE topic_key.key = u.key ORDER BY item_id DESC LIMIT $2) n) k
		WHERE k.items IS NOT NULL`, keys, each)
	if err != nil {
		return nil, translate(err)
	}
	under := make(map[int64][]int64, len(keys)/4)
	var arena []int64
	for rows.Next() {
		// The server's binary form, as pgx asks for both types: a number, and an array of
		// numbers, each with its length, behind a head of 20 bytes.
		values := rows.RawValues()
		from := len(arena)
		for list := values[1][min(20, len(values[1])):]; len(list) >= 12; list = list[12:] {
			arena = append(arena, int64(binary.BigEndian.Uint64(list[4:])))
		}
		under[int64(binary.BigEndian.Uint64(values[0]))] = arena[from:len(arena):len(arena)]
	}
	return under, translate(rows.Err())
}

// ranking counts which documents share most keys with one; it is used again and again.
type ranking struct {
	slots  []ranked // an open table
	round  uint32
	listed []uint64
}

type ranked struct {
	item  int64
	at    uint32 // position in listed
	round uint32 // which look-up wrote it
}

// ofKeys is where in the rank the number of shared keys stands, above the id.
const ofKeys = 48

// best gives the documents that share most keys with the probe, then the newest.
func (r *ranking) best(probe desk.TopicDoc, under map[int64][]int64, limit int) []int64 {
	all := 0
	for _, k := range probe.Keys {
		all += len(under[k])
	}
	if all == 0 {
		return nil
	}
	if size := 1 << bits.Len(uint(2*all)); len(r.slots) < size {
		r.slots, r.round = make([]ranked, size), 0
	}
	r.round++
	mask, listed := uint64(len(r.slots)-1), r.listed[:0]
	for _, k := range slices.Compact(slices.Sorted(slices.Values(probe.Keys))) {
		for _, item := range under[k] {
			at := uint64(item) * 0x9E3779B97F4A7C15 >> 20 & mask
			for r.slots[at].round == r.round && r.slots[at].item != item {
				at = (at + 1) & mask
			}
			if r.slots[at].round != r.round {
				r.slots[at] = ranked{item, uint32(len(listed)), r.round}
				listed = append(listed, uint64(item))
			}
			listed[r.slots[at].at] += 1 << ofKeys
		}
	}
	r.listed = listed
	slices.SortFunc(listed, func(a, b uint64) int { return cmp.Compare(b, a) })
	list := make([]int64, 0, min(len(listed), limit))
	for _, l := range listed {
		if item := int64(l & (1<<ofKeys - 1)); item != probe.Item && len(list) < limit {
			list = append(list, item)
		}
	}
	return list
}

// candidates is Candidates of one document: one question instead of two.
func (t *tx) candidates(ctx context.Context, keys []int64, self int64, limit int) ([]desk.TopicDoc, error) {
	return all(ctx, t, docRow, `
		WITH best AS (
			SELECT k.item_id, count(*) AS shared
			FROM unnest($1::bigint[]) AS u(key)
			CROSS JOIN LATERAL (SELECT item_id FROM topic_key WHERE topic_key.key = u.key ORDER BY item_id DESC LIMIT $4) k
			WHERE k.item_id <> $2
			GROUP BY k.item_id ORDER BY shared DESC, k.item_id DESC LIMIT $3)
		SELECT d.item_id, d.topic_id, d.at, d.title, d.region, d.place, d.keys, d.payload
		FROM best JOIN topic_doc d ON d.item_id = best.item_id ORDER BY best.shared DESC, best.item_id DESC`, keys, self, limit, perKey)
}

func docRow(row pgx.CollectableRow) (d desk.TopicDoc, err error) {
	err = row.Scan(&d.Item, &d.Topic, &d.At, &d.Title, &d.Region, &d.Place, &d.Keys, &d.Payload)
	return d, err
}

// docs reads documents once each, however many probes found them.
func (t *tx) docs(ctx context.Context, items []int64) (map[int64]desk.TopicDoc, error) {
	rows, err := all(ctx, t, docRow, `SELECT item_id, topic_id, at, title, region, place, keys, payload FROM topic_doc WHERE item_id = ANY ($1)`, items)
	docs := make(map[int64]desk.TopicDoc, len(rows))
	for _, d := range rows {
		docs[d.Item] = d
	}
	return docs, err
}

// listing is a document under one of its keys.
type listing struct{ key, item int64 }

// putKeys stores documents under their keys, in the order of the index.
func (t *tx) putKeys(ctx context.Context, listed []listing) error {
	slices.SortFunc(listed, func(a, b listing) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.item, b.item)) })
	if len(listed) >= copyFrom {
		return t.copyIn(ctx, `topic_key (key, item_id)`, len(listed), func(r *copyRows, i int) error {
			r.row(2)
			r.int8(listed[i].key)
			r.int8(listed[i].item)
			return nil
		})
	}
	keys, items := make([]int64, len(listed)), make([]int64, len(listed))
	for i, l := range listed {
		keys[i], items[i] = l.key, l.item
	}
	_, err := t.exec(ctx, `INSERT INTO topic_key (key, item_id) SELECT * FROM unnest($1::bigint[], $2::bigint[])`, keys, items)
	return err
}
