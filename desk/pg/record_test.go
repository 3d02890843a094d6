package pg_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/pg/pgtest"
)

func event(n int) desk.Event {
	return desk.Event{At: noon, ActedAt: noon.Add(-time.Hour), ActorID: 7, Actor: "王值班", Via: "session", Type: "clock.met", Subject: desk.Subject{Kind: "clock", ID: fmt.Sprint(n)},
		IncidentID: 3, Region: "5306", Department: "应急局", SourceID: 9, Data: []byte(`{"b": 1,  "a":"\u0000"}`), Before: []byte(`null`), After: []byte(`[1]`), Why: "补录"}
}

func record(t testing.TB, s *pg.Store, events ...desk.Event) {
	t.Helper()
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.Record(ctx, events...) })
}

func sealer(s *pg.Store) *pg.Sealer {
	return pg.NewSealer(s, pg.SealerOptions{Now: func() time.Time { return noon }})
}

// sealAll seals until nothing is pending.
func sealAll(t testing.TB, sl *pg.Sealer) (total int) {
	t.Helper()
	for {
		n, err := sl.RunOnce(t.Context(), noon)
		if err != nil {
			t.Fatal(err)
		}
		if total += n; n == 0 {
			return total
		}
	}
}

func TestEventRoundTripAndLists(t *testing.T) {
	t.Parallel()
	s := open(t)
	plain := desk.Event{At: noon, ActedAt: noon, Actor: "系统", Via: "system", Type: "source.added", Subject: desk.Subject{Kind: "source", ID: "1"}}
	record(t, s, event(1), plain, event(2))
	record(t, s)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		list := must[[]desk.Event](t)(tx.ListEvents(ctx, desk.EventFilter{}))
		if len(list) != 3 {
			t.Fatalf("%d events", len(list))
		}
		want := []desk.Event{event(1), plain, event(2)}
		for i := range want {
			want[i].ID = list[i].ID
		}
		if !reflect.DeepEqual(list, want) {
			t.Errorf("got  %+v\nwant %+v", list, want)
		}
		if got := must[[]desk.Event](t)(tx.Timeline(ctx, 3)); len(got) != 2 || got[1].Subject.ID != "2" {
			t.Errorf("timeline %v", got)
		}
		if got := must[[]desk.Event](t)(tx.History(ctx, desk.Subject{Kind: "clock", ID: "2"})); len(got) != 1 {
			t.Errorf("history %v", got)
		}
		if got := must[[]desk.Event](t)(tx.ListEvents(ctx, desk.EventFilter{Type: "clock.met", Actor: "王值班", Page: desk.Page{Newest: true, Limit: 1}})); len(got) != 1 || got[0].Subject.ID != "2" {
			t.Errorf("list %v", got)
		}
		return nil
	})
}

func TestRecordIsInsertOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	record(t, s, event(1))
	sealAll(t, sealer(s))
	for _, sql := range []string{`UPDATE event SET why = ''`, `DELETE FROM event`, `TRUNCATE event CASCADE`, `UPDATE feed SET digest = ''`, `DELETE FROM feed`, `TRUNCATE feed`} {
		if _, err := s.Pool().Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "insert-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestFeedIsPagedByCursor(t *testing.T) {
	t.Parallel()
	s := open(t)
	feed := s.Feed()
	start := must[desk.Cursor](t)(feed.Head(t.Context()))
	if start.Seq != 0 || start.Epoch == "" {
		t.Fatalf("head of nothing: %+v", start)
	}
	var events []desk.Event
	for i := range 25 {
		events = append(events, event(i))
	}
	record(t, s, events...)
	if got := must[[]desk.Sealed](t)(feed.After(t.Context(), start, 10)); len(got) != 0 {
		t.Fatalf("read before it is sealed: %v", got)
	}
	sl := sealer(s)
	if n := sealAll(t, sl); n != 25 || !sl.Last().Equal(noon) {
		t.Fatalf("sealed %d, last %v", n, sl.Last())
	}
	at := start
	for page := 0; ; page++ {
		list := must[[]desk.Sealed](t)(feed.After(t.Context(), at, 10))
		if len(list) == 0 {
			break
		}
		for i, e := range list {
			events[page*10+i].ID = e.Event.ID
			if e.Cursor.Seq != at.Seq+int64(i)+1 || e.Cursor.Epoch != start.Epoch || !reflect.DeepEqual(e.Event, events[page*10+i]) {
				t.Fatalf("after %v: %+v", at, e)
			}
		}
		at = list[len(list)-1].Cursor
	}
	if head := must[desk.Cursor](t)(feed.Head(t.Context())); at != head || head.Seq != 25 {
		t.Errorf("read to %v of %v", at, head)
	}
	for _, c := range []desk.Cursor{{Epoch: "other", Seq: 1}, {Epoch: start.Epoch, Seq: 26}} {
		_, err := feed.After(t.Context(), c, 10)
		wantCode(t, err, desk.CodeConflict)
	}
}

// TestRow22FeedSkipsNothing is row 22: fifty writers whose transactions end in any
// order, two sealers on two nodes, two readers by cursor.
func TestRow22FeedSkipsNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	nodes := []*pg.Store{openURL(t, url), openURL(t, url)}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	for i, s := range nodes {
		sl := pg.NewSealer(s, pg.SealerOptions{Now: func() time.Time { return noon }, Heads: filepath.Join(t.TempDir(), fmt.Sprint(i))})
		background.Go(func() {
			if err := errors.Join(sl.Run(ctx)); err != nil {
				t.Error(err)
			}
		})
		background.Go(func() {
			if err := s.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	const writers, acts, rolledBack = 50, 10, 3
	const total = writers * (acts - rolledBack)
	readers := make([][]string, 2)
	var reading sync.WaitGroup
	for r := range readers {
		reading.Go(func() {
			s := nodes[r]
			woken, end := s.Wake(pg.WakeFeed)
			defer end()
			at, err := s.Feed().Head(ctx)
			limit := time.After(30 * time.Second)
			poll := time.NewTicker(100 * time.Millisecond)
			defer poll.Stop()
			for err == nil && len(readers[r]) < total {
				var list []desk.Sealed
				if list, err = s.Feed().After(ctx, at, 7); err != nil {
					break
				}
				for _, e := range list {
					if e.Cursor.Seq != at.Seq+1 {
						t.Errorf("reader %d: %d follows %d", r, e.Cursor.Seq, at.Seq)
					}
					at = e.Cursor
					readers[r] = append(readers[r], e.Event.Subject.ID)
				}
				if len(list) > 0 {
					continue
				}
				select {
				case <-woken:
				case <-poll.C:
				case <-limit:
					err = fmt.Errorf("reader %d has %d of %d", r, len(readers[r]), total)
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	var writing sync.WaitGroup
	changedMind := errors.New("changed my mind")
	for w := range writers {
		writing.Go(func() {
			for n := range acts {
				err := nodes[w%2].InTx(t.Context(), func(tx desk.Tx) error {
					if err := tx.Record(t.Context(), event(w*100+n)); err != nil {
						return err
					}
					hold := time.NewTimer(time.Duration(rand.IntN(20)) * time.Millisecond) // the fault: commits come late
					<-hold.C
					if n < rolledBack {
						return changedMind
					}
					return nil
				})
				if err != nil && !errors.Is(err, changedMind) {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	reading.Wait()
	if !reflect.DeepEqual(readers[0], readers[1]) {
		t.Error("the readers saw different orders")
	}
	seen := map[string]bool{}
	for _, id := range readers[0] {
		seen[id] = true
	}
	if len(seen) != total || len(readers[0]) != total {
		t.Errorf("%d seen, %d of them different, want %d", len(readers[0]), len(seen), total)
	}
	if report, err := nodes[0].Verify(t.Context(), nil); err != nil || !report.OK() || report.Sealed != total {
		t.Errorf("%+v %v", report, err)
	}
}
