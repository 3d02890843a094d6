package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// closedItem says whether an item is over: by itself, or with its incident.
const closedItem = `(i.state = 'settled' OR i.state = 'linked' AND EXISTS (SELECT FROM incident n WHERE n.id = i.incident_id AND n.state = 'closed'))`

// ServiceRequests finds the numbers first and the items by them.
func (t *tx) ServiceRequests(ctx context.Context, source int64, f desk.ServiceRequestFilter) ([]desk.ServiceRequest, error) {
	var w where
	w.add("i.source_id = ?", source)
	if f.IDs != nil {
		w.add("i.id = ANY (?)", f.IDs)
	}
	if f.Categories != nil {
		w.add("split_part(i.category, '/', 1) = ANY (?)", f.Categories)
	}
	if f.From != nil {
		w.add("i.received_at >= ?", *f.From)
	}
	if f.To != nil {
		w.add("i.received_at <= ?", *f.To)
	}
	if f.Closed != nil {
		w.add(closedItem+" = ?", *f.Closed)
	}
	limit := w.arg(f.Limit)
	type stand struct {
		id      int64
		closed  bool
		updated time.Time
	}
	stands, err := all(ctx, t, func(row pgx.CollectableRow) (s stand, err error) {
		return s, row.Scan(&s.id, &s.closed, &s.updated)
	}, `SELECT i.id, `+closedItem+`, greatest(i.received_at,
			(SELECT max(e.at) FROM event e WHERE e.subject_kind = 'item' AND e.subject_id = i.id::text AND e.type <> 'item.revealed'),
			(SELECT n.closed_at FROM incident n WHERE n.id = i.incident_id AND n.state = 'closed'))
		FROM item i`+w.sql()+` ORDER BY i.received_at DESC, i.id DESC LIMIT `+limit, w.args...)
	if err != nil || len(stands) == 0 {
		return nil, err
	}
	ids := make([]int64, len(stands))
	for i, s := range stands {
		ids[i] = s.id
	}
	items, err := all(ctx, t, itemRow, itemSelect+` WHERE i.id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]desk.Item, len(items))
	for _, it := range items {
		byID[it.ID] = it
	}
	out := make([]desk.ServiceRequest, len(stands))
	for i, s := range stands {
		out[i] = desk.ServiceRequest{Item: byID[s.id], Closed: s.closed, UpdatedAt: s.updated}
	}
	return out, nil
}
