package sweep_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/pg"
	"huiying/desk/sweep"
)

// beside runs a loop until the test ends.
func beside(t *testing.T, l *sweep.Loop) {
	t.Helper()
	l.Real = time.Now
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", l.Name, err)
		}
	})
	within(t, 10*time.Second, "the first pass of "+l.Name, func() bool { return !l.Alive().IsZero() })
}

// within polls a condition and gives how long it took.
func within(t *testing.T, limit time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	since := time.Now()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		if time.Since(since) > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
		<-look.C
	}
	return time.Since(since)
}

func raise(t *testing.T, o *desktest.Office) desk.Incident {
	t.Helper()
	now := o.Now()
	in, err := o.RaiseIncident(t.Context(), o.As(desk.RoleDuty), desk.Raise{Title: "云泽水厂停水", Kind: "事故灾难", Occurred: &now,
		Grade: &desk.Grade{Level: desk.LevelMajor, At: now}})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func notices(t *testing.T, o *desktest.Office) []desk.Notice {
	t.Helper()
	list, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Row 11: the desk was down past several due times. It says once how things stand.
func TestDownPastDue(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	raise(t, o)
	o.Clock.Move(6 * time.Hour)
	since := time.Now()
	for range 2 { // two nodes come up together
		beside(t, sweep.Deadlines(o.Desk, nil))
	}
	took := within(t, 15*time.Second, "an alert", func() bool { return len(notices(t, o)) > 0 })
	t.Logf("said %v after the start", time.Since(since).Round(time.Millisecond))
	list := notices(t, o)
	if len(list) != 1 || list[0].Stage != "overdue" || took > 15*time.Second {
		t.Errorf("%d notices, first %+v", len(list), list[0])
	}
}

// Office time is moved while the sweep sleeps: it notices within a second, without
// having been told. A clock planned meanwhile wakes it.
func TestTimeIsMoved(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	wake, stop := o.PG.Wake(pg.WakeClock)
	defer stop()
	loop := sweep.Deadlines(o.Desk, wake)
	loop.Poll = time.Hour
	beside(t, loop)
	before := loop.Alive()
	raise(t, o)
	within(t, 5*time.Second, "the wake-up", func() bool { return loop.Alive().After(before) })
	for i, move := range []time.Duration{150 * time.Minute, 75 * time.Minute, 45 * time.Minute, 30 * time.Minute} {
		o.Clock.Move(move)
		took := within(t, 5*time.Second, "an alert", func() bool { return len(notices(t, o)) == i+1 })
		if took > 2*time.Second {
			t.Errorf("move %d noticed after %v", i, took)
		}
	}
	for i, want := range []string{"half", "three-quarters", "before", "due"} {
		if got := notices(t, o)[i].Stage; got != want {
			t.Errorf("notice %d is %q, want %q", i, got, want)
		}
	}
}

// A raw whose node died between the two commits becomes an item.
func TestRawsAreFinished(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	if err := o.Store.InTx(t.Context(), func(tx desk.Tx) error {
		return tx.KeepRaw(t.Context(), &desk.Raw{SourceID: o.Source.ID, ContentType: "application/json", Bytes: []byte(`[{"ExternalID":"a1","Title":"路灯不亮"}]`),
			Digest: make([]byte, 32), ReceivedAt: o.Now()}, o.Now().Add(time.Minute))
	}); err != nil {
		t.Fatal(err)
	}
	loop := sweep.Raws(o.Desk)
	loop.Poll = 20 * time.Millisecond
	beside(t, loop)
	items := func() int {
		list, err := o.Items(t.Context(), o.As(desk.RoleDuty), desk.ItemFilter{ExternalID: "a1"})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if items() != 0 {
		t.Fatal("taken from its owner within the minute")
	}
	o.Clock.Move(2 * time.Minute)
	within(t, 5*time.Second, "the item", func() bool { return items() == 1 })
}

// broken classifies nothing until it is mended.
type broken struct{ mended atomic.Bool }

func (b *broken) Read(context.Context, desk.Text) (desk.Reading, error) {
	if !b.mended.Load() {
		return desk.Reading{}, errors.New("no model")
	}
	return desk.Reading{Verdict: desk.Verdict{Kind: "投诉"}}, nil
}

func TestUnclassifiedAreRead(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	classifier := &broken{}
	o.Classifier = classifier
	id := o.Push(desk.Incoming{ExternalID: "b1", Title: "夜间施工噪声"})[0].ID
	loop := sweep.Unclassified(o.Desk)
	loop.Poll = 20 * time.Millisecond
	beside(t, loop)
	classifier.mended.Store(true)
	within(t, 5*time.Second, "the verdict", func() bool {
		f, err := o.Item(t.Context(), o.As(desk.RoleDuty), id)
		if err != nil {
			t.Fatal(err)
		}
		return f.Item.Verdict != nil && f.Item.Verdict.Kind == "投诉"
	})
}
