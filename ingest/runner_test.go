package ingest_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/ingest"
)

// titles parses a raw into one item per line, titled so.
type titles struct{}

func (titles) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) (parts []desk.Part, err error) {
	for line := range strings.Lines(string(raw.Bytes)) {
		parts = append(parts, desk.Part{Incoming: desk.Incoming{ExternalID: strings.TrimSpace(line), Title: strings.TrimSpace(line)}})
	}
	return parts, nil
}

// pollFunc is a poller of the test's making.
type pollFunc func(ctx context.Context, src desk.Source, keep ingest.Keep) error

func (f pollFunc) Poll(ctx context.Context, src desk.Source, keep ingest.Keep) error {
	return f(ctx, src, keep)
}

// office is a desk with sources of one kind, due at once.
func office(t *testing.T, kind ingest.Kind, names ...string) (*desktest.Office, *ingest.Runner) {
	t.Helper()
	o := desktest.New(t)
	o.Parsers[kind.Name] = kind.Parser
	for _, n := range names {
		if _, _, err := o.AddSource(t.Context(), desk.System, desk.Source{Kind: kind.Name, Channel: kind.Channel, Name: n, URL: "http://example.com/"}, false); err != nil {
			t.Fatal(err)
		}
	}
	return o, &ingest.Runner{Desk: o.Desk, Kinds: []ingest.Kind{kind}, Log: o.Log}
}

func kindOf(f pollFunc) ingest.Kind {
	return ingest.Kind{Name: "test", Channel: desk.ChannelMedia, Parser: titles{}, Poller: f, Every: time.Minute, Timeout: 10 * time.Second}
}

func source(t *testing.T, o *desktest.Office, name string) (s desk.Source) {
	t.Helper()
	if err := o.Store.View(t.Context(), func(tx desk.Tx) (err error) {
		s, err = tx.SourceByName(t.Context(), name)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

func lines(s string) []desk.Raw { return []desk.Raw{{ContentType: "text/plain", Bytes: []byte(s)}} }

// TestASlowSourceHoldsNobody: while one source hangs, the others are polled again
// and again; when the runner is told to stop, it does.
func TestASlowSourceHoldsNobody(t *testing.T) { // not parallel: others' goroutines would count
	var quick atomic.Int64
	hanging := make(chan struct{})
	var once sync.Once
	enough := make(chan struct{})
	kind := kindOf(func(ctx context.Context, src desk.Source, keep ingest.Keep) error {
		if src.Name == "slow" {
			once.Do(func() { close(hanging) })
			<-ctx.Done()
			return ctx.Err()
		}
		if n := quick.Add(1); n == 5 {
			close(enough)
		}
		return keep(ctx, lines(src.Name+"\n"), json.RawMessage(`{}`))
	})
	kind.Every = time.Millisecond
	o, r := office(t, kind, "slow", "a", "b")
	real := time.Now()
	o.Desk.Now = func() time.Time { return desktest.Start.Add(time.Since(real)) }
	running := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	for _, c := range []chan struct{}{hanging, enough} {
		select {
		case <-c:
		case <-time.After(20 * time.Second):
			t.Fatal("the slow source holds the others")
		}
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the runner doesn't stop")
	}
	goleak.VerifyNone(t, running)
	if s := source(t, o, "slow"); s.Lease != "" || s.Failures != 0 {
		t.Errorf("stopping is taken for the source's failure: %+v", s)
	}
}

// TestWake: a source added while the runner sleeps is polled when it is woken, and
// without a wake soon.
func TestWake(t *testing.T) {
	t.Parallel()
	polled := make(chan string, 100)
	kind := kindOf(func(_ context.Context, src desk.Source, _ ingest.Keep) error {
		polled <- src.Name
		return nil
	})
	kind.Every = time.Hour
	o, r := office(t, kind, "first")
	wake := make(chan struct{}, 1)
	r.Wake = wake
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	await := func(name string) {
		t.Helper()
		select {
		case got := <-polled:
			if got != name {
				t.Errorf("polled %q, want %q", got, name)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%q isn't polled", name)
		}
	}
	await("first")
	for _, name := range []string{"woken", "found"} {
		if _, _, err := o.AddSource(t.Context(), desk.System, desk.Source{Kind: "test", Channel: desk.ChannelMedia, Name: name, URL: "http://example.com/"}, false); err != nil {
			t.Fatal(err)
		}
		if name == "woken" {
			wake <- struct{}{}
		}
		await(name)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestJudgement(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		poll     pollFunc
		failures int
		says     string
		wait     [2]time.Duration // bounds of the wait until the next poll
	}{
		{name: "well", poll: func(context.Context, desk.Source, ingest.Keep) error { return nil }, wait: [2]time.Duration{50 * time.Second, 70 * time.Second}},
		{name: "more", poll: func(context.Context, desk.Source, ingest.Keep) error { return ingest.ErrMore }, wait: [2]time.Duration{0, 0}},
		{name: "panic", poll: func(context.Context, desk.Source, ingest.Keep) error { panic("a poller that can't") }, failures: 1, says: "运行日志",
			wait: [2]time.Duration{time.Minute, 3 * time.Minute}},
		{name: "plain error", poll: func(context.Context, desk.Source, ingest.Keep) error { return errors.New("password geheim") }, failures: 1, says: "运行日志",
			wait: [2]time.Duration{time.Minute, 3 * time.Minute}},
		{name: "words", poll: func(context.Context, desk.Source, ingest.Keep) error {
			return ingest.Failed(nil, "对方返回 %d", 502)
		}, failures: 1, says: "对方返回 502",
			wait: [2]time.Duration{time.Minute, 3 * time.Minute}},
		{name: "asked to wait", poll: func(context.Context, desk.Source, ingest.Keep) error {
			return &desk.Error{Code: desk.CodeUnavailable, Text: "慢一点", RetryAfter: 2 * time.Hour}
		}, failures: 1, says: "慢一点", wait: [2]time.Duration{2 * time.Hour, 2*time.Hour + 15*time.Minute}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, r := office(t, kindOf(c.poll), "s")
			if n, err := r.RunOnce(t.Context(), o.Clock.Move(time.Second)); n < 1 || err != nil {
				t.Fatal(n, err)
			}
			s := source(t, o, "s")
			wait := s.NextPollAt.Sub(o.Clock.Now())
			if s.Failures != c.failures || !strings.Contains(s.LastError, c.says) || strings.Contains(s.LastError, "geheim") || s.Lease != "" {
				t.Errorf("%+v", s)
			}
			if wait < c.wait[0] || wait > c.wait[1] {
				t.Errorf("next poll in %v, want %v", wait, c.wait)
			}
		})
	}
}

// TestTimeUp: a poll whose time is up after it kept something goes on at once; one
// that kept nothing has failed.
func TestTimeUp(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{true, false} {
		polls := 0
		kind := kindOf(func(ctx context.Context, _ desk.Source, keep ingest.Keep) error {
			if polls++; polls > 1 {
				return nil
			}
			if kept {
				if err := keep(ctx, lines("one\n"), json.RawMessage(`{"at":1}`)); err != nil {
					return err
				}
			}
			<-ctx.Done()
			return ctx.Err()
		})
		kind.Timeout = 50 * time.Millisecond
		o, r := office(t, kind, "s")
		if _, err := r.RunOnce(t.Context(), o.Clock.Move(time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := r.RunOnce(t.Context(), o.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		s := source(t, o, "s")
		if kept && (s.Failures != 0 || polls != 2) {
			t.Errorf("after progress: %d polls, %+v", polls, s)
		}
		if !kept && (s.Failures != 1 || !strings.Contains(s.LastError, "时限") || polls != 1) {
			t.Errorf("after nothing: %d polls, %+v", polls, s)
		}
	}
}
