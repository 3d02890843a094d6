package drill

import (
	"context"
	"log/slog"
	"time"
)

const (
	// glance is how long the player sleeps at most before it looks at the drill's time
	// again: that may be moved while it sleeps.
	glance = 500 * time.Millisecond
	// most is how many calls go in one request.
	most = 50
	// retry is the wait after a door that was shut.
	retry = time.Second
)

// Player sends what comes in when its office time has come, in order. One that
// begins anew sends everything again that was due: the doors know it by its identity.
type Player struct {
	Scenario Scenario
	Begins   time.Time // the drill's office time at which it begins
	Now      func() time.Time
	InReal   func(office time.Duration) time.Duration
	Push     Push
	Mail     *Mail
	Feed     *Feed
	Log      *slog.Logger
}

// Run plays until ctx is done or all has been told, and then gives nil. A door that
// is shut is tried again: nothing is left out.
func (p *Player) Run(ctx context.Context) error {
	left := p.Scenario.Incoming
	for len(left) > 0 && ctx.Err() == nil {
		due := p.due(left)
		if len(due) == 0 {
			next := p.Begins.Add(time.Duration(left[0].At))
			pause(ctx, min(max(p.InReal(next.Sub(p.Now())), 10*time.Millisecond), glance))
			continue
		}
		if err := p.send(ctx, due); err != nil {
			if ctx.Err() == nil {
				p.Log.Warn("the drill's items were not taken and are sent again", "error", err)
			}
			pause(ctx, retry)
			continue
		}
		left = left[len(due):]
	}
	return nil
}

// due is what stands at the head of the list and has its time.
func (p *Player) due(left []Incoming) []Incoming {
	gone := p.Now().Sub(p.Begins)
	n := 0
	for n < len(left) && n < most && time.Duration(left[n].At) <= gone {
		n++
	}
	return left[:n]
}

func (p *Player) send(ctx context.Context, due []Incoming) error {
	var calls []Incoming
	for _, in := range due {
		if in.Call != "" {
			calls = append(calls, in)
		}
	}
	if len(calls) > 0 { // first: this is the door that may be shut
		if err := p.Push.send(ctx, p.Begins, calls); err != nil {
			return err
		}
	}
	for _, in := range due {
		switch {
		case in.Letter != "":
			if err := p.Mail.put(p.Begins, in); err != nil {
				return err
			}
		case in.Post != "":
			p.Feed.put(p.Begins, in)
		}
	}
	return nil
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
