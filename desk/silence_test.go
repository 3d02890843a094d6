package desk_test

import (
	"fmt"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// A source that brought forty items a day for four weeks stops: one notice, once,
// which is taken back when items come again.
func TestSilence(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	n := 0
	push := func(many int) {
		items := make([]desk.Incoming, many)
		for i := range items {
			n++
			at := o.Clock.Now().Add(-3 * time.Minute)
			items[i] = desk.Incoming{ExternalID: fmt.Sprint(n), Title: fmt.Sprint("第", n, "件"), OccurredAt: &at}
		}
		o.Push(items...)
	}
	watch := func() {
		t.Helper()
		for range 2 { // twice is as good as once
			if _, err := o.WatchSources(t.Context(), o.Clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	hour := func(many int) {
		push(many)
		o.Clock.Move(30 * time.Minute)
		watch()
		o.Clock.Move(30 * time.Minute)
		watch()
	}
	silent := func() (open, all int) {
		t.Helper()
		list, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			if x.Kind == "silence" {
				if all++; x.AckAt == nil {
					open++
				}
			}
		}
		return open, all
	}
	for range 28 * 6 { // each four hours, to be quick
		hour(8)
		for range 3 {
			o.Clock.Move(30 * time.Minute)
			watch()
			o.Clock.Move(30 * time.Minute)
			watch()
		}
	}
	if _, all := silent(); all != 0 {
		t.Fatalf("%d notices about a source within its habit", all)
	}
	states, err := o.SourceStates(t.Context(), o.As(desk.RoleSysadmin))
	if err != nil || len(states) != 1 {
		t.Fatal(states, err)
	}
	if s := states[0]; !s.Known || s.Usual < 1 || s.Usual > 3 || s.Last == nil || s.Silence != nil {
		t.Errorf("%+v", s)
	}
	if lag, ok := states[0].Lag(); !ok || lag != 3*time.Minute {
		t.Errorf("lag %v %v", lag, ok)
	}
	hours := 0
	for open := 0; open == 0 && hours < 48; hours++ {
		o.Clock.Move(time.Hour / 2)
		watch()
		o.Clock.Move(time.Hour / 2)
		watch()
		open, _ = silent()
	}
	t.Logf("missed after %d hours", hours)
	if hours > 30 {
		t.Errorf("missed only after %d hours", hours)
	}
	o.Clock.Move(30 * time.Minute)
	watch()
	if open, all := silent(); open != 1 || all != 1 {
		t.Errorf("%d open notices of %d", open, all)
	}
	if states, err = o.SourceStates(t.Context(), o.As(desk.RoleSysadmin)); err != nil || states[0].Silence == nil {
		t.Errorf("the page doesn't know: %v", err)
	}
	hour(8)
	if open, all := silent(); open != 0 || all != 1 {
		t.Errorf("after items came again: %d open notices of %d", open, all)
	}
	// What lies before isn't told twice.
	hour(8)
	if _, all := silent(); all != 1 {
		t.Errorf("%d notices", all)
	}
}

// Nobody is told of a source that was paused, or while the desk itself was off.
func TestNoSilenceOfAPausedSourceNorOfADeskThatWasOff(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	n := 0
	step := func(many int) {
		t.Helper()
		items := make([]desk.Incoming, many)
		for i := range items {
			n++
			items[i] = desk.Incoming{ExternalID: fmt.Sprint(n), Title: fmt.Sprint("第", n, "件")}
		}
		if many > 0 {
			o.Push(items...)
		}
		for range 2 {
			o.Clock.Move(30 * time.Minute)
			if _, err := o.WatchSources(t.Context(), o.Clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	none := func(when string) {
		t.Helper()
		list, err := o.Notices(t.Context(), desk.System, desk.NoticeFilter{})
		if err != nil || len(list) != 0 {
			t.Fatalf("%s: %+v %v", when, list, err)
		}
	}
	for range 23 * 24 {
		step(5)
	}
	none("within the habit")
	admin := o.As(desk.RoleSysadmin)
	if err := o.PauseSource(t.Context(), admin, o.Source.ID, true); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		step(0)
	}
	if err := o.PauseSource(t.Context(), admin, o.Source.ID, false); err != nil {
		t.Fatal(err)
	}
	o.Source.State = "active"
	step(5)
	none("after a pause")
	o.Clock.Move(20 * time.Hour)
	step(5)
	step(5)
	none("after the desk was off")
	for range 8 { // and it is missed all the same once it stops
		step(0)
	}
	list, err := o.Notices(t.Context(), desk.System, desk.NoticeFilter{Open: true})
	if err != nil || len(list) != 1 || list[0].Kind != "silence" {
		t.Errorf("%+v %v", list, err)
	}
	if err := o.PauseSource(t.Context(), admin, o.Source.ID, true); err != nil {
		t.Fatal(err)
	}
	if list, err = o.Notices(t.Context(), desk.System, desk.NoticeFilter{Open: true}); err != nil || len(list) != 0 {
		t.Errorf("paused, and still told of: %+v %v", list, err)
	}
}
