package desk_test

import (
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// newPlay is an office that is a drill, which began at desktest.Start.
func newPlay(t *testing.T, guide ...desk.GuideStep) *desktest.Office {
	t.Helper()
	o := desktest.New(t)
	began := desktest.Start
	d := desk.Drill{ID: 3, Title: "一夜", Speed: 1, State: desk.DrillRunning, Begins: began, Length: 6 * time.Hour, BeganAt: &began, Password: "open sesame"}
	o.Playing = &desk.Playing{Drill: func() desk.Drill { return d }, Guide: guide}
	return o
}

// TestPlayingOnly: none of it is to be had on a real desk.
func TestPlayingOnly(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	ctx, duty := t.Context(), o.As(desk.RoleDuty)
	for name, err := range map[string]error{
		"guide":   second(o.GuideFor(ctx, duty)),
		"cast":    second(o.Cast(ctx, duty)),
		"enter":   second(o.EnterDrill(ctx, "", "duty")),
		"switch":  second(o.SwitchRole(ctx, duty, "duty")),
		"debrief": second(o.Debrief(ctx, duty)),
	} {
		if desk.CodeOf(err) != desk.CodeForbidden {
			t.Errorf("%s on a real desk: %v", name, err)
		}
	}
	p := newPlay(t)
	for name, err := range map[string]error{
		"guide":   second(p.GuideFor(ctx, desk.Actor{})),
		"cast":    second(p.Cast(ctx, desk.Actor{SourceID: 1, Name: "热线", Via: "key"})),
		"switch":  second(p.SwitchRole(ctx, desk.Actor{}, "duty")),
		"debrief": second(p.Debrief(ctx, desk.Actor{})),
	} {
		if err == nil {
			t.Errorf("%s for nobody", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestEnterAndSwitch: the password opens, and only it; whoever is in may be anybody of the cast who still is.
func TestEnterAndSwitch(t *testing.T) {
	t.Parallel()
	o := newPlay(t)
	ctx := t.Context()
	duty, press := o.As(desk.RoleDuty), o.As(desk.RolePress)
	for _, password := range []string{"", "open", "open sesame "} {
		_, err := o.EnterDrill(ctx, password, "duty")
		wantCode(t, err, desk.CodeUnauthenticated)
	}
	_, err := o.EnterDrill(ctx, "open sesame", "nobody")
	wantCode(t, err, desk.CodeNotFound)
	p, err := o.EnterDrill(ctx, "open sesame", "duty")
	if err != nil || p.ID != duty.PersonID {
		t.Fatal(p, err)
	}
	if p, err = o.SwitchRole(ctx, duty, "press"); err != nil || p.ID != press.PersonID {
		t.Fatal(p, err)
	}
	now := o.Now()
	_, err = o.SetPerson(ctx, desk.Shell, desk.Person{ID: press.PersonID, Roles: press.Roles, DisabledAt: &now})
	ok(t, err)
	_, err = o.SwitchRole(ctx, duty, "press")
	wantCode(t, err, desk.CodeForbidden)
	cast, err := o.Cast(ctx, duty)
	if err != nil || len(cast) != 1 || cast[0].Name != "duty" {
		t.Errorf("the cast: %+v, %v", cast, err)
	}
	events, err := o.Events(ctx, o.As(desk.RoleAuditor), desk.EventFilter{Type: "person.switched"})
	if err != nil || len(events) != 2 || events[1].Actor != "duty" {
		t.Errorf("on the record: %+v, %v", events, err)
	}
}

// TestGuide: a step comes with its time, to whom it is for, and is ticked when the record shows it done.
func TestGuide(t *testing.T) {
	t.Parallel()
	o := newPlay(t, desk.GuideStep{For: desk.RoleDuty, Do: "先看", At: 0}, desk.GuideStep{For: desk.RolePress, Do: "起草", At: time.Minute},
		desk.GuideStep{For: desk.RoleDuty, Do: "转为事件", At: time.Hour, Done: "incident.raised"})
	ctx, duty := t.Context(), o.As(desk.RoleDuty)
	steps, err := o.GuideFor(ctx, duty)
	if err != nil || len(steps) != 1 || steps[0].Do != "先看" {
		t.Fatalf("%+v, %v", steps, err)
	}
	o.Clock.Move(time.Hour)
	if steps, err = o.GuideFor(ctx, duty); err != nil || len(steps) != 2 || steps[1].DoneAt != nil {
		t.Fatalf("%+v, %v", steps, err)
	}
	_, err = o.RaiseIncident(ctx, duty, desk.Raise{Title: "爆炸", Kind: "事故灾难"})
	ok(t, err)
	if steps, err = o.GuideFor(ctx, duty); err != nil || steps[1].DoneAt == nil || steps[1].DoneBy != "duty" {
		t.Fatalf("%+v, %v", steps, err)
	}
	if steps, err = o.GuideFor(ctx, o.As(desk.RolePress)); err != nil || len(steps) != 1 {
		t.Fatalf("the press officer's: %+v, %v", steps, err)
	}
	if steps, err = o.GuideFor(ctx, o.As(desk.RoleLeader)); err != nil || len(steps) != 0 {
		t.Fatalf("the leader's: %+v, %v", steps, err)
	}
}
