package desk_test

import (
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// raise opens an incident that occurred at office time now.
func raise(t *testing.T, o *desktest.Office, level string) desk.Incident {
	t.Helper()
	at := o.Now()
	r := desk.Raise{Title: "云泽化工园区爆炸事故", Kind: "事故灾难", Occurred: &at}
	if level != "" {
		r.Grade = &desk.Grade{Level: level, At: at}
	}
	in, err := o.RaiseIncident(t.Context(), o.As(desk.RoleDuty), r)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func room(t *testing.T, o *desktest.Office, id int64) desk.Room {
	t.Helper()
	r, err := o.Room(t.Context(), o.As(desk.RoleDuty), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// clock gives the incident's clock of a rule, the running one first.
func clock(t *testing.T, o *desktest.Office, incident int64, rule string) desk.Clock {
	t.Helper()
	var found *desk.Clock
	for _, c := range room(t, o, incident).Clocks {
		if c.Rule == rule && (found == nil || c.State == desk.ClockRunning) {
			found = &c
		}
	}
	if found == nil {
		t.Fatalf("no clock by rule %s", rule)
	}
	return *found
}

func TestMajorIncidentStartsFiveAndTwentyFourHours(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	for rule, span := range map[string]time.Duration{"release": 5 * time.Hour, "briefing": 24 * time.Hour} {
		c := clock(t, o, in.ID, rule)
		if !c.Start.Equal(desktest.Start) || !c.Due.Equal(desktest.Start.Add(span)) || c.Anchor != "occurred" || c.Document == "" {
			t.Errorf("%s: %+v", rule, c)
		}
	}
	if n := len(room(t, o, in.ID).Clocks); n != 2 {
		t.Errorf("%d clocks, want 2", n)
	}
}

// Upgrading six hours after it occurred makes the 5 h clock overdue at once and
// never resets a start (trust.md row 15).
func TestRow15UpgradeSixHoursInIsOverdueAtOnce(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, "")
	if n := len(room(t, o, in.ID).Clocks); n != 0 {
		t.Fatalf("%d clocks before any judgement", n)
	}
	now := o.Clock.Move(6 * time.Hour)
	if _, err := o.JudgeIncident(t.Context(), o.As(desk.RoleDuty), in.ID, desk.Grade{Level: desk.LevelMajor, Suspected: true}, ""); err != nil {
		t.Fatal(err)
	}
	c := clock(t, o, in.ID, "release")
	if !c.Start.Equal(desktest.Start) || !c.Due.Before(now) {
		t.Fatalf("start %v due %v at %v", c.Start, c.Due, now)
	}
	fired, _, err := o.FireDue(t.Context(), now)
	if err != nil || fired != 1 {
		t.Fatalf("fired %d, %v", fired, err)
	}
	notices, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{Open: true})
	if err != nil || len(notices) != 1 || notices[0].Stage != "overdue" {
		t.Fatalf("one overdue notice, not the stale ones: %+v, %v", notices, err)
	}
	if fired, _, err = o.FireDue(t.Context(), now); err != nil || fired != 0 {
		t.Errorf("fired again: %d, %v", fired, err)
	}
}

func TestDowngradeWaitsForASecondPerson(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	duty := o.As(desk.RoleDuty)
	if _, err := o.JudgeIncident(t.Context(), duty, in.ID, desk.Grade{Level: desk.LevelMinor}, ""); desk.CodeOf(err) != desk.CodeInvalid {
		t.Fatalf("a downgrade without a reason: %v", err)
	}
	got, err := o.JudgeIncident(t.Context(), duty, in.ID, desk.Grade{Level: desk.LevelMinor, NeedsResponse: true}, "核实为 2 人轻伤")
	if err != nil || got.Level() != desk.LevelMajor {
		t.Fatalf("held already: %+v, %v", got, err)
	}
	change := room(t, o, in.ID).Changes[0]
	if _, err := o.DecideChange(t.Context(), duty, change.ID, true, ""); desk.CodeOf(err) != desk.CodeForbidden {
		t.Fatalf("the same person twice: %v", err)
	}
	got, err = o.DecideChange(t.Context(), o.As(desk.RoleLeader), change.ID, true, "同意")
	if err != nil || got.Level() != desk.LevelMinor {
		t.Fatalf("not applied: %+v, %v", got, err)
	}
	if c := clock(t, o, in.ID, "release"); c.State != desk.ClockWithdrawn || c.WhyEnded == "" {
		t.Errorf("the 5 h clock: %+v", c)
	}
	if c := clock(t, o, in.ID, "response"); c.State != desk.ClockRunning || !c.Start.Equal(desktest.Start) {
		t.Errorf("the 48 h clock: %+v", c)
	}
}

func TestAnEarlierStartHoldsAtOnceALaterOneWaits(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	duty := o.As(desk.RoleDuty)
	earlier, later := desktest.Start.Add(-time.Hour), desktest.Start.Add(-30*time.Minute)
	if _, err := o.SetInstant(t.Context(), duty, in.ID, desk.Instant{Kind: "occurred", At: &earlier}, ""); err != nil {
		t.Fatal(err)
	}
	if c := clock(t, o, in.ID, "release"); !c.Start.Equal(earlier) {
		t.Fatalf("start %v, want %v", c.Start, earlier)
	}
	if _, err := o.SetInstant(t.Context(), duty, in.ID, desk.Instant{Kind: "occurred", At: &later}, "监控显示"); err != nil {
		t.Fatal(err)
	}
	if c := clock(t, o, in.ID, "release"); !c.Start.Equal(earlier) {
		t.Fatalf("the stricter clock must rule meanwhile: %v", c.Start)
	}
	r := room(t, o, in.ID)
	if _, err := o.DecideChange(t.Context(), o.As(desk.RoleLeader), r.Changes[0].ID, false, "证据不足"); err != nil {
		t.Fatal(err)
	}
	if c := clock(t, o, in.ID, "release"); !c.Start.Equal(earlier) {
		t.Errorf("a refused change moved the start: %v", c.Start)
	}
	future := o.Now().Add(time.Hour)
	if _, err := o.SetInstant(t.Context(), duty, in.ID, desk.Instant{Kind: "occurred", At: &future}, "x"); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("an instant to come: %v", err)
	}
}
