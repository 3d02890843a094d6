package pg

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// personName is how a person stands in a list.
func personName(alias string) string {
	return "coalesce(nullif(" + alias + ".display_name, ''), " + alias + ".name, '')"
}

// level is the level in force, as desk.Incident.Level says it.
const level = "coalesce(nullif(n.confirmed, ''), n.judged)"

var incidentSelect = `
	SELECT n.id, n.title, n.kind, n.summary, n.place, n.region, n.region_name, n.state, n.needs_response, n.suspected, n.judged, n.confirmed,
	       n.document, n.reaction, n.facts, n.occurred, n.learned, n.received, n.graded, coalesce(n.holder_id, 0), ` + personName("p") + `,
	       n.version, n.raised_at, n.closed_at, (SELECT count(*) FROM incident_item ii WHERE ii.incident_id = n.id)
	FROM incident n LEFT JOIN person p ON p.id = n.holder_id`

func incidentRow(row pgx.CollectableRow) (n desk.Incident, err error) {
	err = row.Scan(&n.ID, &n.Title, &n.Kind, &n.Summary, &n.Place, &n.Region.Code, &n.Region.Name, &n.State, &n.NeedsResponse, &n.Suspected,
		&n.Judged, &n.Confirmed, &n.Document, &n.Reaction, &n.Facts, &n.Occurred, &n.Learned, &n.Received, &n.Graded, &n.HolderID, &n.Holder,
		&n.Version, &n.RaisedAt, &n.ClosedAt, &n.Items)
	return n, err
}

func (t *tx) NewIncident(ctx context.Context, n *desk.Incident) error {
	return t.scan(ctx, `
		INSERT INTO incident (title, kind, summary, place, region, region_name, state, needs_response, suspected, judged, confirmed, document,
			reaction, facts, occurred, learned, received, graded, holder_id, raised_at, closed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) RETURNING id, version`,
		[]any{n.Title, n.Kind, n.Summary, n.Place, n.Region.Code, n.Region.Name, n.State, n.NeedsResponse, n.Suspected, n.Judged, n.Confirmed,
			n.Document, n.Reaction, n.Facts, n.Occurred, n.Learned, n.Received, n.Graded, null(n.HolderID), n.RaisedAt, n.ClosedAt},
		&n.ID, &n.Version)
}

func (t *tx) IncidentByID(ctx context.Context, scope desk.Scope, id int64, lock bool) (desk.Incident, error) {
	var w where
	w.add("n.id = ?", id)
	w.scope(scope, "n.region", "", "")
	return one(ctx, t, "没有找到这个事件，或不在您的范围内", incidentRow, incidentSelect+w.sql()+locked(lock, "n"), w.args...)
}

func (t *tx) ListIncidents(ctx context.Context, scope desk.Scope, f desk.IncidentFilter) ([]desk.Incident, error) {
	var w where
	w.scope(scope, "n.region", "", "")
	equal(&w, "n.state", f.State)
	equal(&w, level, f.Level)
	for _, word := range words(f.Query) {
		w.add("(n.title ILIKE ? OR n.summary ILIKE ? OR n.place ILIKE ?)", contains(word), contains(word), contains(word))
	}
	rest := w.page("n.id", f.Page)
	return all(ctx, t, incidentRow, incidentSelect+rest, w.args...)
}

func (t *tx) SaveIncident(ctx context.Context, n *desk.Incident) error {
	err := t.execOne(ctx, moved(), `
		UPDATE incident SET title = $3, kind = $4, summary = $5, place = $6, region = $7, region_name = $8, state = $9, needs_response = $10,
			suspected = $11, judged = $12, confirmed = $13, document = $14, reaction = $15, facts = $16, occurred = $17, learned = $18,
			received = $19, graded = $20, holder_id = $21, closed_at = $22, version = version + 1
		WHERE id = $1 AND version = $2`,
		n.ID, n.Version, n.Title, n.Kind, n.Summary, n.Place, n.Region.Code, n.Region.Name, n.State, n.NeedsResponse, n.Suspected, n.Judged,
		n.Confirmed, n.Document, n.Reaction, n.Facts, n.Occurred, n.Learned, n.Received, n.Graded, null(n.HolderID), n.ClosedAt)
	if err == nil {
		n.Version++
	}
	return err
}

// Attach makes items linked to the incident, which becomes the one they were
// attached to last.
func (t *tx) Attach(ctx context.Context, incident int64, items []int64, at time.Time) ([]int64, error) {
	items = slices.Compact(slices.Sorted(slices.Values(items)))
	added, err := all(ctx, t, pgx.RowTo[int64], `
		INSERT INTO incident_item (incident_id, item_id, at) SELECT $1, u.id, $3 FROM unnest($2::bigint[]) AS u(id)
		ON CONFLICT DO NOTHING RETURNING item_id`, incident, items, at)
	if err != nil || len(added) == 0 {
		return nil, err
	}
	slices.Sort(added)
	_, err = t.exec(ctx, `UPDATE item SET incident_id = $1, state = 'linked' WHERE id = ANY ($2)`, incident, added)
	return added, err
}

var changeSelect = `
	SELECT c.id, c.incident_id, c.kind, c.grade, c.anchor, c.reason, c.by_id, ` + personName("b") + ` AS by, c.at, c.state,
	       coalesce(c.second_id, 0) AS second_id, ` + personName("s") + ` AS second, c.second_at
	FROM incident_change c JOIN person b ON b.id = c.by_id LEFT JOIN person s ON s.id = c.second_id`

func (t *tx) NewChange(ctx context.Context, c *desk.Change) error {
	if c.State == "" {
		c.State = "pending"
	}
	return t.scan(ctx, `
		INSERT INTO incident_change (incident_id, kind, grade, anchor, reason, by_id, at, state, second_id, second_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		[]any{c.IncidentID, c.Kind, c.Grade, c.Anchor, c.Reason, c.ByID, c.At, c.State, null(c.SecondID), c.SecondAt}, &c.ID)
}

func (t *tx) ChangeByID(ctx context.Context, id int64, lock bool) (desk.Change, error) {
	return one(ctx, t, "没有找到这项变更", pgx.RowToStructByName[desk.Change], changeSelect+` WHERE c.id = $1`+locked(lock, "c"), id)
}

// SaveChange stores the second person's decision, once.
func (t *tx) SaveChange(ctx context.Context, c desk.Change) error {
	return t.execOne(ctx, desk.Conflict("", "这项变更已经处理过了"), `
		UPDATE incident_change SET state = $2, second_id = $3, second_at = $4 WHERE id = $1 AND state = 'pending'`,
		c.ID, c.State, null(c.SecondID), c.SecondAt)
}

func (t *tx) ListChanges(ctx context.Context, incident int64) ([]desk.Change, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.Change], changeSelect+` WHERE c.incident_id = $1 ORDER BY c.id`, incident)
}
