package pg_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/pg/pgtest"
)

// until polls a condition; the waking it waits for is another goroutine's.
func until(t testing.TB, what string, within time.Duration, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, within)
		}
		<-tick.C
	}
}

// background runs a loop until the test ends.
func background(t testing.TB, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(stop)
	return stop
}

func head(t testing.TB, s *pg.Store) int64 {
	t.Helper()
	return must[desk.Cursor](t)(s.Feed().Head(t.Context())).Seq
}

func TestSealersTakeTurns(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	s, other := openURL(t, url), openURL(t, url)
	record(t, s, event(1))
	slow, err := other.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1)`, pg.SealerKey(sealer(s))); err != nil {
		t.Fatal(err)
	}
	if n, err := sealer(s).RunOnce(t.Context(), noon); n != 0 || err != nil {
		t.Fatalf("sealed %d beside another: %v", n, err)
	}
	if again, err := pg.Drain(t.Context(), sealer(s)); !again || err != nil {
		t.Errorf("look again soon: %v, %v: the other's snapshot may be older than what woke us", again, err)
	}
	stop := background(t, sealer(s).Run)
	if err := slow.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "sealed", 10*time.Second, func() bool { return head(t, s) == 1 })
	stop()
	if again, err := pg.Drain(t.Context(), sealer(s)); again || err != nil {
		t.Errorf("nothing pending, nobody sealing: %v, %v", again, err)
	}
}

// TestRow13SleepingSealerIsCutOff is row 13 for the sealer: it stops a sealer in the middle of its transaction, as
// SIGSTOP does.
func TestRow13SleepingSealerIsCutOff(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	s := openURL(t, url)
	record(t, s, event(1))
	asleep, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer asleep.Close(t.Context())
	if _, err := asleep.Exec(t.Context(), `BEGIN`); err != nil {
		t.Fatal(err)
	}
	if _, err := asleep.Exec(t.Context(), pg.SealerLock, pg.SealerKey(sealer(s))); err != nil {
		t.Fatal(err)
	}
	background(t, sealer(s).Run)
	until(t, "sealed", 20*time.Second, func() bool { return head(t, s) == 1 })
	if _, err := asleep.Exec(t.Context(), `COMMIT`); err == nil {
		t.Error("the sleeper could go on")
	}
}

func TestBatchesAreSealedWholeAndInOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	events := make([]desk.Event, 2500)
	for i := range events {
		events[i] = event(i)
	}
	record(t, s, events...)
	sl := sealer(s)
	var sizes []int
	for {
		n := must[int](t)(sl.RunOnce(t.Context(), noon))
		if n == 0 {
			break
		}
		sizes = append(sizes, n)
	}
	if len(sizes) != 3 || sizes[0] != 1000 || sizes[2] != 500 {
		t.Errorf("batches %v", sizes)
	}
	if n := count(t, s, `SELECT count(*) FROM feed f JOIN event e ON e.id = f.event_id WHERE f.seq = e.subject_id::int + 1`); n != 2500 {
		t.Errorf("%d in order", n)
	}
	if n := count(t, s, `SELECT count(*) FROM event_pending`); n != 0 {
		t.Errorf("%d still pending", n)
	}
}

func TestHeadsAreKeptOutsideTheDatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	s, other := openURL(t, url), openURL(t, url)
	path := filepath.Join(t.TempDir(), "heads")
	if err := os.WriteFile(path, []byte("half a li"), 0o600); err != nil { // a crash in the middle of a line
		t.Fatal(err)
	}
	lines := func() []string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(b)), "\n")
	}
	var stops []func()
	for _, node := range []*pg.Store{s, other} {
		stops = append(stops, background(t, pg.NewSealer(node, pg.SealerOptions{Now: func() time.Time { return noon }, Heads: path}).Run))
	}
	record(t, s, event(1))
	until(t, "a line", 20*time.Second, func() bool { return len(lines()) > 1 })
	for i := range 50 {
		record(t, s, event(i))
	}
	until(t, "sealed", 20*time.Second, func() bool { return head(t, s) == 51 })
	for _, stop := range stops {
		stop()
	}
	all := lines()
	if last := all[len(all)-1]; len(strings.Fields(last)) != 3 || !strings.Contains(strings.Join(all, "\n"), " 51 ") {
		t.Errorf("last line %q: the head is written on the way out", last)
	}
	if len(all) > 40 { // some seconds at the most, two nodes; not one line per event
		t.Errorf("%d lines for 51 events", len(all))
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	report, err := s.Verify(t.Context(), file)
	if err != nil || !report.OK() || report.LastHead != 51 || len(report.Notes) != 1 {
		t.Errorf("%+v %v", report, err)
	}
}
