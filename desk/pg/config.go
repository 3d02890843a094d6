package pg

import (
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiying/desk"
)

// DefaultSchema holds the real record; a drill lives in one of its own.
const DefaultSchema = "huiying"

var schemaName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)

// PoolConfig reads an address for connections that see one schema and nothing
// beside it, so that a drill can't reach the real record by a forgotten prefix.
func PoolConfig(url, schema string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, desk.Invalid(urlField, "DATABASE_URL 写法不对；应形如 postgres://用户:口令@主机:5432/库名")
	}
	if err := confine(config.ConnConfig, schema); err != nil {
		return nil, err
	}
	return config, nil
}

// confine sets what every connection of the program has in common.
func confine(config *pgx.ConnConfig, schema string) error {
	if !schemaName.MatchString(schema) {
		return fmt.Errorf("schema %q: not a plain name", schema)
	}
	config.RuntimeParams["search_path"] = schema
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "huiying"
	}
	return nil
}
