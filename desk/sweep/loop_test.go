package sweep

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// bench is a loop over work that is due at known instants, in a bubble of time.
type bench struct {
	*Loop
	wake    chan struct{}
	shift   atomic.Int64 // moves office time
	runs    int
	due     atomic.Pointer[time.Time]
	done    chan time.Time // office time of each run that did something
	queries atomic.Int64
	log     bytes.Buffer
}

func newBench() *bench {
	b := &bench{done: make(chan time.Time, 100)}
	office := func() time.Time { return time.Now().Add(time.Duration(b.shift.Load())) }
	b.Loop = &Loop{
		Name: "test", Poll: 5 * time.Second, Now: office, Real: time.Now, Log: slog.New(slog.NewTextHandler(&b.log, nil)),
		RunOnce: func(_ context.Context, now time.Time) (bool, error) {
			if due := b.due.Load(); due != nil && !due.After(now) {
				b.due.Store(nil)
				b.done <- now
			}
			return false, nil
		},
		Next: func(context.Context) (time.Time, bool, error) {
			b.queries.Add(1)
			if due := b.due.Load(); due != nil {
				return *due, true, nil
			}
			return time.Time{}, false, nil
		},
	}
	return b
}

func (b *bench) dueIn(d time.Duration) time.Time {
	at := b.Now().Add(d)
	b.due.Store(&at)
	return at
}

// in prepares a loop in a bubble of time, runs it beside fn, and checks that it
// ends cleanly.
func in(t *testing.T, prepare func(*bench), fn func(*testing.T, *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		prepare(b)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Run(ctx) }()
		synctest.Wait()
		fn(t, b)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestSleepsUntilDueWithoutAsking(t *testing.T) {
	t.Parallel()
	in(t, func(b *bench) {
		b.Poll = 24 * time.Hour
		b.wake = make(chan struct{}, 1)
		b.Wake = b.wake
	}, func(t *testing.T, b *bench) {
		due := b.dueIn(5*time.Hour + 1234*time.Millisecond)
		b.wake <- struct{}{}
		synctest.Wait()
		asked := b.queries.Load()
		if got := <-b.done; !got.Equal(due) {
			t.Errorf("ran at %v, due %v", got, due)
		}
		synctest.Wait()
		if n := b.queries.Load() - asked; n != 1 {
			t.Errorf("asked the database %d times in five hours, want once, afterwards", n)
		}
	})
}

func TestOfficeTimeMovedPastDue(t *testing.T) {
	t.Parallel()
	in(t, func(b *bench) {
		b.Poll = 24 * time.Hour
		b.dueIn(5 * time.Hour)
	}, func(t *testing.T, b *bench) {
		b.shift.Add(int64(6 * time.Hour))
		moved := time.Now()
		<-b.done
		if late := time.Since(moved); late > time.Second {
			t.Errorf("noticed after %v", late)
		}
		time.Sleep(time.Minute)
		if len(b.done) != 0 {
			t.Error("ran again")
		}
	})
}

func TestOfficeTimeMovedBack(t *testing.T) {
	t.Parallel()
	in(t, func(b *bench) {
		b.Poll = 24 * time.Hour
		b.dueIn(time.Minute)
	}, func(t *testing.T, b *bench) {
		due := *b.due.Load()
		b.shift.Add(-int64(time.Hour))
		if got := <-b.done; !got.Equal(due) {
			t.Errorf("ran at office time %v, due %v", got, due)
		}
	})
}

func TestPollFindsWhatNobodyTold(t *testing.T) {
	t.Parallel()
	in(t, func(*bench) {}, func(t *testing.T, b *bench) {
		b.dueIn(-time.Hour)
		since := time.Now()
		<-b.done
		if late := time.Since(since); late > b.Poll {
			t.Errorf("found after %v, poll is %v", late, b.Poll)
		}
	})
}

func TestClosedWakeLeavesThePoll(t *testing.T) {
	t.Parallel()
	in(t, func(b *bench) {
		wake := make(chan struct{})
		close(wake)
		b.Wake = wake
	}, func(t *testing.T, b *bench) {
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := b.queries.Load(); n > 20 {
			t.Errorf("asked %d times in a minute: it spins", n)
		}
	})
}

func TestErrorsAndPanicsDoNotEndIt(t *testing.T) {
	t.Parallel()
	in(t, func(b *bench) {
		work, n := b.RunOnce, 0
		b.RunOnce = func(ctx context.Context, now time.Time) (bool, error) {
			switch n++; {
			case n < 8:
				return true, errors.New("database is away")
			case n < 10:
				panic("poison")
			}
			return work(ctx, now)
		}
		b.dueIn(0)
	}, func(t *testing.T, b *bench) {
		if !b.Alive().IsZero() {
			t.Error("alive though nothing went well")
		}
		since := time.Now()
		<-b.done
		if late := time.Since(since); late > 30*time.Second {
			t.Errorf("recovered after %v", late)
		}
		synctest.Wait()
		if b.Alive().IsZero() {
			t.Error("not alive after recovery")
		}
		if log := b.log.String(); strings.Count(log, "database is away") != 7 || strings.Count(log, "panic: poison") != 2 {
			t.Errorf("log:\n%s", log)
		}
	})
}

func TestRecoveryIsSoon(t *testing.T) {
	t.Parallel()
	for n := 1; n < 100; n++ {
		if wait := backoff(n); wait < firstBackoff || wait > lastBackoff {
			t.Fatalf("wait after failure %d: %v", n, wait)
		}
	}
}

func TestRunsUntilThereIsNoMore(t *testing.T) {
	t.Parallel()
	in(t, func(b *bench) {
		b.RunOnce = func(context.Context, time.Time) (bool, error) {
			b.runs++
			return b.runs < 50, nil
		}
	}, func(t *testing.T, b *bench) {
		if b.runs != 50 {
			t.Errorf("%d runs before the first sleep", b.runs)
		}
	})
}

// What another node holds is due and can't be had: looking again must not spin.
func TestDueButNotToBeHad(t *testing.T) {
	t.Parallel()
	in(t, func(b *bench) {
		past := time.Now().Add(-time.Hour)
		b.Next = func(context.Context) (time.Time, bool, error) { b.queries.Add(1); return past, true, nil }
	}, func(t *testing.T, b *bench) {
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := b.queries.Load(); n < 50 || n > 150 {
			t.Errorf("looked %d times in 10 s, want about 100", n)
		}
	})
}

func TestIncompleteIsRefused(t *testing.T) {
	t.Parallel()
	if err := (&Loop{Name: "half"}).Run(t.Context()); err == nil {
		t.Error("a loop without work ran")
	}
}
