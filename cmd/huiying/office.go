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

	"huiying/classify/rules"
	"huiying/desk"
	"huiying/desk/live"
	"huiying/desk/notify"
	notifyferry "huiying/desk/notify/ferry"
	"huiying/desk/pg"
	"huiying/desk/sweep"
	"huiying/ingest"
	"huiying/ingest/ferry"
	"huiying/ingest/hotline"
	"huiying/ingest/hotline/mirror"
	"huiying/ingest/mailbox"
	"huiying/ingest/media"
	"huiying/web"
)

// stopIn bounds how long requests may take to end when the program is told to.
const stopIn = 10 * time.Second

// office is a desk with everything that runs around it: the real one, and each drill.
type office struct {
	desk     *desk.Desk
	address  string // http://host:port
	listener net.Listener
	server   *http.Server
	loops    []func(context.Context) error
}

// officeOptions are what offices differ in.
type officeOptions struct {
	store      *pg.Store
	policy     desk.Policy
	classifier *classifier
	discoverer desk.Discoverer
	guard      *ingest.Guard
	sources    []ingest.Kind
	table      notify.Table
	now        func() time.Time // office time
	pace       float64          // of office time; 0 is 1
	scenarios  []desk.Scenario
	playing    *desk.Playing
	pushRate   int    // pushes of one source in a minute; 0: the door's own
	ferry      string // folder of the outer nodes; "": none
	heads      string // file that the heads of the chain are exported to; "": none
	listener   net.Listener
	web        web.Options // what web alone needs
	log        *slog.Logger
}

// newOffice ties the knots, in straight lines. Nothing runs yet.
func newOffice(o officeOptions) (*office, error) {
	d := newDesk(o.store, o.policy, o.sources, o.now, o.log)
	d.Classifier, d.Discoverer, d.Tree, d.Channels = o.classifier, o.discoverer, o.classifier.tree, o.table.Channels()
	d.Scenarios, d.Playing, d.Pace = o.scenarios, o.playing, o.pace
	var err error
	if d.Directory, err = rules.Directory(); err != nil {
		return nil, err
	}

	// Loops, each woken by the store and each its own truth.
	wake := func(topic string) <-chan struct{} { ch, _ := o.store.Wake(topic); return ch }
	sealer := pg.NewSealer(o.store, pg.SealerOptions{Now: o.now, Real: time.Now, Heads: o.heads, Log: o.log})
	deadlines := sweep.Deadlines(d, wake("clock"))
	raws, unclassified := sweep.Raws(d), sweep.Unclassified(d)
	imports := sweep.New(d, "imports", wake(pg.WakeImport), 5*time.Second, d.RunImports, d.NextImport)
	runner := &ingest.Runner{Desk: d, Kinds: o.sources, Wake: wake("source"), Log: o.log}

	static, err := web.NewStatic()
	if err != nil {
		return nil, err
	}
	views, err := web.NewViews(o.policy.Office.Location, static)
	if err != nil {
		return nil, err
	}
	hub := live.New(live.Options{Feed: d.Feed, Wake: wake("feed"), Real: time.Now, Log: o.log,
		Renderers: map[string]live.Renderer{web.FormatHTML: web.HTML(d, views)}})
	sessions := o.store.Sessions(time.Now)
	var site *web.Server
	w := o.web
	w.Desk, w.Hub, w.Sessions, w.Views, w.Static, w.Real, w.Log, w.Version = d, hub, sessions, views, static, time.Now, o.log, version
	w.Push = func(who func(*http.Request) (desk.Source, error), fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
		return hotline.Push{Receive: site.Receive(d.Receive), Begin: site.Begin(d.Begin), Who: who, Fail: fail, Log: o.log, Rate: o.pushRate, Now: time.Now}.Handler()
	}
	w.Open311 = func(func(http.ResponseWriter, *http.Request, error)) http.Handler {
		return hotline.Open311{Desk: d, Receive: site.Receive(d.Receive), Log: o.log}.Handler()
	}
	w.Hooks = func(fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
		return media.Hook{Desk: d, Receive: site.Receive(d.Receive), Fail: fail, Real: time.Now, Log: o.log}.Handler()
	}
	w.Parts = []web.Part{
		{Name: "database", Alive: o.store.Ping},
		{Name: "migrations", Alive: migrated(o.store)},
		{Name: "sweep", Alive: lately(deadlines.Alive)},
		{Name: "sealer", Alive: lately(sealer.Last)},
		{Name: "live", Alive: lately(hub.Alive)},
	}
	w.Gauges = web.Gauges{Overdue: o.store.Overdue(o.now), FeedLag: o.store.FeedLag(o.now)}
	if site, err = web.New(w); err != nil {
		return nil, err
	}
	// Mailboxes are polled like all sources; listening there only makes it sooner.
	listen := &mailbox.Watch{Poller: &mailbox.Poller{Guard: o.guard}, Wake: wake("source"), Log: o.log, Hasten: d.Hasten,
		Sources: func(ctx context.Context) ([]desk.Source, error) { return d.SourcesOf(ctx, "mailbox") }}
	of := &office{desk: d, address: "http://" + o.listener.Addr().String(), listener: o.listener,
		server: &http.Server{Handler: site.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
			ErrorLog: slog.NewLogLogger(o.log.Handler(), slog.LevelDebug)},
		loops: []func(context.Context) error{
			o.store.Run, sealer.Run, pg.NewTidy(o.store, o.log).Run, hub.Run, site.Run, deadlines.Run, raws.Run, unclassified.Run, imports.Run, sweep.Sources(d).Run, sweep.Topics(d).Run, runner.Run, listen.Run,
			func(ctx context.Context) error { return endSessions(ctx, sessions, o.log) },
		}}
	if o.playing == nil { // a drill reaches no platform
		told := &mirror.Pusher{Desk: d, Guard: o.guard}
		of.loops = append(of.loops, sweep.New(d, "mirrors", nil, 2*time.Second, told.RunOnce, told.Next).Run)
	}
	if o.ferry != "" {
		man := &ferry.Ferryman{Desk: d, Root: o.ferry, Real: time.Now}
		of.loops = append(of.loops, sweep.New(d, "ferry", nil, 5*time.Second, man.RunOnce, nil).Run)
	}
	if out, ok := o.table["ferry"].(*notifyferry.Notifier); ok {
		out.Carry = d.FerryNotice
	}
	for _, lane := range notify.Lanes(d, o.table) {
		of.loops = append(of.loops, sweep.New(d, lane.Name, wake("delivery"), 5*time.Second, lane.RunOnce, lane.Next).Run)
	}
	return of, nil
}

// run runs everything until ctx ends or a part fails. ready is called once the
// office answers.
func (of *office) run(ctx context.Context, ready func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, loop := range of.loops {
		g.Go(func() error { return loop(ctx) })
	}
	g.Go(func() error {
		if err := of.server.Serve(of.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopIn)
		defer cancel()
		if err := of.server.Shutdown(ctx); err != nil { // sockets are the hub's to end
			return of.server.Close()
		}
		return nil
	})
	g.Go(func() error { return ready(ctx) })
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
func lately(last func() time.Time) func(context.Context) error {
	const patience = 15 * time.Second
	return func(context.Context) error {
		if at := last(); time.Since(at) > patience {
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
