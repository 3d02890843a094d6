package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk/pg/pgtest"
	"huiying/ingest/ingesttest"
)

// cable is the line between the program and its database: it can fall silent, as
// when a switch loses power, or refuse, as when the server is down.
type cable struct {
	listener        net.Listener
	network, target string
	state           atomic.Int32
	mu              sync.Mutex
	open            map[net.Conn]bool
	carried         sync.WaitGroup
}

const (
	cableWhole  = iota
	cableSilent // nothing comes through, and nobody is told
	cableCut    // everything is refused
)

// newCable lays it before the database and gives its own address.
func newCable(t *testing.T, databaseURL string) (*cable, string) {
	t.Helper()
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{network: "tcp", target: net.JoinHostPort(config.Host, fmt.Sprint(config.Port)), open: map[net.Conn]bool{}}
	if strings.HasPrefix(config.Host, "/") {
		c.network, c.target = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port)
	}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	c.carried.Go(func() {
		for {
			conn, err := c.listener.Accept()
			if err != nil {
				return
			}
			c.carried.Go(func() { c.carry(conn) })
		}
	})
	t.Cleanup(func() {
		c.listener.Close()
		c.set(cableCut)
		c.carried.Wait()
	})
	at := url.URL{Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: c.listener.Addr().String(), Path: config.Database, RawQuery: "sslmode=disable"}
	return c, at.String()
}

// set changes what it does; lines that were silent don't come back to life.
func (c *cable) set(state int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.state.Swap(state)
	if state == cableCut || was == cableSilent && state == cableWhole {
		for conn := range c.open {
			conn.Close()
		}
	}
}

// hold remembers a line while it is open; false: it must not be.
func (c *cable) hold(conn net.Conn, yes bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !yes {
		delete(c.open, conn)
		return true
	}
	c.open[conn] = true
	return c.state.Load() != cableCut
}

func (c *cable) carry(client net.Conn) {
	defer client.Close()
	defer c.hold(client, false)
	if !c.hold(client, true) {
		return
	}
	if c.state.Load() == cableSilent {
		_, _ = io.Copy(io.Discard, client) // taken and never answered
		return
	}
	server, err := net.Dial(c.network, c.target)
	if err != nil {
		return
	}
	defer server.Close()
	var back sync.WaitGroup
	defer back.Wait()
	defer client.Close()
	defer server.Close()
	back.Go(func() { c.pump(client, server); client.Close() })
	c.pump(server, client)
}

// pump carries one direction, and swallows while the cable is silent.
func (c *cable) pump(to io.Writer, from io.Reader) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if n > 0 && c.state.Load() == cableWhole {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// counter is a sender that counts what it hears while it pushes twenty items a second and
// keeps what was refused for later.
type counter struct {
	url, key string
	mu       sync.Mutex
	next     int
	backlog  []int
	acked    map[string]bool
	refused  map[int]int
	faults   []string
	slowest  time.Duration
}

func (c *counter) fault(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.faults) < 20 {
		c.faults = append(c.faults, fmt.Sprintf(format, args...))
	}
}

// patientSender is how long a sender waits for any answer.
const patientSender = 40 * time.Second

// push sends one item and says whether it is acknowledged.
func (c *counter) push(n int) bool {
	title := fmt.Sprintf("来件 %07d", n)
	body, err := json.Marshal(map[string]any{"external_id": fmt.Sprint("k-", n), "title": title, "body": fmt.Sprintf("清水路%d号路灯坏了三天。", n)})
	if err != nil {
		c.fault("%v", err)
		return false
	}
	req, err := http.NewRequest(http.MethodPost, c.url+"/api/v1/items", bytes.NewReader(body))
	if err != nil {
		c.fault("%v", err)
		return false
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Content-Type", "application/json")
	began := time.Now()
	ctx, stop := context.WithTimeout(req.Context(), patientSender)
	defer stop()
	res, err := http.DefaultClient.Do(req.WithContext(ctx))
	if err != nil {
		c.fault("item %d: %v", n, err)
		return false
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	took := time.Since(began)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slowest = max(c.slowest, took)
	if err == nil && res.StatusCode == http.StatusCreated {
		c.acked[title] = true
		return true
	}
	c.refused[res.StatusCode]++
	if (res.StatusCode != http.StatusServiceUnavailable && res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "") && len(c.faults) < 20 {
		c.faults = append(c.faults, fmt.Sprintf("item %d: %s %v %s", n, res.Status, res.Header, b))
	}
	return false
}

// fresh sends the next item, once.
func (c *counter) fresh() {
	c.mu.Lock()
	n := c.next
	c.next++
	c.mu.Unlock()
	if !c.push(n) {
		c.mu.Lock()
		c.backlog = append(c.backlog, n)
		c.mu.Unlock()
	}
}

// again sends what was refused, with a few at once, until all of it is taken.
func (c *counter) again(until time.Time) {
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for time.Now().Before(until) {
				c.mu.Lock()
				if len(c.backlog) == 0 {
					c.mu.Unlock()
					return
				}
				n := c.backlog[0]
				c.backlog = c.backlog[1:]
				c.mu.Unlock()
				if !c.push(n) {
					c.mu.Lock()
					c.backlog = append(c.backlog, n)
					c.mu.Unlock()
				}
			}
		})
	}
	all.Wait()
}

// TestRow4DatabaseAway is row 4 of the promises: the database is away, first
// silent, then refusing, while items are pushed at twenty a second and mail and
// news go on coming. Every push is refused with 503 or 429 and told when to come
// back; bookmarks stay where they are; afterwards everything is there, once. In
// full it is away for ten minutes.
func TestRow4DatabaseAway(t *testing.T) {
	t.Parallel()
	away := 4 * time.Second
	if endure() {
		away = 10 * time.Minute
	}
	direct := pgtest.New(t)
	line, through := newCable(t, direct)
	mail := ingesttest.StartDovecot(t)
	news := newNews(t)
	p := newProgram(t, "--database-url", through, "--allow-net", "127.0.0.0/8")
	p.start()
	add := func(stdin string, args ...string) string {
		return p.must(stdin, append(append([]string{"source", "add"}, args...), "--database-url", direct)...)
	}
	c := &counter{url: p.url, key: add("", "hotline", "--name", "热线"), acked: map[string]bool{}, refused: map[int]int{}}
	add(mail.Password+"\n", "mailbox", "--name", "信箱", "--url", mail.URL, "--user", mail.User, "--password-stdin")
	add("", "feed", "--name", "新闻", "--url", news.url)
	letters := 0
	outside := func() {
		letters++
		mail.Deliver(t, letter(message{id: fmt.Sprint("l-", letters), title: fmt.Sprintf("来信 %07d", letters), body: "路灯不亮。", at: time.Now()}))
		news.publish()
	}
	// run goes on for a while with twenty items a second, and a letter and a piece of news now and then.
	run := func(length time.Duration) {
		var sent sync.WaitGroup
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for i, end := 0, time.Now().Add(length); time.Now().Before(end); i++ {
			sent.Go(c.fresh)
			if i%20 == 0 {
				outside()
			}
			<-tick.C
		}
		sent.Wait()
	}
	run(2 * time.Second)
	p.await("mail and news before", func() bool {
		return number(t, direct, "SELECT count(*) FROM huiying.item WHERE channel <> 'hotline'") >= letters+news.count()
	})
	if len(c.backlog) > 0 || len(c.faults) > 0 {
		t.Fatalf("refused while all was well: %v %v", c.refused, c.faults)
	}
	cursors := func() string {
		db, err := pgx.Connect(t.Context(), direct)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close(t.Context())
		var all string
		if err := db.QueryRow(t.Context(), "SELECT string_agg(kind || cursor::text, ' ' ORDER BY id) FROM huiying.source").Scan(&all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := cursors()
	acked := len(c.acked)
	line.set(cableSilent)
	run(away / 2)
	line.set(cableCut)
	run(away - away/2)
	if now := cursors(); now != before {
		t.Errorf("bookmarks moved while nothing could be kept:\n%s\n%s", before, now)
	}
	if res, err := http.Get(p.url + "/readyz"); err != nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready without a database: %v %v", res, err)
	} else {
		res.Body.Close()
	}
	missed := len(c.backlog)
	if missed == 0 || len(c.acked) != acked {
		t.Errorf("%d refused; %d acknowledged without a database", missed, len(c.acked)-acked)
	}
	line.set(cableWhole)
	back := time.Now()
	const within = 5 * time.Minute
	c.again(back.Add(within))
	want := c.next + letters + news.count()
	p.awaitFor(within, "all to be there", func() bool { return number(t, direct, "SELECT count(*) FROM huiying.item") >= want })
	caught := time.Since(back)
	if caught > within {
		t.Errorf("caught up after %v", caught)
	}
	have := stored(t, direct)
	for title := range c.acked {
		if have[title] != 1 {
			t.Errorf("%s is there %d times", title, have[title])
		}
	}
	for n := range letters {
		if title := fmt.Sprintf("来信 %07d", n+1); have[title] != 1 {
			t.Errorf("%s is there %d times", title, have[title])
		}
	}
	for n := range news.count() {
		if title := newsTitle(n); have[title] != 1 {
			t.Errorf("%s is there %d times", title, have[title])
		}
	}
	if len(have) != want || len(c.backlog) > 0 {
		t.Errorf("%d items, want %d; %d still refused", len(have), want, len(c.backlog))
	}
	for _, fault := range c.faults {
		t.Error(fault)
	}
	if n := number(t, direct, "SELECT count(*) FROM huiying.item WHERE version <> 1"); n > 0 {
		t.Errorf("%d items in a second version", n)
	}
	t.Logf("figure: away %v: %d pushes refused (%v), the slowest answer after %v; bookmarks held; %d items, %d letters and %d pieces of news all there, once, %v after the return",
		away, missed, c.refused, c.slowest.Round(10*time.Millisecond), c.next, letters, news.count(), caught.Round(100*time.Millisecond))
}

// news is a feed that grows.
type news struct {
	url string
	mu  sync.Mutex
	n   int
	at  time.Time
}

func newsTitle(n int) string { return fmt.Sprintf("新闻 %07d", n) }

func (f *news) publish()   { f.mu.Lock(); defer f.mu.Unlock(); f.n++ }
func (f *news) count() int { f.mu.Lock(); defer f.mu.Unlock(); return f.n }

func newNews(t *testing.T) *news {
	t.Helper()
	f := &news{at: time.Now()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var b strings.Builder
		b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>新闻</title>`)
		for n := range f.count() {
			fmt.Fprintf(&b, "<item><guid>n-%d</guid><title>%s</title><description>路灯坏了三天，居民反映出行不便，有关部门已经派人查看，预计今晚修好，请经过的人小心。</description><pubDate>%s</pubDate></item>", n, newsTitle(n), f.at.Format(time.RFC1123Z))
		}
		b.WriteString("</channel></rss>")
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		_, _ = io.WriteString(w, b.String()) // the poller may leave
	}), ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(listener) }()
	t.Cleanup(func() { s.Close(); <-ended })
	f.url = "http://" + listener.Addr().String() + "/feed"
	return f
}
