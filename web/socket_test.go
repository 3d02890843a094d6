package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"huiying/desk"
)

// frame is anything that comes on a line.
type frame struct {
	Type    string
	Cursor  string
	Now     time.Time
	At      time.Time
	Subject desk.Subject
	Data    json.RawMessage
}

// client is the other end of a line.
type client struct {
	*websocket.Conn
	t testing.TB
}

// narrowly opens connections whose kernel buffer is small, so that a stall shows soon.
func narrowly(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if tcp, ok := conn.(*net.TCPConn); ok {
		err = errors.Join(err, tcp.SetReadBuffer(4096))
	}
	return conn, err
}

// open dials with headers and gives the status when refused.
func (x *site) open(proto, after string, head ...string) (*client, int) {
	x.t.Helper()
	h := http.Header{}
	for _, line := range head {
		k, v, _ := strings.Cut(line, ": ")
		h.Set(k, v)
	}
	address := "ws" + strings.TrimPrefix(x.url, "http") + "/live"
	if after != "" {
		address += "?after=" + after
	}
	d := websocket.Dialer{HandshakeTimeout: 10 * time.Second, NetDialContext: x.by}
	if proto != "" {
		d.Subprotocols = []string{proto}
	}
	conn, res, err := d.DialContext(x.t.Context(), address, h)
	if err != nil {
		if res == nil {
			x.t.Fatalf("dial: %v", err)
		}
		return nil, res.StatusCode
	}
	x.t.Cleanup(func() { conn.Close() })
	return &client{conn, x.t}, http.StatusSwitchingProtocols
}

// dial opens a line with somebody's token.
func (x *site) dial(name, proto, after string) *client {
	x.t.Helper()
	c, status := x.open(proto, after, "Authorization: Bearer "+x.token(name))
	if c == nil {
		x.t.Fatalf("dial as %s: %d", name, status)
	}
	return c
}

// next waits for a frame, or gives the error that ended the line.
func (c *client) next(within time.Duration) (f frame, err error) {
	if err := c.SetReadDeadline(time.Now().Add(within)); err != nil {
		return f, err
	}
	_, b, err := c.ReadMessage()
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(b, &f)
}

func (c *client) must() frame {
	c.t.Helper()
	f, err := c.next(5 * time.Second)
	if err != nil {
		c.t.Fatalf("no frame: %v", err)
	}
	return f
}

// closed waits for the close code.
func (c *client) closed(within time.Duration) int {
	c.t.Helper()
	deadline := time.Now().Add(within)
	for {
		_, err := c.next(time.Until(deadline))
		var e *websocket.CloseError
		if errors.As(err, &e) {
			return e.Code
		}
		if err != nil {
			c.t.Errorf("no close code within %v: %v", within, err)
			return 0
		}
	}
}

func TestLineShapes(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	programs, pages := x.dial("duty", FormatJSON, ""), x.dial("duty", FormatHTML, "")
	hello := programs.must()
	if hello.Type != "hello" || hello.Cursor == "" || !hello.Now.Equal(x.Clock.Now()) {
		t.Errorf("hello: %+v", hello)
	}
	if h := pages.must(); h.Type != "hello" || h.Cursor == "" {
		t.Errorf("hello to a page: %+v", h)
	}
	if k := pages.must(); k.Type != "" || k.Cursor == "" || !k.Now.Equal(x.Clock.Now()) {
		t.Errorf("tick: %+v", k)
	}
	x.Push(desk.Incoming{ExternalID: "1", Title: "路灯坏了"})
	m := programs.must()
	if m.Type != "item.created" || m.Subject != (desk.Subject{Kind: "item", ID: "1"}) || !m.At.Equal(x.Clock.Now()) || string(m.Data) != `{"id":"1","status":"created"}` {
		t.Errorf("message: %+v %s", m, m.Data)
	}
	if c, err := desk.ParseCursor(m.Cursor); err != nil || c.Seq == 0 {
		t.Errorf("its cursor: %v %v", c, err)
	}
	for f := pages.must(); f.Cursor != m.Cursor; f = pages.must() {
		if f.Type != "" {
			t.Fatalf("pages were told something else: %+v", f)
		}
	}
	wait(t, "a tick that has come as far", 5*time.Second, func() bool { f := pages.must(); return !f.Now.IsZero() && f.Cursor == m.Cursor })
}

func TestLineRefusals(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.As(desk.RoleDuty)
	cookie, token, key := x.signIn("duty"), "Authorization: Bearer "+x.token("duty"), "Authorization: Bearer "+x.key
	own := "Origin: " + x.url
	for name, c := range map[string]struct {
		proto  string
		head   []string
		status int
	}{
		"nobody":                        {FormatJSON, nil, 401},
		"nobody, from the own page":     {FormatJSON, []string{own}, 401},
		"a wrong token":                 {FormatHTML, []string{"Authorization: Bearer x"}, 401},
		"a session, no origin":          {FormatHTML, []string{cookie}, 403},
		"a session, a foreign origin":   {FormatHTML, []string{cookie, "Origin: https://evil.example"}, 403},
		"a session, an opaque origin":   {FormatJSON, []string{cookie, "Origin: null"}, 403},
		"a session, fetched cross-site": {FormatJSON, []string{cookie, own, "Sec-Fetch-Site: cross-site"}, 403},
		"nobody, a foreign origin":      {FormatHTML, []string{"Origin: https://evil.example"}, 401},
		"a source's key":                {FormatJSON, []string{key}, 403},
		"no subprotocol":                {"", []string{token}, 400},
		"another subprotocol":           {"graphql-ws", []string{token}, 400},
		"a session":                     {FormatHTML, []string{cookie, own}, 101},
		"a token":                       {FormatJSON, []string{token}, 101},
		"a token, a foreign origin":     {FormatJSON, []string{token, "Origin: https://evil.example"}, 101},
	} {
		if _, status := x.open(c.proto, "", c.head...); status != c.status {
			t.Errorf("%s: %d, want %d", name, status, c.status)
		}
	}
	if a := x.ask(get, "/live", "", token); a.status != http.StatusUpgradeRequired {
		t.Errorf("no upgrade: %d", a.status)
	}
	for name, c := range map[string]struct {
		proto, after string
		head         []string
		code         int
	}{
		"a page whose session is over": {FormatHTML, "", []string{own, "Cookie: " + cookieName + "=gone"}, closeSession},
		"a cursor that is none":        {FormatJSON, "nonsense", []string{token}, closeCursor},
		"a cursor of another database": {FormatJSON, "0123456789ab.1", []string{token}, closeCursor},
		"a page, of another database":  {FormatHTML, "0123456789ab.1", []string{cookie, own}, closeCursor},
	} {
		l, status := x.open(c.proto, c.after, c.head...)
		if l == nil {
			t.Errorf("%s: %d", name, status)
			continue
		}
		if code := l.closed(5 * time.Second); code != c.code {
			t.Errorf("%s: %d, want %d", name, code, c.code)
		}
	}
}

// TestRevoked: whoever loses rights, session or login loses the line within 5 s.
func TestRevoked(t *testing.T) {
	t.Parallel()
	times := lively
	times.check = defaultPulse.check // the real figure
	x := newSiteAt(t, times)
	own := "Origin: " + x.url
	for name, c := range map[string]struct {
		end  func(who desk.Actor, cookie string)
		code int
	}{
		"disabled": {func(who desk.Actor, _ string) { x.disable(who) }, closeRevoked},
		"changed": {func(who desk.Actor, _ string) {
			if _, err := x.SetPerson(t.Context(), x.As(desk.RoleSecadmin), desk.Person{ID: who.PersonID, Roles: []desk.Role{desk.RoleOperator}}); err != nil {
				t.Error(err)
			}
		}, closeRights},
		"signed-out": {func(_ desk.Actor, cookie string) { x.ask(post, "/test/sign-out", "", cookie, own) }, closeSession},
		"expired": {func(_ desk.Actor, cookie string) {
			if _, err := x.PG.Pool().Exec(t.Context(), `UPDATE sessions SET expiry = now() - interval '1 second' WHERE token = $1`, stored(cookie)); err != nil {
				t.Error(err)
			}
		}, closeSession},
	} {
		who := x.Another(desk.RoleDuty, name)
		cookie := x.signIn(name)
		l, status := x.open(FormatHTML, "", cookie, own)
		if l == nil {
			t.Fatalf("%s: %d", name, status)
		}
		l.must()
		byToken := x.dial(name, FormatJSON, "")
		byToken.must()
		c.end(who, cookie)
		start := time.Now()
		var wg sync.WaitGroup
		if c.code != closeSession { // a token has no session to lose
			wg.Go(func() {
				if code := byToken.closed(5 * time.Second); code != c.code {
					t.Errorf("%s, by token: %d, want %d", name, code, c.code)
				}
			})
		}
		if code := l.closed(5 * time.Second); code != c.code {
			t.Errorf("%s: %d, want %d", name, code, c.code)
		}
		wg.Wait()
		t.Logf("%s: cut after %v", name, time.Since(start))
	}
}

// record writes n events of a weight that everybody on duty sees.
func (x *site) record(n, weight int) {
	x.t.Helper()
	data, err := json.Marshal(map[string]string{"pad": strings.Repeat("x", weight)})
	if err != nil {
		x.t.Fatal(err)
	}
	events := make([]desk.Event, n)
	for i := range events {
		events[i] = desk.Event{At: x.Clock.Now(), ActedAt: x.Clock.Now(), Actor: "系统", Via: "system", Type: "clock.moved",
			Subject: desk.Subject{Kind: "clock", ID: fmt.Sprint(i)}, Data: data}
	}
	if err := x.PG.InTx(x.t.Context(), func(tx desk.Tx) error { return tx.Record(x.t.Context(), events...) }); err != nil {
		x.t.Fatal(err)
	}
}

// TestResume cuts a line again and again while things happen: what arrived, joined
// together, is the feed itself, each message once and in order.
func TestResume(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	const rounds, each = 60, 5
	x.token("duty")
	start, err := x.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range rounds {
			x.record(each, 50)
		}
	}()
	after, cuts := start.String(), 0
	var got []string
	for len(got) < rounds*each {
		l := x.dial("duty", FormatJSON, after)
		if h := l.must(); h.Cursor != after {
			t.Fatalf("hello at %s, asked for %s", h.Cursor, after)
		}
		for range 1 + rand.IntN(6) {
			f, err := l.next(10 * time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if f.Type == "clock.moved" {
				got = append(got, f.Cursor)
			}
			if after = f.Cursor; len(got) == rounds*each {
				break
			}
		}
		l.NetConn().Close() // no goodbye
		cuts++
	}
	<-done
	var want []string
	for c := start; ; {
		list, err := x.Feed.After(t.Context(), c, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		for _, s := range list {
			c = s.Cursor
			if s.Event.Type == "clock.moved" {
				want = append(want, s.Cursor.String())
			}
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("after %d cuts:\n got %v\nwant %v", cuts, got, want)
	}
	wait(t, "all cut lines to be gone", 10*time.Second, func() bool { return x.s.lines.count() == 0 })
}

// TestSlow: who doesn't read is cut, and nobody else waits for it.
func TestSlow(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	quick := x.dial("duty", FormatJSON, "")
	quick.must()
	x.by = narrowly
	slow := x.dial("duty", FormatJSON, "")
	slow.must()
	const n, weight = 400, 30_000
	go func() {
		for range n / 10 {
			x.record(10, weight)
		}
	}()
	start := time.Now()
	for got := 0; got < n; got++ {
		if _, err := quick.next(20 * time.Second); err != nil {
			t.Fatalf("the quick one after %d: %v", got, err)
		}
	}
	t.Logf("%d messages of %d bytes in %v beside a stalled one", n, weight, time.Since(start))
	wait(t, "the slow one to be cut", 10*time.Second, func() bool { return x.s.lines.count() == 1 })
}

// TestHalfOpen: who doesn't answer pings is gone.
func TestHalfOpen(t *testing.T) {
	t.Parallel()
	times := lively
	times.pong = time.Second
	x := newSiteAt(t, times)
	dead, alive := x.dial("duty", FormatJSON, ""), x.dial("duty", FormatJSON, "")
	dead.must()
	dead.SetPingHandler(func(string) error { return nil })
	go func() { // it reads, so that pings arrive, and says nothing
		for {
			if _, _, err := dead.NextReader(); err != nil {
				return
			}
		}
	}()
	alive.must()
	heard := make(chan frame, 1)
	go func() {
		if f, err := alive.next(20 * time.Second); err == nil {
			heard <- f
		}
	}()
	wait(t, "the dead one to be cut", 10*time.Second, func() bool { return x.s.lines.count() == 1 })
	// The one that answers still hears, long after the other was given up.
	x.Push(desk.Incoming{ExternalID: "1", Title: "一件"})
	select {
	case f := <-heard:
		if f.Type != "item.created" {
			t.Errorf("%+v", f)
		}
	case <-time.After(10 * time.Second):
		t.Error("the one that answers was cut too")
	}
}

// TestChatter: the other end has nothing to say; much of it ends the line.
func TestChatter(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	l := x.dial("duty", FormatJSON, "")
	l.must()
	if err := l.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`)); err != nil {
		t.Fatal(err)
	}
	x.Push(desk.Incoming{ExternalID: "1", Title: "一件"})
	l.must()
	_ = l.WriteMessage(websocket.TextMessage, make([]byte, 1<<20)) // cut in the middle, perhaps
	wait(t, "the line to end", 5*time.Second, func() bool { return x.s.lines.count() == 0 })
}

// TestFanOut: two hundred lines hear of one act, soon.
func TestFanOut(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	const n = 200
	var mu sync.Mutex
	var late time.Duration
	var wg sync.WaitGroup
	ready := make(chan struct{}, n)
	began := make(chan time.Time, n)
	for range n {
		l := x.dial("duty", FormatJSON, "")
		wg.Go(func() {
			if _, err := l.next(2 * time.Minute); err != nil {
				t.Errorf("hello: %v", err)
			}
			ready <- struct{}{}
			f, err := l.next(2 * time.Minute)
			took := time.Since(<-began)
			if err != nil || f.Type != "item.created" {
				t.Errorf("%+v %v", f, err)
			}
			mu.Lock()
			defer mu.Unlock()
			late = max(late, took)
		})
	}
	for range n {
		<-ready
	}
	at := time.Now()
	for range n {
		began <- at
	}
	x.Push(desk.Incoming{ExternalID: "1", Title: "一件"})
	wg.Wait()
	t.Logf("the last of %d heard after %v", n, late)
	if late > 5*time.Second {
		t.Errorf("the last of %d heard after %v", n, late)
	}
}

// TestStop: a node that goes down tells everybody to come back.
func TestStop(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	l := x.dial("duty", FormatJSON, "")
	l.must()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- x.s.Run(ctx) }()
	stop()
	if code := l.closed(5 * time.Second); code != closeRestart {
		t.Errorf("close code %d", code)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Run doesn't end")
	}
	if _, status := x.open(FormatJSON, "", "Authorization: Bearer "+x.token("duty")); status != http.StatusTooManyRequests {
		t.Errorf("a line to a node that goes down: %d", status)
	}
}

// TestRow27Storm: everybody comes back at the same instant, to the same place, and is
// told what happened meanwhile.
func TestRow27Storm(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.token("duty")
	after, err := x.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x.record(100, 100)
	wait(t, "the record to be sealed", 10*time.Second, func() bool {
		list, err := x.Feed.After(t.Context(), after, 200)
		return err == nil && len(list) >= 100
	})
	const n = 150
	start := time.Now()
	var wg sync.WaitGroup
	head := http.Header{"Authorization": {"Bearer " + x.token("duty")}}
	for range n {
		wg.Go(func() {
			d := websocket.Dialer{HandshakeTimeout: time.Minute, Subprotocols: []string{FormatJSON}}
			conn, _, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(x.url, "http")+"/live?after="+after.String(), head)
			if err != nil {
				t.Errorf("dial: %v", err)
				return
			}
			l := client{conn, t}
			defer l.Close()
			for got := 0; got < 100; {
				f, err := l.next(time.Minute)
				if err != nil {
					t.Errorf("after %d: %v", got, err)
					return
				}
				if f.Type == "clock.moved" {
					got++
				}
			}
		})
	}
	wg.Wait()
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("%d lines were up to date after %v", n, took)
	} else {
		t.Logf("%d lines were up to date after %v", n, took)
	}
}
