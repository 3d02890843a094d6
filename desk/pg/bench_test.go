package pg_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
)

// commits runs acts from many writers at an overall rate (0: as fast as it goes)
// and gives how long each took.
func commits(tb testing.TB, s *pg.Store, writers, total, perSecond int) []time.Duration {
	tb.Helper()
	var next atomic.Int64
	took := make([]time.Duration, total)
	began := time.Now()
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= total {
					return
				}
				if perSecond > 0 {
					due := time.NewTimer(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))))
					<-due.C
				}
				at := time.Now()
				if err := s.InTx(context.WithoutCancel(tb.Context()), func(tx desk.Tx) error { return tx.Record(tb.Context(), event(i)) }); err != nil {
					tb.Error(err)
				}
				took[i] = time.Since(at)
			}
		})
	}
	all.Wait()
	slices.Sort(took)
	return took
}

func p99(sorted []time.Duration) time.Duration { return sorted[len(sorted)*99/100] }

// BenchmarkCommitsWithWake is row 24, on a cluster that syncs to disk: 500 acts a
// second on one of two nodes, sealed, first with nobody told, then with LISTEN on
// both and NOTIFY. It reports the p99s and their ratio, and the acts per second as
// fast as they go: bare (nothing sealed), sealed, and told.
func BenchmarkCommitsWithWake(b *testing.B) {
	url := durable(b)
	node := func(schema string) *pg.Store {
		s, err := pg.Open(b.Context(), url, pg.Options{Schema: schema})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(s.Close)
		return s
	}
	arms := []string{"bare", "sealed", "told"}
	for _, arm := range arms {
		if err := pg.Migrate(b.Context(), url, arm, nil); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		var all [3][]time.Duration
		for round := range 3 { // in turn, so that a busy moment of the machine hits all alike
			for i, arm := range arms {
				s, other := node(arm), node(arm)
				var stops []func()
				for _, s := range []*pg.Store{s, other} {
					if arm != "bare" {
						stops = append(stops, background(b, sealer(s).Run))
					}
					if arm == "told" {
						stops = append(stops, background(b, s.Run))
					}
				}
				commits(b, s, 12, 200, 500) // warm
				all[i] = append(all[i], commits(b, s, 12, 2500, 500)...)
				if round == 0 {
					began := time.Now()
					commits(b, s, 12, 5000, 0)
					b.ReportMetric(5000/time.Since(began).Seconds(), "acts/s-"+arm)
				}
				for _, stop := range stops {
					stop()
				}
			}
		}
		var at [3]time.Duration
		for i, arm := range arms {
			slices.Sort(all[i])
			at[i] = p99(all[i])
			b.ReportMetric(float64(at[i].Microseconds())/1000, "ms-p99-"+arm)
		}
		b.ReportMetric(float64(at[2])/float64(at[1]), "ratio")
	}
}

// durable starts a cluster that keeps its promises, unlike those of pgtest.
func durable(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "huiying-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // the server runs under another account
		b.Fatal(err)
	}
	cluster, err := pg.StartPrivate(b.Context(), pg.PrivateOptions{Dir: dir, SystemDir: dir, Wait: -1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := cluster.Stop(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	})
	return cluster.URL()
}

// BenchmarkInsertItems stores batches of items with verdict, tokens, topic and
// documents, as intake's second commit does.
func BenchmarkInsertItems(b *testing.B) {
	s := open(b)
	_, raw := source(b, s, "热线")
	body := strings.Repeat("翠湖路积水", 100)
	const batch = 1000
	n := 0
	for _, docs := range []bool{false, true} {
		b.Run(fmt.Sprintf("docs=%v", docs), func(b *testing.B) {
			topic := newTopic(b, s, "积水")
			for b.Loop() {
				items := make([]desk.Item, batch)
				for i := range items {
					n++
					items[i] = item(raw, fmt.Sprint("B", n), body)
					for w := range 60 {
						items[i].Tokens = append(items[i].Tokens, fmt.Sprint("词", (n*w)%5000))
					}
				}
				in(b, s, func(ctx context.Context, tx desk.Tx) error {
					if _, err := tx.InsertItems(ctx, items); err != nil || !docs {
						return err
					}
					probes := make([]desk.TopicDoc, batch)
					for i := range items {
						keys := []int64{1, 2} // the matter that floods
						for k := range 30 {
							keys = append(keys, int64((items[i].ID*31+int64(k)*7919)%100_000))
						}
						items[i] = doc(items[i], topic.ID, keys...)
						probes[i] = items[i].Doc
					}
					if _, err := tx.Candidates(ctx, probes, 20); err != nil {
						return err
					}
					return tx.PutDocs(ctx, items)
				})
			}
			b.ReportMetric(batch*float64(b.N)/b.Elapsed().Seconds(), "items/s")
		})
	}
}

// BenchmarkFeedAndVerify reads and proves a long record.
func BenchmarkFeedAndVerify(b *testing.B) {
	s := open(b)
	events := make([]desk.Event, 1000)
	for i := range events {
		events[i] = event(i)
	}
	const total = 50_000
	began := time.Now()
	for range total / len(events) {
		record(b, s, events...)
	}
	recorded := time.Since(began)
	began = time.Now()
	sealAll(b, sealer(s))
	sealed := time.Since(began)
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if report := must[pg.Report](b)(s.Verify(b.Context(), nil)); !report.OK() || report.Sealed != total {
				b.Fatalf("%+v", report)
			}
		}
		b.ReportMetric(total*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		b.ReportMetric(total/recorded.Seconds(), "recorded/s")
		b.ReportMetric(total/sealed.Seconds(), "sealed/s")
	})
	b.Run("read", func(b *testing.B) {
		at := must[desk.Cursor](b)(s.Feed().Head(b.Context()))
		for b.Loop() {
			at.Seq = (at.Seq * 31) % (total - 100)
			if list := must[[]desk.Sealed](b)(s.Feed().After(b.Context(), at, 100)); len(list) != 100 {
				b.Fatal(len(list))
			}
		}
	})
}

// BenchmarkClaimDue fires ten thousand clocks that are due together, two hundred
// at a time, with as many again that aren't due.
func BenchmarkClaimDue(b *testing.B) {
	s := open(b)
	n := incident(b, s, person(b, s, "王"), "一")
	const clocks = 10_000
	for b.Loop() {
		b.StopTimer()
		if _, err := s.Pool().Exec(b.Context(), `TRUNCATE clock CASCADE`); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Pool().Exec(b.Context(), `
			WITH c AS (INSERT INTO clock (incident_id, rule, rule_name, document, meets, anchor, start_at, due_at, yellow_at, red_at)
				SELECT $1, 'r' || i, 'r', 'd', 'release', 'learned', $2::timestamptz, $2::timestamptz + interval '5h', $2::timestamptz + interval '2h', $2::timestamptz + interval '3h' FROM generate_series(1, 2 * $3::int) i RETURNING id)
			INSERT INTO clock_stage (clock_id, name, fire_at) SELECT id, 'half', $2::timestamptz + CASE WHEN id % 2 = 0 THEN interval '1h' ELSE interval '9h' END FROM c`, n.ID, noon, clocks); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		now, fired := noon.Add(time.Hour), 0
		for fired < clocks {
			in(b, s, func(ctx context.Context, tx desk.Tx) error {
				due, err := tx.ClaimDue(ctx, now, 200)
				if err != nil || len(due) == 0 {
					return fmt.Errorf("%d due after %d: %w", len(due), fired, err)
				}
				var done []desk.Stage
				for _, c := range due {
					st := c.Stages[0]
					st.State, st.FiredAt = "fired", &now
					done = append(done, st)
				}
				fired += len(done)
				return tx.Fired(ctx, done, nil)
			})
		}
	}
	b.ReportMetric(clocks*float64(b.N)/b.Elapsed().Seconds(), "clocks/s")
}
