package pg_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/pg/pgtest"
)

func woken(t testing.TB, c <-chan struct{}, within time.Duration) bool {
	t.Helper()
	limit := time.NewTimer(within)
	defer limit.Stop()
	select {
	case <-c:
		return true
	case <-limit.C:
		return false
	}
}

func TestCommitWakesThisProcessAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := incident(t, s, person(t, s, "王"), "一")
	for topic, act := range map[string]func(ctx context.Context, tx desk.Tx) error{
		pg.WakeEvent: func(ctx context.Context, tx desk.Tx) error { return tx.Record(ctx, event(1)) },
		pg.WakeSource: func(ctx context.Context, tx desk.Tx) error {
			return tx.NewSource(ctx, &desk.Source{Kind: "feed", Channel: "media", Name: "晚报", NextPollAt: noon, CreatedAt: noon})
		},
		pg.WakeDelivery: func(ctx context.Context, tx desk.Tx) error {
			_, err := tx.NewNotice(ctx, &desk.Notice{Key: "k", Kind: "delivery", Text: "x", Outside: "x", At: noon, Deliveries: []desk.Delivery{{Channel: "slack", NextAt: noon}}})
			return err
		},
		pg.WakeClock: func(ctx context.Context, tx desk.Tx) error {
			c := desk.Clock{IncidentID: n.ID, Rule: "release", Meets: "release", Anchor: "learned", Start: noon, Due: noon.Add(time.Hour), Yellow: noon.Add(time.Minute), Red: noon.Add(time.Minute), State: desk.ClockRunning}
			return tx.NewClock(ctx, &c, []desk.Stage{stage("due", time.Hour)})
		},
	} {
		heard, stop := s.Wake(topic)
		never := errors.New("never")
		if err := s.InTx(t.Context(), func(tx desk.Tx) error { return errors.Join(act(t.Context(), tx), never) }); !errors.Is(err, never) {
			t.Fatal(err)
		}
		select {
		case <-heard:
			t.Errorf("%s: woken by what was rolled back", topic)
		default:
		}
		in(t, s, act)
		select {
		case <-heard:
		default:
			t.Errorf("%s: not woken by the commit", topic)
		}
		stop()
	}
}

func TestOtherNodesAreWoken(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	here, there := openURL(t, url), openURL(t, url)
	drill := drillOf(t, url)
	heard, stop := there.Wake(pg.WakeEvent)
	defer stop()
	elsewhere, stop := drill.Wake(pg.WakeEvent)
	defer stop()
	for _, s := range []*pg.Store{here, there, drill} {
		background(t, s.Run)
	}
	for _, c := range []<-chan struct{}{heard, elsewhere} {
		if !woken(t, c, 20*time.Second) { // it listens from here on
			t.Fatal("not woken by listening itself")
		}
	}
	record(t, here, event(1))
	if !woken(t, heard, 20*time.Second) {
		t.Error("the other node wasn't woken")
	}
	if woken(t, elsewhere, 50*time.Millisecond) {
		t.Error("the drill was woken by the real record")
	}
}

// drillOf opens a schema of its own in the same database.
func drillOf(t testing.TB, url string) *pg.Store {
	t.Helper()
	if err := pg.Migrate(t.Context(), url, "drill_1", nil); err != nil {
		t.Fatal(err)
	}
	s, err := pg.Open(t.Context(), url, pg.Options{Schema: "drill_1", MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestDrillTouchesNothingReal(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	s, drill := openURL(t, url), drillOf(t, url)
	record(t, drill, event(1))
	if n := sealAll(t, sealer(s)); n != 0 {
		t.Errorf("%d events of the drill sealed", n)
	}
	if n := sealAll(t, sealer(drill)); n != 1 {
		t.Errorf("%d sealed in the drill", n)
	}
	a, b := must[desk.Cursor](t)(s.Feed().Head(t.Context())), must[desk.Cursor](t)(drill.Feed().Head(t.Context()))
	if a.Seq != 0 || b.Seq != 1 || a.Epoch == b.Epoch {
		t.Errorf("real %v, drill %v", a, b)
	}
}

// TestRow23LostNotifyIsOnlySlower is row 23: the LISTEN connection is cut again and
// again, and wake-ups still come, at the latest when it listens once more.
func TestRow23LostNotifyIsOnlySlower(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	here, there := openURL(t, url), openURL(t, url)
	heard, stop := there.Wake(pg.WakeFeed)
	defer stop()
	background(t, there.Run)
	background(t, here.Run)
	background(t, sealer(here).Run)
	for i := range 3 {
		until(t, "listening", 20*time.Second, func() bool { return listeners(t, here) == 2 })
		if n := count(t, here, `SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`); n != 2 {
			t.Errorf("cut %d lines, want 2", n)
		}
		record(t, here, event(i))
		until(t, "the other node sees it", 20*time.Second, func() bool { return woken(t, heard, 20*time.Second) && head(t, there) == int64(i+1) })
	}
}

func listeners(t testing.TB, s *pg.Store) int {
	return count(t, s, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`)
}

// TestSealerPollsWhenNobodyWakesIt has events committed by a program that runs
// no loops (the command line).
func TestSealerPollsWhenNobodyWakesIt(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	s, cli := openURL(t, url), openURL(t, url)
	background(t, sealer(s).Run)
	record(t, cli, event(1))
	until(t, "sealed", 20*time.Second, func() bool { return head(t, s) == 1 })
}
