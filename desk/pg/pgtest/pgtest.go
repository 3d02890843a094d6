// Package pgtest gives tests databases of their own on a real PostgreSQL: fresh,
// migrated, in some tens of milliseconds each, so that tests run in parallel and
// commit as the program does.
//
// `make test` starts one cluster for all packages and names it in
// HUIYING_TEST_DATABASE_URL. Without it each test process runs a private one,
// which ends with the process; its folder is kept for the next.
package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk/pg"
)

// AdminEnv names a PostgreSQL whose user may create databases.
const AdminEnv = "HUIYING_TEST_DATABASE_URL"

// New gives the address of an empty, migrated database that lasts as long as the
// test. Its structure is in pg.DefaultSchema.
func New(t testing.TB) string {
	t.Helper()
	admin := adminURL(t)
	template, err := prepare(t.Context(), admin)
	if err != nil {
		t.Fatalf("template database: %v", err)
	}
	return create(t, admin, template)
}

// NewBare gives a database with nothing in it, for tests of the migration itself.
func NewBare(t testing.TB) string {
	t.Helper()
	return create(t, adminURL(t), "template0")
}

// Exec runs statements in a database of New, in the program's schema.
func Exec(t testing.TB, url, statements string) {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.RuntimeParams["search_path"] = pg.DefaultSchema
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statements); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

// one starts this process's cluster at most once. It ends with the process, by
// the kernel's hand: package testing has no hook for "all tests are over".
var one = sync.OnceValues(func() (string, error) {
	if url := os.Getenv(AdminEnv); url != "" {
		return url, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cluster, err := Start(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", err
	}
	return cluster.AdminURL(), nil
})

func adminURL(t testing.TB) string {
	t.Helper()
	url, err := one()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	return url
}

func create(t testing.TB, admin, template string) string {
	t.Helper()
	name := databasePrefix + randomName()
	// Copying files takes a checkpoint, which costs little where nothing is synced:
	// 55 ms against 195 ms through the log (go test -bench New ./desk/pg/pgtest).
	if err := execute(t.Context(), admin, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s ENCODING 'UTF8' STRATEGY file_copy", name, template)); err != nil {
		t.Fatalf("create test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := execute(ctx, admin, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	at, err := withDatabase(admin, name)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func randomName() string {
	random := make([]byte, 8)
	rand.Read(random) // never fails
	return hex.EncodeToString(random)
}

func withDatabase(admin, name string) (string, error) {
	at, err := url.Parse(admin)
	if err != nil {
		return "", fmt.Errorf("%s: want a postgres:// address", AdminEnv)
	}
	at.Path = "/" + name
	return at.String(), nil
}

func execute(ctx context.Context, url string, statements ...string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
