package pg_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/pg/pgtest"
)

// sealedRecord is twenty events, sealed in four rounds, with the heads of each.
type sealedRecord struct {
	t     *testing.T
	s     *pg.Store
	url   string
	heads string
}

func newSealedRecord(t *testing.T) sealedRecord {
	url := pgtest.New(t)
	r := sealedRecord{t: t, s: openURL(t, url), url: url}
	path := filepath.Join(t.TempDir(), "heads")
	for round := range 4 {
		var events []desk.Event
		for i := range 5 {
			events = append(events, event(round*5+i))
		}
		record(t, r.s, events...)
		at := noon.Add(time.Duration(round)*time.Hour + 123456789)
		sl := pg.NewSealer(r.s, pg.SealerOptions{Now: func() time.Time { return at }, Heads: path})
		stop := background(t, sl.Run)
		until(t, "sealed", 20*time.Second, func() bool { return head(t, r.s) == int64(5*(round+1)) })
		stop()
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r.heads = string(b)
	pgtest.Exec(t, url, `CREATE TABLE kept_event AS TABLE event; CREATE TABLE kept_feed AS TABLE feed; CREATE TABLE kept_head AS TABLE feed_head`)
	return r
}

// tamper runs SQL as somebody whom triggers don't stop.
func (r sealedRecord) tamper(sql string) {
	r.t.Helper()
	pgtest.Exec(r.t, r.url, `SET session_replication_role = replica; `+sql)
}

func (r sealedRecord) restore() {
	r.t.Helper()
	r.tamper(`DELETE FROM feed; DELETE FROM event_pending; DELETE FROM event; DELETE FROM feed_head;
		INSERT INTO event OVERRIDING SYSTEM VALUE TABLE kept_event; INSERT INTO feed TABLE kept_feed; INSERT INTO feed_head TABLE kept_head`)
}

func (r sealedRecord) verify(heads bool) pg.Report {
	r.t.Helper()
	var file io.Reader
	if heads {
		file = strings.NewReader(r.heads)
	}
	return must[pg.Report](r.t)(r.s.Verify(r.t.Context(), file))
}

func kinds(report pg.Report) (list []string) {
	for _, f := range report.Findings {
		if !slices.Contains(list, f.Kind) {
			list = append(list, f.Kind)
		}
	}
	return list
}

// TestRow36EditsAreFound is row 36: whatever is done to the record by hand is found,
// and the row is named.
func TestRow36EditsAreFound(t *testing.T) {
	t.Parallel()
	r := newSealedRecord(t)
	if report := r.verify(true); !report.OK() || report.Sealed != 20 || report.Heads < 4 || report.LastHead != 20 {
		t.Fatalf("untouched: %+v", report)
	}
	type tampering struct {
		sql   string
		kinds []string // in order
		seq   int64
	}
	cases := map[string]tampering{
		"event deleted":           {`DELETE FROM event WHERE id = 7`, []string{pg.FoundDeleted}, 7},
		"row of the feed deleted": {`DELETE FROM feed WHERE seq = 7`, []string{pg.FoundGap, pg.FoundUnsealed}, 7},
		"both deleted":            {`DELETE FROM feed WHERE seq = 7; DELETE FROM event WHERE id = 7`, []string{pg.FoundGap}, 7},
		"several deleted":         {`DELETE FROM feed WHERE seq BETWEEN 7 AND 9`, []string{pg.FoundGap, pg.FoundUnsealed}, 7},
		"first deleted":           {`DELETE FROM feed WHERE seq = 1; DELETE FROM event WHERE id = 1`, []string{pg.FoundGap}, 1},
		"last deleted":            {`DELETE FROM feed WHERE seq = 20; DELETE FROM event WHERE id = 20`, []string{pg.FoundRemade, pg.FoundHead}, 20},
		"all deleted":             {`DELETE FROM feed; DELETE FROM event`, []string{pg.FoundRemade, pg.FoundHead}, 5},
		"cut off, head set back":  {`DELETE FROM feed WHERE seq > 12; DELETE FROM event WHERE id > 12; UPDATE feed_head SET seq = 12, digest = (SELECT digest FROM feed WHERE seq = 12)`, []string{pg.FoundRemade}, 15},
		"digest":                  {`UPDATE feed SET digest = sha256('x') WHERE seq = 7`, []string{pg.FoundEdited}, 7},
		"instant of sealing":      {`UPDATE feed SET sealed_at = sealed_at + interval '1 microsecond' WHERE seq = 7`, []string{pg.FoundEdited}, 7},
		"algorithm":               {`UPDATE feed SET algorithm = 'none' WHERE seq = 7`, []string{pg.FoundAlgorithm}, 7},
		"another event in place":  {`UPDATE feed SET event_id = 21 WHERE seq = 7; UPDATE event SET id = DEFAULT WHERE id = 7`, []string{pg.FoundEdited}, 7},
		"two swapped":             {`UPDATE feed SET event_id = 99 WHERE seq = 13; UPDATE feed SET event_id = 13 WHERE seq = 14; UPDATE feed SET event_id = 14 WHERE seq = 13`, []string{pg.FoundEdited}, 13},
		"head":                    {`UPDATE feed_head SET digest = sha256('x')`, []string{pg.FoundHead}, 20},
		"no head":                 {`DELETE FROM feed_head`, []string{pg.FoundHead, pg.FoundRemade}, 0},
		"epoch":                   {`UPDATE feed_head SET epoch = 'other'`, []string{pg.FoundRemade}, 5},
		"mark removed":            {`INSERT INTO event OVERRIDING SYSTEM VALUE SELECT 99, at, acted_at, actor_id, actor, via, type, subject_kind, subject_id, incident_id, region, department, source_id, data, before, after, why FROM event WHERE id = 1`, []string{pg.FoundUnsealed}, 0},
		"deleted before sealing":  {`INSERT INTO event_pending VALUES (98)`, []string{pg.FoundDeleted}, 0},
		"to be sealed twice":      {`INSERT INTO event_pending VALUES (3)`, []string{pg.FoundUnsealed}, 0},
	}
	for column, value := range map[string]string{
		"at": `at + interval '1 microsecond'`, "acted_at": `'infinity'`, "actor_id": `NULL`, "actor": `'李值班'`, "via": `''`, "type": `'clock.missed'`,
		"subject_kind": `'incident'`, "subject_id": `subject_id || ' '`, "incident_id": `4`, "region": `''`, "department": `'住建局'`, "source_id": `0`,
		"data": `'{"b":1,"a":"\u0000"}'`, "before": `NULL`, "after": `'[2]'`, "why": `''`,
	} {
		cases["event's "+column] = tampering{fmt.Sprintf(`UPDATE event SET %s = %s WHERE id = 7`, column, value), []string{pg.FoundEdited}, 7}
	}
	for name, c := range cases {
		r.tamper(c.sql)
		report := r.verify(true)
		if report.OK() || !slices.Equal(kinds(report), c.kinds) || report.Findings[0].Seq != c.seq || report.Findings[0].Text == "" {
			t.Errorf("%s: found %+v", name, report.Findings)
		}
		r.restore()
	}
	if report := r.verify(true); !report.OK() {
		t.Fatalf("restored: %+v", report)
	}
}

// TestRemadeChainIsFoundByHeadsAlone is trap 10: inside the database a chain made
// anew is as good as the old one.
func TestRemadeChainIsFoundByHeadsAlone(t *testing.T) {
	t.Parallel()
	r := newSealedRecord(t)
	for name, c := range map[string]struct {
		sql string
		seq int64
	}{
		"edited":                 {`UPDATE event SET why = '改写' WHERE id = 12`, 15},
		"edited at the end":      {`UPDATE event SET why = '改写' WHERE id = 20`, 20},
		"deleted and renumbered": {`DELETE FROM feed WHERE seq = 2; DELETE FROM event WHERE id = 2`, 5},
	} {
		r.tamper(c.sql)
		if err := r.s.Rechain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if report := r.verify(false); !report.OK() {
			t.Errorf("%s: the chain was remade badly, this proves nothing: %+v", name, report)
		}
		report := r.verify(true)
		if report.OK() || report.Findings[0].Kind != pg.FoundRemade || report.Findings[0].Seq != c.seq {
			t.Errorf("%s: found %+v", name, report.Findings)
		}
		r.restore()
	}
}

// TestChainIsWhatDocSays recomputes the digests by SQL, from the words of doc.go.
func TestChainIsWhatDocSays(t *testing.T) {
	t.Parallel()
	r := newSealedRecord(t)
	record(t, r.s, desk.Event{At: noon, ActedAt: noon, Actor: "系统", Via: "system", Type: "x", Subject: desk.Subject{Kind: "y"}}) // NULLs
	sealAll(t, sealer(r.s))
	pgtest.Exec(t, r.url, `
		CREATE FUNCTION n(bigint) RETURNS bytea LANGUAGE sql AS $$ SELECT coalesce('\x01'::bytea || int8send($1), '\x00') $$;
		CREATE FUNCTION n(timestamptz) RETURNS bytea LANGUAGE sql AS $$ SELECT n((extract(epoch FROM $1) * 1000000)::bigint) $$;
		CREATE FUNCTION s(text) RETURNS bytea LANGUAGE sql AS $$ SELECT coalesce(n(octet_length(convert_to($1, 'UTF8'))) || convert_to($1, 'UTF8'), '\x00') $$;`)
	if n := count(t, r.s, `
		SELECT count(*) FROM feed f JOIN event e ON e.id = f.event_id LEFT JOIN feed p ON p.seq = f.seq - 1
		WHERE f.digest = sha256(coalesce(p.digest, decode(repeat('00', 32), 'hex')) || int8send(f.seq) || int8send((extract(epoch FROM f.sealed_at) * 1000000)::bigint)
			|| n(e.id) || n(e.at) || n(e.acted_at) || n(e.actor_id) || s(e.actor) || s(e.via) || s(e.type) || s(e.subject_kind) || s(e.subject_id)
			|| n(e.incident_id) || s(e.region) || s(e.department) || n(e.source_id) || s(e.data::text) || s(e.before::text) || s(e.after::text) || s(e.why))`); n != 21 {
		t.Errorf("%d of 21 digests", n)
	}
}
