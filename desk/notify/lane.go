// Package notify carries notices out of the house. A delivery is a row; a lane
// claims one, sends it, and records what became of it. Between a send and its
// record lies the only moment in which a crash can make a message go out twice; no
// moment loses one.
package notify

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"huiying/desk"
)

// Table is the notifiers by channel. A new one is a line in the table that cmd wires.
type Table map[string]desk.Notifier

// Channels are the names of the table, sorted, for Desk.Channels.
func (t Table) Channels() []string {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

const (
	// lanesEach is how many messages of one channel are under way at once.
	lanesEach = 4
	// sendTime bounds one attempt.
	sendTime = 10 * time.Second
	// stopTime is what an attempt under way still gets when the node stops: cut off,
	// it would go out again.
	stopTime = 3 * time.Second
	// stale is how old a claim may be when the send begins. Older, the node slept,
	// and the delivery belongs to somebody else or soon will.
	stale = desk.DeliveryHold / 3
	// recordTries and recordWait: what was sent and isn't recorded goes out again, so
	// recording is tried until the hold is nearly over.
	recordTries = 6
	recordWait  = time.Second
)

// Lane sends the deliveries of one channel, one after the other. Several lanes of a
// channel share its pace, and no channel waits for another. RunOnce and Next are
// what a loop needs.
type Lane struct {
	Name    string // "slack/1"
	channel string
	out     desk.Notifier
	pace    *pace
	desk    *desk.Desk
	send    time.Duration // bound of an attempt
}

// Lanes are the lanes of all channels.
func Lanes(d *desk.Desk, t Table) []*Lane {
	var lanes []*Lane
	for _, channel := range t.Channels() {
		p := newPace(t[channel], d.Real)
		for n := range lanesEach {
			lanes = append(lanes, &Lane{Name: fmt.Sprintf("%s/%d", channel, n+1), channel: channel, out: t[channel], pace: p, desk: d, send: sendTime})
		}
	}
	return lanes
}

// Next is the office time at which the next delivery of the channel is due.
func (l *Lane) Next(ctx context.Context) (time.Time, bool, error) {
	return l.desk.NextDelivery(ctx, l.channel)
}

// RunOnce claims the most pressing delivery of the channel, once its pace allows
// one, sends it and records the outcome. It says whether there may be more.
func (l *Lane) RunOnce(ctx context.Context, now time.Time) (more bool, err error) {
	// First the pace, then the claim: what goes out is the most pressing at that
	// moment, and what has become stale while waiting never does.
	done, waited, err := l.pace.take(ctx)
	if err != nil {
		return false, nil // stopping
	}
	if waited {
		now = l.desk.Now()
	}
	claims, err := l.desk.ClaimDeliveries(ctx, now, 1, l.channel)
	if err != nil || len(claims) == 0 {
		done(false)
		return false, err
	}
	claimed := l.desk.Real()
	del := claims[0]
	m, err := l.desk.MessageFor(ctx, del)
	done(true)
	if err != nil {
		return false, err
	}
	if l.desk.Real().Sub(claimed) > stale {
		l.desk.Log.Warn("a delivery was held too long, left to others", "channel", l.channel, "delivery", del.ID)
		return true, nil
	}
	s := l.try(ctx, m)
	s.RetryAfter = min(s.RetryAfter, longestHold)
	if s.Outcome != desk.OutcomeSent {
		l.desk.Log.Warn("a message wasn't taken", "channel", l.channel, "delivery", del.ID, "attempt", del.Attempts+1, "outcome", s.Outcome, "error", s.Err)
	}
	if s.Outcome == desk.OutcomeRetry {
		l.pace.hold(s.RetryAfter)
	}
	return true, l.record(ctx, del, s)
}

// try sends one message. Whatever happens is one of the outcomes.
func (l *Lane) try(ctx context.Context, m desk.Message) (s desk.Sent) {
	ctx, stop := outlive(ctx, l.send, stopTime)
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			l.desk.Log.Error("a notifier panicked", "channel", l.channel, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			s = desk.Sent{Outcome: desk.OutcomeRetry, Err: errors.New("the notifier failed")}
		}
	}()
	s = l.out.Send(ctx, m)
	switch s.Outcome {
	case desk.OutcomeSent, desk.OutcomeRetry, desk.OutcomeRefuse:
		return s
	}
	return desk.Sent{Outcome: desk.OutcomeRetry, Err: fmt.Errorf("unknown outcome %q: %w", s.Outcome, s.Err)}
}

// record writes the outcome down, also while the node stops.
func (l *Lane) record(ctx context.Context, del desk.Delivery, s desk.Sent) error {
	ctx, stop := outlive(ctx, desk.DeliveryHold/2, stopTime)
	defer stop()
	for try := 1; ; try++ {
		err := l.desk.Delivered(ctx, del, s)
		switch {
		case err == nil:
			return nil
		case desk.CodeOf(err) == desk.CodeConflict: // another node, while this one slept
			l.desk.Log.Info("a delivery was completed by another node", "channel", l.channel, "delivery", del.ID)
			return nil
		case try == recordTries || ctx.Err() != nil:
			return fmt.Errorf("delivery %d was tried (%s) and can't be recorded: %w", del.ID, s.Outcome, err)
		}
		pause(ctx, recordWait)
	}
}

// outlive gives a context with a limit of its own; once the parent ends, it ends
// after the grace at the latest.
func outlive(parent context.Context, limit, grace time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), limit)
	ended := make(chan struct{})
	unhook := context.AfterFunc(parent, func() {
		defer close(ended)
		pause(ctx, grace)
		cancel()
	})
	return ctx, func() {
		cancel()
		if !unhook() {
			<-ended
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
