package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"huiying/desk/pg"
)

func TestDatabasesAreFreshAndApart(t *testing.T) {
	t.Parallel()
	names := make(chan string, 8)
	t.Run("each", func(t *testing.T) {
		for i := range cap(names) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				url := New(t)
				// Fails where another's table shows.
				Exec(t, url, "CREATE TABLE mine (id int)")
				if have, want := version(t, url); have != want || have == 0 {
					t.Errorf("structure %d, want %d", have, want)
				}
				names <- url
			})
		}
	})
	close(names)
	seen := map[string]bool{}
	for url := range names {
		if seen[url] {
			t.Errorf("%s given twice", url)
		}
		seen[url] = true
		if conn, err := pgx.Connect(t.Context(), url); err == nil {
			t.Errorf("%s outlives its test", url)
			if err := conn.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}

func version(t *testing.T, url string) (have, want int64) {
	t.Helper()
	config, err := pg.PoolConfig(url, pg.DefaultSchema)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if have, want, err = pg.MigrationVersion(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	return have, want
}

func TestClustersRunBesideEachOther(t *testing.T) {
	ctx := context.Background()
	t.Setenv("TMPDIR", openDir(t))
	folders := map[string]bool{}
	for range 2 {
		cluster, err := Start(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := cluster.Stop(ctx); err != nil {
				t.Error(err)
			}
		}()
		folders[cluster.Folder()] = true
	}
	if len(folders) != 2 {
		t.Errorf("folders %v", folders)
	}
}

func TestLeftoversAndDamageGo(t *testing.T) {
	ctx := context.Background()
	t.Setenv("TMPDIR", openDir(t))
	first, err := Start(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{databasePrefix + "left", templatePrefix + "old"} {
		if err := execute(ctx, first.AdminURL(), "CREATE DATABASE "+name); err != nil {
			t.Fatal(err)
		}
	}
	if err := makeTemplate(ctx, first.AdminURL(), templatePrefix+"whole"); err != nil {
		t.Fatal(err)
	}
	if err := tidy(ctx, first.AdminURL()); err != nil {
		t.Fatal(err)
	}
	if err := execute(ctx, first.AdminURL(), "CREATE DATABASE "+databasePrefix+"left"); err != nil {
		t.Errorf("leftovers stay: %v", err)
	}
	if err := first.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(first.Folder(), "cluster", "global", "pg_control"), 0); err != nil {
		t.Fatal(err)
	}
	again, err := Start(ctx, nil)
	if err != nil {
		t.Fatalf("a damaged cluster isn't made anew: %v", err)
	}
	if again.Folder() != first.Folder() {
		t.Errorf("in %s, not %s", again.Folder(), first.Folder())
	}
	if err := again.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "huiying-pgtest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func BenchmarkNew(b *testing.B) {
	New(b)
	for b.Loop() {
		New(b)
	}
}
