package pg

import (
	"context"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// standing is desk.Standing with the incident it is about.
type standing struct {
	Incident int64
	desk.Standing
}

func standingRow(kind string) pgx.RowToFunc[standing] {
	return func(row pgx.CollectableRow) (s standing, err error) {
		s.Kind = kind
		var holder string
		if err = row.Scan(&s.Incident, &s.ID, &s.State, &s.Title, &s.Since, &holder); err == nil {
			s.Who = holder
			if kind == "release" {
				s.Who = holderNow(s.State, holder)
			}
		}
		return s, err
	}
}

// holderNow says in words who must act on a release now.
func holderNow(state, holder string) string {
	switch state {
	case desk.ReleaseReview:
		return "保密审查员"
	case desk.ReleaseSign:
		return "审签领导"
	case desk.ReleasePublished:
		return ""
	}
	return holder
}

// fillStands adds, for each clock's incident, the latest release on its way and
// the latest briefing that is scheduled.
func (t *tx) fillStands(ctx context.Context, clocks []desk.Clock) error {
	if len(clocks) == 0 {
		return nil
	}
	at := map[int64][]int{}
	ids := make([]int64, 0, len(clocks))
	for i, c := range clocks {
		if at[c.IncidentID] == nil {
			ids = append(ids, c.IncidentID)
		}
		at[c.IncidentID] = append(at[c.IncidentID], i)
	}
	for _, q := range []struct{ kind, sql string }{
		{"release", `
			SELECT DISTINCT ON (r.incident_id) r.incident_id, r.id, r.state, coalesce(v.title, ''), r.changed_at, ` + personName("p") + `
			FROM release r LEFT JOIN release_version v ON v.release_id = r.id AND v.n = r.version JOIN person p ON p.id = r.holder_id
			WHERE r.incident_id = ANY ($1) AND r.state <> 'published' ORDER BY r.incident_id, r.id DESC`},
		{"briefing", `
			SELECT DISTINCT ON (b.incident_id) b.incident_id, b.id, b.state, b.title, b.created_at,
			       coalesce(nullif(b.agency, ''), ` + personName("p") + `)
			FROM briefing b JOIN person p ON p.id = b.by_id
			WHERE b.incident_id = ANY ($1) AND b.state = 'scheduled' ORDER BY b.incident_id, b.id DESC`},
	} {
		found, err := all(ctx, t, standingRow(q.kind), q.sql, ids)
		if err != nil {
			return err
		}
		for _, s := range found {
			for _, i := range at[s.Incident] {
				clocks[i].Stands = append(clocks[i].Stands, s.Standing)
			}
		}
	}
	return nil
}
