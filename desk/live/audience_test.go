package live_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/live"
)

func actor(role desk.Role, region, department string) desk.Actor {
	return desk.Actor{PersonID: 7, Name: "somebody", Roles: []desk.Role{role}, Region: region, Department: department, Via: "token"}
}

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	county := "530602"
	key := desk.Actor{SourceID: 3, Name: "12345", Via: "key"}
	of := func(typ, kind string) desk.Event {
		return desk.Event{Type: typ, Subject: desk.Subject{Kind: kind, ID: "1"}, Region: county}
	}
	with := func(e desk.Event, set func(*desk.Event)) desk.Event { set(&e); return e }
	created, quarantined := of("item.created", "item"), of("item.quarantined", "quarantine")
	stage, person := of("clock.stage", "clock"), with(of("person.added", "person"), func(e *desk.Event) { e.Region = "" })
	for name, c := range map[string]struct {
		who  desk.Actor
		e    desk.Event
		sees bool
	}{
		"officer, item":                     {officer, created, true},
		"officer, quarantine":               {officer, quarantined, true},
		"officer, clock":                    {officer, stage, true},
		"officer, person":                   {officer, person, false},
		"officer, unknown kind":             {officer, of("novelty.made", "novelty"), false},
		"operator, item":                    {actor(desk.RoleOperator, "", ""), created, true},
		"operator, clock":                   {actor(desk.RoleOperator, "", ""), stage, false},
		"operator, notice":                  {actor(desk.RoleOperator, "", ""), of("notice.raised", "notice"), false},
		"secrecy, release":                  {actor(desk.RoleSecrecy, "", ""), of("release.submitted", "release"), true},
		"secrecy, item":                     {actor(desk.RoleSecrecy, "", ""), created, false},
		"other county":                      {actor(desk.RoleDuty, "530603", ""), created, false},
		"own county":                        {actor(desk.RoleDuty, county, ""), created, true},
		"above":                             {actor(desk.RoleDuty, "53", ""), created, true},
		"nowhere lies where the office is":  {actor(desk.RoleDuty, "5306", ""), with(created, func(e *desk.Event) { e.Region = "" }), true},
		"nowhere isn't in the county":       {actor(desk.RoleDuty, county, ""), with(created, func(e *desk.Event) { e.Region = "" }), false},
		"own department":                    {actor(desk.RoleDepartment, "", "水务局"), with(created, func(e *desk.Event) { e.Department = "水务局" }), true},
		"other department":                  {actor(desk.RoleDepartment, "", "水务局"), with(created, func(e *desk.Event) { e.Department = "公安局" }), false},
		"key, own item":                     {key, with(created, func(e *desk.Event) { e.SourceID = 3 }), true},
		"key, other's item":                 {key, with(created, func(e *desk.Event) { e.SourceID = 4 }), false},
		"key, item of nobody":               {key, created, false},
		"key, its own source":               {key, with(of("source.failing", "source"), func(e *desk.Event) { e.SourceID = 3 }), false},
		"auditor, anything":                 {actor(desk.RoleAuditor, "", ""), of("novelty.made", "novelty"), true},
		"auditor, person":                   {actor(desk.RoleAuditor, "", ""), person, true},
		"security administrator, person":    {actor(desk.RoleSecadmin, "", ""), person, true},
		"security administrator, item":      {actor(desk.RoleSecadmin, "", ""), created, false},
		"system administrator, source":      {actor(desk.RoleSysadmin, "", ""), of("source.failing", "source"), true},
		"system administrator, person":      {actor(desk.RoleSysadmin, "", ""), person, false},
		"administrator, alert text":         {actor(desk.RoleSysadmin, "", ""), of("setting.alert-text", "setting"), true},
		"nobody":                            {desk.Actor{}, created, false},
		"the county's administrator, token": {actor(desk.RoleSecadmin, county, ""), of("token.added", "token"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFeed()
			s := subscribe(t, running(t, f, f.wake, nil), live.AudienceOf(c.who, office, live.FormatJSON, "zh", ""), nil)
			f.add(c.e)
			if c.sees {
				next(t, s)
				return
			}
			until(t, "passed over", func() bool { return s.At().Seq == 1 })
			quiet(t, s)
		})
	}
}

func TestBatchLines(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(desk.BatchData{Items: []desk.BatchLine{
		{ID: "1", Status: "created", Region: "530602", Department: "水务局"}, {ID: "2", Status: "quarantined"},
		{ID: "3", Status: "updated", Region: "530603"}}})
	if err != nil {
		t.Fatal(err)
	}
	batch := desk.Event{At: noon, Type: "item.created", Subject: desk.Subject{Kind: "batch", ID: "9"}, SourceID: 3, Data: data}
	line := func(pairs ...string) string {
		s := ""
		for i := 0; i < len(pairs); i += 2 {
			s += fmt.Sprintf(`,{"id":%q,"status":%q}`, pairs[i], pairs[i+1])
		}
		return `{"items":[` + s[1:] + `]}`
	}
	for name, c := range map[string]struct {
		who  desk.Actor
		data string
	}{
		"all":         {officer, line("1", "created", "2", "quarantined", "3", "updated")},
		"county":      {actor(desk.RoleDuty, "530602", ""), line("1", "created")},
		"department":  {actor(desk.RoleDepartment, "", "水务局"), line("1", "created")},
		"elsewhere":   {actor(desk.RoleDuty, "44", ""), ""},
		"key":         {desk.Actor{SourceID: 3, Name: "12345"}, line("1", "created", "2", "quarantined", "3", "updated")},
		"other key":   {desk.Actor{SourceID: 4, Name: "96110"}, ""},
		"no right":    {actor(desk.RoleSecrecy, "", ""), ""},
		"the auditor": {actor(desk.RoleAuditor, "", ""), line("1", "created", "2", "quarantined", "3", "updated")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFeed()
			s := subscribe(t, running(t, f, f.wake, nil), live.AudienceOf(c.who, office, live.FormatJSON, "zh", ""), nil)
			f.add(batch)
			if c.data == "" {
				until(t, "passed over", func() bool { return s.At().Seq == 1 })
				quiet(t, s)
				return
			}
			want := `{"cursor":"e1.1","at":"2026-11-20T04:00:00Z","type":"item.created","subject":{"kind":"batch","id":"9"},"data":` + c.data + `}`
			if got := string(next(t, s).Body); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestBatchThatCannotBeRead(t *testing.T) {
	t.Parallel()
	f := newFeed()
	s := subscribe(t, running(t, f, f.wake, nil), everything(), nil)
	f.add(desk.Event{Type: "item.created", Subject: desk.Subject{Kind: "batch", ID: "9"}, Data: []byte(`{"items":7}`)}, item(2, ""))
	if m := next(t, s); m.Cursor.Seq != 2 {
		t.Errorf("got %v, want the event behind the broken one", m.Cursor)
	}
}

func TestColleaguesShareAnAudience(t *testing.T) {
	t.Parallel()
	a := desk.Actor{PersonID: 1, Name: "甲", Roles: []desk.Role{desk.RoleDuty, desk.RolePress}, Via: "session"}
	b := desk.Actor{PersonID: 2, Name: "乙", Roles: []desk.Role{desk.RolePress, desk.RoleDuty}, Via: "token"}
	key := func(who desk.Actor, format, lang, view string) string {
		return live.AudienceOf(who, office, format, lang, view).Key()
	}
	same := key(a, "f", "zh", "v")
	if same != key(b, "f", "zh", "v") {
		t.Error("colleagues with the same rights are two audiences")
	}
	c := a
	c.Region = "530602"
	d := a
	d.Roles = a.Roles[:1]
	for name, other := range map[string]string{"format": key(a, "g", "zh", "v"), "language": key(a, "f", "en", "v"), "view": key(a, "f", "zh", "w"),
		"region": key(c, "f", "zh", "v"), "roles": key(d, "f", "zh", "v")} {
		if other == same {
			t.Errorf("audiences that differ in %s are one", name)
		}
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	e := desk.Sealed{Cursor: desk.Cursor{Epoch: "ab12", Seq: 7}, Event: desk.Event{At: noon.In(time.FixedZone("", 8*3600)), Actor: "张三", Why: "密",
		Before: []byte(`"b"`), Type: "clock.met", Subject: desk.Subject{Kind: "clock", ID: "5"}, Data: []byte(`{ "late": false }`)}}
	none := e
	none.Event.Data = nil
	list, err := live.JSON(t.Context(), everything(), []desk.Sealed{e, none})
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	head := `{"cursor":"ab12.7","at":"2026-11-20T04:00:00Z","type":"clock.met","subject":{"kind":"clock","id":"5"},"data":`
	for i, want := range []string{head + `{"late":false}}`, head + `null}`} {
		if got := string(list[i].Body); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	want := `{"type":"hello","cursor":"ab12.7","now":"2026-11-20T04:00:00Z"}`
	if got := string(live.Hello(e.Cursor, noon)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
