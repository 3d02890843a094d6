package pg_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
)

// clock starts one of the incident at noon, due in five hours.
func clock(t testing.TB, s *pg.Store, n desk.Incident, rule string, stages ...desk.Stage) desk.Clock {
	t.Helper()
	c := desk.Clock{IncidentID: n.ID, Rule: rule, RuleName: "权威发布", Document: "国办发〔2016〕80号", Practice: true, Meets: "release", Anchor: "learned",
		Start: noon, Due: noon.Add(5 * time.Hour), Yellow: noon.Add(150 * time.Minute), Red: noon.Add(225 * time.Minute), State: desk.ClockRunning}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewClock(ctx, &c, stages) })
	c.Incident, c.Level, c.IncidentKind, c.Suspected, c.Holder, c.Region = n.Title, n.Level(), n.Kind, n.Suspected, n.Holder, n.Region.Code
	return c
}

func stage(name string, after time.Duration) desk.Stage {
	return desk.Stage{Name: name, FireAt: noon.Add(after), State: "pending"}
}

func names(stages []desk.Stage) (list []string) {
	for _, s := range stages {
		list = append(list, s.Name+" "+s.State)
	}
	return list
}

func TestClockRoundTripWithBoardsColumns(t *testing.T) {
	t.Parallel()
	s := open(t)
	holder := person(t, s, "王")
	n := incident(t, s, holder, "化工厂起火")
	want := clock(t, s, n, "release", stage("half", time.Hour), stage("due", 5*time.Hour))
	r := desk.Release{IncidentID: n.ID, Kind: desk.ReleaseFirst, HolderID: holder.ID, CreatedAt: noon, ChangedAt: noon}
	b := desk.Briefing{IncidentID: n.ID, Title: "通报会", Room: "一号厅", Starts: noon, Ends: noon.Add(time.Hour), Agency: "新闻办", ByID: holder.ID, CreatedAt: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.NewRelease(ctx, &r); err != nil {
			return err
		}
		if err := tx.NewVersion(ctx, desk.Version{ReleaseID: r.ID, N: 1, Title: "情况通报", Body: "正文", Digest: desk.DigestText("情况通报", "正文"), ByID: holder.ID, At: noon}); err != nil {
			return err
		}
		r.State = desk.ReleaseSign
		if err := tx.SaveRelease(ctx, &r); err != nil {
			return err
		}
		return tx.NewBriefing(ctx, &b)
	})
	want.Stands = []desk.Standing{{Kind: "release", ID: r.ID, State: desk.ReleaseSign, Title: "情况通报", Since: noon, Who: "审签领导"},
		{Kind: "briefing", ID: b.ID, State: desk.BriefingScheduled, Title: "通报会", Since: noon, Who: "新闻办"}}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		got := must[desk.Clock](t)(tx.ClockByID(ctx, everywhere, want.ID))
		want.Stages = got.Stages
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(names(got.Stages), []string{"half pending", "due pending"}) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		list := must[[]desk.Clock](t)(tx.ListClocks(ctx, desk.Scope{Region: "5306"}, desk.ClockFilter{State: desk.ClockRunning, Incident: n.ID}))
		if len(list) != 1 || !reflect.DeepEqual(list[0], want) {
			t.Errorf("list %+v", list)
		}
		if none := must[[]desk.Clock](t)(tx.ListClocks(ctx, desk.Scope{Region: "11"}, desk.ClockFilter{})); len(none) != 0 {
			t.Errorf("out of scope %v", none)
		}
		_, err := tx.ClockByID(ctx, desk.Scope{Region: "11"}, want.ID)
		wantCode(t, err, desk.CodeNotFound)
		return nil
	})
	err := s.InTx(t.Context(), func(tx desk.Tx) error {
		c := want
		return tx.NewClock(t.Context(), &c, nil)
	})
	wantCode(t, err, desk.CodeConflict) // a rule never runs twice for an incident
}

func TestSavedClockReplacesWhatIsPendingOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := incident(t, s, person(t, s, "王"), "一")
	c := clock(t, s, n, "release", stage("half", time.Hour), stage("due", 5*time.Hour))
	fired := func() { // "half" has spoken
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			due := must[[]desk.Clock](t)(tx.ClaimDue(ctx, noon.Add(time.Hour), 10))
			st := due[0].Stages[0]
			st.State, st.FiredAt = "fired", &noon
			return tx.Fired(ctx, []desk.Stage{st}, []desk.Stage{{ClockID: c.ID, Name: "before", FireAt: noon.Add(4 * time.Hour), State: "pending"}})
		})
	}
	fired()
	stages := func() []string {
		var got []string
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			got = names(must[[]desk.Clock](t)(tx.ClocksOf(ctx, n.ID, true))[0].Stages)
			return nil
		})
		return got
	}
	if got := stages(); !reflect.DeepEqual(got, []string{"half fired", "before pending", "due pending"}) {
		t.Fatalf("after firing: %v", got)
	}
	c.Due = noon.Add(6 * time.Hour)
	for _, step := range []struct {
		stages []desk.Stage
		state  string
		want   []string
	}{
		{nil, desk.ClockRunning, []string{"half fired", "before pending", "due pending"}},
		{[]desk.Stage{stage("half", time.Hour), stage("due", 6*time.Hour)}, desk.ClockRunning, []string{"half fired", "due pending"}},
		{nil, desk.ClockWithdrawn, []string{"half fired"}},
	} {
		c.State = step.state
		if step.state == desk.ClockWithdrawn {
			c.WhyEnded = "规则不再适用"
		}
		in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SaveClock(ctx, c, step.stages) })
		if got := stages(); !reflect.DeepEqual(got, step.want) {
			t.Errorf("%s: %v, want %v", step.state, got, step.want)
		}
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if at, ok, err := tx.NextStage(ctx); ok || err != nil {
			t.Errorf("next of a withdrawn clock: %v %v", at, err)
		}
		return nil
	})
}

func TestStageIsClaimedByOneNodeOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	holder := person(t, s, "王")
	const clocks, workers = 60, 8
	for i := range clocks {
		n := incident(t, s, holder, fmt.Sprint("事件", i))
		clock(t, s, n, "release", stage("half", time.Hour), stage("three-quarters", 2*time.Hour), stage("due", 5*time.Hour))
	}
	now := noon.Add(2 * time.Hour)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if at, ok, err := tx.NextStage(ctx); !ok || !at.Equal(noon.Add(time.Hour)) {
			t.Errorf("next %v %v %v", at, ok, err)
		}
		return nil
	})
	var mu sync.Mutex
	fired := map[int64]int{}
	var all sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		all.Go(func() {
			for idle := 0; idle < 3; {
				err := s.InTx(t.Context(), func(tx desk.Tx) error {
					due, err := tx.ClaimDue(t.Context(), now, 7)
					if err != nil || len(due) == 0 {
						idle++
						return err
					}
					idle = 0
					var done []desk.Stage
					for _, c := range due {
						if len(c.Stages) != 2 || c.Stages[0].Name != "half" {
							return fmt.Errorf("clock %d: stages %v: all that is due, in order", c.ID, names(c.Stages))
						}
						for _, st := range c.Stages {
							st.State, st.FiredAt = "merged", &now
							done = append(done, st)
						}
					}
					if err := tx.Fired(t.Context(), done, nil); err != nil {
						return err
					}
					mu.Lock()
					defer mu.Unlock()
					for _, st := range done {
						fired[st.ID]++
					}
					return nil
				})
				errs[w] = errors.Join(errs[w], err)
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for id, n := range fired {
		if n != 1 {
			t.Errorf("stage %d fired %d times", id, n)
		}
	}
	if len(fired) != 2*clocks {
		t.Errorf("%d stages fired, want %d", len(fired), 2*clocks)
	}
}

func TestNodeThatSleptCantFireAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := incident(t, s, person(t, s, "王"), "一")
	c := clock(t, s, n, "release", stage("due", 5*time.Hour))
	now := noon.Add(6 * time.Hour)
	var claimed desk.Stage
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		claimed = must[[]desk.Clock](t)(tx.ClaimDue(ctx, now, 1))[0].Stages[0]
		claimed.State, claimed.FiredAt = "fired", &now
		overdue := desk.Stage{ClockID: c.ID, Name: "overdue", FireAt: now, State: "fired", FiredAt: &now} // never planned
		return tx.Fired(ctx, []desk.Stage{claimed, overdue}, nil)
	})
	wantCode(t, s.InTx(t.Context(), func(tx desk.Tx) error { return tx.Fired(t.Context(), []desk.Stage{claimed}, nil) }), desk.CodeConflict)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if got := names(must[desk.Clock](t)(tx.ClockByID(ctx, everywhere, c.ID)).Stages); !reflect.DeepEqual(got, []string{"due fired", "overdue fired"}) {
			t.Errorf("stages %v", got)
		}
		if due := must[[]desk.Clock](t)(tx.ClaimDue(ctx, now, 1)); len(due) != 0 {
			t.Errorf("due again: %v", due)
		}
		return nil
	})
}
