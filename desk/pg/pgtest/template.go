package pgtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk/pg"
)

const (
	databasePrefix = "huiying_test_"
	templatePrefix = "huiying_template_"
	// templateLock guards the making of the template against other processes.
	templateLock = 0x6875_6979_0002
)

// prepared remembers, per process, that the template stands.
var prepared struct {
	sync.Mutex
	name string
}

// prepare gives the name of the migrated template, made when missing. Its name
// holds the structure's digest, so that an edited migration makes a new one.
func prepare(ctx context.Context, admin string) (string, error) {
	prepared.Lock()
	defer prepared.Unlock()
	if prepared.name != "" {
		return prepared.name, nil
	}
	digest, err := pg.StructureDigest()
	if err != nil {
		return "", err
	}
	name := templatePrefix + digest[:16]
	if err := makeTemplate(ctx, admin, name); err != nil {
		return "", err
	}
	prepared.name = name
	return name, nil
}

func makeTemplate(ctx context.Context, admin, name string) (err error) {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	// Ending the session frees the lock.
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if err := lock(ctx, conn); err != nil {
		return err
	}
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return err
	}
	// Under another name until it is whole; a killed test leaves a half one.
	half := name + "_half"
	for _, statement := range []string{
		fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", half),
		fmt.Sprintf("CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", half),
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	at, err := withDatabase(admin, half)
	if err != nil {
		return err
	}
	if err := pg.Migrate(ctx, at, pg.DefaultSchema, nil); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", half, name))
	return err
}

func lock(ctx context.Context, conn *pgx.Conn) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		var mine bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(templateLock)).Scan(&mine); err != nil || mine {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}

// tidy drops what former test processes left in a cluster that is ours alone,
// and templates of structures that have passed.
func tidy(ctx context.Context, admin string) error {
	digest, err := pg.StructureDigest()
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, databasePrefix) && !strings.HasPrefix(name, templatePrefix) || name == templatePrefix+digest[:16] {
			continue
		}
		if _, err := conn.Exec(ctx, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", pgx.Identifier{name}.Sanitize())); err != nil {
			return err
		}
	}
	return nil
}
