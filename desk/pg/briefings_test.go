package pg_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huiying/desk"
)

func messageOf(err error) string {
	var e *desk.Error
	if errors.As(err, &e) {
		return e.Message()
	}
	return ""
}

func briefing(n desk.Incident, by desk.Person, room string, after time.Duration, host string, speakers ...string) desk.Briefing {
	b := desk.Briefing{IncidentID: n.ID, Incident: n.Title, Title: "第一场", Room: room, Starts: noon.Add(after), Ends: noon.Add(after + time.Hour), Host: host,
		Agency: "新闻办", Contact: "0870-0000000", Region: n.Region.Code, State: desk.BriefingScheduled, ByID: by.ID, By: by.DisplayName, CreatedAt: noon}
	for _, name := range speakers {
		b.Speakers = append(b.Speakers, desk.Speaker{Name: name, Title: "副市长"})
	}
	return b
}

func TestBriefingRoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t)
	by := person(t, s, "王")
	n := incident(t, s, by, "化工厂起火")
	want := briefing(n, by, "一号厅", time.Hour, "周主持", "吴一", "周主持", "郑二") // the host speaks too
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewBriefing(ctx, &want) })
	check := func(step string) {
		t.Helper()
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			if got := must[desk.Briefing](t)(tx.BriefingByID(ctx, everywhere, want.ID, true)); !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", step, got, want)
			}
			return nil
		})
	}
	check("scheduled")
	stale := want
	at := noon.Add(90 * time.Minute)
	want.State, want.HeldAt, want.HeldEnter, want.Spoke, want.Host = desk.BriefingHeld, &at, &at, "吴一", "冯主持"
	want.Proof = desk.Proof{Address: "一号厅", FileName: "a.jpg", FileType: "image/jpeg", File: []byte{0, 1}, Digest: []byte{3}}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SaveBriefing(ctx, &want) })
	check("held")
	wantCode(t, s.InTx(t.Context(), func(tx desk.Tx) error { return tx.SaveBriefing(t.Context(), &stale) }), desk.CodeConflict)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		list := must[[]desk.Briefing](t)(tx.ListBriefings(ctx, desk.Scope{Region: "53"}, desk.BriefingFilter{State: desk.BriefingHeld, Incident: n.ID}))
		if len(list) != 1 || list[0].Proof.File != nil {
			t.Fatalf("list %+v", list)
		}
		return tx.SaveBriefing(ctx, &list[0]) // as read from a list, without the file
	})
	want.Version++
	check("saved from a list")
	from, to := noon.Add(2*time.Hour), noon.Add(time.Hour)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		for name, f := range map[string]desk.BriefingFilter{"after its end": {From: &from}, "before its start": {To: &to}} {
			if list := must[[]desk.Briefing](t)(tx.ListBriefings(ctx, everywhere, f)); len(list) != 0 {
				t.Errorf("%s: %v", name, list)
			}
		}
		if rooms, people := must[[]string](t)(tx.Rooms(ctx)), must[[]desk.Speaker](t)(tx.SpeakersKnown(ctx)); len(rooms) != 1 || len(people) != 4 {
			t.Errorf("rooms %v, people %v", rooms, people)
		}
		return nil
	})
}

func TestClashIsRefusedAndNamesTheOther(t *testing.T) {
	t.Parallel()
	s := open(t)
	by := person(t, s, "王")
	n := incident(t, s, by, "一")
	first := briefing(n, by, "一号厅", 0, "周主持", "吴一")
	first.Title = "汛情通报"
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewBriefing(ctx, &first) })
	for name, c := range map[string]struct {
		b     desk.Briefing
		field string
		who   string
	}{
		"room":            {briefing(n, by, "一号厅", 30*time.Minute, "甲", "乙"), "room", "一号厅"},
		"speaker":         {briefing(n, by, "二号厅", -30*time.Minute, "甲", "吴一"), "speakers", "吴一"},
		"host as speaker": {briefing(n, by, "二号厅", 59*time.Minute, "甲", "周主持"), "speakers", "周主持"},
		"speaker as host": {briefing(n, by, "二号厅", 0, "吴一"), "speakers", "吴一"},
	} {
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			err := tx.NewBriefing(ctx, &c.b)
			wantCode(t, err, desk.CodeConflict)
			var e *desk.Error
			if errors.As(err, &e); e.Field != c.field || !strings.Contains(e.Message(), c.who) || !strings.Contains(e.Message(), "汛情通报") {
				t.Errorf("%s: %s %q", name, e.Field, e.Message())
			}
			clashes := must[[]desk.Clash](t)(tx.Clashes(ctx, c.b)) // the transaction is still good
			if len(clashes) != 1 || clashes[0].Name != c.who || clashes[0].Other.ID != first.ID {
				t.Errorf("%s: %+v", name, clashes)
			}
			return nil
		})
	}
	next := briefing(n, by, "一号厅", time.Hour, "周主持", "吴一") // begins when the first ends
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewBriefing(ctx, &next) })
	moved := next
	moved.Starts = noon.Add(30 * time.Minute)
	wantCode(t, s.InTx(t.Context(), func(tx desk.Tx) error { return tx.SaveBriefing(t.Context(), &moved) }), desk.CodeConflict)
	first.State = desk.BriefingCancelled
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SaveBriefing(ctx, &first); err != nil {
			return err
		}
		moved.Version = next.Version
		return tx.SaveBriefing(ctx, &moved) // the cancelled one doesn't count
	})
	if n := count(t, s, `SELECT count(*) FROM briefing`); n != 2 {
		t.Fatalf("%d briefings", n)
	}
}

func TestOneOfManyBooksTheRoom(t *testing.T) {
	t.Parallel()
	s := open(t)
	by := person(t, s, "王")
	n := incident(t, s, by, "一")
	errs := make([]error, 8)
	var all sync.WaitGroup
	var runs atomic.Int64
	for i := range errs {
		all.Go(func() {
			b := briefing(n, by, "一号厅", time.Duration(i)*time.Minute, "周主持", "吴一", "郑二")
			errs[i] = s.InTx(t.Context(), func(tx desk.Tx) error {
				runs.Add(1)
				return tx.NewBriefing(t.Context(), &b)
			})
		})
	}
	all.Wait()
	booked := 0
	for _, err := range errs {
		if err == nil {
			booked++
		} else if desk.CodeOf(err) != desk.CodeConflict || !strings.Contains(messageOf(err), "第一场") {
			t.Error(err)
		}
	}
	if booked != 1 || count(t, s, `SELECT count(*) FROM briefing`) != 1 {
		t.Fatalf("%d booked", booked)
	}
	if n := int(runs.Load()); n != len(errs) {
		t.Errorf("%d runs for %d acts: some were repeated", n, len(errs))
	}
}
