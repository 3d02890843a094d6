package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// doubtful reads whatever tells of a rumour as one.
type doubtful struct{}

func (doubtful) Read(_ context.Context, text desk.Text) (desk.Reading, error) {
	v := desk.Verdict{Kind: desk.KindConsult}
	if strings.HasPrefix(text.Title, "网传") {
		v.Rumour = .8
	}
	return desk.Reading{Verdict: v}, nil
}

// TestDebrief: a night with one deadline kept and one missed, a rumour before and one after the release.
func TestDebrief(t *testing.T) {
	t.Parallel()
	o := newPlay(t, desk.GuideStep{For: desk.RoleDuty, Do: "转为事件", At: time.Minute, Done: "incident.raised"},
		desk.GuideStep{For: desk.RolePress, Do: "排发布会", At: time.Hour, Done: "briefing.scheduled"},
		desk.GuideStep{For: desk.RolePress, Do: "还早", At: 90 * time.Hour, Done: "release.returned"})
	o.Classifier = doubtful{}
	ctx, began := t.Context(), o.Clock.Now()
	duty, press, leader, secrecy := o.As(desk.RoleDuty), o.As(desk.RolePress), o.As(desk.RoleLeader), o.As(desk.RoleSecrecy)
	if d, err := o.Debrief(ctx, duty); err != nil || len(d.Deadlines) != 0 || len(d.Flow.Slots) != 1 || d.Flow.Most != 0 {
		t.Fatalf("nothing has happened yet: %+v, %v", d, err)
	}
	o.Clock.Move(10 * time.Minute)
	o.Push(desk.Incoming{ExternalID: "1", Title: "一声巨响"}, desk.Incoming{ExternalID: "2", Title: "网传死了六十人"})
	in, err := o.RaiseIncident(ctx, duty, desk.Raise{Title: "爆炸事故", Kind: "事故灾难", Occurred: &began, Items: []int64{1, 2}, Grade: &desk.Grade{Level: desk.LevelMajor, At: o.Now()}})
	ok(t, err)
	_, err = o.RaiseIncident(ctx, duty, desk.Raise{Title: "水管爆裂", Kind: "事故灾难"})
	ok(t, err)
	o.Clock.Move(20 * time.Minute)
	r, err := o.DraftRelease(ctx, press, in.ID, desk.ReleaseFirst, "情况通报", "20时13分发生爆炸。")
	ok(t, err)
	r, err = o.SubmitRelease(ctx, press, r.ID, r.Current.N)
	ok(t, err)
	_, err = o.ReviewRelease(ctx, secrecy, r.ID, r.Current.N, desk.ReviewPass, "不涉密", nil)
	ok(t, err)
	o.Clock.Move(30 * time.Minute)
	_, err = o.SignRelease(ctx, leader, r.ID, r.Current.N, true, "", nil)
	ok(t, err)
	_, err = o.PublishRelease(ctx, press, r.ID, r.Current.N, desk.Publish{Channel: "微博", Proof: desk.Proof{Address: "https://weibo.example/1"}})
	ok(t, err)
	o.Clock.Move(time.Minute)
	o.Push(desk.Incoming{ExternalID: "3", Title: "网传水里有毒"})
	o.Clock.Move(30 * time.Hour) // past the press conference's due time
	_, _, err = o.FireDue(ctx, o.Now())
	ok(t, err)
	notices, err := o.Notices(ctx, duty, desk.NoticeFilter{})
	ok(t, err)
	if len(notices) == 0 {
		t.Fatal("no clock has spoken")
	}
	o.Clock.Move(5 * time.Minute)
	_, err = o.AckNotice(ctx, duty, notices[0].ID)
	ok(t, err)

	d, err := o.Debrief(ctx, o.As(desk.RoleOperator)) // everybody who played
	ok(t, err)
	kept, missed := 0, 0
	for _, c := range d.Deadlines {
		if c.Incident == "" {
			t.Errorf("a deadline of no incident: %+v", c)
		}
		switch {
		case c.MetAt != nil && !c.Late():
			kept++
		case c.MetAt == nil && !d.At.Before(c.Due):
			missed++
		}
	}
	if kept != 1 || missed == 0 {
		t.Errorf("%d kept, %d missed", kept, missed)
	}
	p := d.Paths[0]
	for name, step := range map[string]struct {
		at   *time.Time
		want time.Duration
	}{"first item": {p.FirstItem, 10 * time.Minute}, "raised": {p.Raised, 10 * time.Minute}, "graded": {p.Graded, 10 * time.Minute}, "drafted": {p.Drafted, 30 * time.Minute},
		"submitted": {p.Submitted, 30 * time.Minute}, "reviewed": {p.Reviewed, 30 * time.Minute}, "signed": {p.Signed, time.Hour}, "published": {p.Published, time.Hour}} {
		if step.at == nil || step.at.Sub(p.Began) != step.want {
			t.Errorf("%s: %v after %v", name, step.at, p.Began)
		}
	}
	if p.Items != 2 || d.Paths[1].Published != nil || d.Paths[1].FirstItem != nil {
		t.Errorf("paths: %+v", d.Paths)
	}
	if len(d.Texts) != 1 || d.Texts[0].Since != time.Hour || d.Texts[0].Body != "20时13分发生爆炸。" || d.Texts[0].Incident != "爆炸事故" {
		t.Errorf("what the public saw: %+v", d.Texts)
	}
	if len(d.Rumours) != 2 || d.Rumours[0].After == nil || d.Rumours[0].After.ID != d.Texts[0].ID || d.Rumours[1].After != nil {
		t.Errorf("rumours: %+v", d.Rumours)
	}
	if u := d.Undone; len(u.Steps) != 1 || u.Steps[0].Do != "排发布会" || len(u.Ungraded) != 1 || len(u.Unlooked) != 1 || len(u.Notices) != len(notices)-1 {
		t.Errorf("undone: %d steps, %d ungraded, %d items, %d notices of %d", len(u.Steps), len(u.Ungraded), len(u.Unlooked), len(u.Notices), len(notices))
	}
	if d.Answers.Acked != 1 || d.Answers.Median != 5*time.Minute {
		t.Errorf("answers: %+v", d.Answers)
	}
	total := 0
	for _, slot := range d.Flow.Slots {
		total += slot[desk.ChannelHotline]
	}
	if total != 3 || d.Flow.Most != 3 || d.Flow.Step != 2*time.Hour || len(d.Flow.Slots) != 16 {
		t.Errorf("flow: %d in %d slots of %v, at most %d", total, len(d.Flow.Slots), d.Flow.Step, d.Flow.Most)
	}
	for _, who := range d.People {
		if want := map[string]int{"duty": 5, "press": 3, "leader": 1, "secrecy": 1}[who.Name]; who.Total != want {
			t.Errorf("%s did %v", who.Name, who.Acts)
		}
	}
	for _, e := range d.Acts {
		if e.ActorID == 0 || strings.HasPrefix(e.Type, "clock.") || strings.HasPrefix(e.Type, "person.") {
			t.Errorf("no act of anybody's: %+v", e)
		}
	}
}
