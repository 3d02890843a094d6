package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"huiying/classify/rules"
	"huiying/desk"
	"huiying/desk/live"
	"huiying/desk/notify"
	"huiying/desk/pg"
	"huiying/desk/sweep"
	"huiying/ingest"
	"huiying/ingest/hotline"
	"huiying/web"
)

type serveCmd struct {
	databaseFlags
	Listen       string         `default:"127.0.0.1:8080" help:"Address of pages and API."`
	Test         bool           `help:"Let HUIYING_CLOCK_FILE move office time, poll sources each second, show /look."`
	AllowNet     []netip.Prefix `help:"Network (CIDR) that outbound fetches may reach besides public addresses; repeat for several."`
	Secure       bool           `help:"People come over TLS (a proxy in front): cookies say so."`
	Origin       []string       `help:"Address under which people reach the desk when a proxy rewrites Host."`
	Proxy        []string       `help:"Network (CIDR) of proxies whose X-Forwarded-For is believed."`
	SlackToken   string         `help:"Bot token; alerts go to Slack once token and channel are set."`
	SlackChannel string         `help:"Channel that alerts go to."`
	SlackAPIURL  string         `name:"slack-api-url" help:"Address of the Slack API; for tests."`
}

// running is a desk that answers.
type running struct {
	desk    *desk.Desk
	address string
}

func (c serveCmd) Run(ctx context.Context, _ streams, log *slog.Logger) error {
	return c.run(ctx, log, func(context.Context, running) error { return nil })
}

// stopIn bounds how long requests may take to end when the program is told to.
const stopIn = 10 * time.Second

// run ties the knots, in straight lines, and runs everything until ctx ends or a
// part fails. ready is called once the desk answers.
func (c serveCmd) run(ctx context.Context, log *slog.Logger, ready func(context.Context, running) error) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	clock := &officeClock{}
	if c.Test {
		clock.path = os.Getenv("HUIYING_CLOCK_FILE")
		clock.read(log)
	}
	store, private, teardown, err := c.open(ctx, log, true)
	if err != nil {
		return err
	}
	defer teardown()
	engine, discoverer, err := newClassifier(policy)
	if err != nil {
		return err
	}
	guard := &ingest.Guard{Allow: c.AllowNet}
	sources := kinds(guard)
	if c.Test {
		for i := range sources {
			sources[i].Every = time.Second
		}
	}
	d := newDesk(store, policy, sources, clock.now, log)
	d.Classifier, d.Discoverer = engine, discoverer
	if d.Directory, err = rules.Directory(); err != nil {
		return err
	}
	table, err := c.notifiers()
	if err != nil {
		return err
	}
	d.Channels = table.Channels()

	// Loops, each woken by the store and each its own truth.
	wake := func(topic string) <-chan struct{} { ch, _ := store.Wake(topic); return ch }
	sealer := pg.NewSealer(store, pg.SealerOptions{Now: clock.now, Heads: c.headsFile(), Log: log})
	deadlines := sweep.Deadlines(d, wake("clock"))
	raws, unclassified := sweep.Raws(d), sweep.Unclassified(d)
	runner := &ingest.Runner{Desk: d, Kinds: sources, Wake: wake("source"), Log: log}

	static, err := web.NewStatic()
	if err != nil {
		return err
	}
	views, err := web.NewViews(policy.Office.Location, static)
	if err != nil {
		return err
	}
	hub := live.New(live.Options{Feed: d.Feed, Wake: wake("feed"), Real: time.Now, Log: log,
		Renderers: map[string]live.Renderer{web.FormatHTML: web.HTML(d, views)}})
	sessions := store.Sessions(time.Now)
	var site *web.Server
	site, err = web.New(web.Options{
		Desk: d, Hub: hub, Sessions: sessions, Views: views, Static: static, Real: time.Now, Log: log, Version: version, Look: c.Test,
		Push: func(who func(*http.Request) (desk.Source, error), fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
			return hotline.Push{Receive: site.Receive(d.Receive), Who: who, Fail: fail, Log: log}.Handler()
		},
		Parts: []web.Part{
			{Name: "database", Alive: store.Ping},
			{Name: "migrations", Alive: migrated(store)},
			{Name: "sweep", Alive: lately(deadlines.Alive, time.Now)},
			{Name: "sealer", Alive: lately(sealer.Last, clock.now)},
			{Name: "live", Alive: lately(hub.Alive, time.Now)},
		},
		Gauges: web.Gauges{Overdue: store.Overdue(clock.now), FeedLag: store.FeedLag(clock.now)},
		Secure: c.Secure, Origins: c.Origin, Proxies: c.Proxy,
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", c.Listen, err)
	}
	server := &http.Server{Handler: site.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}

	g, ctx := errgroup.WithContext(ctx)
	for _, loop := range []func(context.Context) error{
		store.Run, sealer.Run, hub.Run, site.Run, deadlines.Run, raws.Run, unclassified.Run, runner.Run,
		func(ctx context.Context) error { return clock.run(ctx, log) },
		func(ctx context.Context) error { return endSessions(ctx, sessions, log) },
	} {
		g.Go(func() error { return loop(ctx) })
	}
	for _, lane := range notify.Lanes(d, table) {
		loop := sweep.New(d, lane.Name, wake("delivery"), 5*time.Second, lane.RunOnce, lane.Next)
		g.Go(func() error { return loop.Run(ctx) })
	}
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.Background(), stopIn)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil { // sockets are the hub's to end
			return server.Close()
		}
		return nil
	})
	if private != nil {
		g.Go(func() error {
			select {
			case <-ctx.Done():
				return nil
			case <-private.Done():
				return errors.New("the private database ended; start again")
			}
		})
	}
	up := running{desk: d, address: "http://" + listener.Addr().String()}
	log.Info("listening", "address", up.address)
	g.Go(func() error { return ready(ctx, up) })
	return g.Wait()
}

// endSessions forgets sessions that are over, each hour.
func endSessions(ctx context.Context, sessions *pg.Sessions, log *slog.Logger) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if _, err := sessions.DeleteEnded(ctx); err != nil {
				log.Error("sessions that are over could not be forgotten", "error", err)
			}
		}
	}
}

// lately says whether something did its round within the last quarter of a minute.
func lately(last, now func() time.Time) func(context.Context) error {
	const patience = 15 * time.Second
	return func(context.Context) error {
		if at := last(); now().Sub(at) > patience {
			return fmt.Errorf("last round at %v", at)
		}
		return nil
	}
}

// migrated says whether the database is at this program's version.
func migrated(store *pg.Store) func(context.Context) error {
	return func(ctx context.Context) error {
		have, want, err := store.Version(ctx)
		if err == nil && have < want {
			err = fmt.Errorf("database at version %d, program at %d", have, want)
		}
		return err
	}
}
