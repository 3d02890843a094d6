package desk_test

import (
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// signed brings a release to 待发布.
func signed(t *testing.T, o *desktest.Office, incident int64, kind string) desk.Release {
	t.Helper()
	r, err := o.DraftRelease(t.Context(), o.As(desk.RolePress), incident, kind, "情况通报", "11月20日20时13分，云泽化工园区发生爆炸。")
	if err != nil {
		t.Fatal(err)
	}
	if r, err = o.SubmitRelease(t.Context(), o.As(desk.RolePress), r.ID, r.Current.N); err != nil {
		t.Fatal(err)
	}
	if r, err = o.ReviewRelease(t.Context(), o.As(desk.RoleSecrecy), r.ID, r.Current.N, desk.ReviewPass, "不涉密", nil); err != nil {
		t.Fatal(err)
	}
	if r, err = o.SignRelease(t.Context(), o.As(desk.RoleLeader), r.ID, r.Current.N, true, "", nil); err != nil {
		t.Fatal(err)
	}
	return r
}

var portal = desk.Publish{Channel: "门户网站", Proof: desk.Proof{Address: "https://yunze.example/t/1"}}

func TestPublishingMeetsTheClockByActualTime(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	o.Clock.Move(4 * time.Hour)
	r := signed(t, o, in.ID, desk.ReleaseFirst)
	published := o.Clock.Move(30 * time.Minute)
	o.Clock.Move(2 * time.Hour) // typed in the small hours
	late := portal
	late.ActedAt = &published
	if _, err := o.PublishRelease(t.Context(), o.As(desk.RolePress), r.ID, r.Current.N, late); err != nil {
		t.Fatal(err)
	}
	c := clock(t, o, in.ID, "release")
	if c.State != desk.ClockMet || c.Late() || !c.MetAt.Equal(published) || !c.MetEntered.Equal(o.Now()) {
		t.Fatalf("clock: %+v", c)
	}
	f := clock(t, o, in.ID, "follow-up")
	if f.State != desk.ClockRunning || !f.Start.Equal(published) || !f.Due.Equal(published.Add(24*time.Hour)) {
		t.Errorf("持续发布: %+v", f)
	}
	backfilled := false
	for _, e := range room(t, o, in.ID).Timeline {
		if e.Type == "release.published" {
			backfilled = e.Late()
		}
	}
	if !backfilled {
		t.Error("the record doesn't say 补录")
	}
}

func TestChangingACharacterVoidsReviewAndSignOff(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	r := signed(t, o, in.ID, desk.ReleaseFirst)
	code := r.Current.CheckCode()
	r, err := o.EditRelease(t.Context(), o.As(desk.RolePress), r.ID, r.Current.N, r.Current.Title, strings.Replace(r.Current.Body, "20时13分", "20时14分", 1))
	if err != nil || r.State != desk.ReleaseDraft || r.Review != nil || r.SignOff != nil {
		t.Fatalf("after the change: %+v, %v", r, err)
	}
	if len(code) != 8 || r.Current.CheckCode() == code {
		t.Errorf("check codes %q and %q", code, r.Current.CheckCode())
	}
	if _, err := o.PublishRelease(t.Context(), o.As(desk.RolePress), r.ID, r.Current.N, portal); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("published unsigned: %v", err)
	}
	if _, err := o.EditRelease(t.Context(), o.As(desk.RoleDuty), r.ID, 1, "旧稿", "旧稿"); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("somebody who saw the first version overwrote the second: %v", err)
	}
}

func TestTheChainIsKept(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	press, secrecy, leader := o.As(desk.RolePress), o.As(desk.RoleSecrecy), o.As(desk.RoleLeader)
	r, err := o.DraftRelease(t.Context(), press, in.ID, desk.ReleaseFirst, "情况通报", "正文")
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, want desk.Code, err error) {
		t.Helper()
		if desk.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	_, err = o.SignRelease(t.Context(), leader, r.ID, 0, true, "", nil)
	refused("signed before review", desk.CodeConflict, err)
	_, err = o.ReviewRelease(t.Context(), secrecy, r.ID, 0, desk.ReviewPass, "不涉密", nil)
	refused("reviewed before it was handed in", desk.CodeConflict, err)
	if _, err := o.SubmitRelease(t.Context(), press, r.ID, 0); err != nil {
		t.Fatal(err)
	}
	_, err = o.ReviewRelease(t.Context(), press, r.ID, 0, desk.ReviewPass, "不涉密", nil)
	refused("reviewed by the press", desk.CodeForbidden, err)
	both := press
	both.Roles = append(both.Roles, desk.RoleSecrecy)
	_, err = o.ReviewRelease(t.Context(), both, r.ID, 0, desk.ReviewPass, "不涉密", nil)
	refused("reviewed by its author", desk.CodeForbidden, err)
	if r, err = o.ReviewRelease(t.Context(), secrecy, r.ID, 0, desk.ReviewTrim, "删去厂区平面图", nil); err != nil || r.State != desk.ReleaseBlocked {
		t.Fatalf("删改后公开: %+v, %v", r, err)
	}
	_, err = o.SignRelease(t.Context(), leader, r.ID, 0, true, "", nil)
	refused("signed though to be trimmed", desk.CodeConflict, err)
}

func TestAnotherBodysReleaseMeetsTheClock(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelExtreme)
	at := o.Clock.Move(3 * time.Hour)
	o.Clock.Move(time.Hour)
	e := desk.Elsewhere{Incident: in.ID, Meets: "release", Issuer: "省政府新闻办", Publish: portal}
	if _, err := o.RegisterElsewhere(t.Context(), o.As(desk.RoleDuty), e); desk.CodeOf(err) != desk.CodeInvalid {
		t.Fatalf("without its time: %v", err)
	}
	e.ActedAt = &at
	if _, err := o.RegisterElsewhere(t.Context(), o.As(desk.RoleDuty), e); err != nil {
		t.Fatal(err)
	}
	if c := clock(t, o, in.ID, "release"); c.State != desk.ClockMet || c.MetIssuer != "省政府新闻办" || !c.MetAt.Equal(at) {
		t.Errorf("clock: %+v", c)
	}
}

func TestBriefingClashNamesTheOther(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	press := o.As(desk.RolePress)
	b := desk.Briefing{IncidentID: in.ID, Title: "爆炸事故首场发布会", Room: "新闻发布厅", Starts: o.Now().Add(10 * time.Hour), Ends: o.Now().Add(11 * time.Hour),
		Host: "陈露", Speakers: []desk.Speaker{{Name: "李建平", Title: "副市长"}}}
	first, err := o.ScheduleBriefing(t.Context(), press, b)
	if err != nil {
		t.Fatal(err)
	}
	other := b
	other.Title, other.Host, other.Speakers = "供水抢修发布会", "王芳", []desk.Speaker{{Name: "赵刚", Title: "水务局局长"}}
	other.Starts, other.Ends = b.Starts.Add(30*time.Minute), b.Ends.Add(30*time.Minute)
	if _, err = o.ScheduleBriefing(t.Context(), press, other); desk.CodeOf(err) != desk.CodeConflict || !strings.Contains(err.Error(), "爆炸事故首场发布会") {
		t.Fatalf("room: %v", err)
	}
	other.Room, other.Speakers = "第二会议室", b.Speakers
	if _, err = o.ScheduleBriefing(t.Context(), press, other); desk.CodeOf(err) != desk.CodeConflict || !strings.Contains(err.Error(), "李建平") {
		t.Fatalf("speaker: %v", err)
	}
	if _, err := o.CancelBriefing(t.Context(), press, first.ID, "改期"); err != nil {
		t.Fatal(err)
	}
	second, err := o.ScheduleBriefing(t.Context(), press, other)
	if err != nil {
		t.Fatalf("the cancelled one still holds: %v", err)
	}
	o.Clock.Move(12 * time.Hour)
	if _, err := o.HoldBriefing(t.Context(), press, second.ID, desk.Held{Spoke: "李建平", Proof: desk.Proof{Address: "https://yunze.example/live"}}); err != nil {
		t.Fatal(err)
	}
	if c := clock(t, o, in.ID, "briefing"); c.State != desk.ClockMet || c.Late() {
		t.Errorf("clock: %+v", c)
	}
}

// The same text in one more channel isn't a further release.
func TestAnotherChannelIsNoFurtherRelease(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	r := signed(t, o, in.ID, desk.ReleaseFirst)
	published := o.Clock.Move(time.Hour)
	if _, err := o.PublishRelease(t.Context(), o.As(desk.RolePress), r.ID, 0, portal); err != nil {
		t.Fatal(err)
	}
	o.Clock.Move(time.Hour)
	again := portal
	again.Channel = "政务公众号"
	if _, err := o.PublishRelease(t.Context(), o.As(desk.RolePress), r.ID, 0, again); err != nil {
		t.Fatal(err)
	}
	if c := clock(t, o, in.ID, "follow-up"); c.State != desk.ClockRunning || !c.Start.Equal(published) {
		t.Fatalf("持续发布 after a second channel: %+v", c)
	}
	o.Clock.Move(time.Hour)
	next := signed(t, o, in.ID, desk.ReleaseFollowUp)
	if _, err := o.PublishRelease(t.Context(), o.As(desk.RolePress), next.ID, 0, portal); err != nil {
		t.Fatal(err)
	}
	if c := clock(t, o, in.ID, "follow-up"); c.State != desk.ClockRunning || !c.Start.Equal(o.Now()) {
		t.Errorf("持续发布 after a further release: %+v", c)
	}
}
