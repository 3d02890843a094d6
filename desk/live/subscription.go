package live

import (
	"context"
	"fmt"
	"sync"
	"time"

	"huiying/desk"
)

// The bounds of what waits for one subscriber. A frame that is larger alone is
// still delivered. Beyond them nothing more is queued: a reader that still reads
// fetches the rest from memory at its own pace, so that a burst cuts nobody; one
// that has read nothing for StallLimit is cut.
const (
	MaxWaiting      = 1024
	MaxWaitingBytes = 1 << 20
	StallLimit      = 5 * time.Second
)

// Subscription is one reader of the hub. Next is for one goroutine at a time;
// Close may come from any.
type Subscription struct {
	group *group
	start desk.Cursor
	wake  chan struct{} // of size 1: something changed

	mu      sync.Mutex
	waiting []*Message
	bytes   int
	at      desk.Cursor // read, or not meant for it, up to here
	live    bool        // up to date: the group hands it what is new
	read    time.Time   // real time of the last read while something waited
	err     error
}

// Subscribe begins behind the cursor, or now where there is none. It must be
// closed. ErrEpoch says that the cursor isn't of this feed.
func (h *Hub) Subscribe(ctx context.Context, a Audience, after *desk.Cursor) (*Subscription, error) {
	render, ok := h.opt.Renderers[a.Format]
	if !ok {
		return nil, fmt.Errorf("live: no renderer for %q", a.Format)
	}
	if err := h.await(ctx); err != nil {
		return nil, err
	}
	if after != nil {
		if err := h.known(ctx, *after); err != nil {
			return nil, err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx == nil {
		return nil, ErrStopped
	}
	if after != nil && after.Epoch != h.head.Epoch {
		return nil, ErrEpoch
	}
	key := a.Key()
	g := h.groups[key]
	if g == nil {
		g = &group{hub: h, audience: a, render: render, wake: make(chan struct{}, 1), at: h.head, subs: map[*Subscription]bool{}, steps: map[int64]*step{}}
		g.ctx, g.cancel = context.WithCancel(h.ctx)
		h.groups[key] = g
		h.waiting.Go(g.run)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	s := &Subscription{group: g, wake: make(chan struct{}, 1), start: g.at, at: g.at, live: true}
	if after != nil {
		s.start, s.at, s.live = *after, *after, after.Seq >= g.at.Seq
	}
	g.subs[s] = true
	return s, nil
}

// known refuses a cursor that no feed of ours can have given. One that is ahead of
// this node may come from another that reads faster.
func (h *Hub) known(ctx context.Context, c desk.Cursor) error {
	h.mu.Lock()
	head := h.head
	h.mu.Unlock()
	if c.Epoch != head.Epoch {
		return ErrEpoch
	}
	if c.Seq <= head.Seq {
		return nil
	}
	_, err := h.opt.Feed.After(ctx, c, 1)
	if desk.CodeOf(err) == desk.CodeConflict {
		return ErrEpoch
	}
	return err
}

// Start is the place behind which the subscription began.
func (s *Subscription) Start() desk.Cursor { return s.start }

// At is the place up to which everything was read or isn't for this audience:
// where to resume. It may be ahead of the last message's cursor.
func (s *Subscription) At() desk.Cursor {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// Next waits for the next message. An error of ctx leaves the subscription as it
// is: a writer that has other things to do now and then gives a deadline and comes
// back. ErrSlow, ErrEpoch and ErrStopped end it; any other error is of the
// database, and may be tried again.
func (s *Subscription) Next(ctx context.Context) (*Message, error) {
	for {
		m, live, err := s.take()
		switch {
		case err != nil:
			return nil, err
		case m != nil:
			return m, nil
		case !live:
			if err := s.advance(ctx); err != nil {
				return nil, err
			}
			continue
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take gives what waits, or how it stands when nothing does.
func (s *Subscription) take() (m *Message, live bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, false, s.err
	}
	if len(s.waiting) == 0 {
		return nil, s.live, nil
	}
	s.read = s.group.hub.opt.Real()
	m = s.waiting[0]
	s.waiting[0] = nil
	s.waiting = s.waiting[1:]
	s.bytes -= len(m.Body)
	s.at = m.Cursor
	if len(s.waiting) == 0 {
		s.waiting = nil
	}
	return m, s.live, nil
}

// advance joins the live ones, or goes a step towards them.
func (s *Subscription) advance(ctx context.Context) error {
	g := s.group
	g.mu.Lock()
	s.mu.Lock()
	s.live = s.at.Seq >= g.at.Seq
	at, live := s.at, s.live
	s.mu.Unlock()
	g.mu.Unlock()
	if live {
		return nil
	}
	messages, to, err := g.step(ctx, at)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.read = g.hub.opt.Real()
	s.waiting, s.bytes = append([]*Message(nil), messages...), size(messages)
	if len(messages) == 0 {
		s.at = to
	}
	return nil
}

// push hands over what is new. It never waits: who has too much waiting is left
// behind, and cut once it has stopped reading.
func (s *Subscription) push(messages []*Message, to desk.Cursor, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return
	case !s.live:
		if len(s.waiting) > 0 && now.Sub(s.read) > StallLimit {
			s.end(ErrSlow)
		}
		return
	}
	for _, m := range messages {
		if m.Cursor.Seq <= s.at.Seq {
			continue // it was ahead of this node
		}
		n := len(s.waiting)
		if n > 0 && (n == MaxWaiting || s.bytes+len(m.Body) > MaxWaitingBytes) {
			s.live = false
			break
		}
		if n == 0 {
			s.read = now
		}
		s.waiting = append(s.waiting, m)
		s.bytes += len(m.Body)
	}
	if len(s.waiting) == 0 && s.at.Seq < to.Seq {
		s.at = to
	}
	raise(s.wake)
}

// cut ends it with a reason; the first one holds.
func (s *Subscription) cut(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.end(err)
	}
}

func (s *Subscription) end(err error) {
	s.err, s.waiting, s.bytes = err, nil, 0
	raise(s.wake)
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.cut(ErrClosed)
	g := s.group
	h := g.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.subs, s)
	if len(g.subs) == 0 && g.err == nil {
		g.err = ErrClosed
		g.cancel()
		delete(h.groups, g.audience.Key())
	}
}
