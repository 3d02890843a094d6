package pg

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// hotColumn is where an item stands on a list, of a row h.
const hotColumn = `CASE WHEN h.item_id IS NOT NULL THEN jsonb_build_object('list', h.list, 'rank', h.rank, 'heat', h.heat, 'best', h.best, 'best_at', h.best_at,
	'first', h.first_at, 'since', h.since, 'last', h.last_at, 'stayed', extract(epoch FROM h.stayed), 'left', h.left_at) END`

func (t *tx) SeeHot(ctx context.Context, source int64, at time.Time, list []desk.HotSeen) error {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b desk.HotSeen) int { return cmp.Compare(a.Item, b.Item) }) // locked in one order everywhere
	var items []int64
	var names []string
	var ranks []int
	var heats []*int64
	for _, s := range list {
		items, names, ranks, heats = append(items, s.Item), append(names, s.List), append(ranks, s.Rank), append(heats, s.Heat)
	}
	if _, err := t.exec(ctx, `
		INSERT INTO hot_entry AS h (item_id, source_id, list, rank, heat, best, best_at, first_at, since, last_at)
		SELECT u.item, $1, u.list, u.rank, u.heat, u.rank, $2, $2, $2, $2
		FROM unnest($3::bigint[], $4::text[], $5::int[], $6::bigint[]) AS u(item, list, rank, heat)
		ON CONFLICT (item_id) DO UPDATE SET list = excluded.list, rank = excluded.rank, heat = excluded.heat,
			best = least(h.best, excluded.rank), best_at = CASE WHEN excluded.rank < h.best THEN excluded.last_at ELSE h.best_at END,
			stayed = CASE WHEN h.left_at IS NULL THEN h.stayed ELSE h.stayed + (h.left_at - h.since) END,
			since = CASE WHEN h.left_at IS NULL THEN h.since ELSE excluded.last_at END, last_at = excluded.last_at, left_at = NULL
		WHERE h.last_at < excluded.last_at AND (h.left_at IS NULL OR h.left_at <= excluded.last_at)`, source, at, items, names, ranks, heats); err != nil {
		return err
	}
	_, err := t.exec(ctx, `
		INSERT INTO hot_rank (item_id, at, rank, heat)
		SELECT u.item, $1, u.rank, u.heat FROM unnest($2::bigint[], $3::int[], $4::bigint[]) AS u(item, rank, heat)
		ON CONFLICT DO NOTHING`, at, items, ranks, heats)
	return err
}

func (t *tx) LeaveHot(ctx context.Context, source int64, at time.Time) ([]int64, error) {
	return all(ctx, t, pgx.RowTo[int64], `
		UPDATE hot_entry SET left_at = $2 WHERE item_id IN (
			SELECT item_id FROM hot_entry WHERE source_id = $1 AND left_at IS NULL AND last_at < $2 ORDER BY item_id FOR NO KEY UPDATE)
		RETURNING item_id`, source, at)
}

func (t *tx) HotPoints(ctx context.Context, item int64) ([]desk.HotPoint, error) {
	return all(ctx, t, pgx.RowToStructByPos[desk.HotPoint], `SELECT at, rank, heat FROM hot_rank WHERE item_id = $1 ORDER BY at`, item)
}
