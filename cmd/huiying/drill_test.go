package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

var drillSaid = regexp.MustCompile(`演练 (\d+)：[^\n]*\n  (http://[^\n]+)\n  密码都是 ([a-z0-9]+)`)

// tables counts the rows of a schema's tables and digests them, so that one trace more shows.
func tables(t *testing.T, db *pgx.Conn, schema string) map[string]string {
	t.Helper()
	rows, err := db.Query(t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1`, schema)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		var n int
		var digest *string
		sql := fmt.Sprintf(`SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM %s t`, pgx.Identifier{schema, name}.Sanitize())
		if name == "setting" {
			sql += ` WHERE key NOT IN ('sources-swept', 'topics-swept', 'topics-opened')` // the marks of sweeps, which move by themselves
		}
		if err := db.QueryRow(t.Context(), sql).Scan(&n, &digest); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = fmt.Sprint(n)
		if digest != nil {
			all[name] += " " + *digest
		}
	}
	return all
}

// A drill enters through the real doors of a desk of its own, survives the death of
// its node without losing or doubling anything, and leaves two lines on the record.
func TestDrill(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if _, code := p.run("", "drill", "start", "--data", p.data); code == 0 {
		t.Error("a drill began without a running serve")
	}
	p.start()
	p.person("auditor")
	db, err := pgx.Connect(t.Context(), p.databaseURL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	before := tables(t, db, "huiying")

	out := p.must("", "drill", "start", "--speed", "720")
	said := drillSaid.FindStringSubmatch(out + "\n")
	if said == nil {
		t.Fatalf("no address and password in %q", out)
	}
	if _, code := p.run("", "drill", "start", "--data", p.data); code == 0 {
		t.Error("two drills at once")
	}
	schema := "huiying_drill_" + said[1]
	count := func(sql string) (n int) {
		if err := db.QueryRow(t.Context(), strings.ReplaceAll(sql, "DRILL", schema)).Scan(&n); err != nil {
			t.Log(err)
			return -1
		}
		return n
	}
	res, err := http.Get(said[2] + "/login")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the drill's desk: %s", res.Status)
	}
	p.await("the explosion", func() bool { return count("SELECT count(*) FROM DRILL.item") >= 40 })
	p.stop(syscall.SIGKILL)
	p.start()
	if err := db.Close(t.Context()); err != nil {
		t.Log(err) // it died with the node
	}
	if db, err = pgx.Connect(t.Context(), p.databaseURL()); err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	p.awaitFor(4*time.Minute, "every item, each once", func() bool { // the night's rest, and the lease of the node that died
		return count("SELECT count(*) FROM DRILL.item WHERE external_id LIKE 'drill-%'") >= 256
	})
	if n := count("SELECT count(DISTINCT substr(external_id, 1, 10)) FROM DRILL.item"); n != 256 {
		t.Errorf("%d of the 256 came", n)
	}
	if n := count("SELECT count(*) FROM DRILL.item"); n != 256 {
		t.Errorf("256 came as %d", n)
	}
	if n := count("SELECT count(*) FROM DRILL.quarantine"); n != 0 {
		t.Errorf("%d in quarantine", n)
	}
	for channel, want := range map[string]int{"hotline": 137, "mailbox": 41, "media": 78} {
		if n := count("SELECT count(*) FROM DRILL.item WHERE channel = '" + channel + "'"); n != want {
			t.Errorf("%s: %d of %d", channel, n, want)
		}
	}

	p.must("", "drill", "stop")
	second := p.must("", "drill", "start", "--speed", "720") // the first one's pages remain
	if again := drillSaid.FindStringSubmatch(second + "\n"); again == nil || again[1] == said[1] {
		t.Errorf("the second drill: %q", second)
	}
	p.must("", "drill", "purge")
	if n := count("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'huiying_drill%'"); n != 0 {
		t.Errorf("%d schemas are left", n)
	}
	after := tables(t, db, "huiying")
	for _, record := range []string{"event", "event_pending", "feed", "feed_head"} { // looked at below
		delete(before, record)
		delete(after, record)
	}
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%s was %s and is %s", name, was, after[name])
		}
	}
	rows, err := db.Query(t.Context(), `SELECT type FROM huiying.event WHERE type !~ '^(person|token)' ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	record, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(record, " "); got != "drill.held drill.held drill.purged drill.purged" {
		t.Errorf("on the record: %s", got)
	}
	p.must("", "audit", "verify")
}

// An office writes scenarios of its own; a file that isn't right says where.
func TestDrillScenarios(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "flood.yaml")
	good := "scenario: 1\ntitle: 内涝\nstarts: \"06:00\"\nlength: 2h\nincoming:\n  - {at: 1m, call: 桥下淹了}\n"
	if err := os.WriteFile(file, []byte(good), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, code := p.run("", "drill", "check", file); code != 0 || !strings.Contains(out, "来电 1") {
		t.Errorf("check: %d %s", code, out)
	}
	if out := p.must("", "drill", "list", "--scenarios", dir); !strings.Contains(out, "内涝") || !strings.Contains(out, "chemical-park") {
		t.Errorf("list: %s", out)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(good, "call", "cal", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, code := p.run("", "drill", "check", file); code == 0 {
		t.Error("a mistyped key passed")
	}
}
