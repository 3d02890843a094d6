package hotline

import (
	"sync"
	"time"
)

// paces counts the requests of each source: a bucket that fills evenly, and holds
// ten seconds' worth.
type paces struct {
	each  time.Duration // between two requests, at an even pace
	ahead time.Duration // how far a source may run ahead of that

	mu   sync.Mutex
	free map[int64]time.Time // by source: when the requests that were let through are paid off
}

func newPaces(perMinute int) *paces {
	each := time.Minute / time.Duration(perMinute)
	return &paces{each: each, ahead: max(10*time.Second, each), free: map[int64]time.Time{}}
}

// take lets a request through, or says how long to wait.
func (p *paces) take(source int64, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	free := p.free[source]
	if free.Before(now) {
		free = now
	}
	next := free.Add(p.each)
	if wait := next.Sub(now) - p.ahead; wait > 0 {
		return wait
	}
	p.free[source] = next // as many entries as there are sources
	return 0
}
