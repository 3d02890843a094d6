package pg

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// briefingSelect reads a briefing with those who sit at it; the proof's file only
// where one briefing is asked for.
func briefingSelect(file bool) string {
	column := "NULL::bytea"
	if file {
		column = "b.file"
	}
	return `
	SELECT b.id, b.incident_id, n.title, b.title, rm.name, b.starts_at, b.ends_at,
	       coalesce((SELECT s.name FROM briefing_speaker bs JOIN speaker s ON s.id = bs.speaker_id WHERE bs.briefing_id = b.id AND bs.host), ''),
	       (SELECT jsonb_agg(jsonb_build_object('name', s.name, 'title', bs.title) ORDER BY bs.position)
	        FROM briefing_speaker bs JOIN speaker s ON s.id = bs.speaker_id WHERE bs.briefing_id = b.id AND bs.position > 0),
	       b.agency, b.contact, n.region, b.state, b.held_at, b.held_entered, b.spoke,
	       b.address, b.note, b.file_name, b.file_type, ` + column + `, b.file_digest, b.by_id, ` + personName("p") + `, b.created_at, b.version
	FROM briefing b JOIN incident n ON n.id = b.incident_id JOIN room rm ON rm.id = b.room_id JOIN person p ON p.id = b.by_id`
}

func briefingRow(row pgx.CollectableRow) (b desk.Briefing, err error) {
	err = row.Scan(&b.ID, &b.IncidentID, &b.Incident, &b.Title, &b.Room, &b.Starts, &b.Ends, &b.Host, &b.Speakers, &b.Agency, &b.Contact,
		&b.Region, &b.State, &b.HeldAt, &b.HeldEnter, &b.Spoke, &b.Proof.Address, &b.Proof.Note, &b.Proof.FileName, &b.Proof.FileType,
		&b.Proof.File, &b.Proof.Digest, &b.ByID, &b.By, &b.CreatedAt, &b.Version)
	return b, err
}

// NewBriefing leaves the transaction usable when a booking clashes; the error
// names the other.
func (t *tx) NewBriefing(ctx context.Context, b *desk.Briefing) error {
	if b.State == "" {
		b.State = desk.BriefingScheduled
	}
	return t.booking(ctx, *b, func(room int64) error {
		return t.scan(ctx, `
			INSERT INTO briefing (incident_id, title, room_id, starts_at, ends_at, agency, contact, state, held_at, held_entered, spoke,
				address, note, file_name, file_type, file, file_digest, by_id, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) RETURNING id, version`,
			[]any{b.IncidentID, b.Title, room, b.Starts, b.Ends, b.Agency, b.Contact, b.State, b.HeldAt, b.HeldEnter, b.Spoke,
				b.Proof.Address, b.Proof.Note, b.Proof.FileName, b.Proof.FileType, b.Proof.File, b.Proof.Digest, b.ByID, b.CreatedAt},
			&b.ID, &b.Version)
	}, func() error { return t.seat(ctx, *b) })
}

// SaveBriefing keeps a proof's file that is there already when none is given.
func (t *tx) SaveBriefing(ctx context.Context, b *desk.Briefing) error {
	err := t.booking(ctx, *b, func(room int64) error {
		return t.execOne(ctx, moved(), `
			UPDATE briefing SET title = $3, room_id = $4, starts_at = $5, ends_at = $6, agency = $7, contact = $8, state = $9, held_at = $10,
				held_entered = $11, spoke = $12, address = $13, note = $14, file_name = $15, file_type = $16, file = coalesce($17, file),
				file_digest = coalesce($18, file_digest), version = version + 1
			WHERE id = $1 AND version = $2`,
			b.ID, b.Version, b.Title, room, b.Starts, b.Ends, b.Agency, b.Contact, b.State, b.HeldAt, b.HeldEnter, b.Spoke,
			b.Proof.Address, b.Proof.Note, b.Proof.FileName, b.Proof.FileType, b.Proof.File, b.Proof.Digest)
	}, func() error {
		if _, err := t.exec(ctx, `DELETE FROM briefing_speaker WHERE briefing_id = $1`, b.ID); err != nil {
			return err
		}
		return t.seat(ctx, *b)
	})
	if err == nil {
		b.Version++
	}
	return err
}

// booking runs the steps that the database may refuse for a clash on a savepoint.
// Bookings take turns: two that check each other's rows would deadlock now and
// then, and they are few.
func (t *tx) booking(ctx context.Context, b desk.Briefing, save func(room int64) error, seat func() error) error {
	if _, err := t.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' booking', 0))`); err != nil {
		return err
	}
	room, err := t.roomID(ctx, b.Room)
	if err != nil {
		return err
	}
	if err := t.meetSpeakers(ctx, b); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `SAVEPOINT booking`); err != nil {
		return err
	}
	err = save(room)
	if err == nil {
		err = seat()
	}
	if err == nil {
		_, err = t.exec(ctx, `RELEASE SAVEPOINT booking`)
		return err
	}
	if desk.CodeOf(err) != desk.CodeConflict {
		return err
	}
	if _, undo := t.exec(ctx, `ROLLBACK TO SAVEPOINT booking`); undo != nil {
		return undo
	}
	clashes, find := t.Clashes(ctx, b)
	if find != nil {
		return find
	}
	if len(clashes) == 0 {
		return err
	}
	return clashError(clashes[0], err)
}

// clashError names the other booking.
func clashError(c desk.Clash, cause error) error {
	e := desk.Conflict("room", "会场“%s”在这段时间已被占用：第 %d 号发布会《%s》", c.Name, c.Other.ID, c.Other.Title)
	if c.What == "person" {
		e = desk.Conflict("speakers", "%s在这段时间已有安排：第 %d 号发布会《%s》", c.Name, c.Other.ID, c.Other.Title)
	}
	e.Cause = cause
	return e
}

func (t *tx) roomID(ctx context.Context, name string) (id int64, err error) {
	if _, err := t.exec(ctx, `INSERT INTO room (name) VALUES ($1) ON CONFLICT DO NOTHING`, name); err != nil {
		return 0, err
	}
	err = t.scan(ctx, `SELECT id FROM room WHERE name = $1`, []any{name}, &id)
	return id, err
}

// seated is one person at a briefing.
type seated struct {
	desk.Speaker
	position int // among the speakers, from 1; 0: doesn't speak
	host     bool
}

// seats are host and speakers, each person once.
func seats(b desk.Briefing) []seated {
	var all []seated
	for _, s := range b.Speakers {
		s.Name = strings.TrimSpace(s.Name)
		if s.Name != "" && !slices.ContainsFunc(all, func(o seated) bool { return o.Name == s.Name }) {
			all = append(all, seated{s, len(all) + 1, false})
		}
	}
	host := strings.TrimSpace(b.Host)
	if i := slices.IndexFunc(all, func(o seated) bool { return o.Name == host }); i >= 0 {
		all[i].host = true
	} else if host != "" {
		all = append(all, seated{desk.Speaker{Name: host}, 0, true})
	}
	return all
}

// meetSpeakers makes people known by name, in order of name against deadlocks.
func (t *tx) meetSpeakers(ctx context.Context, b desk.Briefing) error {
	people := seats(b)
	slices.SortFunc(people, func(a, b seated) int { return strings.Compare(a.Name, b.Name) })
	var names, titles []string
	for _, s := range people {
		names, titles = append(names, s.Name), append(titles, s.Title)
	}
	_, err := t.exec(ctx, `
		INSERT INTO speaker (name, title) SELECT * FROM unnest($1::text[], $2::text[])
		ON CONFLICT (name) DO UPDATE SET title = excluded.title WHERE excluded.title <> '' AND excluded.title <> speaker.title`, names, titles)
	return err
}

func (t *tx) seat(ctx context.Context, b desk.Briefing) error {
	var names, titles []string
	var positions []int
	var hosts []bool
	for _, s := range seats(b) {
		names, titles, positions, hosts = append(names, s.Name), append(titles, s.Title), append(positions, s.position), append(hosts, s.host)
	}
	_, err := t.exec(ctx, `
		INSERT INTO briefing_speaker (briefing_id, speaker_id, position, host, title, starts_at, ends_at, live)
		SELECT $1, s.id, a.position, a.host, a.title, $2, $3, $4
		FROM unnest($5::text[], $6::text[], $7::int[], $8::bool[]) AS a(name, title, position, host) JOIN speaker s ON s.name = a.name`,
		b.ID, b.Starts, b.Ends, b.State != desk.BriefingCancelled, names, titles, positions, hosts)
	return err
}

func (t *tx) BriefingByID(ctx context.Context, scope desk.Scope, id int64, lock bool) (desk.Briefing, error) {
	var w where
	w.add("b.id = ?", id)
	w.scope(scope, "n.region", "", "")
	return one(ctx, t, "没有找到这场发布会，或不在您的范围内", briefingRow, briefingSelect(true)+w.sql()+locked(lock, "b"), w.args...)
}

func (t *tx) ListBriefings(ctx context.Context, scope desk.Scope, f desk.BriefingFilter) ([]desk.Briefing, error) {
	var w where
	w.scope(scope, "n.region", "", "")
	equal(&w, "b.state", f.State)
	equal(&w, "rm.name", f.Room)
	equal(&w, "b.incident_id", f.Incident)
	if f.From != nil {
		w.add("b.ends_at > ?", *f.From)
	}
	if f.To != nil {
		w.add("b.starts_at < ?", *f.To)
	}
	rest := w.page("b.id", f.Page)
	return all(ctx, t, briefingRow, briefingSelect(false)+rest, w.args...)
}

// Clashes gives a room's clash before those of people.
func (t *tx) Clashes(ctx context.Context, b desk.Briefing) ([]desk.Clash, error) {
	var names []string
	for _, s := range seats(b) {
		names = append(names, s.Name)
	}
	type hit struct {
		Other      int64
		What, Name string
	}
	hits, err := all(ctx, t, pgx.RowToStructByPos[hit], `
		SELECT * FROM (
			SELECT o.id, 'room' AS what, rm.name FROM briefing o JOIN room rm ON rm.id = o.room_id
			WHERE rm.name = $1 AND o.state <> 'cancelled' AND o.id <> $2 AND tstzrange(o.starts_at, o.ends_at) && tstzrange($3, $4)
			UNION ALL
			SELECT bs.briefing_id, 'person', s.name FROM briefing_speaker bs JOIN speaker s ON s.id = bs.speaker_id
			WHERE s.name = ANY ($5) AND bs.live AND bs.briefing_id <> $2 AND tstzrange(bs.starts_at, bs.ends_at) && tstzrange($3, $4)) c
		ORDER BY what DESC, 1, 3 LIMIT 100`, b.Room, b.ID, b.Starts, b.Ends, names)
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.Other
	}
	others, err := all(ctx, t, briefingRow, briefingSelect(false)+` WHERE b.id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]desk.Briefing, len(others))
	for _, o := range others {
		byID[o.ID] = o
	}
	clashes := make([]desk.Clash, len(hits))
	for i, h := range hits {
		clashes[i] = desk.Clash{What: h.What, Name: h.Name, Other: byID[h.Other]}
	}
	return clashes, nil
}

func (t *tx) Rooms(ctx context.Context) ([]string, error) {
	return all(ctx, t, pgx.RowTo[string], `SELECT name FROM room ORDER BY id`)
}

func (t *tx) SpeakersKnown(ctx context.Context) ([]desk.Speaker, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.Speaker], `SELECT name, title FROM speaker ORDER BY id`)
}
