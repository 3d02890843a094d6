// Package livebench measures the hub: how long a sealed event is under way to all
// who listen.
package livebench

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"huiying/desk"
	"huiying/desk/live"
)

// Load is what is measured.
type Load struct {
	Subscribers int
	Audiences   int           // they are spread over so many
	Events      int           // sealed one by one
	Every       time.Duration // from one event to the next
}

// Figures are what came out: from the seal to the hands of each subscriber.
type Figures struct {
	Deliveries       int
	Median, P99, Max time.Duration
}

// FanOut runs the load through a hub in this process, over a record in memory, and
// measures every delivery in real time.
func FanOut(ctx context.Context, load Load, real func() time.Time) (Figures, error) {
	if load.Subscribers <= 0 || load.Events <= 0 || load.Every <= 0 {
		return Figures{}, fmt.Errorf("livebench: load %+v measures nothing", load)
	}
	f := &record{wake: make(chan struct{}, 1)}
	hub := live.New(live.Options{Feed: f, Wake: f.wake, Real: real, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	failed := make(chan error, load.Subscribers+1)
	running.Go(func() { failed <- hub.Run(ctx) })

	sent := make([]time.Time, load.Events+1)
	late := make([][]time.Duration, load.Subscribers)
	var readers sync.WaitGroup
	for i := range late {
		who := desk.Actor{Name: "-", Roles: []desk.Role{desk.RoleDuty}}
		s, err := hub.Subscribe(ctx, live.AudienceOf(who, "", live.FormatJSON, "zh", strconv.Itoa(i%max(load.Audiences, 1))), nil)
		if err != nil {
			cancel()
			readers.Wait()
			return Figures{}, fmt.Errorf("subscribe: %w", err)
		}
		late[i] = make([]time.Duration, 0, load.Events)
		readers.Go(func() {
			defer s.Close()
			for range load.Events {
				m, err := s.Next(ctx)
				if err != nil {
					failed <- err
					return
				}
				f.mu.Lock()
				at := sent[m.Cursor.Seq]
				f.mu.Unlock()
				late[i] = append(late[i], real().Sub(at))
			}
		})
	}
	tick := time.NewTicker(load.Every)
	defer tick.Stop()
	for n := range load.Events {
		f.mu.Lock()
		sent[n+1] = real()
		f.mu.Unlock()
		f.seal(sent[n+1])
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	readers.Wait()
	select {
	case err := <-failed:
		return Figures{}, fmt.Errorf("a subscription ended: %w", err)
	default:
	}
	all := slices.Concat(late...)
	slices.Sort(all)
	return Figures{Deliveries: len(all), Median: all[len(all)/2], P99: all[len(all)*99/100], Max: all[len(all)-1]}, ctx.Err()
}

// record is a feed in memory.
type record struct {
	mu     sync.Mutex
	events []desk.Sealed
	wake   chan struct{}
}

const epoch = "bench"

func (r *record) seal(at time.Time) {
	r.mu.Lock()
	n := int64(len(r.events) + 1)
	r.events = append(r.events, desk.Sealed{Cursor: desk.Cursor{Epoch: epoch, Seq: n}, Event: desk.Event{ID: n, At: at, Type: "clock.stage",
		Subject: desk.Subject{Kind: "clock", ID: strconv.FormatInt(n, 10)}, Data: []byte(`{"id":1,"incident":1,"rule":"release","stage":"half","left_seconds":9000}`)}})
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Head implements desk.Feed.
func (r *record) Head(context.Context) (desk.Cursor, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return desk.Cursor{Epoch: epoch, Seq: int64(len(r.events))}, nil
}

// After implements desk.Feed.
func (r *record) After(_ context.Context, c desk.Cursor, limit int) ([]desk.Sealed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest := r.events[c.Seq:]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}
