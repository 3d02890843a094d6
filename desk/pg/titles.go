package pg

import (
	"context"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// titleSelects read what records are found by. The scope's columns differ: what hangs on an incident lies where that does.
var titleSelects = map[string]struct{ sql, id, region, department, source string }{
	"item": {`SELECT 'item' AS kind, i.id, coalesce(nullif(i.title, ''), left(i.body, 60)) AS title, i.channel AS note, i.received_at AS at FROM item i`,
		"i.id", "i.region", "i.department", "i.source_id"},
	"topic":    {`SELECT 'topic' AS kind, tp.id, tp.title, tp.count::text AS note, tp.last_at AS at FROM topic tp`, "tp.id", "tp.region", "", ""},
	"incident": {`SELECT 'incident' AS kind, n.id, n.title, ` + level + ` AS note, n.raised_at AS at FROM incident n`, "n.id", "n.region", "", ""},
	"release": {`SELECT 'release' AS kind, r.id, coalesce(nullif(v.title, ''), n.title) AS title, r.state AS note, r.changed_at AS at
		FROM release r JOIN incident n ON n.id = r.incident_id LEFT JOIN release_version v ON v.release_id = r.id AND v.n = r.version`, "r.id", "n.region", "", ""},
	"briefing": {`SELECT 'briefing' AS kind, b.id, b.title, rm.name AS note, b.starts_at AS at
		FROM briefing b JOIN incident n ON n.id = b.incident_id JOIN room rm ON rm.id = b.room_id`, "b.id", "n.region", "", ""},
}

// Titles gives the titles of a kind below an id (0: from the newest), the newest first.
func (t *tx) Titles(ctx context.Context, scope desk.Scope, kind string, before int64, limit int) ([]desk.Title, error) {
	s, ok := titleSelects[kind]
	if !ok {
		return nil, desk.NotFound("没有这一类记录")
	}
	var w where
	w.scope(scope, s.region, s.department, s.source)
	if kind == "item" {
		w.add("NOT i.sealed") // what a sealed letter is called is for those who may read it
	}
	if kind == "topic" {
		w.add("tp.joined_into IS NULL")
	}
	if before > 0 {
		w.add(s.id+" < ?", before)
	}
	return all(ctx, t, pgx.RowToStructByName[desk.Title], s.sql+w.sql()+" ORDER BY "+s.id+" DESC LIMIT "+w.arg(limit), w.args...)
}
