package pg_test

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
)

func notice(t testing.TB, s *pg.Store, key string, c desk.Clock, deadline bool) desk.Notice {
	t.Helper()
	n := desk.Notice{Key: key, Kind: "clock", IncidentID: c.IncidentID, ClockID: c.ID, Stage: "due", Region: "530601", Text: "权威发布到时", Outside: "第 1 号，请回值班室",
		Deadline: deadline, At: noon, Due: &c.Due, Deliveries: []desk.Delivery{{Channel: "slack", State: desk.DeliveryPending, NextAt: noon}}}
	if c.ID == 0 {
		n.Due = nil
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		isNew, err := tx.NewNotice(ctx, &n)
		if !isNew {
			t.Errorf("%s isn't new", key)
		}
		return err
	})
	return n
}

func TestNoticeIsMadeOnceAndAcknowledgedOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := person(t, s, "王")
	c := clock(t, s, incident(t, s, p, "一"), "release")
	want := notice(t, s, "clock/1/due", c, true)
	same := desk.Notice{Key: want.Key, Kind: "clock", Text: "x", Outside: "x", At: noon, Deliveries: []desk.Delivery{{Channel: "slack", NextAt: noon}}}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if isNew, err := tx.NewNotice(ctx, &same); isNew || err != nil || same.ID != want.ID {
			t.Errorf("again: %v %v, %d", isNew, err, same.ID)
		}
		if got := must[desk.Notice](t)(tx.NoticeByID(ctx, everywhere, want.ID, true)); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		for _, who := range []string{"王值班", "李值班"} {
			if err := tx.AckNotice(ctx, want.ID, desk.Actor{PersonID: p.ID, Name: who}, noon); err != nil {
				return err
			}
		}
		want.AckAt, want.AckBy = &noon, "王值班"
		if list := must[[]desk.Notice](t)(tx.ListNotices(ctx, desk.Scope{Region: "5306"}, desk.NoticeFilter{})); len(list) != 1 || !reflect.DeepEqual(list[0], want) {
			t.Errorf("list %+v", list)
		}
		if open := must[[]desk.Notice](t)(tx.ListNotices(ctx, everywhere, desk.NoticeFilter{Open: true})); len(open) != 0 {
			t.Errorf("open %+v", open)
		}
		_, err := tx.NoticeByID(ctx, desk.Scope{Region: "11"}, want.ID, false)
		wantCode(t, err, desk.CodeNotFound)
		wantCode(t, tx.AckNotice(ctx, 404, desk.System, noon), desk.CodeNotFound)
		return nil
	})
}

func claimDeliveries(t testing.TB, s *pg.Store, now time.Time, limit int) (got []desk.Delivery) {
	t.Helper()
	in(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
		got, err = tx.ClaimDeliveries(ctx, now, now.Add(time.Minute), limit)
		return err
	})
	return got
}

func TestDeadlinesGoFirstAndStaleOnesNever(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := incident(t, s, person(t, s, "王"), "一")
	c, other := clock(t, s, n, "release"), clock(t, s, n, "briefing")
	stale := notice(t, s, "c/half", c, true)
	fresh := notice(t, s, "c/due", c, true)
	plain := notice(t, s, "plain", desk.Clock{}, false)
	second := notice(t, s, "o/due", other, true)
	var order []int64
	for _, d := range claimDeliveries(t, s, noon, 2) {
		order = append(order, d.NoticeID)
		if d.Notice == nil || d.Notice.ID != d.NoticeID || d.Notice.Outside == "" || !d.NextAt.Equal(noon.Add(time.Minute)) {
			t.Errorf("claimed %+v", d)
		}
	}
	for _, d := range claimDeliveries(t, s, noon, 10) {
		order = append(order, d.NoticeID)
	}
	if want := []int64{second.ID, fresh.ID, plain.ID}; !reflect.DeepEqual(order, want) {
		t.Errorf("order %v, want %v, never %d", order, want, stale.ID)
	}
	state := func(id int64) (got string) {
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			got = must[desk.Notice](t)(tx.NoticeByID(ctx, everywhere, id, false)).Deliveries[0].State
			return nil
		})
		return got
	}
	if got := state(stale.ID); got != desk.DeliverySuperseded {
		t.Errorf("stale is %s", got)
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if at, ok, err := tx.NextDelivery(ctx); !ok || !at.Equal(noon.Add(time.Minute)) {
			t.Errorf("next %v %v %v", at, ok, err)
		}
		return tx.Supersede(ctx, other.ID, 0) // the clock was met while its alert is on its way
	})
	d := second.Deliveries[0]
	d.State, d.Attempts, d.LastError = desk.DeliveryPending, 1, "timeout"
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SaveDelivery(ctx, d) })
	if got := state(second.ID); got != desk.DeliverySuperseded {
		t.Errorf("to be retried though superseded: %s", got)
	}
	d.State, d.SentAt, d.Receipt = desk.DeliverySent, &noon, "ts"
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SaveDelivery(ctx, d) })
	if got := state(second.ID); got != desk.DeliverySent {
		t.Errorf("sent after all: %s", got)
	}
	d.State, d.SentAt = desk.DeliveryFailed, nil // a node that slept
	wantCode(t, s.InTx(t.Context(), func(tx desk.Tx) error { return tx.SaveDelivery(t.Context(), d) }), desk.CodeConflict)
}

func TestSlowChannelDoesntStandBeforeOthers(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := desk.Notice{Key: "k", Kind: "delivery", Text: "x", Outside: "x", At: noon,
		Deliveries: []desk.Delivery{{Channel: "slack", NextAt: noon}, {Channel: "phone", NextAt: noon.Add(time.Second)}}}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if _, err := tx.NewNotice(ctx, &n); err != nil {
			return err
		}
		if at, ok, err := tx.NextDelivery(ctx, "phone", "other"); !ok || !at.Equal(noon.Add(time.Second)) || err != nil {
			t.Errorf("next by phone %v %v %v", at, ok, err)
		}
		if _, ok, err := tx.NextDelivery(ctx, "other"); ok || err != nil {
			t.Errorf("next by no channel of ours: %v", err)
		}
		got := must[[]desk.Delivery](t)(tx.ClaimDeliveries(ctx, noon.Add(time.Hour), noon, 10, "phone"))
		if len(got) != 1 || got[0].Channel != "phone" {
			t.Errorf("claimed %+v", got)
		}
		return nil
	})
}

func TestDeliveryIsClaimedByOneNodeOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	const deliveries, workers = 100, 8
	for i := range deliveries {
		notice(t, s, fmt.Sprint("n", i), desk.Clock{}, i%2 == 0)
	}
	var mu sync.Mutex
	got := map[int64]int{}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for idle := 0; idle < 3; {
				list := claimDeliveries(t, s, noon, 9)
				if len(list) == 0 {
					idle++
				}
				mu.Lock()
				for _, d := range list {
					got[d.ID]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(got) != deliveries {
		t.Errorf("%d claimed, want %d", len(got), deliveries)
	}
	for id, n := range got {
		if n != 1 {
			t.Errorf("delivery %d claimed %d times", id, n)
		}
	}
	if again := claimDeliveries(t, s, noon.Add(time.Minute), 1000); len(again) != deliveries {
		t.Errorf("%d due again when the hold is over, want %d", len(again), deliveries)
	}
}
