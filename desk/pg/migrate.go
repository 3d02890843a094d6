package pg

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"huiying/desk"
	"huiying/migrations"
)

// migrateLock is the advisory lock of the step, one for all schemas of a
// database. The number only has to differ from the program's other locks.
const migrateLock = 0x6875_6979_0001

// Migrate brings one schema to the version of this program: the numbered files
// of package migrations. The schema is made when missing. Any
// number of nodes may call it at once. A schema that a newer program has
// migrated is refused with CodeConflict.
func Migrate(ctx context.Context, url, schema string, log *slog.Logger) error {
	return migrate(ctx, url, schema, migrations.FS, log)
}

func migrate(ctx context.Context, url, schema string, files fs.FS, log *slog.Logger) (err error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	config, err := PoolConfig(url, schema)
	if err != nil {
		return err
	}
	config.MaxConns = 2
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig.Copy())
	if err != nil {
		return connectError(config.ConnConfig, err)
	}
	// Closing the session frees the lock, whatever happened.
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if err := lockMigrations(ctx, conn, log); err != nil {
		return err
	}
	if err := makeSchema(ctx, conn, schema); err != nil {
		return err
	}
	return migrateFiles(ctx, config.ConnConfig, files, schema, log)
}

// lockMigrations polls instead of blocking: a statement that waits inside the
// server holds a snapshot, which CREATE INDEX CONCURRENTLY would wait for in turn.
func lockMigrations(ctx context.Context, conn *pgx.Conn, log *slog.Logger) error {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for tries := 0; ; tries++ {
		var mine bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(migrateLock)).Scan(&mine); err != nil {
			return fmt.Errorf("lock migrations: %w", err)
		}
		if mine {
			return nil
		}
		if tries%100 == 0 {
			log.Info("another node is migrating the database; waiting")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}

// makeSchema asks first: CREATE SCHEMA IF NOT EXISTS wants the right to create
// even where there is nothing to do.
func makeSchema(ctx context.Context, conn *pgx.Conn, schema string) error {
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", schema).Scan(&there); err != nil {
		return fmt.Errorf("look for schema: %w", err)
	}
	if there {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{schema}.Sanitize()); err != nil {
		return fmt.Errorf("create schema: %w", err)
	}
	return nil
}

func migrateFiles(ctx context.Context, config *pgx.ConnConfig, files fs.FS, schema string, log *slog.Logger) (err error) {
	db := stdlib.OpenDB(*config.Copy())
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := newProvider(db, files)
	if err != nil {
		return err
	}
	have, want, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migration versions: %w", err)
	}
	if have > want {
		return &desk.Error{
			Code: desk.CodeConflict, Field: urlField,
			Text: "数据库结构是第 %d 版，比本程序（第 %d 版）新；请换用较新的 huiying，不要用旧程序打开",
			Args: []any{have, want},
		}
	}
	done, err := provider.Up(ctx)
	for _, m := range done {
		log.Info("migrated", "schema", schema, "version", m.Source.Version, "took", m.Duration.String())
	}
	if err != nil {
		return fmt.Errorf("migrate %s: %w", schema, err)
	}
	return nil
}

func newProvider(db *sql.DB, files fs.FS) (*goose.Provider, error) {
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return provider, nil
}

// Row is what one query gives; a pool, a connection and a transaction all have it.
type Row interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// MigrationVersion gives the version of the schema that db's connections see and
// the one this program needs; the desk is ready when they are equal. A schema
// never migrated has version 0.
func MigrationVersion(ctx context.Context, db Row) (have, want int64, err error) {
	if want, err = newestFile(migrations.FS); err != nil {
		return 0, 0, err
	}
	err = db.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&have)
	if missing := new(pgconn.PgError); errors.As(err, &missing) && missing.Code == "42P01" {
		return 0, want, nil
	}
	return have, want, err
}

// StructureDigest tells structures apart: it changes with any file.
func StructureDigest() (string, error) {
	sum := sha256.New()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func newestFile(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", name, err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}
