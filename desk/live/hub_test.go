package live_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/live"
)

func TestFromNowAndByCursor(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.add(item(1, ""), item(2, ""))
	h := running(t, f, f.wake, nil)
	now := subscribe(t, h, everything(), nil)
	old := subscribe(t, h, everything(), at(0))
	if now.Start().String() != "e1.2" || old.Start().String() != "e1.0" {
		t.Errorf("start at %v and %v", now.Start(), old.Start())
	}
	f.add(item(3, ""))
	if m := next(t, now); m.Cursor.Seq != 3 {
		t.Errorf("from now: got %v", m.Cursor)
	}
	for want := range int64(3) {
		if m := next(t, old); m.Cursor.Seq != want+1 {
			t.Errorf("got %v, want %d", m.Cursor, want+1)
		}
	}
	quiet(t, now)
	quiet(t, old)
}

func TestCursorOfAnotherFeed(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.add(item(1, ""))
	h := running(t, f, f.wake, nil)
	for _, c := range []desk.Cursor{{Epoch: "other", Seq: 1}, {Epoch: "e1", Seq: 2}} {
		if _, err := h.Subscribe(t.Context(), everything(), &c); !errors.Is(err, live.ErrEpoch) {
			t.Errorf("%v: %v, want ErrEpoch", c, err)
		}
	}
}

// A client comes from a node that reads faster than this one.
func TestCursorAheadOfThisNode(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.add(item(1, ""))
	h := running(t, f, nil, nil)
	subscribe(t, h, everything(), nil)
	f.add(item(2, ""), item(3, "")) // nobody woke the hub: it polls later
	s := subscribe(t, h, everything(), at(2))
	if m := next(t, s); m.Cursor.Seq != 3 {
		t.Errorf("got %v, want 3", m.Cursor)
	}
	quiet(t, s)
}

func TestRestoredDatabase(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.add(item(1, ""))
	h := running(t, f, f.wake, nil)
	s := subscribe(t, h, everything(), nil)
	f.restore("e2")
	if _, err := s.Next(t.Context()); !errors.Is(err, live.ErrEpoch) {
		t.Fatalf("%v, want ErrEpoch", err)
	}
	again := subscribe(t, h, everything(), nil)
	f.add(item(1, ""))
	if m := next(t, again); m.Cursor.String() != "e2.1" {
		t.Errorf("got %v", m.Cursor)
	}
}

func TestFarBehindReadsTheStore(t *testing.T) {
	t.Parallel()
	f := newFeed()
	h := running(t, f, f.wake, func(o *live.Options) { o.Keep = 10 })
	keep := subscribe(t, h, everything(), nil)
	for i := range 2000 {
		f.add(item(i, ""))
	}
	for want := range int64(2000) {
		if m := next(t, keep); m.Cursor.Seq != want+1 {
			t.Fatalf("live: got %v, want %d", m.Cursor, want+1)
		}
	}
	s := subscribe(t, h, everything(), at(0))
	for want := range int64(2000) {
		if m := next(t, s); m.Cursor.Seq != want+1 {
			t.Fatalf("behind: got %v, want %d", m.Cursor, want+1)
		}
	}
}

// Everybody comes back at once from the same place: the record is read for one of
// them, not for each.
func TestReturningTogetherReadsOnce(t *testing.T) {
	t.Parallel()
	f := newFeed()
	for i := range 200 {
		f.add(item(i, ""))
	}
	var rendered atomic.Int64
	h := running(t, f, f.wake, func(o *live.Options) {
		o.Renderers = map[string]live.Renderer{"count": func(_ context.Context, _ live.Audience, events []desk.Sealed) ([]*live.Message, error) {
			rendered.Add(int64(len(events)))
			return []*live.Message{{Body: []byte("x")}}, nil
		}}
	})
	a := live.AudienceOf(officer, office, "count", "zh", "")
	first := subscribe(t, h, a, at(100))
	next(t, first)
	before := f.read()
	for range 500 {
		if m := next(t, subscribe(t, h, a, at(100))); m.Cursor.Seq != 200 {
			t.Fatalf("got %v", m.Cursor)
		}
	}
	if n := f.read() - before; n > 10 {
		t.Errorf("%d reads of the feed", n)
	}
	if n := rendered.Load(); n != 100 {
		t.Errorf("rendered %d events for 501 readers of 100", n)
	}
}

func TestRenderedOnceForAll(t *testing.T) {
	t.Parallel()
	f := newFeed()
	h := running(t, f, f.wake, nil)
	a, b := subscribe(t, h, everything(), nil), subscribe(t, h, everything(), nil)
	f.add(item(1, ""))
	ma, mb := next(t, a), next(t, b)
	if ma != mb {
		t.Error("two subscribers of one audience got two messages")
	}
	calls := 0
	for _, m := range []*live.Message{ma, mb} {
		if got := m.Prepared(func(body []byte) any { calls++; return len(body) }); got != len(ma.Body) {
			t.Errorf("prepared %v", got)
		}
	}
	if calls != 1 {
		t.Errorf("prepared %d times", calls)
	}
}

// A renderer that is slow gathers; its audience gets what gathered in one frame,
// and nobody else waits for it.
func TestSlowRenderer(t *testing.T) {
	t.Parallel()
	f := newFeed()
	begun, release := make(chan int, 100), make(chan struct{})
	h := running(t, f, f.wake, func(o *live.Options) {
		o.Renderers = map[string]live.Renderer{"slow": func(ctx context.Context, _ live.Audience, events []desk.Sealed) ([]*live.Message, error) {
			begun <- len(events)
			select {
			case <-release:
			case <-ctx.Done():
			}
			return []*live.Message{{Body: fmt.Append(nil, len(events))}}, nil
		}}
	})
	slow := subscribe(t, h, live.AudienceOf(officer, office, "slow", "zh", ""), nil)
	fast := subscribe(t, h, everything(), nil)
	f.add(item(1, ""))
	<-begun
	for i := range 50 {
		f.add(item(2+i, ""))
		next(t, fast)
	}
	next(t, fast)
	release <- struct{}{}
	if m := next(t, slow); string(m.Body) != "1" || m.Cursor.Seq != 1 {
		t.Errorf("first frame %s at %v", m.Body, m.Cursor)
	}
	release <- struct{}{}
	if m := next(t, slow); string(m.Body) != "50" || m.Cursor.Seq != 51 {
		t.Errorf("second frame has %s events, at %v; want 50 at 51", m.Body, m.Cursor)
	}
}

func TestRendererThatFails(t *testing.T) {
	t.Parallel()
	f := newFeed()
	tries := 0
	h := running(t, f, f.wake, func(o *live.Options) {
		o.Renderers = map[string]live.Renderer{"flaky": func(_ context.Context, _ live.Audience, events []desk.Sealed) ([]*live.Message, error) {
			switch tries++; tries {
			case 1:
				return nil, errors.New("the database is away")
			case 2:
				panic("a template")
			}
			return []*live.Message{{Body: fmt.Append(nil, len(events))}}, nil
		}}
	})
	s := subscribe(t, h, live.AudienceOf(officer, office, "flaky", "zh", ""), nil)
	f.add(item(1, ""))
	if m := next(t, s); m.Cursor.Seq != 1 {
		t.Errorf("got %v", m.Cursor)
	}
	if _, err := h.Subscribe(t.Context(), live.AudienceOf(officer, office, "none", "zh", ""), nil); err == nil {
		t.Error("a format without a renderer was accepted")
	}
}

func TestFeedAwayForAWhile(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.fail(errors.New("away"))
	h := live.New(live.Options{Feed: f, Real: time.Now, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	short, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	if _, err := h.Subscribe(short, everything(), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want to wait for the feed", err)
	}
	if !h.Alive().IsZero() {
		t.Error("alive without a feed")
	}
	f.fail(nil)
	s := subscribe(t, h, everything(), nil)
	f.fail(errors.New("away again"))
	f.add(item(1, ""))
	f.fail(nil)
	next(t, s)
	if h.Alive().IsZero() {
		t.Error("not alive")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := s.Next(t.Context()); !errors.Is(err, live.ErrStopped) {
		t.Errorf("%v, want ErrStopped", err)
	}
	if _, err := h.Subscribe(t.Context(), everything(), nil); !errors.Is(err, live.ErrStopped) {
		t.Errorf("%v, want ErrStopped", err)
	}
}

func TestClosedByItsOwner(t *testing.T) {
	t.Parallel()
	f := newFeed()
	h := running(t, f, f.wake, nil)
	s := subscribe(t, h, everything(), nil)
	got := make(chan error, 1)
	go func() { _, err := s.Next(t.Context()); got <- err }()
	s.Close()
	s.Close()
	if err := <-got; !errors.Is(err, live.ErrClosed) {
		t.Errorf("%v, want ErrClosed", err)
	}
	again := subscribe(t, h, everything(), nil) // the audience begins anew
	f.add(item(1, ""))
	next(t, again)
}

// A deadline on Next leaves the subscription as it is, whatever it was doing.
func TestDeadlineInTheMiddle(t *testing.T) {
	t.Parallel()
	f := newFeed()
	for i := range 3 {
		f.add(item(i, ""))
	}
	release := make(chan struct{})
	h := running(t, f, f.wake, func(o *live.Options) {
		o.Renderers = map[string]live.Renderer{"slow": func(ctx context.Context, _ live.Audience, events []desk.Sealed) ([]*live.Message, error) {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return []*live.Message{{Body: []byte("x")}}, ctx.Err()
		}}
	})
	s := subscribe(t, h, live.AudienceOf(officer, office, "slow", "zh", ""), at(0))
	quiet(t, s)
	quiet(t, s)
	close(release)
	if m := next(t, s); m.Cursor.Seq != 3 {
		t.Errorf("got %v", m.Cursor)
	}
}
