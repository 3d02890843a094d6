package ingest

import (
	"context"
	"errors"
	"sync"
	"time"

	"huiying/desk"
)

const (
	// renewEvery is how often the lease of a source that is being polled is renewed.
	renewEvery = 10 * time.Second
	// leaseRenewals is for how many renewals a lease stands: the sources of a node that
	// died are taken over after so long, 30 s, however long their polls may take.
	leaseRenewals = 3
	// renewWithin bounds one renewal.
	renewWithin = 5 * time.Second
)

// errTaken ends a poll whose source another node polls by now.
var errTaken = errors.New("ingest: another node has the lease")

func (r *Runner) renewEvery() time.Duration {
	if r.Renew > 0 {
		return r.Renew
	}
	return renewEvery
}

// leaseUntil is until when a lease taken or renewed at now stands.
func (r *Runner) leaseUntil(now time.Time) time.Time {
	return now.Add(r.Desk.InOffice(leaseRenewals * r.renewEvery()))
}

// hold renews the lease of a source until release is called. The context that it gives
// ends when the lease has gone to another node, which can only happen to a node that
// slept, or whose database was away.
func (r *Runner) hold(ctx context.Context, src desk.Source) (held context.Context, release func()) {
	held, lost := context.WithCancelCause(ctx)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(r.renewEvery())
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			// What a poll has in hand is kept after the runner was told to stop, so that the
			// lease stands until then.
			renewing, stop := context.WithTimeout(context.WithoutCancel(ctx), renewWithin)
			err := r.Desk.RenewLease(renewing, src, r.leaseUntil(r.Desk.Now()))
			stop()
			switch {
			case desk.CodeOf(err) == desk.CodeConflict:
				lost(errTaken)
				return
			case err != nil:
				r.Log.Warn("a lease wasn't renewed; it is tried again", "source", src.Name, "error", err)
			}
		}
	})
	return held, func() {
		close(done)
		wg.Wait()
		lost(nil)
	}
}
