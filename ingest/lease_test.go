package ingest_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/ingest"
)

// slow is a poll that lasts until it is told to end.
type slow struct {
	begun, finish chan struct{}
	ended         chan error // what ended its context; nil: it was told to end
}

func newSlow() slow { return slow{make(chan struct{}), make(chan struct{}), make(chan error, 1)} }

func (s slow) poll(ctx context.Context, src desk.Source, keep ingest.Keep) error {
	close(s.begun)
	select {
	case <-s.finish:
		err := keep(ctx, lines("one\n"), json.RawMessage(`{"at":1}`))
		s.ended <- err
		return err
	case <-ctx.Done():
		s.ended <- ctx.Err()
		return ctx.Err()
	}
}

// run polls once, beside the test.
func run(t *testing.T, o *desktest.Office, r *ingest.Runner, s slow) (ended chan error) {
	t.Helper()
	r.Renew = 10 * time.Millisecond
	ended = make(chan error, 1)
	now := o.Clock.Move(time.Second)
	go func() {
		_, err := r.RunOnce(context.WithoutCancel(t.Context()), now)
		ended <- err
	}()
	within(t, s.begun, "the poll doesn't begin")
	return ended
}

func within[T any](t *testing.T, c <-chan T, otherwise string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		t.Fatal(otherwise)
	}
	return v
}

// A poll that takes longer than a lease stands keeps it.
func TestASlowPollKeepsItsLease(t *testing.T) {
	t.Parallel()
	s := newSlow()
	o, r := office(t, kindOf(s.poll), "s")
	ended := run(t, o, r, s)
	now := o.Clock.Move(time.Hour)
	deadline := time.Now().Add(20 * time.Second)
	for {
		at, ok, err := o.NextPoll(t.Context(), []string{"test"})
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if at.After(now) {
			break // renewed since
		}
		if time.Now().After(deadline) {
			t.Fatal("the lease isn't renewed")
		}
	}
	if _, ok, err := o.ClaimSource(t.Context(), []string{"test"}, now, now.Add(time.Minute)); ok || err != nil {
		t.Errorf("another node takes over what is being polled: %v %v", ok, err)
	}
	close(s.finish)
	if err := within(t, ended, "the poll doesn't end"); err != nil {
		t.Error(err)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("what it brought isn't kept: %v", err)
	}
	if src := source(t, o, "s"); src.Lease != "" || string(src.Cursor) != `{"at": 1}` || src.Failures != 0 {
		t.Errorf("after the poll: %+v", src)
	}
}

// A node that slept until another took over ends its poll, and changes nothing.
func TestAPollEndsWhenItsLeaseIsTaken(t *testing.T) {
	t.Parallel()
	s := newSlow()
	o, r := office(t, kindOf(s.poll), "s")
	ended := run(t, o, r, s)
	later := o.Clock.Now().Add(24 * time.Hour) // for the other node it is over, whatever is renewed
	if _, ok, err := o.ClaimSource(t.Context(), []string{"test"}, later, later.Add(time.Minute)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := within(t, s.ended, "the poll goes on"); err == nil {
		t.Error("no reason")
	}
	if err := within(t, ended, "the runner doesn't end"); err != nil {
		t.Error(err)
	}
	if src := source(t, o, "s"); src.Lease == "" || src.Failures != 0 || src.LastSuccess != nil {
		t.Errorf("the other's lease is touched: %+v", src)
	}
}

// The sources of a node that died are polled by another half a minute later, however
// long a poll may take.
func TestADeadNodesSourceIsTakenOver(t *testing.T) {
	t.Parallel()
	polls := 0
	kind := kindOf(func(context.Context, desk.Source, ingest.Keep) error { polls++; return nil })
	kind.Timeout = time.Hour
	o, r := office(t, kind, "s")
	dying, died := context.WithCancel(t.Context())
	dead := &ingest.Runner{Desk: o.Desk, Kinds: []ingest.Kind{kind}, Log: o.Log}
	dead.Kinds[0].Poller = pollFunc(func(context.Context, desk.Source, ingest.Keep) error { died(); return nil })
	whole := o.Store
	o.Desk.Store = &gone{whole, dying}
	if n, err := dead.RunOnce(t.Context(), o.Clock.Move(time.Second)); n != 1 || err != nil && desk.CodeOf(err) != desk.CodeUnavailable {
		t.Fatal(n, err)
	}
	o.Desk.Store = whole
	for _, c := range []struct {
		after time.Duration
		polls int
	}{{29 * time.Second, 0}, {time.Second, 1}} {
		if _, err := r.RunOnce(t.Context(), o.Clock.Move(c.after)); err != nil {
			t.Fatal(err)
		}
		if polls != c.polls {
			t.Errorf("%d polls at %v, want %d", polls, o.Clock.Now(), c.polls)
		}
	}
}

// gone is a store that answers nobody any more once its node has died.
type gone struct {
	desk.Store
	died context.Context
}

func (g *gone) InTx(ctx context.Context, fn func(desk.Tx) error) error {
	if g.died.Err() != nil {
		return desk.Unavailable(g.died.Err(), 0)
	}
	return g.Store.InTx(ctx, fn)
}
