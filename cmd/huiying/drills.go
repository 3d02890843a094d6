package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"huiying/desk"
	"huiying/desk/drill"
	"huiying/desk/notify"
	"huiying/desk/pg"
	"huiying/ingest"
	"huiying/ingest/media"
	"huiying/web"
)

// drills opens a desk for each drill that this node looks after, and closes it. The
// rows are the truth; any node may take up what another has left.
type drills struct {
	real       *desk.Desk
	library    drill.Library
	wake       <-chan struct{}
	url        string // of the database
	policy     desk.Policy
	classifier *classifier
	discoverer desk.Discoverer
	listen     string // host:port from which drills take the first that is free
	origin     string
	secure     bool
	proxies    []string
	log        *slog.Logger
}

// open is a drill whose desk this node runs.
type openDrill struct {
	now  atomic.Pointer[desk.Drill] // as its row last said
	stop context.CancelFunc
	done chan struct{}
}

// at is the drill's office time.
func (p *openDrill) at() time.Time { return p.now.Load().At(time.Now()) }

// drillConns are a drill's connections to the database: a few people and no storm.
const drillConns = 8

// run looks after drills until ctx ends, and closes their desks then.
func (m *drills) run(ctx context.Context) error {
	node := rand.Text()
	open := map[int64]*openDrill{}
	defer func() {
		for _, p := range open {
			p.stop()
		}
		for _, p := range open {
			<-p.done
		}
	}()
	held := time.Now()
	for {
		switch list, err := m.real.ClaimDrills(ctx, node); {
		case err == nil:
			held = time.Now()
			m.settle(ctx, open, list)
		case ctx.Err() == nil:
			m.log.Warn("drills can't be looked after", "error", err)
			if time.Since(held) > desk.DrillHold/2 {
				m.settle(ctx, open, nil) // another node may have them by now
			}
		}
		again := time.NewTimer(desk.DrillHold / 4)
		select {
		case <-ctx.Done():
			again.Stop()
			return nil
		case <-m.wake:
		case <-again.C:
		}
		again.Stop()
	}
}

// settle makes what is open what the rows say.
func (m *drills) settle(ctx context.Context, open map[int64]*openDrill, list []desk.Drill) {
	here := map[int64]bool{}
	for _, d := range list {
		p := open[d.ID]
		here[d.ID] = d.State != desk.DrillPurging && d.State != desk.DrillFailed
		switch {
		case here[d.ID] && p == nil:
			open[d.ID] = m.open(ctx, d)
		case here[d.ID]:
			p.now.Store(&d)
		}
	}
	for id, p := range open {
		if !here[id] {
			p.stop()
			<-p.done
			delete(open, id)
		}
	}
	for _, d := range list {
		if d.State == desk.DrillPurging {
			if err := m.real.DrillPurged(ctx, d.ID); err != nil && ctx.Err() == nil {
				m.log.Error("a drill could not be purged and will be tried again", "drill", d.ID, "error", err)
			} else if err == nil {
				m.log.Info("drill purged", "drill", d.ID, "title", d.Title)
			}
		}
	}
}

// open begins to run a drill's desk.
func (m *drills) open(ctx context.Context, d desk.Drill) *openDrill {
	ctx, stop := context.WithCancel(ctx)
	p := &openDrill{stop: stop, done: make(chan struct{})}
	p.now.Store(&d)
	log := m.log.With("drill", d.ID)
	go func() {
		defer close(p.done)
		defer stop()
		err := m.play(ctx, p, log)
		if err == nil || ctx.Err() != nil {
			return
		}
		log.Error("the drill's desk ended", "error", err)
		if err := m.real.DrillFailed(ctx, d.ID, refusal(err)); err != nil {
			log.Error("that the drill ended could not be recorded", "error", err)
		}
	}()
	return p
}

// play runs a drill's desk, its doors and its player until ctx ends.
func (m *drills) play(ctx context.Context, p *openDrill, log *slog.Logger) error {
	d := p.now.Load()
	scenario, ok := m.library[d.Scenario]
	if !ok {
		return fmt.Errorf("scenario %q is not among this node's", d.Scenario)
	}
	schema := desk.DrillSchema(pg.DefaultSchema, d.ID)
	if err := pg.Migrate(ctx, m.url, schema, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	store, err := pg.Open(ctx, m.url, pg.Options{Schema: schema, MaxConns: drillConns, Name: "huiying drill", Log: log})
	if err != nil {
		return err
	}
	defer store.Close()
	mail, err := drill.NewMail()
	if err != nil {
		return err
	}
	defer mail.Close()
	feed, err := drill.NewFeed(scenario.Title)
	if err != nil {
		return err
	}
	defer feed.Close()
	policy := m.policy
	if scenario.Office != "" {
		policy.Office.Name = scenario.Office
	}
	guard := &ingest.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	sources := kinds(guard, nil)
	for i := range sources {
		sources[i].Every, sources[i].Most = time.Second, 0 // a night goes by in minutes
		if sources[i].Name == "feed" {
			sources[i].Poller = &media.Poller{Guard: guard} // its links lead nowhere
		}
	}
	listener, err := listenFrom(m.listen)
	if err != nil {
		return err
	}
	defer listener.Close() // closed already once the desk has run
	options := web.Options{Secure: m.secure, Proxies: m.proxies}
	if m.origin != "" {
		options.Origins = []string{m.origin}
	}
	of, err := newOffice(officeOptions{store: store, policy: policy, classifier: m.classifier, discoverer: m.discoverer, guard: guard, sources: sources,
		table: notify.Table{}, now: p.at, pace: d.Speed, listener: listener, web: options, log: log,
		playing: &desk.Playing{Drill: func() desk.Drill { return *p.now.Load() }, Guide: scenario.Steps(), Scenario: scenario.For(d.Scenario)}})
	if err != nil {
		return err
	}
	return of.run(ctx, func(ctx context.Context) error {
		if err := drill.Cast(ctx, of.desk, scenario, d.Password); err != nil {
			return err
		}
		key, err := drill.Doors(ctx, of.desk, mail, feed)
		if err != nil {
			return err
		}
		address := of.address
		if m.origin != "" {
			address = m.origin
		}
		up, err := m.real.DrillUp(ctx, d.ID, address)
		if err != nil {
			return err
		}
		p.now.Store(&up)
		log.Info("drill", "title", up.Title, "address", address, "speed", up.Speed)
		player := &drill.Player{Scenario: scenario, Begins: up.Begins, Now: of.desk.Now, InReal: of.desk.InReal, Push: drill.Push{Address: of.address, Key: key},
			Mail: mail, Feed: feed, Log: log}
		return player.Run(ctx)
	})
}

// drillPorts is how many ports are tried for a drill.
const drillPorts = 20

// drillListen is the address from which drills take the first that is free.
func (c serveCmd) drillListen(real net.Listener) string {
	if c.DrillListen != "" {
		return c.DrillListen
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		host = ""
	}
	if port == "0" {
		return net.JoinHostPort(host, "0")
	}
	return net.JoinHostPort(host, strconv.Itoa(real.Addr().(*net.TCPAddr).Port+1))
}

// listenFrom listens on the first port that is free.
func listenFrom(address string) (net.Listener, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("--drill-listen %s: %w", address, err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("--drill-listen %s: %w", address, err)
	}
	var failures []error
	for i := range drillPorts {
		at := port
		if port != 0 {
			at += i
		}
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(at)))
		if err == nil {
			return l, nil
		}
		failures = append(failures, err)
	}
	return nil, errors.Join(failures...)
}
