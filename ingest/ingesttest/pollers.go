package ingesttest

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest"
)

// Outside is what a poller fetches from, run for real by the test.
type Outside interface {
	// Put adds messages.
	Put(t testing.TB, msgs ...Message)
	// Break makes it answer with failures, Stall with nothing at all, Heal well again.
	Break(t testing.TB)
	Stall(t testing.TB)
	Heal(t testing.TB)
}

// Emptier is an Outside that can bring a document or a message of no bytes.
type Emptier interface {
	// Empty brings one; where the whole is one document, until Heal.
	Empty(t testing.TB)
}

// secret is the password of every source of the suite; it may appear nowhere.
const secret = "s3cret-口令"

// Pollers runs the part of the suite about fetching. Start begins an outside that
// takes any name and the given password, and says how it is configured.
func Pollers(t *testing.T, kind ingest.Kind, start func(t testing.TB, password string) (Outside, desk.Source)) {
	open := func(t *testing.T) (Outside, *Door) {
		out, src := start(t, secret)
		src.Password = secret
		return out, Open(t, kind, src)
	}

	t.Run("what is new is taken once", func(t *testing.T) {
		t.Parallel()
		out, d := open(t)
		out.Put(t, Messages(1, 3)...)
		d.Poll()
		d.Poll()
		d.want(t, 3)
		out.Put(t, Messages(4, 2)...)
		d.Poll()
		d.want(t, 5)
		if s := d.State(); s.Failures != 0 || s.LastError != "" || s.LastSuccess == nil || s.Lease != "" {
			t.Errorf("after good polls the source is %+v", s)
		}
	})

	t.Run("restarted before the bytes were kept", func(t *testing.T) {
		t.Parallel()
		out, d := open(t)
		out.Put(t, Messages(1, 3)...)
		src := d.claim(t)
		died := errors.New("the node dies here")
		err := kind.Poller.Poll(t.Context(), src, func(context.Context, []desk.Raw, json.RawMessage) error { return died })
		if !errors.Is(err, died) {
			t.Errorf("the poller went on after its raws were refused: %v", err)
		}
		if got := d.State().Cursor; string(got) != "{}" && len(got) != 0 {
			t.Errorf("the bookmark moved without its raws: %s", got)
		}
		d.Poll()
		d.want(t, 3)
	})

	t.Run("restarted after the bytes were kept", func(t *testing.T) {
		t.Parallel()
		out, d := open(t)
		out.Put(t, Messages(1, 3)...)
		src := d.claim(t)
		died := errors.New("the node dies here")
		keep := d.KeepAll(src)
		err := kind.Poller.Poll(t.Context(), src, func(ctx context.Context, raws []desk.Raw, c json.RawMessage) error {
			if err := keep(ctx, raws, c); err != nil {
				t.Error(err)
			}
			return died
		})
		if !errors.Is(err, died) {
			t.Error(err)
		}
		d.Poll()
		d.want(t, 3)
	})

	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		out, d := open(t)
		out.Put(t, Messages(1, 1)...)
		out.Stall(t)
		src := d.claim(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- kind.Poller.Poll(ctx, src, d.KeepAll(src)) }()
		cancel()
		select {
		case err := <-ended:
			if err == nil {
				t.Error("a cancelled poll says that all went well")
			}
		case <-time.After(10 * time.Second):
			t.Fatal("a cancelled poll goes on")
		}
		d.want(t, 0)
		out.Heal(t)
		d.Poll()
		d.want(t, 1)
	})

	t.Run("a paused node writes nothing stale", func(t *testing.T) {
		t.Parallel()
		out, d := open(t)
		out.Put(t, Messages(1, 2)...)
		paused := d.claim(t)
		d.Poll() // the lease has run out; another node takes over
		d.want(t, 2)
		before, bytesBefore := d.State(), d.raws(t)
		out.Put(t, Messages(3, 1)...)
		err := kind.Poller.Poll(t.Context(), paused, d.KeepAll(paused))
		if desk.CodeOf(err) != desk.CodeConflict {
			t.Errorf("the node that slept was let through: %v", err)
		}
		if after := d.State(); string(after.Cursor) != string(before.Cursor) || d.raws(t) != bytesBefore {
			t.Errorf("it left something: bookmark %s, was %s", after.Cursor, before.Cursor)
		}
		d.Poll()
		d.want(t, 3)
	})

	t.Run("a failing source says why and recovers", func(t *testing.T) {
		t.Parallel()
		out, d := open(t)
		out.Put(t, Messages(1, 1)...)
		out.Break(t)
		d.Poll()
		d.Poll()
		s := d.State()
		if s.Failures != 2 || s.LastError == "" || s.LastErrorAt == nil {
			t.Errorf("after two failures the source is %+v", s)
		}
		if strings.Contains(s.LastError, secret) || strings.Contains(s.LastError, "127.0.0.1") {
			t.Errorf("its words tell too much: %q", s.LastError)
		}
		if wait := s.NextPollAt.Sub(d.Clock.Now()); wait < kind.Every {
			t.Errorf("it is polled again after %v, its interval is %v", wait, kind.Every)
		}
		out.Heal(t)
		d.Poll()
		d.want(t, 1)
		d.Poll()
		if got := d.events(t, "source."); len(got) != 3 || got[1] != "source.failing" || got[2] != "source.recovered" {
			t.Errorf("on the record: %v", got)
		}
	})

	t.Run("nothing at all", func(t *testing.T) {
		t.Parallel()
		out, d := open(t)
		void, ok := out.(Emptier)
		if !ok {
			return // it has no way to bring it
		}
		out.Put(t, Messages(1, 2)...)
		d.Poll()
		void.Empty(t)
		d.Poll()
		d.Poll()
		if s := d.State(); strings.Contains(s.LastError, "保存") || s.Failures > 0 && s.LastError == "" {
			t.Errorf("after an empty document the source is %+v", s)
		}
		if q := d.Quarantined(); len(q) > 1 || len(q) == 1 && q[0].Reason == "" {
			t.Errorf("an empty document in quarantine: %+v", q)
		}
		d.want(t, 2)
		out.Heal(t)
		out.Put(t, Messages(3, 1)...)
		d.Poll()
		d.want(t, 3)
		if s := d.State(); s.Failures != 0 {
			t.Errorf("what came after it isn't read: %q", s.LastError)
		}
	})

	t.Run("two nodes do nothing twice", func(t *testing.T) {
		t.Parallel()
		out, d := open(t)
		out.Put(t, Messages(1, 5)...)
		now := d.Clock.Move(time.Hour)
		var wg sync.WaitGroup
		total := make([]int, 4)
		for i := range total {
			wg.Go(func() {
				node := &ingest.Runner{Desk: d.Desk, Kinds: d.Runner.Kinds, Log: d.Log}
				n, err := node.RunOnce(t.Context(), now)
				if err != nil {
					t.Error(err)
				}
				total[i] = n
			})
		}
		wg.Wait()
		if sum := total[0] + total[1] + total[2] + total[3]; sum != 1 {
			t.Errorf("one due source was polled %d times", sum)
		}
		d.want(t, 5)
	})
}

// want checks that exactly the messages 1…n are there, once each and unchanged.
func (d *Door) want(t *testing.T, n int) {
	t.Helper()
	got := d.Titles()
	for _, m := range Messages(1, n) {
		if got[m.Title] != 1 {
			t.Errorf("%q is there %d times", m.Title, got[m.Title])
		}
	}
	if len(got) != n {
		t.Errorf("%d items, want %d; quarantined: %v", len(got), n, d.Quarantined())
	}
	for _, it := range d.Items() {
		if it.Version != 1 {
			t.Errorf("%q has version %d", it.Title, it.Version)
		}
	}
}

// claim leases the source as a runner does.
func (d *Door) claim(t *testing.T) desk.Source {
	t.Helper()
	now := d.Clock.Now()
	src, ok, err := d.ClaimSource(t.Context(), []string{d.Kind.Name}, now, now.Add(time.Minute))
	if err != nil || !ok {
		t.Fatalf("no source to claim: %v", err)
	}
	return src
}

// raws counts what was kept.
func (d *Door) raws(t *testing.T) (n int) {
	t.Helper()
	for id := int64(1); id < 1000; id++ {
		err := d.Store.InTx(t.Context(), func(tx desk.Tx) error {
			_, _, err := tx.LockRaw(t.Context(), id)
			return err
		})
		if err == nil {
			n++
		} else if desk.CodeOf(err) != desk.CodeNotFound {
			t.Fatal(err)
		}
		if err != nil && id > int64(n)+20 {
			break
		}
	}
	return n
}

// events are the types on the record with this beginning, oldest first.
func (d *Door) events(t *testing.T, prefix string) (types []string) {
	t.Helper()
	err := d.Store.View(t.Context(), func(tx desk.Tx) error {
		list, err := tx.ListEvents(t.Context(), desk.EventFilter{Page: desk.Page{Limit: 1000}})
		for _, e := range list {
			if strings.HasPrefix(e.Type, prefix) && e.Subject.ID == strconv.FormatInt(d.Source.ID, 10) {
				types = append(types, e.Type)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return types
}
