package pg

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"huiying/desk"
)

const itemColumns = `item (id, source_id, channel, external_id, title, body, place, url, author_name, author_phone, reach, occurred_at,
	received_at, state, version, raw_id, raw_part, digest, topic_id, incident_id,
	verdict, corrected, kind, category, region, urgency, department, tokens, unread, extra)`

// copyItems stores many items that have their ids, in the order given. Who finds one
// of their identities taken, by somebody who was quicker, is told desk.ErrRaced.
func (t *tx) copyItems(ctx context.Context, items []desk.Item, order []int) error {
	err := t.copyIn(ctx, itemColumns, len(order), func(r *copyRows, i int) error { return r.item(items[order[i]]) })
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == "23505" && answer.ConstraintName == "item_source_id_external_id_key" {
		return desk.ErrRaced
	}
	return err
}

func (r *copyRows) item(it desk.Item) error {
	e, err := effectiveOf(it)
	if err != nil {
		return err
	}
	extra, err := extraOf(it)
	if err != nil {
		return err
	}
	if it.State == "" {
		it.State = desk.ItemNew
	}
	r.row(30)
	r.int8(it.ID)
	r.int8(it.SourceID)
	for _, s := range [...]string{string(it.Channel), it.ExternalID, it.Title, it.Body, it.Place, it.URL, it.Author.Name, it.Author.Phone} {
		r.text(s)
	}
	maybe(r, r.int8, it.Reach)
	maybe(r, r.time, it.OccurredAt)
	r.time(it.ReceivedAt)
	r.text(it.State)
	r.int4(max(it.Version, 1))
	r.int8(it.RawID)
	r.int4(it.RawPart)
	r.bytes(it.Digest)
	maybe(r, r.int8, null(it.TopicID))
	maybe(r, r.int8, null(it.IncidentID))
	maybe(r, r.text, e.verdict)
	r.texts(it.Corrected)
	for _, s := range [...]*string{e.kind, e.category, e.region, e.urgency, e.department} {
		maybe(r, r.text, s)
	}
	if it.Tokens == nil {
		r.null()
	} else {
		r.vector(lexemes(it.Tokens))
	}
	r.bool(unread(it))
	maybe(r, r.jsonb, extra)
	return nil
}
