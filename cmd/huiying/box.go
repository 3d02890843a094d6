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
	"huiying/web"
)

// boxFlags are where and how a node of its own serves the public letter box.
type boxFlags struct {
	Listen string   `default:"127.0.0.1:8088" help:"Address of the letter box."`
	Secure bool     `help:"People come over TLS (a proxy in front)."`
	Origin []string `help:"Address under which people reach the letter box when a proxy rewrites Host."`
	Proxy  []string `help:"Network (CIDR) of proxies whose X-Forwarded-For is believed."`
}

// serve serves the letter box over what o holds (desk, sessions, box, parts) until ctx
// ends, and runs beside it what keeps it going. ready is told the address.
func (c boxFlags) serve(ctx context.Context, log *slog.Logger, ready func(address string), o web.Options, beside func(context.Context) error) error {
	static, err := web.NewStatic()
	if err != nil {
		return err
	}
	o.Static = static
	if o.Views, err = web.NewViews(o.Desk.Policy.Office.Location, static); err != nil {
		return err
	}
	o.Only, o.Letters, o.Real, o.Log, o.Version = web.OnlyLetters, true, time.Now, log, version
	o.Secure, o.Origins, o.Proxies = c.Secure, c.Origin, c.Proxy
	o.Hub = live.New(live.Options{Feed: o.Desk.Feed, Real: time.Now, Log: log})
	site, err := web.New(o)
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
	g.Go(func() error { return beside(ctx) })
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
