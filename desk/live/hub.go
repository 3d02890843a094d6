package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"huiying/desk"
)

// Why a subscription ended.
var (
	// ErrSlow: it stopped reading while events came. Come back by cursor.
	ErrSlow = errors.New("live: too slow, resume by cursor")
	// ErrEpoch: the cursor isn't of this feed (another database, or one restored).
	// What the client has is void: load anew.
	ErrEpoch = errors.New("live: the cursor is of another feed, load anew")
	// ErrClosed: its owner closed it.
	ErrClosed = errors.New("live: closed")
	// ErrStopped: the node is stopping. Come back by cursor, perhaps to another.
	ErrStopped = errors.New("live: stopping, resume by cursor")
)

const (
	// pollEach is how often the feed is read though nobody said that it has grown.
	pollEach = time.Second
	// readSize bounds the events of one read of the feed.
	readSize = 500
	// stepSize bounds the events of one step of somebody who is behind.
	stepSize = 250
	// defaultKeep is how many events stay in memory for those who were away shortly.
	defaultKeep = 10_000
	// storeReaders bounds how many of those who are far behind read the database at once.
	storeReaders = 4
)

// Options of a hub.
type Options struct {
	Feed      desk.Feed
	Wake      <-chan struct{}     // the feed may have grown; nil: the poll alone
	Renderers map[string]Renderer // by Audience.Format; JSON is there by itself
	Keep      int                 // events in memory; 0 is 10,000
	Real      func() time.Time    // real time, for Alive
	Log       *slog.Logger
}

// Hub reads the feed once and fans it out. Safe for concurrent use.
type Hub struct {
	opt     Options
	ready   chan struct{} // closed once the head is known
	stopped chan struct{} // closed when Run has ended
	reading chan struct{} // slots of storeReaders
	alive   atomic.Pointer[time.Time]

	mu      sync.Mutex
	ctx     context.Context // of Run; nil before and after
	head    desk.Cursor
	ring    ring
	groups  map[string]*group
	waiting sync.WaitGroup // for the groups
}

// New makes a hub; Run makes it live.
func New(opt Options) *Hub {
	renderers := map[string]Renderer{FormatJSON: JSON}
	for format, r := range opt.Renderers {
		renderers[format] = r
	}
	opt.Renderers = renderers
	if opt.Keep <= 0 {
		opt.Keep = defaultKeep
	}
	return &Hub{opt: opt, ready: make(chan struct{}), stopped: make(chan struct{}), reading: make(chan struct{}, storeReaders),
		ring: ring{count: opt.Keep}, groups: map[string]*group{}}
}

// Alive is the real time at which the feed was last read; zero before the first time.
func (h *Hub) Alive() time.Time {
	if at := h.alive.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// Head is the place up to which this node has read the feed. A page rendered from
// the database afterwards shows at least what came before it.
func (h *Hub) Head(ctx context.Context) (desk.Cursor, error) {
	if err := h.await(ctx); err != nil {
		return desk.Cursor{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.head, nil
}

// await waits until the feed has been read for the first time.
func (h *Hub) await(ctx context.Context) error {
	select {
	case <-h.stopped:
		return ErrStopped
	case <-h.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run reads and fans out until ctx is done, then ends every subscription with
// ErrStopped and gives nil. It runs once.
func (h *Hub) Run(ctx context.Context) error {
	if h.opt.Feed == nil || h.opt.Real == nil || h.opt.Log == nil {
		return errors.New("live: the hub's options are not complete")
	}
	defer close(h.stopped)
	wake, failures := h.opt.Wake, 0
	started := false
	for ctx.Err() == nil {
		more, err := false, error(nil)
		if !started {
			if err = h.start(ctx); err == nil {
				started = true
			}
		} else {
			more, err = h.read(ctx)
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			failures++
			h.opt.Log.Error("the feed can't be read, trying again", "failures", failures, "error", err)
			pause(ctx, backoff(failures))
		default:
			failures = 0
			at := h.opt.Real()
			h.alive.Store(&at)
			if !more {
				wake = await(ctx, wake)
			}
		}
	}
	h.end()
	return nil
}

// start finds the head and lets subscribers in.
func (h *Hub) start(ctx context.Context) error {
	head, err := h.opt.Feed.Head(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.head, h.ctx = head, ctx
	close(h.ready)
	return nil
}

// read takes what is new into memory and rouses the groups.
func (h *Hub) read(ctx context.Context) (more bool, err error) {
	sealed, err := h.opt.Feed.After(ctx, h.head, readSize)
	if desk.CodeOf(err) == desk.CodeConflict {
		return true, h.restart(ctx)
	}
	if err != nil || len(sealed) == 0 {
		return false, err
	}
	events := h.parse(sealed)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring.add(events)
	h.head = sealed[len(sealed)-1].Cursor
	for _, g := range h.groups {
		raise(g.wake)
	}
	return len(sealed) == readSize, nil
}

func (h *Hub) parse(sealed []desk.Sealed) []event {
	events := make([]event, len(sealed))
	for i, s := range sealed {
		e, err := eventOf(s)
		if err != nil { // ours, not the readers': they go on without its lines
			h.opt.Log.Error("the lines of a batch can't be read", "cursor", s.Cursor.String(), "error", err)
		}
		events[i] = e
	}
	return events
}

// restart begins anew with a feed that isn't the one that was read so far.
func (h *Hub) restart(ctx context.Context) error {
	head, err := h.opt.Feed.Head(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opt.Log.Warn("the feed is another one, everybody loads anew", "was", h.head.String(), "is", head.String())
	h.head, h.ring = head, ring{count: h.opt.Keep}
	for key, g := range h.groups {
		g.close(ErrEpoch)
		delete(h.groups, key)
	}
	return nil
}

func (h *Hub) end() {
	h.mu.Lock()
	h.ctx = nil
	for key, g := range h.groups {
		g.close(ErrStopped)
		delete(h.groups, key)
	}
	h.mu.Unlock()
	h.waiting.Wait()
}

// after gives at most limit events behind the cursor: from memory, else from the
// feed itself.
func (h *Hub) after(ctx context.Context, c desk.Cursor, limit int) ([]event, error) {
	h.mu.Lock()
	if c.Epoch != h.head.Epoch {
		h.mu.Unlock()
		return nil, ErrEpoch
	}
	if c.Seq == h.head.Seq {
		h.mu.Unlock()
		return nil, nil
	}
	events, ok := h.ring.after(c.Seq, limit)
	ok = ok && c.Seq < h.head.Seq
	h.mu.Unlock()
	if ok {
		return events, nil
	}
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	sealed, err := h.opt.Feed.After(ctx, c, limit)
	if desk.CodeOf(err) == desk.CodeConflict {
		return nil, ErrEpoch
	}
	if err != nil {
		return nil, fmt.Errorf("live: read the feed behind %s: %w", c, err)
	}
	return h.parse(sealed), nil
}

// await waits for a wake-up or the poll and gives the channel to wait on from now on.
func await(ctx context.Context, wake <-chan struct{}) <-chan struct{} {
	poll := time.NewTimer(pollEach)
	defer poll.Stop()
	select {
	case <-ctx.Done():
	case <-poll.C:
	case _, open := <-wake:
		if !open {
			return nil
		}
	}
	return wake
}

func backoff(failures int) time.Duration {
	return min(50*time.Millisecond<<min(failures-1, 10), 2*time.Second)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func raise(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
