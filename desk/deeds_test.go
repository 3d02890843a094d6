package desk_test

import (
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// by gives the latest clock of each rule.
func by(t *testing.T, o *desktest.Office, id int64) map[string]desk.Clock {
	t.Helper()
	room, err := o.Room(t.Context(), o.As(desk.RoleDuty), id)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]desk.Clock{}
	for _, c := range room.Clocks {
		if old, ok := all[c.Rule]; !ok || c.ID > old.ID {
			all[c.Rule] = c
		}
	}
	return all
}

func elsewhere(t *testing.T, o *desktest.Office, id int64, meets string, at time.Time) {
	t.Helper()
	if _, err := o.RegisterElsewhere(t.Context(), o.As(desk.RolePress), desk.Elsewhere{Incident: id, Meets: meets, Issuer: "省指挥部",
		Publish: desk.Publish{Channel: "网站", Proof: desk.Proof{Address: "https://example.com/2"}, ActedAt: &at}}); err != nil {
		t.Fatal(err)
	}
}

// What was done before the level asked for it counts once it does; a downgrade and
// an upgrade later nothing is forgotten, and the chain of further releases goes on.
func TestDeedsBeforeTheLevelAndAfter(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	duty, leader := o.As(desk.RoleDuty), o.As(desk.RoleLeader)
	in := raise(t, o, "")
	elsewhere(t, o, in.ID, "briefing", o.Clock.Move(time.Hour))
	elsewhere(t, o, in.ID, "release", o.Clock.Move(time.Hour))
	judge := func(level, why string) {
		t.Helper()
		if _, err := o.JudgeIncident(t.Context(), duty, in.ID, desk.Grade{Level: level, NeedsResponse: true}, why); err != nil {
			t.Fatal(err)
		}
	}
	o.Clock.Move(time.Hour)
	judge(desk.LevelMajor, "")
	c := by(t, o, in.ID)
	if c["release"].State != desk.ClockMet || c["briefing"].State != desk.ClockMet || c["follow-up"].State != desk.ClockRunning ||
		!c["follow-up"].Start.Equal(desktest.Start.Add(2*time.Hour)) {
		t.Fatalf("after the judgement: %+v", c)
	}
	judge(desk.LevelLarge, "核减")
	room, err := o.Room(t.Context(), duty, in.ID)
	if err != nil || len(room.Changes) != 1 || by(t, o, in.ID)["follow-up"].State != desk.ClockRunning {
		t.Fatal(room.Changes, err)
	}
	if _, err := o.DecideChange(t.Context(), leader, room.Changes[0].ID, true, "同意"); err != nil {
		t.Fatal(err)
	}
	c = by(t, o, in.ID)
	if c["follow-up"].State != desk.ClockWithdrawn || c["release"].State != desk.ClockMet || c["response"].State != desk.ClockMet {
		t.Fatalf("after the downgrade: %+v", c)
	}
	elsewhere(t, o, in.ID, "release", o.Clock.Move(10*time.Hour))
	judge(desk.LevelExtreme, "又升级")
	c = by(t, o, in.ID)
	if f := c["follow-up"]; f.State != desk.ClockRunning || !f.Start.Equal(o.Now()) {
		t.Errorf("after the upgrade: %+v", f)
	}
	running := 0
	room, _ = o.Room(t.Context(), duty, in.ID)
	for _, x := range room.Clocks {
		if x.State == desk.ClockRunning {
			running++
		}
	}
	if running != 1 {
		t.Errorf("%d run", running)
	}
	// An instant corrected after a clock was met: judged by the true due.
	early := desktest.Start.Add(-4 * time.Hour)
	if _, err := o.SetInstant(t.Context(), duty, in.ID, desk.Instant{Kind: "occurred", At: &early}, "核实"); err != nil {
		t.Fatal(err)
	}
	if c := by(t, o, in.ID)["release"]; c.State != desk.ClockMet || !c.Late() || !c.Due.Equal(early.Add(5*time.Hour)) {
		t.Errorf("corrected: %+v", c)
	}
	if _, err := o.CloseIncident(t.Context(), duty, in.ID, "办结"); err != nil {
		t.Error(err)
	}
	fire(t, o, 100*time.Hour)
	for _, x := range by(t, o, in.ID) {
		if x.State == desk.ClockRunning {
			t.Errorf("runs after the end: %+v", x)
		}
	}
}
