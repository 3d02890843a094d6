package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// twice is a store that runs every act two times and keeps the second: what the
// real one does when the first lost to another.
type twice struct{ desk.Store }

var errLost = errors.New("lost to another")

func (s twice) InTx(ctx context.Context, fn func(desk.Tx) error) error {
	err := s.Store.InTx(ctx, func(tx desk.Tx) error { return errors.Join(fn(tx), errLost) })
	if !errors.Is(err, errLost) {
		return err
	}
	return s.Store.InTx(ctx, fn)
}

func (s twice) View(ctx context.Context, fn func(desk.Tx) error) error {
	if err := s.Store.View(ctx, fn); err != nil {
		return err
	}
	return s.Store.View(ctx, fn)
}

// A failed attempt counts once, however often the store runs the act.
func TestADeliveryTriedOnceCountsOnce(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Channels = []string{"slack"}
	raise(t, o, desk.LevelMajor)
	fire(t, o, 150*time.Minute)
	d := claim(t, o)[0]
	o.Store = twice{o.Store}
	if err := o.Delivered(t.Context(), d, desk.Sent{Outcome: desk.OutcomeRetry, Err: errors.New("slack: 500")}); err != nil {
		t.Fatal(err)
	}
	list, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{})
	if err != nil || len(list) != 1 || list[0].Deliveries[0].Attempts != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

// A day at the desk on a store that runs everything twice ends as on any other.
func TestEveryActCanBeRunAgain(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = &reader{}
	o.Channels = []string{"slack"}
	o.Store = twice{o.Store}
	duty, press := o.As(desk.RoleDuty), o.As(desk.RolePress)
	res := o.Push(desk.Incoming{ExternalID: "a", Title: "化工园区有巨响"}, desk.Incoming{ExternalID: "a", Title: "化工园区有巨响", Body: "冒黑烟"}, desk.Incoming{})
	if res[0].Status != desk.StatusCreated || res[1].Status != desk.StatusUpdated || res[2].Status != desk.StatusQuarantined {
		t.Fatalf("%+v", res)
	}
	in := raise(t, o, desk.LevelMajor)
	if _, err := o.AttachItems(t.Context(), duty, in.ID, []int64{res[0].ID}); err != nil {
		t.Fatal(err)
	}
	fire(t, o, 150*time.Minute)
	r, err := o.DraftRelease(t.Context(), press, in.ID, desk.ReleaseFirst, "情况通报", "正文")
	if err == nil {
		r, err = o.SubmitRelease(t.Context(), press, r.ID, 1)
	}
	if err == nil {
		r, err = o.ReviewRelease(t.Context(), o.As(desk.RoleSecrecy), r.ID, 1, desk.ReviewPass, "不涉密", nil)
	}
	if err == nil {
		r, err = o.SignRelease(t.Context(), o.As(desk.RoleLeader), r.ID, 1, true, "", nil)
	}
	if err == nil {
		r, err = o.PublishRelease(t.Context(), press, r.ID, 1, desk.Publish{Channel: "网站", Proof: desk.Proof{Address: "https://example.com/1"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	room, err := o.Room(t.Context(), duty, in.ID)
	if err != nil || len(room.Items) != 1 || room.Items[0].Version != 2 || len(room.Publications) != 1 || len(r.Publications) != 1 {
		t.Fatalf("%+v, %v", room, err)
	}
	met, stages := 0, 0
	for _, c := range room.Clocks {
		if c.State == desk.ClockMet {
			met++
		}
	}
	for _, e := range room.Timeline {
		if e.Type == "clock.stage" {
			stages++
		}
	}
	if met != 1 || stages != 1 || len(room.Clocks) != 3 {
		t.Errorf("%d met of %d clocks, %d stages told", met, len(room.Clocks), stages)
	}
}
