package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"huiying/desk"
	"huiying/desk/pg"
)

// secretFiles lets each flag come from a file named by its variable with _FILE:
// HUIYING_SERVE_SLACK_TOKEN_FILE=/run/secrets/slack. What the file ends with is cut.
type secretFiles struct{}

func (secretFiles) Validate(*kong.Application) error { return nil }

func (secretFiles) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		path := os.Getenv(env + "_FILE")
		if path == "" {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s_FILE: %w", env, err)
		}
		return strings.TrimRight(string(b), "\r\n"), nil
	}
	return nil, nil
}

// databaseFlags are taken by every command that works on the database.
type databaseFlags struct {
	Data        string     `default:"./data" env:"HUIYING_DATA" type:"path" help:"Folder for the private database and what else is kept."`
	DatabaseURL string     `env:"HUIYING_DATABASE_URL,DATABASE_URL" help:"The office's own PostgreSQL, instead of the private one."`
	Policy      policyFlag `embed:""`
}

// policyFlag names the office's own policy.
type policyFlag struct {
	Path string `name:"policy" env:"HUIYING_POLICY" type:"path" help:"The office's policy file (JSON) over the shipped one."`
}

// read reads the office's policy over the shipped one.
func (f policyFlag) read() (desk.Policy, error) {
	if f.Path == "" {
		return desk.DefaultPolicy()
	}
	b, err := os.ReadFile(f.Path)
	if err != nil {
		return desk.Policy{}, err
	}
	return desk.ParsePolicy(b)
}

// open finds the database, migrates it and opens the store. The teardown closes
// both, in order.
func (f databaseFlags) open(ctx context.Context, log *slog.Logger, serve bool) (store *pg.Store, db *pg.Database, teardown func(), err error) {
	db, err = pg.Locate(ctx, pg.LocateOptions{DatabaseURL: f.DatabaseURL, DataDir: f.Data, Serve: serve, Log: log})
	if err != nil {
		return nil, nil, nil, err
	}
	stop := func() {
		// The database outlives the signal that ends the program.
		if err := db.Close(context.WithoutCancel(ctx)); err != nil {
			log.Error("the private database did not stop cleanly", "error", err)
		}
	}
	if err := pg.Migrate(ctx, db.URL, pg.DefaultSchema, log); err != nil {
		stop()
		return nil, nil, nil, err
	}
	name := "huiying"
	if serve {
		name = pg.ServingName
	}
	store, err = pg.Open(ctx, db.URL, pg.Options{Log: log, Name: name})
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	return store, db, func() { store.Close(); stop() }, nil
}

// readSecret takes one line from stdin: a password never stands on a command line.
func readSecret(in io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(in, 4096))
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimRight(line, "\r")
	if line == "" {
		return "", desk.Invalid("password-stdin", "标准输入中没有密码")
	}
	return line, nil
}
