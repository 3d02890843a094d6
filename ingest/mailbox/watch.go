package mailbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"encoding/json"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"huiying/desk"
)

const (
	// lookAgain is how often the list of mailboxes is read anew.
	lookAgain = 30 * time.Second
	// listenFor is how long one connection listens; servers end idle ones after half an hour, and a line that died
	// unnoticed is noticed then.
	listenFor = 20 * time.Minute
	// listenRetry and listenNever are the pauses after a connection that failed and at a server without IDLE.
	listenRetry = 30 * time.Second
	listenNever = 30 * time.Minute
	// hastenEvery and hastenFor bound the wait for a poll that is under way as news comes.
	hastenEvery = 500 * time.Millisecond
	hastenFor   = time.Minute
)

// Watch listens at the mailboxes (IDLE) and has one polled as soon as its server
// says that something came. It fetches nothing and keeps no bookmark: what it misses
// the next regular poll takes, and any number of nodes may run one.
type Watch struct {
	Poller  *Poller
	Sources func(ctx context.Context) ([]desk.Source, error)
	Hasten  func(ctx context.Context, source int64) (done bool, err error)
	Wake    <-chan struct{} // sources were added or changed; nil: only the clock
	Log     *slog.Logger
}

// Run listens until ctx is done.
func (w *Watch) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	listening := map[string]context.CancelFunc{}
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		sources, err := w.Sources(ctx)
		if err != nil && ctx.Err() == nil {
			w.Log.Warn("mailboxes to listen at can't be listed", "error", err)
		}
		wanted := map[string]bool{}
		for _, src := range sources {
			var at cursor
			if len(src.Cursor) == 0 || json.Unmarshal(src.Cursor, &at) != nil || at.TLS == "" {
				continue // the first poll finds out how the line is secured
			}
			key := fmt.Sprint(src.ID, "\x00", src.URL, "\x00", src.Username, "\x00", src.Password, "\x00", at.TLS)
			wanted[key] = true
			if listening[key] == nil {
				one, end := context.WithCancel(ctx)
				listening[key] = end
				wg.Go(func() { w.listenOn(one, src, at.TLS) })
			}
		}
		for key, end := range listening {
			if !wanted[key] && err == nil {
				end()
				delete(listening, key)
			}
		}
		select {
		case <-ctx.Done():
			for _, end := range listening {
				end()
			}
			return nil
		case <-w.Wake:
		case <-tick.C:
		}
	}
}

// listenOn listens at one mailbox, connection after connection.
func (w *Watch) listenOn(ctx context.Context, src desk.Source, tls string) {
	for ctx.Err() == nil {
		err := w.listen(ctx, src, tls)
		pause := listenRetry
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errNoIdle):
			pause = listenNever
		case errors.Is(err, context.DeadlineExceeded):
			continue
		}
		w.Log.Info("not listening at a mailbox; it is polled as before", "source", src.Name, "error", err)
		sleep(ctx, pause)
	}
}

var errNoIdle = errors.New("mailbox: the server doesn't know IDLE")

// listen holds one connection until it ends.
func (w *Watch) listen(ctx context.Context, src desk.Source, seen string) error {
	to, err := parseURL(src.URL)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, listenFor)
	defer stop()
	news := make(chan struct{}, 1)
	hear := &imapclient.UnilateralDataHandler{Mailbox: func(m *imapclient.UnilateralDataMailbox) {
		if m.NumMessages != nil {
			select {
			case news <- struct{}{}:
			default:
			}
		}
	}}
	c, _, err := w.Poller.open(ctx, src, to, seen, hear)
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	defer c.Close()
	if !c.Caps().Has(imap.CapIdle) {
		return errNoIdle
	}
	folder := to.folders[0]
	if folder == everyFolder {
		folder = "INBOX" // what is new comes here; the others are polled
	}
	if _, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	select { // what the answer to SELECT said isn't news
	case <-news:
	default:
	}
	idle, err := c.Idle()
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	defer idle.Close()
	// Between the last poll and now something may have come.
	w.hasten(ctx, src)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.Closed():
			return errors.Join(ctx.Err(), errors.New("mailbox: the server ended the line"))
		case <-news:
			w.hasten(ctx, src)
		}
	}
}

// hasten waits for a poll that is under way: it may have passed by already.
func (w *Watch) hasten(ctx context.Context, src desk.Source) {
	for range int(hastenFor / hastenEvery) {
		done, err := w.Hasten(ctx, src.ID)
		if err != nil && ctx.Err() == nil {
			w.Log.Warn("a mailbox with news can't be hastened", "source", src.Name, "error", err)
		}
		if done || err != nil || !sleep(ctx, hastenEvery) {
			return
		}
	}
}

// sleep says false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
