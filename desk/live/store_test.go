package live_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/live"
	"huiying/desk/pg"
)

// TestOnTheRealRecord runs the whole way: acts in parallel on a real database, the
// sealer, the hub, a subscriber that is cut now and then. What it is told is the
// record, in order. Trust row 23: the same without any wake-up, only slower.
func TestOnTheRealRecord(t *testing.T) {
	t.Parallel()
	for name, woken := range map[string]bool{"woken": true, "polled": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := desktest.New(t)
			sealer := pg.NewSealer(o.PG, pg.SealerOptions{Now: o.Now})
			wake, stop := o.PG.Wake(pg.WakeFeed)
			defer stop()
			if !woken {
				wake = nil
			}
			ctx, cancel := context.WithCancel(t.Context())
			var beside sync.WaitGroup
			beside.Go(func() {
				if err := sealer.Run(ctx); err != nil {
					t.Errorf("sealer: %v", err)
				}
			})
			defer beside.Wait()
			defer cancel()
			h := running(t, o.PG.Feed(), wake, nil)
			start, err := h.Head(ctx)
			if err != nil {
				t.Fatal(err)
			}
			o.As(desk.RoleAuditor) // is an act, too
			const writers, acts = 4, 25
			var acting sync.WaitGroup
			for w := range writers {
				acting.Go(func() {
					for i := range acts {
						o.Push(desk.Incoming{ExternalID: fmt.Sprintf("%d-%d", w, i), Title: "路面积水"})
					}
				})
			}
			var got []desk.Cursor
			place := start
			since := time.Now()
			for items := 0; items < writers*acts; {
				s, err := h.Subscribe(ctx, live.AudienceOf(o.As(desk.RoleAuditor), office, live.FormatJSON, "zh", ""), &place)
				if err != nil {
					t.Fatal(err)
				}
				for range 7 {
					if items == writers*acts {
						break
					}
					m := next(t, s)
					got, place = append(got, m.Cursor), m.Cursor
					if bytes.Contains(m.Body, []byte(`"type":"item.created"`)) {
						items++
					}
				}
				s.Close()
			}
			acting.Wait()
			t.Logf("%d acts told within %v", len(got), time.Since(since).Round(time.Millisecond))
			record, err := o.PG.Feed().After(ctx, start, 1000)
			if err != nil {
				t.Fatal(err)
			}
			var want []desk.Cursor
			for _, s := range record {
				want = append(want, s.Cursor)
			}
			if !slices.Equal(got, want[:len(got)]) {
				t.Errorf("told %v\nrecord %v", got, want)
			}
		})
	}
}

// BenchmarkCommitToHand measures from the end of an act to the hands of a
// subscriber, through the sealer and the hub, on an idle database.
func BenchmarkCommitToHand(b *testing.B) {
	o := desktest.New(b)
	ctx, cancel := context.WithCancel(b.Context())
	var beside sync.WaitGroup
	sealer := pg.NewSealer(o.PG, pg.SealerOptions{Now: o.Now})
	beside.Go(func() {
		if err := sealer.Run(ctx); err != nil {
			b.Errorf("sealer: %v", err)
		}
	})
	defer beside.Wait()
	defer cancel()
	wake, stop := o.PG.Wake(pg.WakeFeed)
	defer stop()
	s := subscribe(b, running(b, o.PG.Feed(), wake, nil), everything(), nil)
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		o.Push(desk.Incoming{ExternalID: fmt.Sprint(n), Title: "路面积水"})
		since := time.Now()
		next(b, s)
		took = append(took, time.Since(since))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "median-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
