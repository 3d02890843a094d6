package desk_test

import (
	"slices"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/timeline"
)

// A clock that runs goes on speaking each half hour when a new policy no longer has
// its rule: it is still on the board, and still not met.
func TestAClockWhoseRuleIsGoneStillSpeaks(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	o.Policy.Rules = slices.DeleteFunc(slices.Clone(o.Policy.Rules), func(r timeline.Rule) bool { return r.Key == "release" })
	fire(t, o, 5*time.Hour)
	fire(t, o, 30*time.Minute)
	fire(t, o, 30*time.Minute)
	room, err := o.Room(t.Context(), o.As(desk.RoleDuty), in.ID)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, s := range room.Clocks[0].Stages {
		if s.Name == desk.StageOverdue && s.State == "fired" {
			told++
		}
	}
	if told != 2 {
		t.Errorf("overdue was told %d times: %+v", told, room.Clocks[0].Stages)
	}
}

// A grading that doesn't say when counts from now, not from the year 1.
func TestRaisingWithAGradeThatNamesNoTime(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in, err := o.RaiseIncident(t.Context(), o.As(desk.RoleDuty), desk.Raise{Title: "火灾", Kind: "事故灾难", Grade: &desk.Grade{Level: desk.LevelMajor}})
	if err != nil || in.Graded == nil || !in.Graded.Equal(o.Now()) {
		t.Errorf("graded at %v, %v", in.Graded, err)
	}
}

// A lower 初判 that waited while the competent body confirmed a level is overtaken.
func TestAPendingJudgementDoesNotReachBehindAConfirmation(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	duty, other := o.As(desk.RoleDuty), o.As(desk.RoleLeader)
	if _, err := o.JudgeIncident(t.Context(), duty, in.ID, desk.Grade{Level: desk.LevelLarge}, "伤亡低于预期"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ConfirmIncident(t.Context(), duty, in.ID, desk.Grade{Level: desk.LevelExtreme, Document: "云府〔2026〕1号"}, ""); err != nil {
		t.Fatal(err)
	}
	room, err := o.Room(t.Context(), duty, in.ID)
	if err != nil || len(room.Changes) != 1 {
		t.Fatal(room.Changes, err)
	}
	if _, err := o.DecideChange(t.Context(), other, room.Changes[0].ID, true, ""); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("approved: %v", err)
	}
	if _, err := o.DecideChange(t.Context(), other, room.Changes[0].ID, false, "已核定"); err != nil {
		t.Errorf("can't be refused: %v", err)
	}
}
