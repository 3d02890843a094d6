package live_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"huiying/desk"
	"huiying/desk/live"
)

// TestMain leaves out the test cluster: it runs as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("os/exec.(*Cmd).Start.func2"), goleak.IgnoreAnyFunction("os/exec.(*Cmd).Wait"))
}

// feed is a sealed record in memory, in place of the database's.
type feed struct {
	mu     sync.Mutex
	epoch  string
	events []desk.Sealed
	wake   chan struct{}
	err    error
	reads  int
}

func newFeed() *feed { return &feed{epoch: "e1", wake: make(chan struct{}, 1)} }

func (f *feed) Head(context.Context) (desk.Cursor, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return desk.Cursor{Epoch: f.epoch, Seq: int64(len(f.events))}, f.err
}

func (f *feed) After(_ context.Context, c desk.Cursor, limit int) ([]desk.Sealed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	if f.err != nil {
		return nil, f.err
	}
	if c.Epoch != f.epoch || c.Seq > int64(len(f.events)) {
		return nil, desk.Conflict("after", "another feed")
	}
	rest := f.events[c.Seq:]
	return append([]desk.Sealed(nil), rest[:min(limit, len(rest))]...), nil
}

// add seals events and wakes the hub.
func (f *feed) add(events ...desk.Event) {
	f.mu.Lock()
	for _, e := range events {
		e.ID = int64(len(f.events) + 1)
		f.events = append(f.events, desk.Sealed{Cursor: desk.Cursor{Epoch: f.epoch, Seq: e.ID}, Event: e})
	}
	f.mu.Unlock()
	f.tell()
}

func (f *feed) tell() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *feed) fail(err error) { f.mu.Lock(); defer f.mu.Unlock(); f.err = err }

// restore puts another record in place, as a restored database does.
func (f *feed) restore(epoch string) {
	f.mu.Lock()
	f.epoch, f.events = epoch, nil
	f.mu.Unlock()
	f.tell()
}

func (f *feed) read() int { f.mu.Lock(); defer f.mu.Unlock(); return f.reads }

// item is an event about an item in a region.
func item(id int, region string) desk.Event {
	return desk.Event{At: noon, Type: "item.created", Subject: desk.Subject{Kind: "item", ID: strconv.Itoa(id)}, Region: region,
		Data: fmt.Appendf(nil, `{"id":"%d","status":"created"}`, id)}
}

var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

var (
	officer = desk.Actor{PersonID: 1, Name: "值班员", Roles: []desk.Role{desk.RoleDuty}, Via: "session"}
	office  = "530600"
)

// everything is the audience of a duty officer for the whole office.
func everything() live.Audience { return live.AudienceOf(officer, office, live.FormatJSON, "zh", "") }

// running gives a hub that runs until the test ends.
func running(t testing.TB, f desk.Feed, wake <-chan struct{}, set func(*live.Options)) *live.Hub {
	t.Helper()
	opt := live.Options{Feed: f, Wake: wake, Real: time.Now, Log: slog.New(slog.DiscardHandler)}
	if set != nil {
		set(&opt)
	}
	h := live.New(opt)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return h
}

func subscribe(t testing.TB, h *live.Hub, a live.Audience, after *desk.Cursor) *live.Subscription {
	t.Helper()
	s, err := h.Subscribe(t.Context(), a, after)
	if err != nil {
		t.Fatalf("subscribe: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// next is the next message, which must come within 10 s.
func next(t testing.TB, s *live.Subscription) *live.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	m, err := s.Next(ctx)
	if err != nil {
		t.Fatalf("next: %v", err)
	}
	return m
}

// quiet checks that nothing waits for the subscription.
func quiet(t testing.TB, s *live.Subscription) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if m, err := s.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, %v, want nothing", m, err)
	}
}

// until polls a condition.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			t.Fatalf("not within 20 s: %s", what)
		case <-look.C:
		}
	}
}

func at(seq int64) *desk.Cursor { return &desk.Cursor{Epoch: "e1", Seq: seq} }
