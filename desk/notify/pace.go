package notify

import (
	"context"
	"sync"
	"time"

	"huiying/desk"
)

// Paced is a notifier whose provider takes no more than one message each so often.
type Paced interface {
	Pace() time.Duration
}

// longestHold bounds what a provider may ask for: a deadline doesn't wait an hour
// because of one answer.
const longestHold = 2 * time.Minute

// pace keeps the messages of one channel apart. One lane at a time waits for its turn.
type pace struct {
	every time.Duration
	real  func() time.Time
	turn  chan struct{} // of size 1: who holds it may be the next

	mu   sync.Mutex
	free time.Time // from here a message may begin
}

func newPace(n desk.Notifier, real func() time.Time) *pace {
	p := &pace{real: real, turn: make(chan struct{}, 1)}
	if paced, ok := n.(Paced); ok {
		p.every = paced.Pace()
	}
	return p
}

// take waits for a turn. done gives it back and says whether a message begins.
// waited says that time has passed.
func (p *pace) take(ctx context.Context) (done func(begun bool), waited bool, err error) {
	select {
	case p.turn <- struct{}{}:
	default:
		waited = true
		select {
		case p.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, waited, ctx.Err()
		}
	}
	for {
		p.mu.Lock()
		wait := p.free.Sub(p.real())
		p.mu.Unlock()
		if wait <= 0 {
			break
		}
		waited = true
		pause(ctx, wait) // a hold may come meanwhile: look again
		if ctx.Err() != nil {
			<-p.turn
			return nil, waited, ctx.Err()
		}
	}
	return func(begun bool) {
		if begun {
			p.hold(p.every)
		}
		<-p.turn
	}, waited, nil
}

// hold lets no message begin for a while: the provider has asked for it.
func (p *pace) hold(d time.Duration) {
	if d <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.real().Add(d); until.After(p.free) {
		p.free = until
	}
}
