// Package sweep runs what is due: stages of clocks above all, and what intake
// left over. A deadline is a row that a sweep finds, on whichever node; nothing
// here is special to one.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"
)

const (
	// glance is how long a loop sleeps at most before it looks at office time again:
	// that may be moved while it sleeps.
	glance = time.Second
	// yield is the wait before something is tried again that is due but couldn't be
	// had: another node holds it.
	yield = 100 * time.Millisecond
	// firstBackoff and lastBackoff bound the wait after errors in a row. The last is
	// short: a database that is back finds its overdue clocks fired within seconds.
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = 5 * time.Second
)

// Loop does one kind of work when it is due. It wakes at the instant that Next
// names in office time, when told to, and each Poll in case nobody told it.
type Loop struct {
	Name string
	// RunOnce does a batch of what is due at now and says whether there may be more.
	RunOnce func(ctx context.Context, now time.Time) (more bool, err error)
	// Next is the office time at which there is something to do; nil where nobody can know.
	Next func(ctx context.Context) (at time.Time, ok bool, err error)
	// Wake is told that there may be something to do; nil: nobody tells.
	Wake <-chan struct{}
	Poll time.Duration
	Now  func() time.Time // office time
	Real func() time.Time // real time, for Alive
	// InReal is the real time in which a stretch of office time goes by; nil: the same.
	InReal func(office time.Duration) time.Duration
	Log    *slog.Logger

	alive atomic.Pointer[time.Time]
}

// Alive is the real time at which the loop last did all that there was to do; zero
// before the first time.
func (l *Loop) Alive() time.Time {
	if at := l.alive.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// Run works until ctx is done, and then gives nil. Errors are logged and tried
// again; they never end it. A loop that was put together wrongly is an error at once.
func (l *Loop) Run(ctx context.Context) error {
	if err := l.check(); err != nil {
		return err
	}
	wake := l.Wake
	failures := 0
	for ctx.Err() == nil {
		due, ok, err := l.pass(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			failures++
			wait := backoff(failures)
			l.Log.Error("a loop failed and will try again", "loop", l.Name, "failures", failures, "wait", wait, "error", err)
			pause(ctx, wait)
		default:
			failures = 0
			at := l.Real()
			l.alive.Store(&at)
			wake = l.sleep(ctx, wake, due, ok)
		}
	}
	return nil
}

// pass does all that is due and asks what comes next.
func (l *Loop) pass(ctx context.Context) (due time.Time, ok bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	for more := true; more; {
		if more, err = l.RunOnce(ctx, l.Now()); err != nil {
			return due, false, err
		}
		if err := ctx.Err(); err != nil {
			return due, false, err
		}
	}
	if l.Next == nil {
		return due, false, nil
	}
	return l.Next(ctx)
}

// sleep waits for the due time, a wake-up or the poll. Between glances at office
// time it holds the next instant in memory: the database isn't asked. It gives the
// channel to wait on from now on.
func (l *Loop) sleep(ctx context.Context, wake <-chan struct{}, due time.Time, ok bool) <-chan struct{} {
	poll := time.NewTimer(l.Poll)
	defer poll.Stop()
	if ok && !due.After(l.Now()) {
		pause(ctx, yield)
		return wake
	}
	for {
		wait := glance
		if ok {
			wait = min(l.inReal(due.Sub(l.Now())), glance)
			if wait <= 0 {
				return wake
			}
		}
		look := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			look.Stop()
			return wake
		case _, open := <-wake:
			look.Stop()
			if !open {
				return nil // nobody will tell any more: the poll remains
			}
			return wake
		case <-poll.C:
			look.Stop()
			return wake
		case <-look.C:
		}
	}
}

func (l *Loop) inReal(office time.Duration) time.Duration {
	if l.InReal == nil {
		return office
	}
	return l.InReal(office)
}

func backoff(failures int) time.Duration {
	return min(firstBackoff<<min(failures-1, 10), lastBackoff)
}

// pause waits, or less when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (l *Loop) check() error {
	if l.Name == "" || l.RunOnce == nil || l.Poll <= 0 || l.Now == nil || l.Real == nil || l.Log == nil {
		return errors.New("sweep: loop " + l.Name + " is not complete")
	}
	return nil
}
