package main

import (
	"context"
	"log/slog"
	"time"

	"huiying/desk/pg"
	"huiying/web"
)

// lettersCmd serves the public letter box and nothing else: none of the office's
// pages, no sign-in, no loops. What it takes in is read by the nodes inside.
type lettersCmd struct {
	DatabaseURL string     `required:"" env:"HUIYING_DATABASE_URL,DATABASE_URL" help:"The office's PostgreSQL, migrated by serve."`
	Policy      policyFlag `embed:""`
	Box         boxFlags   `embed:""`
}

func (c lettersCmd) Run(ctx context.Context, _ streams, log *slog.Logger) error {
	return c.run(ctx, log, func(string) {})
}

// run serves until ctx ends; ready is told the address.
func (c lettersCmd) run(ctx context.Context, log *slog.Logger, ready func(address string)) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	store, err := pg.Open(ctx, c.DatabaseURL, pg.Options{Log: log, Name: "huiying letters"})
	if err != nil {
		return err
	}
	defer store.Close()
	if err := migrated(store)(ctx); err != nil {
		return err
	}
	d := newDesk(store, policy, kinds(nil, nil), time.Now, log)
	return c.Box.serve(ctx, log, ready, web.Options{Desk: d, Sessions: store.Sessions(time.Now),
		Parts: []web.Part{{Name: "database", Alive: store.Ping}, {Name: "migrations", Alive: migrated(store)}}}, store.Run)
}
