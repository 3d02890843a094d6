package desk_test

import (
	"slices"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestHandover: what stands is all there, in its order; what is done isn't.
func TestHandover(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	ctx := t.Context()
	duty, press := o.As(desk.RoleDuty), o.As(desk.RolePress)
	began := o.Clock.Now()
	o.Push(desk.Incoming{ExternalID: "1", Title: "路灯坏了"}, desk.Incoming{ExternalID: "2", Title: "一声巨响"})
	raise := func(r desk.Raise) desk.Incident {
		t.Helper()
		in, err := o.RaiseIncident(ctx, duty, r)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	blast := raise(desk.Raise{Title: "爆炸事故", Kind: "事故灾难", Occurred: &began, Items: []int64{2}, Grade: &desk.Grade{Level: desk.LevelMajor, At: began}})
	burst := raise(desk.Raise{Title: "水管爆裂", Kind: "事故灾难"})
	raise(desk.Raise{Title: "一段视频", Kind: desk.KindOpinion})
	rel, err := o.DraftRelease(ctx, press, blast.ID, desk.ReleaseFirst, "通报", "甲")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = o.SubmitRelease(ctx, press, rel.ID, rel.Current.N); err != nil {
		t.Fatal(err)
	}
	for i, in := range []time.Duration{20 * time.Hour, 70 * time.Hour} {
		b := desk.Briefing{IncidentID: blast.ID, Title: "发布会", Room: "厅", Host: "甲", Starts: began.Add(in), Ends: began.Add(in + time.Hour), Speakers: []desk.Speaker{{Name: string(rune('乙' + i))}}}
		if _, err := o.ScheduleBriefing(ctx, press, b); err != nil {
			t.Fatal(err)
		}
	}
	o.Clock.Move(3 * time.Hour) // more than half of the 5 h are gone: the clock has spoken
	if _, _, err := o.FireDue(ctx, o.Now()); err != nil {
		t.Fatal(err)
	}
	h, err := o.Handover(ctx, duty)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Clocks) < 2 || h.Clocks[0].Meets != "release" || !slices.IsSortedFunc(h.Clocks, func(a, b desk.Clock) int { return a.Due.Compare(b.Due) }) {
		t.Errorf("clocks: %+v", h.Clocks)
	}
	if len(h.Ungraded) != 1 || h.Ungraded[0].ID != burst.ID {
		t.Errorf("ungraded: %+v", h.Ungraded)
	}
	if len(h.Releases) != 1 || h.Releases[0].State != desk.ReleaseReview || len(h.Briefings) != 1 || h.NewItems != 1 || len(h.Notices) == 0 {
		t.Errorf("%d releases, %d briefings, %d new items, %d notices", len(h.Releases), len(h.Briefings), h.NewItems, len(h.Notices))
	}
	if got := h.Orphans(); len(got) != 0 {
		t.Errorf("nobody has %v, but the duty officer does", got)
	}

	// Who held them is gone: what presses belongs to nobody now.
	gone := o.Now()
	if _, err := o.SetPerson(ctx, o.As(desk.RoleSecadmin), desk.Person{ID: duty.PersonID, Roles: duty.Roles, DisabledAt: &gone}); err != nil {
		t.Fatal(err)
	}
	if h, err = o.Handover(ctx, press); err != nil || !slices.Equal(h.Orphans(), []int64{burst.ID}) {
		t.Errorf("ungraded alone presses after 3 h: %v, %v", h.Orphans(), err)
	}
	o.Clock.Move(time.Hour)
	if h, err = o.Handover(ctx, press); err != nil || !slices.Equal(h.Orphans(), []int64{burst.ID, blast.ID}) {
		t.Errorf("after 4 h of 5 both do: %v, %v", h.Orphans(), err)
	}
	if _, err = o.TakeIncident(ctx, o.Another(desk.RoleDuty, "next"), blast.ID); err != nil {
		t.Fatal(err)
	}
	if h, err = o.Handover(ctx, press); err != nil || !slices.Equal(h.Orphans(), []int64{burst.ID}) {
		t.Errorf("one was taken: %v, %v", h.Orphans(), err)
	}
}

// TestHandoverWho: those of the shift, and nobody else; another county's people see none of ours.
func TestHandoverWho(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	if _, err := o.RaiseIncident(t.Context(), o.As(desk.RoleDuty), desk.Raise{Title: "水管爆裂", Kind: "事故灾难", Region: "530600"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range desk.RoleNames {
		want := slices.Contains([]desk.Role{desk.RoleDuty, desk.RoleShiftLead, desk.RolePress, desk.RoleLeader}, r.Role)
		h, err := o.Handover(t.Context(), o.As(r.Role))
		if got := err == nil; got != want || want && len(h.Ungraded) != 1 {
			t.Errorf("%s: %v, %d ungraded", r.Role, err, len(h.Ungraded))
		}
	}
	away := o.As(desk.RoleDuty)
	away.Region = "5307"
	if h, err := o.Handover(t.Context(), away); err != nil || len(h.Ungraded) != 0 {
		t.Errorf("another county: %v, %+v", err, h)
	}
}
