package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"huiying/desk"
)

const (
	defaultEvery   = time.Minute
	defaultTimeout = 2 * time.Minute
	defaultSlots   = 16
	// lastCommit bounds what is kept of a poll whose own time is up.
	lastCommit = 15 * time.Second
	// wrapUp bounds the commit that ends a poll, on a context that outlives the poll's.
	wrapUp = 10 * time.Second
	// maxIdle bounds the sleep: sources added by another process are seen by then.
	maxIdle = 5 * time.Second
)

// Runner polls the sources that are due, many at a time, each within its own time
// limit: a slow or failing source never holds the others. Any number of nodes run
// one. The fields are set before the first call.
type Runner struct {
	Desk  *desk.Desk
	Kinds []Kind
	Slots int             // polls at once; 0 is 16
	Renew time.Duration   // how often a lease is renewed, which stands three times as long; 0 is 10 s
	Wake  <-chan struct{} // a source may be due sooner than thought; nil: only the clock
	Log   *slog.Logger
}

// RunOnce polls every source that is due at now and returns when all are done:
// how many there were. Failures of sources are theirs and go on the record; the
// error is that of the store.
func (r *Runner) RunOnce(ctx context.Context, now time.Time) (polled int, err error) {
	slots := make(chan struct{}, r.slots())
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return polled, ctx.Err()
		}
		src, ok, err := r.claim(ctx, now)
		if err != nil || !ok {
			return polled, err
		}
		polled++
		wg.Go(func() {
			defer func() { <-slots }()
			r.poll(ctx, src, now)
		})
	}
}

// Run polls until ctx is done, and returns when the last poll has ended.
func (r *Runner) Run(ctx context.Context) error {
	slots := make(chan struct{}, r.slots())
	ended := make(chan struct{}, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		now := r.Desk.Now()
		src, ok, err := r.claim(ctx, now)
		if ok && err == nil {
			wg.Go(func() {
				r.poll(ctx, src, now)
				<-slots
				select {
				case ended <- struct{}{}:
				default:
				}
			})
			continue
		}
		<-slots
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("sources can't be claimed", "error", err)
		}
		sleep := time.NewTimer(r.idle(ctx, now))
		select {
		case <-ctx.Done():
		case <-ended:
		case <-r.Wake:
		case <-sleep.C:
		}
		sleep.Stop()
	}
}

func (r *Runner) slots() int {
	if r.Slots > 0 {
		return r.Slots
	}
	return defaultSlots
}

// idle is how long there is nothing to do.
func (r *Runner) idle(ctx context.Context, now time.Time) time.Duration {
	at, ok, err := r.Desk.NextPoll(ctx, r.names())
	if err != nil || !ok {
		return maxIdle
	}
	return min(max(r.Desk.InReal(at.Sub(now)), 10*time.Millisecond), maxIdle)
}

func (r *Runner) names() []string {
	var names []string
	for _, k := range r.Kinds {
		if k.Poller != nil {
			names = append(names, k.Name)
		}
	}
	return names
}

// claim leases one due source.
func (r *Runner) claim(ctx context.Context, now time.Time) (desk.Source, bool, error) {
	return r.Desk.ClaimSource(ctx, r.names(), now, r.leaseUntil(now))
}

func (k Kind) timeout() time.Duration {
	if k.Timeout > 0 {
		return k.Timeout
	}
	return defaultTimeout
}

func (k Kind) every() time.Duration {
	if k.Every > 0 {
		return k.Every
	}
	return defaultEvery
}

// pace is the wait that a poller asked for, within bounds.
func (k Kind) pace(asked time.Duration) time.Duration {
	return min(max(asked, k.every()), max(k.Most, k.every()))
}

func (r *Runner) kind(name string) Kind {
	for _, k := range r.Kinds {
		if k.Name == name {
			return k
		}
	}
	return Kind{}
}

// poll fetches from one source and ends its lease, whatever happened.
func (r *Runner) poll(ctx context.Context, src desk.Source, now time.Time) {
	kind := r.kind(src.Kind)
	kept := 0
	keep := func(ctx context.Context, raws []desk.Raw, cursor json.RawMessage) error {
		// Once the bytes are in hand the two commits are brought to an end even
		// when the time of the poll is up: half of them would only wait for the sweep.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), lastCommit)
		defer stop()
		_, err := r.Desk.Receive(ctx, src, desk.Batch{Raws: raws, Cursor: cursor, Lease: src.Lease})
		if err == nil {
			kept += len(raws)
		}
		return err
	}
	held, release := r.hold(ctx, src)
	defer release()
	pollCtx, stop := context.WithTimeout(held, kind.timeout())
	err := pollSafely(pollCtx, kind.Poller, src, keep)
	timedOut := pollCtx.Err() != nil && held.Err() == nil
	stop()

	every := kind.every()
	var next *NextIn
	if errors.As(err, &next) {
		every, err = kind.pace(next.Wait), nil
	}
	failure, more := r.judge(src, err, timedOut, kept)
	wait := backoff(every, 0, 0, rand.Float64())
	switch {
	case failure != nil:
		wait = backoff(kind.every(), src.Failures+1, failure.RetryAfter, rand.Float64())
	case more || ctx.Err() != nil:
		wait = 0 // there is more, or this node stops and another goes on
	}
	endCtx, stop := context.WithTimeout(context.WithoutCancel(ctx), wrapUp)
	defer stop()
	if ctx.Err() == nil {
		now = r.Desk.Now()
	}
	if err := r.Desk.Polled(endCtx, src, failure, now, now.Add(r.Desk.InOffice(wait))); err != nil {
		r.Log.Warn("the end of a poll wasn't recorded; its lease runs out", "source", src.Name, "error", err)
	}
}

// judge tells a failure of the source from what isn't its fault: more to fetch, a
// node that stops, a store that is away, a lease that somebody else has by now.
func (r *Runner) judge(src desk.Source, err error, timedOut bool, kept int) (failure *desk.Error, more bool) {
	var keepErr *keepError
	switch {
	case err == nil:
		return nil, false
	case errors.Is(err, ErrMore), timedOut && kept > 0:
		return nil, true
	case errors.As(err, &keepErr):
		r.Log.Warn("a poll ended because its raws could not be kept", "source", src.Name, "error", keepErr.err)
		return &desk.Error{Code: desk.CodeUnavailable, Text: "收到的内容暂时无法保存，稍后自动重试", Cause: keepErr.err}, false
	case timedOut:
		failure = Failed(err, "对方响应过慢，已超过时限")
	case errors.Is(err, context.Canceled):
		return nil, true
	case !errors.As(err, &failure):
		failure = Failed(err, "读取失败，请查看运行日志")
	}
	r.Log.Warn("a source failed", "source", src.Name, "kind", src.Kind, "failures", src.Failures+1, "error", failure)
	return failure, false
}

// keepError marks what the desk refused, as against what the source did.
type keepError struct{ err error }

func (e *keepError) Error() string { return "keeping: " + e.err.Error() }
func (e *keepError) Unwrap() error { return e.err }

// pollSafely turns a panic of a poller into its failure.
func pollSafely(ctx context.Context, p Poller, src desk.Source, keep Keep) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("poller panicked: %v\n%s", v, debug.Stack())
		}
	}()
	return p.Poll(ctx, src, func(ctx context.Context, raws []desk.Raw, cursor json.RawMessage) error {
		if err := keep(ctx, raws, cursor); err != nil {
			return &keepError{err}
		}
		return nil
	})
}
