package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/sweep"
	"huiying/ingest"
	"huiying/ingest/ferry"
	"huiying/web"
)

type serveCmd struct {
	databaseFlags
	Listen       string         `default:"127.0.0.1:8080" help:"Address of pages and API."`
	Test         bool           `help:"Let HUIYING_CLOCK_FILE move office time, poll sources each second, show /look."`
	AllowNet     []netip.Prefix `help:"Network (CIDR) that outbound fetches may reach besides public addresses; repeat for several."`
	Secure       bool           `help:"People come over TLS (a proxy in front): cookies say so."`
	Origin       []string       `help:"Address under which people reach the desk when a proxy rewrites Host."`
	Letters      bool           `default:"true" negatable:"" help:"Serve the public letter box at /letters."`
	Proxy        []string       `help:"Network (CIDR) of proxies whose X-Forwarded-For is believed."`
	DrillListen  string         `help:"Address of drills' own desks; each takes the first free port from it on. Default: the host of --listen, and the port after it."`
	DrillOrigin  string         `help:"Address under which people reach drills when a proxy stands before them: https://drill.example."`
	Scenarios    scenariosFlag  `embed:""`
	Stream       streamFlags    `embed:"" prefix:"stream-"`
	PushRate     int            `help:"Pushes that a source may make in a minute on this node, a sixth of them at once; less than 0: without end. Default: 30000."`
	FerryDir     string         `type:"path" help:"Folder that holds, for each outer node, what a gateway for files brings (NAME/in) and takes (NAME/out)."`
	FerryNotices bool           `help:"Alerts go out by the ferry as well, for channels outside."`
	SlackToken   string         `help:"Bot token; alerts go to Slack once token and channel are set."`
	SlackChannel string         `help:"Channel that alerts go to."`
	SlackAPIURL  string         `name:"slack-api-url" help:"Address of the Slack API; for tests."`
}

func (c serveCmd) Run(ctx context.Context, _ streams, log *slog.Logger) error {
	return c.run(ctx, log, func(context.Context, *office) error { return nil })
}

// run runs the desk, and the drills that people begin, until ctx ends or a part
// fails. ready is called once the desk answers.
func (c serveCmd) run(ctx context.Context, log *slog.Logger, ready func(context.Context, *office) error) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	library, err := c.Scenarios.read()
	if err != nil {
		return err
	}
	table, err := c.notifiers()
	if err != nil {
		return err
	}
	clock := &officeClock{}
	if c.Test {
		clock.path = os.Getenv("HUIYING_CLOCK_FILE")
		clock.read(log)
	}
	store, db, teardown, err := c.open(ctx, log, true)
	if err != nil {
		return err
	}
	defer teardown()
	engine, discoverer, err := newClassifier(policy)
	if err != nil {
		return err
	}
	guard := &ingest.Guard{Allow: c.AllowNet}
	messages := c.Stream.server(filepath.Join(c.Data, "stream"), log)
	if err := messages.Check(); err != nil {
		return err
	}
	sources := kinds(guard, messages)
	for i := range sources {
		if sources[i].Name == desk.FerryKind {
			sources[i].Poller = &ferry.Poller{Root: c.FerryDir, Real: time.Now}
		}
	}
	if c.Test {
		for i := range sources {
			sources[i].Every, sources[i].Most = time.Second, 0
		}
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", c.Listen, err)
	}
	real, err := newOffice(officeOptions{store: store, policy: policy, classifier: engine, discoverer: discoverer, guard: guard, sources: sources, table: table,
		now: clock.now, scenarios: scenariosOf(library), pushRate: c.PushRate, heads: c.headsFile(), ferry: c.FerryDir, listener: listener,
		web: web.Options{Look: c.Test, Letters: c.Letters, Secure: c.Secure, Origins: c.Origin, Proxies: c.Proxy}, log: log})
	if err != nil {
		return err
	}
	follow := &follower{desk: real.desk, reader: engine, log: log}
	real.loops = append(real.loops, sweep.New(real.desk, "model", nil, 2*time.Second, follow.RunOnce, nil).Run)
	if c.Policy.Path != "" {
		own := &ownWords{file: c.Policy, reader: engine, log: log, seen: policy.Reading}
		real.loops = append(real.loops, sweep.New(real.desk, "policy", nil, 2*time.Second, own.RunOnce, nil).Run)
	}
	wake, _ := store.Wake(pg.WakeDrill)
	playing := &drills{real: real.desk, library: library, wake: wake, url: db.URL, policy: policy, classifier: engine, discoverer: discoverer,
		listen: c.drillListen(listener), origin: c.DrillOrigin, secure: c.Secure, proxies: c.Proxy, log: log}

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return clock.run(ctx, log) })
	g.Go(func() error { return playing.run(ctx) })
	g.Go(func() error { return messages.Run(ctx, c.Stream.Listen != "") })
	if db.Private != nil {
		g.Go(func() error {
			select {
			case <-ctx.Done():
				return nil
			case <-db.Private.Done():
				return errors.New("the private database ended; start again")
			}
		})
	}
	g.Go(func() error {
		log.Info("listening", "address", real.address)
		return real.run(ctx, func(ctx context.Context) error { return ready(ctx, real) })
	})
	return g.Wait()
}
