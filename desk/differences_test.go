package desk_test

import (
	"context"
	"regexp"
	"strconv"
	"testing"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/desk/desktest"
)

// counting is a classifier that reads figures of the injured and the dead, the place
// 长虹化工厂, and puts everything that names it into one topic's reach.
type counting struct{}

var countedWords = regexp.MustCompile(`(\d+)人(死亡|受伤)`)

func (counting) Read(_ context.Context, text desk.Text) (desk.Reading, error) {
	v := desk.Verdict{Kind: desk.KindComplaint, Urgency: desk.UrgencyNormal, Confidence: map[string]float64{}}
	for _, at := range countedWords.FindAllStringSubmatchIndex(text.Body, -1) {
		n, err := strconv.Atoi(text.Body[at[2]:at[3]])
		if err != nil {
			return desk.Reading{}, err
		}
		field := "facts.deaths"
		if text.Body[at[4]:at[5]] == "受伤" {
			field, v.Facts.Injured = "facts.injured", &n
		} else {
			v.Facts.Deaths = &n
		}
		start := utf8.RuneCountInString(text.Body[:at[0]])
		v.Evidence = append(v.Evidence, desk.Evidence{Field: field, In: "text", Text: text.Body[at[0]:at[1]], Start: start, End: start + utf8.RuneCountInString(text.Body[at[0]:at[1]]), Weight: 1})
	}
	if regexp.MustCompile(`长虹化工厂`).MatchString(text.Title + text.Body) {
		v.Place = "长虹化工厂"
	}
	return desk.Reading{Verdict: v, Tokens: []string{"来件"}}, nil
}

// release publishes a text for an incident, a quarter of an hour after the last act.
func release(t *testing.T, o *desktest.Office, incident int64, kind, body string) desk.Release {
	t.Helper()
	o.Clock.Move(15 * time.Minute)
	r, err := o.DraftRelease(t.Context(), o.As(desk.RolePress), incident, kind, "关于长虹化工厂爆炸的情况通报", body)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = o.SubmitRelease(t.Context(), o.As(desk.RolePress), r.ID, 1); err != nil {
		t.Fatal(err)
	}
	if r, err = o.ReviewRelease(t.Context(), o.As(desk.RoleSecrecy), r.ID, 1, desk.ReviewPass, "不涉密", nil); err != nil {
		t.Fatal(err)
	}
	if r, err = o.SignRelease(t.Context(), o.As(desk.RoleLeader), r.ID, 1, true, "", nil); err != nil {
		t.Fatal(err)
	}
	if r, err = o.PublishRelease(t.Context(), o.As(desk.RolePress), r.ID, 1, portal); err != nil {
		t.Fatal(err)
	}
	return r
}

// pushed takes an item in, a minute later.
func pushed(t *testing.T, o *desktest.Office, title, body string) desk.Item {
	t.Helper()
	o.Clock.Move(time.Minute)
	return itemNow(t, o, o.Push(desk.Incoming{Title: title, Body: body})[0].ID)
}

func itemNow(t *testing.T, o *desktest.Office, id int64) desk.Item {
	t.Helper()
	f, err := o.Item(t.Context(), o.As(desk.RoleDuty), id)
	if err != nil {
		t.Fatal(err)
	}
	return f.Item
}

func TestDifferencesFromOurOwnReleases(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = counting{}
	in := raise(t, o, desk.LevelMajor)
	told := func(role desk.Role, it desk.Item) []desk.Difference {
		t.Helper()
		list, err := o.Differences(t.Context(), o.As(role), it)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	attach := func(it desk.Item) desk.Item {
		t.Helper()
		if _, err := o.AttachItems(t.Context(), o.As(desk.RoleDuty), in.ID, []int64{it.ID}); err != nil {
			t.Fatal(err)
		}
		return itemNow(t, o, it.ID)
	}
	before := attach(pushed(t, o, "厂里炸了", "听见爆炸，1人受伤，电话13912345678"))
	if list := told(desk.RoleDuty, before); len(list) > 0 {
		t.Fatalf("nothing is published yet: %+v", list)
	}
	// A text on its way to the public isn't one: nothing of it is told.
	o.Clock.Move(time.Minute)
	if _, err := o.DraftRelease(t.Context(), o.As(desk.RolePress), in.ID, desk.ReleaseFirst, "草稿", "长虹化工厂爆炸，9人死亡。"); err != nil {
		t.Fatal(err)
	}
	first := release(t, o, in.ID, desk.ReleaseFirst, "长虹化工厂爆炸，2人受伤。")
	letter := attach(pushed(t, o, "长虹化工厂的事", "爆炸炸死了人，3人死亡，打13912345678问我"))
	list := told(desk.RolePress, letter)
	if len(list) != 1 || list[0].What != desk.SaysDeaths || !list[0].Silent || list[0].Release != first.ID || list[0].Says.Text != "2人受伤" || list[0].Told.Text != "3人死亡" ||
		!list[0].At.Equal(first.Publications[0].ActedAt) {
		t.Fatalf("the letter: %+v", list)
	}
	if list := told(desk.RoleDuty, before); len(list) > 0 {
		t.Errorf("what was said before the figures grew: %+v", list)
	}
	second := release(t, o, in.ID, desk.ReleaseFollowUp, "长虹化工厂爆炸，已有3人死亡，5人受伤。")
	if list := told(desk.RoleDuty, letter); len(list) > 0 {
		t.Errorf("the letter agrees with the newest: %+v", list)
	}
	old := attach(pushed(t, o, "长虹化工厂", "爆炸只有2人受伤"))
	if list := told(desk.RoleDuty, old); len(list) != 1 || list[0].Release != second.ID || !list[0].Agrees.Equal(first.Publications[0].ActedAt) {
		t.Errorf("agrees with the older release: %+v", list)
	}
	// In no incident: the place and the matter bring it to the release.
	loose := pushed(t, o, "长虹化工厂爆炸", "都说8人死亡")
	if list := told(desk.RoleDuty, loose); len(list) != 1 || list[0].Release != second.ID || list[0].Told.Text != "8人死亡" {
		t.Errorf("an item beside the incident: %+v", list)
	}
	elsewhere := pushed(t, o, "恒升化工厂爆炸", "8人死亡")
	if list := told(desk.RoleDuty, elsewhere); len(list) > 0 {
		t.Errorf("another place: %+v", list)
	}
	for _, role := range []desk.Role{desk.RoleOperator, desk.RoleDepartment, desk.RoleAuditor} {
		if list := told(role, loose); len(list) > 0 {
			t.Errorf("%s may not read releases: %+v", role, list)
		}
	}

	r, err := o.Room(t.Context(), o.As(desk.RoleDuty), in.ID)
	if err != nil {
		t.Fatal(err)
	}
	all, err := o.RoomDifferences(t.Context(), o.As(desk.RoleDuty), r)
	if err != nil || len(all) != 1 || all[0].Item.ID != old.ID {
		t.Errorf("the room: %+v, %v", all, err)
	}
	if _, err := o.RoomDifferences(t.Context(), o.As(desk.RoleOperator), r); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("an operator in the room: %v", err)
	}
	if all, err := o.RoomDifferences(t.Context(), o.As(desk.RoleSecrecy), r); err != nil || len(all) > 0 {
		t.Errorf("somebody who may read no items: %+v, %v", all, err)
	}
	// A week later nobody holds a stranger's words against that release.
	o.Clock.Move(8 * 24 * time.Hour)
	late := pushed(t, o, "长虹化工厂爆炸", "当年8人死亡")
	if list := told(desk.RoleDuty, late); len(list) > 0 {
		t.Errorf("a week later: %+v", list)
	}
}
