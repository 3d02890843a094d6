package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"huiying/desk/live"
	"huiying/desk/pg"
	"huiying/web"
)

// lettersCmd serves the public letter box and nothing else: none of the office's
// pages, no sign-in, no loops. What it takes in is read by the nodes inside.
type lettersCmd struct {
	Listen      string     `default:"127.0.0.1:8088" help:"Address of the letter box."`
	DatabaseURL string     `required:"" env:"HUIYING_DATABASE_URL,DATABASE_URL" help:"The office's PostgreSQL, migrated by serve."`
	Policy      policyFlag `embed:""`
	Secure      bool       `help:"People come over TLS (a proxy in front)."`
	Origin      []string   `help:"Address under which people reach the letter box when a proxy rewrites Host."`
	Proxy       []string   `help:"Network (CIDR) of proxies whose X-Forwarded-For is believed."`
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
	static, err := web.NewStatic()
	if err != nil {
		return err
	}
	views, err := web.NewViews(policy.Office.Location, static)
	if err != nil {
		return err
	}
	site, err := web.New(web.Options{Only: web.OnlyLetters, Letters: true, Desk: d, Views: views, Static: static, Real: time.Now, Log: log, Version: version,
		Hub: live.New(live.Options{Feed: d.Feed, Real: time.Now, Log: log}), Sessions: store.Sessions(time.Now),
		Parts:  []web.Part{{Name: "database", Alive: store.Ping}, {Name: "migrations", Alive: migrated(store)}},
		Secure: c.Secure, Origins: c.Origin, Proxies: c.Proxy})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", c.Listen, err)
	}
	server := &http.Server{Handler: site.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return store.Run(ctx) })
	g.Go(func() error {
		log.Info("listening", "address", "http://"+listener.Addr().String())
		ready("http://" + listener.Addr().String())
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopIn)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			return server.Close()
		}
		return nil
	})
	return g.Wait()
}
