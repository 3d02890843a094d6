package desk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// fire moves office time on and fires what is due.
func fire(t *testing.T, o *desktest.Office, d time.Duration) {
	t.Helper()
	if _, _, err := o.FireDue(t.Context(), o.Clock.Move(d)); err != nil {
		t.Fatal(err)
	}
}

func claim(t *testing.T, o *desktest.Office) []desk.Delivery {
	t.Helper()
	list, err := o.ClaimDeliveries(t.Context(), o.Now(), 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestOutsideTheOfficeAnAlertCarriesNoText(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Channels = []string{"slack"}
	in := raise(t, o, desk.LevelMajor)
	fire(t, o, 150*time.Minute)
	d := claim(t, o)
	if len(d) != 1 {
		t.Fatalf("deliveries: %+v", d)
	}
	m, err := o.MessageFor(t.Context(), d[0])
	if err != nil || strings.Contains(m.Text, in.Title) || !strings.Contains(m.Text, "请回值班室") || !strings.Contains(m.Text, "2小时30分") || !m.Deadline {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, err := o.SwitchAlertText(t.Context(), o.As(desk.RoleSysadmin), "slack", true, "夜间值守"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.SwitchAlertText(t.Context(), o.As(desk.RoleSysadmin), "slack", true, "夜间值守"); desk.CodeOf(err) != desk.CodeForbidden {
		t.Fatalf("one administrator was enough: %v", err)
	}
	if m, err = o.MessageFor(t.Context(), d[0]); err != nil || strings.Contains(m.Text, in.Title) {
		t.Fatalf("after one administrator: %+v, %v", m, err)
	}
	if _, err := o.SwitchAlertText(t.Context(), o.As(desk.RoleSecadmin), "slack", true, "同意"); err != nil {
		t.Fatal(err)
	}
	if m, err = o.MessageFor(t.Context(), d[0]); err != nil || !strings.Contains(m.Text, in.Title) {
		t.Errorf("after two: %+v, %v", m, err)
	}
}

func TestAFailingChannelIsSaidLoudlyAndDelaysNothing(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Channels = []string{"slack"}
	raise(t, o, desk.LevelMajor)
	fire(t, o, 150*time.Minute)
	fails := desk.Sent{Outcome: desk.OutcomeRetry, Err: errors.New("slack: 500")}
	tried := 0
	for range 10 {
		for _, d := range claim(t, o) {
			if d.Notice.Kind == "clock" && d.Notice.Stage == "half" {
				tried++
			}
			if err := o.Delivered(t.Context(), d, fails); err != nil {
				t.Fatal(err)
			}
		}
		o.Clock.Move(31 * time.Second)
	}
	if tried != 6 {
		t.Errorf("tried %d times, want 6", tried)
	}
	notices, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{Open: true})
	if err != nil {
		t.Fatal(err)
	}
	loud := false
	for _, n := range notices {
		loud = loud || n.Kind == "delivery" && strings.Contains(n.Text, "没有人")
	}
	if !loud {
		t.Errorf("nobody says that nobody was told: %+v", notices)
	}
}

func TestALaterStageOvertakesAnUndeliveredOne(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Channels = []string{"slack"}
	in := raise(t, o, desk.LevelMajor)
	fire(t, o, 150*time.Minute)
	fire(t, o, 75*time.Minute)
	d := claim(t, o)
	if len(d) != 1 || d[0].Notice.Stage != "three-quarters" {
		t.Fatalf("yesterday's alert before today's: %+v", d)
	}
	r := signed(t, o, in.ID, desk.ReleaseFirst)
	fire(t, o, 50*time.Minute)
	if _, err := o.PublishRelease(t.Context(), o.As(desk.RolePress), r.ID, 0, portal); err != nil {
		t.Fatal(err)
	}
	for _, d := range claim(t, o) {
		if d.Notice.Stage == "before" {
			t.Errorf("told though met: %+v", d)
		}
	}
}

func TestOverdueSpeaksEachHalfHourUntilMet(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	fire(t, o, 5*time.Hour)
	for range 3 {
		fire(t, o, 30*time.Minute)
	}
	count := func() (overdue int) {
		notices, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notices {
			if n.Stage == "overdue" {
				overdue++
			}
		}
		return overdue
	}
	if n := count(); n != 3 {
		t.Fatalf("%d overdue notices in an hour and a half, want 3", n)
	}
	r := signed(t, o, in.ID, desk.ReleaseFirst)
	if _, err := o.PublishRelease(t.Context(), o.As(desk.RolePress), r.ID, 0, portal); err != nil {
		t.Fatal(err)
	}
	if c := clock(t, o, in.ID, "release"); !c.Late() {
		t.Errorf("met late, but not said: %+v", c)
	}
	fire(t, o, 2*time.Hour)
	if n := count(); n != 3 {
		t.Errorf("%d overdue notices after it was met, want 3", n)
	}
	notices, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{Open: true})
	if err != nil || len(notices) == 0 {
		t.Fatal(notices, err)
	}
	if n, err := o.AckNotice(t.Context(), o.As(desk.RoleDuty), notices[0].ID); err != nil || n.AckBy == "" {
		t.Errorf("%+v, %v", n, err)
	}
}
