package desk_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest"
)

// evening is a scenario to begin.
var evening = desk.Scenario{Key: "evening", Title: "一夜", Starts: 19 * time.Hour, Length: 6 * time.Hour}

// TestDrillLife: begun, opened, skipped, ended, purged; two lines on the record and nothing else.
func TestDrillLife(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Scenarios = []desk.Scenario{evening}
	ctx, duty := t.Context(), o.As(desk.RoleDuty)
	for _, c := range []struct {
		scenario string
		speed    float64
		field    string
	}{{"no", 0, "scenario"}, {"evening", -1, "speed"}, {"evening", .5, "speed"}, {"evening", 721, "speed"}, {"evening", math.NaN(), "speed"}, {"evening", math.Inf(1), "speed"}} {
		_, err := o.StartDrill(ctx, duty, c.scenario, c.speed)
		wantField(t, err, c.field)
	}
	_, err := o.StartDrill(ctx, o.As(desk.RoleOperator), "evening", 0)
	wantCode(t, err, desk.CodeForbidden)
	d, err := o.StartDrill(ctx, duty, "evening", 0)
	if err != nil {
		t.Fatal(err)
	}
	if d.Speed != desk.DefaultDrillSpeed || d.State != desk.DrillStarting || len(d.Password) < 12 || d.By.Name != duty.Name {
		t.Errorf("%+v", d)
	}
	if begins := d.Begins.In(o.Policy.Office.Location); begins.Hour() != 19 || begins.Day() != 20 {
		t.Errorf("begins at %v", begins)
	}
	_, err = o.StartDrill(ctx, duty, "evening", 0)
	wantCode(t, err, desk.CodeConflict)
	wantCode(t, o.SkipDrill(ctx, duty, d.ID, time.Hour), desk.CodeConflict) // it has no time yet
	up, err := o.DrillUp(ctx, d.ID, "http://127.0.0.1:1")
	if err != nil || up.State != desk.DrillRunning || up.BeganAt == nil {
		t.Fatalf("%+v, %v", up, err)
	}
	o.Clock.Move(time.Minute) // the test's clock is real time as well
	if again, err := o.DrillUp(ctx, d.ID, "http://127.0.0.1:2"); err != nil || !again.BeganAt.Equal(*up.BeganAt) || again.Address != "http://127.0.0.1:2" {
		t.Errorf("taken over: %+v, %v", again, err)
	}
	for _, by := range []time.Duration{0, -time.Second, 25 * time.Hour} {
		wantField(t, o.SkipDrill(ctx, duty, d.ID, by), "by")
	}
	wantCode(t, o.SkipDrill(ctx, o.As(desk.RoleOperator), d.ID, time.Hour), desk.CodeForbidden)
	ok(t, o.SkipDrill(ctx, duty, d.ID, time.Hour))
	list, err := o.Drills(ctx, o.As(desk.RoleOperator))
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if at := list[0].At(o.Real()); !at.Equal(d.Begins.Add(36*time.Minute + time.Hour)) {
		t.Errorf("its time is %v after %v", at, d.Begins)
	}
	ok(t, o.StopDrill(ctx, duty, d.ID))
	ok(t, o.StopDrill(ctx, duty, d.ID)) // twice is once
	o.Clock.Move(time.Hour)
	list, err = o.Drills(ctx, duty)
	ok(t, err)
	if at := list[0].At(o.Real()); !at.Equal(d.Begins.Add(36*time.Minute + time.Hour)) {
		t.Errorf("its time didn't stand: %v", at)
	}
	wantCode(t, o.DrillPurged(ctx, d.ID), desk.CodeConflict) // nobody asked for it
	ok(t, o.PurgeDrill(ctx, o.As(desk.RoleLeader), d.ID))
	wantCode(t, o.StopDrill(ctx, duty, d.ID), desk.CodeConflict)
	ok(t, o.DrillFailed(ctx, d.ID, "别的事")) // a desk that fails while it is thrown away is still thrown away
	ok(t, o.DrillPurged(ctx, d.ID))
	wantCode(t, o.PurgeDrill(ctx, duty, d.ID), desk.CodeNotFound)
	events, err := o.Events(ctx, o.As(desk.RoleAuditor), desk.EventFilter{Page: desk.Page{Limit: 1000}})
	ok(t, err)
	var said []string
	for _, e := range events {
		if e.Subject.Kind == "drill" {
			said = append(said, e.Type+" "+e.Actor)
			if strings.Contains(string(e.Data), d.Password) {
				t.Error("the password is on the record")
			}
		}
	}
	if got := strings.Join(said, ", "); got != "drill.held duty, drill.purged leader" {
		t.Errorf("on the record: %s", got)
	}
}

// TestDrillFails: a drill that couldn't be opened says why, and is opened again or thrown away.
func TestDrillFails(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Scenarios = []desk.Scenario{evening}
	ctx, duty := t.Context(), o.As(desk.RoleDuty)
	d, err := o.StartDrill(ctx, duty, "evening", 72)
	ok(t, err)
	ok(t, o.DrillFailed(ctx, d.ID, "端口已被占用"))
	list, err := o.Drills(ctx, duty)
	ok(t, err)
	if list[0].State != desk.DrillFailed || list[0].Failure == "" {
		t.Errorf("%+v", list[0])
	}
	if _, err := o.StartDrill(ctx, duty, "evening", 72); err != nil {
		t.Errorf("one that failed stands in the way: %v", err)
	}
	ok(t, o.PurgeDrill(ctx, duty, d.ID))
	ok(t, o.DrillPurged(ctx, d.ID))
	_, err = o.Drills(ctx, desk.Actor{})
	wantCode(t, err, desk.CodeUnauthenticated)
	_, err = o.Drills(ctx, desk.Actor{SourceID: 1, Name: "热线"})
	wantCode(t, err, desk.CodeForbidden)
}

// TestDrillTime: a drill's time never runs backwards, stands before it began and once it was stopped, and runs at its
// speed in between.
func TestDrillTime(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		began := start.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "began")))
		d := desk.Drill{Speed: rapid.Float64Range(desk.MinDrillSpeed, desk.MaxDrillSpeed).Draw(t, "speed"), Begins: start, Length: 6 * time.Hour, BeganAt: &began,
			Ahead: time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "ahead"))}
		if rapid.Bool().Draw(t, "stopped") {
			stopped := began.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "stop")))
			d.StoppedAt = &stopped
		}
		at := start.Add(time.Duration(rapid.Int64Range(0, int64(4*time.Hour)).Draw(t, "at")))
		later := at.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "later")))
		a, b := d.At(at), d.At(later)
		if b.Before(a) || a.Before(start) {
			t.Fatalf("%v then %v", a, b)
		}
		if d.StoppedAt != nil && !at.Before(*d.StoppedAt) && !a.Equal(b) {
			t.Fatalf("it went on after it was stopped: %v then %v", a, b)
		}
		if !at.Before(began) && d.StoppedAt == nil {
			if ran, want := b.Sub(a), time.Duration(float64(later.Sub(at))*d.Speed); (ran - want).Abs() > time.Millisecond {
				t.Fatalf("%v ran in %v at %v", ran, later.Sub(at), d.Speed)
			}
		}
		if d.Over(at) != !a.Before(d.Ends()) {
			t.Fatal("over or not")
		}
	})
	if d := (desk.Drill{Begins: start, Speed: 36}); !d.At(start.Add(time.Hour)).Equal(start) {
		t.Error("a drill that has not begun has a time that runs")
	}
}

// ok fails the test on an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantCode fails the test unless the error has the code.
func wantCode(t testing.TB, err error, code desk.Code) {
	t.Helper()
	if got := desk.CodeOf(err); got != code {
		t.Errorf("%q, want %q: %v", got, code, err)
	}
}

// wantField fails the test unless the error is about the field.
func wantField(t testing.TB, err error, field string) {
	t.Helper()
	var e *desk.Error
	if !errors.As(err, &e) || e.Code != desk.CodeInvalid || e.Field != field {
		t.Errorf("%v, want a refusal of %s", err, field)
	}
}
