package sweep

import (
	"context"
	"time"

	"huiying/desk"
)

// Deadlines fires the stages of clocks that are due (the sweep). Wake: clocks were
// planned or moved.
func Deadlines(d *desk.Desk, wake <-chan struct{}) *Loop {
	return New(d, "deadlines", wake, 5*time.Second, func(ctx context.Context, now time.Time) (bool, error) {
		_, more, err := d.FireDue(ctx, now)
		return more, err
	}, d.NextStage)
}

// Raws takes up what was kept but never finished. It is for crashes, so nobody
// wakes it.
func Raws(d *desk.Desk) *Loop {
	return New(d, "raws", nil, 10*time.Second, d.FinishRaws, nil)
}

// Unclassified reads items that were stored without a verdict.
func Unclassified(d *desk.Desk) *Loop {
	return New(d, "unclassified", nil, 10*time.Second, d.ClassifyPending, nil)
}

// Sources counts what the sources bring and tells of those that have fallen silent.
func Sources(d *desk.Desk) *Loop {
	return New(d, "sources", nil, time.Minute, d.WatchSources, nil)
}

// Topics reckons the heat of topics and asks about those that burst.
func Topics(d *desk.Desk) *Loop {
	return New(d, "topics", nil, 5*time.Second, d.SweepTopics, nil)
}

// New is a loop of the desk's own times and log. wake and next may be nil.
func New(d *desk.Desk, name string, wake <-chan struct{}, poll time.Duration,
	once func(context.Context, time.Time) (bool, error), next func(context.Context) (time.Time, bool, error)) *Loop {
	return &Loop{Name: name, RunOnce: once, Next: next, Wake: wake, Poll: poll, Real: d.Real, InReal: d.InReal, Now: d.Now, Log: d.Log}
}
