package pg

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// maxTimeline bounds what is read of one incident's or thing's history.
const maxTimeline = 10_000

const eventColumns = `e.id, e.at, e.acted_at, coalesce(e.actor_id, 0), e.actor, e.via, e.type, e.subject_kind, e.subject_id,
	coalesce(e.incident_id, 0), e.region, e.department, coalesce(e.source_id, 0), e.data, e.before, e.after, e.why`

func eventFields(e *desk.Event) []any {
	return []any{&e.ID, &e.At, &e.ActedAt, &e.ActorID, &e.Actor, &e.Via, &e.Type, &e.Subject.Kind, &e.Subject.ID,
		&e.IncidentID, &e.Region, &e.Department, &e.SourceID, &e.Data, &e.Before, &e.After, &e.Why}
}

func eventRow(row pgx.CollectableRow) (e desk.Event, err error) {
	return e, row.Scan(eventFields(&e)...)
}

// Record appends events in the order given, and the pending marks by which the
// sealer finds them once this transaction is committed.
func (t *tx) Record(ctx context.Context, events ...desk.Event) error {
	if len(events) == 0 {
		return nil
	}
	var c struct {
		at, acted                                               []time.Time
		actorID, incident, source                               []*int64
		actor, via, typ, kind, subject, region, department, why []string
		data, before, after                                     []*string
	}
	for _, e := range events {
		c.at, c.acted = append(c.at, e.At), append(c.acted, e.ActedAt)
		c.actorID, c.incident, c.source = append(c.actorID, null(e.ActorID)), append(c.incident, null(e.IncidentID)), append(c.source, null(e.SourceID))
		c.actor, c.via, c.typ = append(c.actor, e.Actor), append(c.via, e.Via), append(c.typ, e.Type)
		c.kind, c.subject = append(c.kind, e.Subject.Kind), append(c.subject, e.Subject.ID)
		c.region, c.department, c.why = append(c.region, e.Region), append(c.department, e.Department), append(c.why, e.Why)
		c.data, c.before, c.after = append(c.data, jsonText(e.Data)), append(c.before, jsonText(e.Before)), append(c.after, jsonText(e.After))
	}
	t.wake(WakeEvent)
	_, err := t.exec(ctx, `
		WITH recorded AS (
			INSERT INTO event (at, acted_at, actor_id, actor, via, type, subject_kind, subject_id, incident_id, region, department, source_id,
				data, before, after, why)
			SELECT a.at, a.acted_at, a.actor_id, a.actor, a.via, a.type, a.subject_kind, a.subject_id, a.incident_id, a.region, a.department,
				a.source_id, a.data::json, a.before::json, a.after::json, a.why
			FROM unnest($1::timestamptz[], $2::timestamptz[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
				$9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[])
				AS a(at, acted_at, actor_id, actor, via, type, subject_kind, subject_id, incident_id, region, department, source_id,
				data, before, after, why)
			RETURNING id)
		INSERT INTO event_pending (event_id) SELECT id FROM recorded`,
		c.at, c.acted, c.actorID, c.actor, c.via, c.typ, c.kind, c.subject, c.incident, c.region, c.department, c.source,
		c.data, c.before, c.after, c.why)
	return err
}

func jsonText(v json.RawMessage) *string {
	if v == nil {
		return nil
	}
	s := string(v)
	return &s
}

func (t *tx) Timeline(ctx context.Context, incident int64) ([]desk.Event, error) {
	return all(ctx, t, eventRow, `SELECT `+eventColumns+` FROM event e WHERE e.incident_id = $1 ORDER BY e.id LIMIT $2`, incident, maxTimeline)
}

func (t *tx) History(ctx context.Context, subject desk.Subject) ([]desk.Event, error) {
	return all(ctx, t, eventRow, `SELECT `+eventColumns+` FROM event e WHERE e.subject_kind = $1 AND e.subject_id = $2 ORDER BY e.id LIMIT $3`,
		subject.Kind, subject.ID, maxTimeline)
}

func (t *tx) ListEvents(ctx context.Context, f desk.EventFilter) ([]desk.Event, error) {
	var w where
	equal(&w, "e.type", f.Type)
	equal(&w, "e.actor", f.Actor)
	rest := w.page("e.id", f.Page)
	return all(ctx, t, eventRow, `SELECT `+eventColumns+` FROM event e`+rest, w.args...)
}
