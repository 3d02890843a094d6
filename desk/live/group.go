package live

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"huiying/desk"
)

// group is the subscribers of one audience. It renders at its own pace: a slow
// renderer delays its own audience, and gets what has gathered meanwhile at once.
type group struct {
	hub      *Hub
	audience Audience
	render   Renderer
	wake     chan struct{}
	ctx      context.Context
	cancel   context.CancelFunc

	mu    sync.Mutex
	at    desk.Cursor // rendered and handed out up to here
	subs  map[*Subscription]bool
	err   error           // why it is closed
	steps map[int64]*step // what led others up to the present, by where they came from
	bytes int             // of steps
}

// step is frames that lead from one place to another, rendered once for all who
// stand there: after a cut everybody comes back from the same few places.
type step struct {
	done     chan struct{}
	messages []*Message
	to       desk.Cursor
	err      error
}

// stepBytes bounds what the steps kept for others weigh, and what one step may be.
const stepBytes = 1 << 20

// maxSteps bounds how many are kept, should they weigh nothing.
const maxSteps = 1000

// run renders what is new for those who are up to date.
func (g *group) run() {
	failures := 0
	for {
		from := g.at // written by this goroutine alone
		events, err := g.hub.after(g.ctx, from, readSize)
		var messages []*Message
		if err == nil {
			messages, err = g.frames(g.ctx, events)
		}
		switch {
		case g.ctx.Err() != nil:
			return
		case err != nil:
			failures++
			g.hub.opt.Log.Error("frames can't be made, trying again", "format", g.audience.Format, "from", from.String(), "failures", failures, "error", err)
			pause(g.ctx, backoff(failures))
		case len(events) == 0:
			failures = 0
			select {
			case <-g.wake:
			case <-g.ctx.Done():
				return
			}
		default:
			failures = 0
			g.hand(messages, events[len(events)-1].Cursor)
		}
	}
}

// frames renders what the audience may see of the events.
func (g *group) frames(ctx context.Context, events []event) (list []*Message, err error) {
	var shown []desk.Sealed
	for _, e := range events {
		if s, ok := g.audience.show(e); ok {
			shown = append(shown, s)
		}
	}
	if len(shown) == 0 {
		return nil, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	list, err = g.render(ctx, g.audience, shown)
	for _, m := range list {
		if m.Cursor == (desk.Cursor{}) {
			m.Cursor = shown[len(shown)-1].Cursor
		}
	}
	return list, err
}

// hand gives frames to those who are up to date.
func (g *group) hand(messages []*Message, to desk.Cursor) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = to
	now := g.hub.opt.Real()
	for s := range g.subs {
		s.push(messages, to, now)
	}
}

// step leads somebody who is behind nearer to the present. Its making doesn't end
// with ctx: whoever asks again finds it.
func (g *group) step(ctx context.Context, from desk.Cursor) ([]*Message, desk.Cursor, error) {
	g.mu.Lock()
	if g.err != nil {
		g.mu.Unlock()
		return nil, from, g.err
	}
	st := g.steps[from.Seq]
	if st == nil {
		st = &step{done: make(chan struct{})}
		g.steps[from.Seq] = st
		g.hub.waiting.Go(func() { g.make(st, from) })
	}
	g.mu.Unlock()
	select {
	case <-st.done:
		return st.messages, st.to, st.err
	case <-ctx.Done():
		return nil, from, ctx.Err()
	}
}

// make makes a step and keeps it for the others while there is room.
func (g *group) make(st *step, from desk.Cursor) {
	st.to = from
	var events []event
	if events, st.err = g.hub.after(g.ctx, from, stepSize); st.err == nil && len(events) > 0 {
		st.to = events[len(events)-1].Cursor
		if st.messages, st.err = g.frames(g.ctx, events); st.err == nil {
			st.trim()
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	defer close(st.done)
	if st.err != nil || st.to == from {
		delete(g.steps, from.Seq)
		return
	}
	if g.bytes += size(st.messages); g.bytes > stepBytes || len(g.steps) > maxSteps {
		g.steps, g.bytes = map[int64]*step{}, 0
	}
}

// trim keeps a step within what one who reads it may hold.
func (st *step) trim() {
	total := 0
	for i, m := range st.messages {
		if total += len(m.Body); total > stepBytes && i > 0 {
			st.messages = st.messages[:i]
			st.to = st.messages[i-1].Cursor
			return
		}
	}
}

func size(messages []*Message) (n int) {
	for _, m := range messages {
		n += len(m.Body)
	}
	return n
}

// close ends the group and every subscription in it.
func (g *group) close(err error) {
	g.cancel()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.err = err
	for s := range g.subs {
		s.cut(err)
	}
	clear(g.subs)
}
