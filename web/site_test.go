package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/live"
	"huiying/desk/pg"
)

// site is a whole server on a database of its own, with hub and sealer running.
type site struct {
	*desktest.Office
	s      *Server
	hub    *live.Hub
	url    string
	source desk.Source // a second hotline, whose key is known
	key    string
	log    *logged
	t      testing.TB
	by     func(ctx context.Context, network, address string) (net.Conn, error) // how lines are dialled

	mu     sync.Mutex
	tokens map[string]string
}

// logged is what the server wrote to its log.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var drawn = sync.OnceValues(func() (*Views, error) {
	static, err := NewStatic()
	if err != nil {
		return nil, err
	}
	return NewViews(time.FixedZone("", 8*3600), static)
})

// lively are the times of a line in tests, short where a test waits for them.
var lively = pulse{tick: 50 * time.Millisecond, ping: 100 * time.Millisecond, pong: 30 * time.Second, write: 2 * time.Second, check: 50 * time.Millisecond}

func newSite(t testing.TB, change ...func(*Options)) *site {
	t.Helper()
	return newSiteAt(t, lively, change...)
}

func newSiteAt(t testing.TB, times pulse, change ...func(*Options)) *site {
	t.Helper()
	x := &site{Office: desktest.New(t), t: t, log: &logged{}, tokens: map[string]string{}}
	x.Real = time.Now
	x.Feed = x.PG.Feed()
	x.Classifier = reader{}
	var err error
	if x.source, x.key, err = x.AddSource(t.Context(), desk.System, desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: "热线二"}, true); err != nil {
		t.Fatal(err)
	}
	sealer := pg.NewSealer(x.PG, pg.SealerOptions{Now: x.Clock.Now})
	wake, stopWake := x.PG.Wake(pg.WakeFeed)
	t.Cleanup(stopWake)
	x.hub = live.New(live.Options{Feed: x.Feed, Wake: wake, Real: time.Now, Log: slog.New(slog.DiscardHandler), Renderers: map[string]live.Renderer{
		FormatHTML: func(_ context.Context, _ live.Audience, events []desk.Sealed) ([]*live.Message, error) {
			return []*live.Message{{Body: []byte(`{"cursor":"` + events[len(events)-1].Cursor.String() + `","html":[]}`)}}, nil
		}}})
	views, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Desk: x.Desk, Hub: x.hub, Sessions: x.PG.Sessions(time.Now), Views: views, Static: views.static, Real: time.Now, Version: "test",
		Log: slog.New(slog.NewTextHandler(x.log, nil)), Push: x.push}
	for _, c := range change {
		c(&o)
	}
	if x.s, err = New(o); err != nil {
		t.Fatal(err)
	}
	x.s.pulse = times
	x.mountTestRoutes()
	server := httptest.NewServer(x.s.Handler())
	x.url = server.URL
	t.Cleanup(server.Close)
	for _, run := range []func(context.Context) error{sealer.Run, x.hub.Run, x.s.Run} {
		x.background(run)
	}
	return x
}

// background runs something until the test ends, before the server closes.
func (x *site) background(run func(context.Context) error) {
	ctx, stop := context.WithCancel(context.WithoutCancel(x.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil {
			x.t.Errorf("a loop ended: %v", err)
		}
	}()
	x.t.Cleanup(func() { stop(); <-done })
}

// push is a door like ingest/hotline's, for what the guards do around it.
func (x *site) push(who func(*http.Request) (desk.Source, error), fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		src, err := who(r)
		if err != nil {
			fail(w, r, err)
			return
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			fail(w, r, err)
			return
		}
		results, err := x.s.Receive(x.Receive)(r.Context(), src, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: b}}})
		if err != nil {
			fail(w, r, err)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(results)
	})
}

// mountTestRoutes adds what the pages do: sign in, sign out, write; and a panic.
func (x *site) mountTestRoutes() {
	add := func(rt route, h http.HandlerFunc) {
		x.s.router.(*chi.Mux).Method(rt.method, rt.path, x.s.guard(&rt, h))
	}
	add(route{method: post, path: "/test/sign-in", open: true, rate: rateSignIn}, func(w http.ResponseWriter, r *http.Request) {
		who, err := x.s.SignIn(r.Context(), r.FormValue("name"), r.FormValue("password"))
		if err != nil {
			x.s.Fail(w, r, err)
			return
		}
		_, _ = io.WriteString(w, who.Name)
	})
	add(route{method: post, path: "/test/sign-out"}, func(w http.ResponseWriter, r *http.Request) {
		if err := x.s.SignOut(r.Context()); err != nil {
			x.s.Fail(w, r, err)
		}
	})
	add(route{method: get, path: "/test/page"}, func(w http.ResponseWriter, r *http.Request) {
		who, _, _ := x.s.Who(r)
		_, _ = io.WriteString(w, who.Name)
	})
	add(route{method: post, path: "/test/write"}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	add(route{method: get, path: "/test/panic", open: true}, func(http.ResponseWriter, *http.Request) { panic("kaboom 13912345678") })
}

// reader classifies by a fixed rule.
type reader struct{}

func (reader) Read(_ context.Context, text desk.Text) (desk.Reading, error) {
	if !strings.Contains(text.Title, "路灯") {
		return desk.Reading{Tokens: []string{text.Title}}, nil
	}
	return desk.Reading{Tokens: []string{"路灯"}, Verdict: desk.Verdict{Kind: desk.KindComplaint, Category: "城乡建设", Urgency: desk.UrgencyNormal,
		Departments: []desk.ScoredName{{Name: "城管局", Score: .8}}, Region: &desk.Region{Code: "530600", Name: "云泽市"}, Place: "滨河路",
		GroupRisk: .1, Confidence: map[string]float64{"kind": .9}, Evidence: []desk.Evidence{{Field: "kind", In: "title", Text: "路灯", Start: 0, End: 2}}}}, nil
}

// token is a bearer token of the person of that role, or of that name.
func (x *site) token(name string) string {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.tokens[name] == "" {
		token, err := x.AddToken(x.t.Context(), desk.System, name)
		if desk.CodeOf(err) == desk.CodeNotFound {
			x.As(desk.Role(name))
			token, err = x.AddToken(x.t.Context(), desk.System, name)
		}
		if err != nil {
			x.t.Fatal(err)
		}
		x.tokens[name] = token
	}
	return x.tokens[name]
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request. head is "Name: value" lines.
func (x *site) ask(method, path, body string, head ...string) answer {
	x.t.Helper()
	r, err := http.NewRequestWithContext(x.t.Context(), method, x.url+path, strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range head {
		k, v, _ := strings.Cut(h, ": ")
		r.Header.Set(k, v)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		x.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

// as sends a request with a role's bearer token.
func (x *site) as(role desk.Role, method, path, body string) answer {
	x.t.Helper()
	return x.ask(method, path, body, "Authorization: Bearer "+x.token(string(role)))
}

// signIn gives a session's cookie.
func (x *site) signIn(name string) string {
	x.t.Helper()
	a := x.ask(post, "/test/sign-in", "name="+name+"&password=a+password+for+"+name, "Content-Type: application/x-www-form-urlencoded", "Origin: "+x.url)
	if a.status != http.StatusOK {
		x.t.Fatalf("sign in as %s: %d %s", name, a.status, a.body)
	}
	c, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return "Cookie: " + c
}

// decoded reads a JSON answer.
func decoded[T any](t testing.TB, a answer) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return v
}

// wait polls a condition.
func wait(t testing.TB, what string, within time.Duration, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s", within, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// stored is the digest under which a session's cookie stands in the database.
func stored(cookie string) string {
	_, token, _ := strings.Cut(cookie, "=")
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
