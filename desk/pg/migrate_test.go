package pg

import (
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	p := startTest(t, PrivateOptions{Dir: openDir(t), Throwaway: true})
	fresh := func(t *testing.T, name string) string {
		t.Helper()
		run(t, p.AdminURL(), "CREATE DATABASE "+name)
		return p.place.url(name)
	}
	t.Run("many nodes at once", func(t *testing.T) {
		t.Parallel()
		url := fresh(t, "many")
		if have, want := versions(t, url, DefaultSchema); have != 0 || want == 0 {
			t.Errorf("before: %d of %d", have, want)
		}
		var nodes sync.WaitGroup
		for range 4 {
			nodes.Go(func() {
				if err := Migrate(t.Context(), url, DefaultSchema, nil); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		if have, want := versions(t, url, DefaultSchema); have != want {
			t.Errorf("after: %d of %d", have, want)
		}
		if got := ask[int](t, url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"); got != 0 {
			t.Errorf("%d things lie outside the schema", got)
		}
	})
	t.Run("a drill beside the record", func(t *testing.T) {
		t.Parallel()
		url := fresh(t, "two")
		for _, schema := range []string{DefaultSchema, "drill_1"} {
			if err := Migrate(t.Context(), url, schema, nil); err != nil {
				t.Fatal(err)
			}
		}
		shape := "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = "
		record, drill := ask[string](t, url, shape+"'huiying'::regnamespace"), ask[string](t, url, shape+"'drill_1'::regnamespace")
		if record != drill {
			t.Errorf("record and drill differ:\n%s\n%s", record, drill)
		}
		if got := ask[int](t, url, `SELECT count(*) FROM pg_constraint c
			JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid
			WHERE a.relnamespace <> b.relnamespace`); got != 0 {
			t.Errorf("%d references lead from one to the other", got)
		}
		run(t, url, "DROP SCHEMA drill_1 CASCADE")
		if have, want := versions(t, url, DefaultSchema); have != want {
			t.Errorf("throwing the drill away touched the record: %d of %d", have, want)
		}
	})
	t.Run("a newer program was here", func(t *testing.T) {
		t.Parallel()
		url := fresh(t, "newer")
		if err := Migrate(t.Context(), url, DefaultSchema, nil); err != nil {
			t.Fatal(err)
		}
		run(t, url, "INSERT INTO huiying.goose_db_version (version_id, is_applied) VALUES (9000, true)")
		if err := Migrate(t.Context(), url, DefaultSchema, nil); desk.CodeOf(err) != desk.CodeConflict {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a step fails", func(t *testing.T) {
		t.Parallel()
		url := fresh(t, "fails")
		files := fstest.MapFS{
			"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (id int);\n")},
			"0002_b.sql": {Data: []byte("-- +goose Up\nCREATE TABLE b (id int); SELECT 1/0;\n")},
		}
		if err := migrate(t.Context(), url, "s", files, nil); err == nil {
			t.Fatal("no error")
		}
		if got := ask[string](t, url, "SELECT string_agg(relname, ' ') FROM pg_class WHERE relname IN ('a', 'b')"); got != "a" {
			t.Errorf("tables %q: want the whole of the first step, nothing of the second", got)
		}
		files["0002_b.sql"].Data = []byte("-- +goose Up\nCREATE INDEX later ON a (id);\n")
		if err := migrate(t.Context(), url, "s", files, nil); err != nil {
			t.Errorf("mended: %v", err)
		}
	})
	t.Run("an index built beside the traffic", func(t *testing.T) {
		t.Parallel()
		url := fresh(t, "beside")
		files := fstest.MapFS{
			"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (id int);\n")},
			"0002_b.sql": {Data: []byte("-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n")},
		}
		// Waiting nodes must not be what the index waits for.
		var nodes sync.WaitGroup
		for range 3 {
			nodes.Go(func() {
				if err := migrate(t.Context(), url, "s", files, nil); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
	})
	t.Run("not a name", func(t *testing.T) {
		t.Parallel()
		for _, schema := range []string{"", "a b", `a"; DROP`, "Ä", "a,b"} {
			if err := Migrate(t.Context(), p.URL(), schema, nil); err == nil {
				t.Errorf("schema %q was taken", schema)
			}
		}
	})
}

func versions(t *testing.T, url, schema string) (have, want int64) {
	t.Helper()
	config, err := PoolConfig(url, schema)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if have, want, err = MigrationVersion(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	return have, want
}
