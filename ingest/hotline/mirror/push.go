package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"huiying/desk"
	"huiying/ingest"
)

const (
	// callsAtOnce is how many contents are claimed at once, of all platforms.
	callsAtOnce = 16
	// callTime bounds one call, and recordTime the record of what became of it.
	callTime   = 8 * time.Second
	recordTime = 10 * time.Second
	// stale is how old a claim may be when a call begins. Older, it belongs to somebody
	// else or soon will.
	stale = desk.MirrorHold / 3
)

// Pusher tells platforms what is ours about their tickets. RunOnce and Next are what a
// loop needs; any number of nodes run one.
type Pusher struct {
	Desk  *desk.Desk
	Guard *ingest.Guard
}

// platforms are the sources that are told, by id. One whose mapping can't be read isn't.
func (p *Pusher) platforms(ctx context.Context) (ids []int64, to map[int64]Mapping, err error) {
	list, err := p.Desk.SourcesOf(ctx, desk.MirrorKind)
	if err != nil {
		return nil, nil, err
	}
	to = map[int64]Mapping{}
	for _, s := range list {
		if m, err := ReadMapping(s.Settings); err == nil && m.Push.URL != "" {
			ids, to[s.ID] = append(ids, s.ID), m
		}
	}
	return ids, to, nil
}

// RunOnce looks what has changed and calls the platforms that are to be told. It says
// whether there may be more.
func (p *Pusher) RunOnce(ctx context.Context, now time.Time) (more bool, err error) {
	ids, to, err := p.platforms(ctx)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	behind, err := p.Desk.FollowMirrors(ctx, now, ids)
	if err != nil {
		return false, err
	}
	calls, left, err := p.Desk.ClaimMirrorCalls(ctx, now, ids, callsAtOnce)
	if err != nil {
		return false, err
	}
	claimed := p.Desk.Real()
	each := map[int64][]desk.MirrorCall{}
	for _, c := range calls {
		each[c.Source.ID] = append(each[c.Source.ID], c)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for id, list := range each {
		wg.Go(func() {
			if err := p.tell(ctx, to[id], list, claimed); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
			}
		})
	}
	wg.Wait()
	return behind || left, failed
}

// Next is the office time at which the next call is due.
func (p *Pusher) Next(ctx context.Context) (time.Time, bool, error) {
	ids, _, err := p.platforms(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	return p.Desk.NextMirrorCall(ctx, ids)
}

// tell makes the calls of one platform, one after the other, until one says that it
// isn't well; the rest waits with it.
func (p *Pusher) tell(ctx context.Context, m Mapping, calls []desk.MirrorCall, claimed time.Time) error {
	for _, c := range calls {
		if ctx.Err() != nil {
			return nil // stopping: another node goes on once the hold is over
		}
		if p.Desk.Real().Sub(claimed) > stale {
			p.Desk.Log.Warn("what a platform is told was held too long, left to others", "source", c.Source.Name, "item", c.Push.ItemID)
			return nil
		}
		s := p.call(ctx, m, c)
		if s.Outcome != desk.OutcomeSent {
			p.Desk.Log.Warn("a platform did not take what it was told", "source", c.Source.Name, "item", c.Push.ItemID, "outcome", s.Outcome, "error", s.Err)
		}
		record, stop := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
		err := p.Desk.MirrorCalled(record, c, s)
		stop()
		if desk.CodeOf(err) == desk.CodeConflict { // another node, while this one slept
			return nil
		}
		if err != nil {
			return fmt.Errorf("item %d was told (%s) and can't be recorded: %w", c.Push.ItemID, s.Outcome, err)
		}
		if s.Outcome == desk.OutcomeRetry {
			return nil
		}
	}
	return nil
}

// call makes one call. A call under way is brought to its end while the node stops:
// cut off, it would be made again.
func (p *Pusher) call(ctx context.Context, m Mapping, c desk.MirrorCall) desk.Sent {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), callTime)
	defer stop()
	body, err := json.Marshal(c.Content)
	if err != nil {
		return desk.Sent{Outcome: desk.OutcomeRefuse, Err: err}
	}
	header := m.Push.Header
	if header == "" {
		header = m.Request.Header
	}
	req := ingest.Request{URL: m.Push.URL, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Accept": {"application/json"}, "Idempotency-Key": {c.Push.Key}}}
	authorise(&req, c.Source, header)
	got, err := p.Guard.Post(ctx, req, body)
	if err != nil {
		return desk.Sent{Outcome: desk.OutcomeRetry, Err: err}
	}
	switch {
	case got.Status >= 200 && got.Status < 300:
		return desk.Sent{Outcome: desk.OutcomeSent}
	case got.Status == http.StatusBadRequest, got.Status == http.StatusRequestEntityTooLarge, got.Status == http.StatusUnprocessableEntity:
		return desk.Sent{Outcome: desk.OutcomeRefuse, Err: ingest.Failed(nil, "对方不接受这一件的内容（%d）", got.Status)}
	}
	return desk.Sent{Outcome: desk.OutcomeRetry, RetryAfter: got.RetryAfter, Err: ingest.Refused(got)}
}
