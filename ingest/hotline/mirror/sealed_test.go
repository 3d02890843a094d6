package mirror

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest/ingesttest"
)

// TestSealedStaysSealedInQuarantine: what the platform marks 保密 is nothing for those who
// may not see it also where another field of the ticket can't be read.
func TestSealedStaysSealedInQuarantine(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "")
	d := ingesttest.Open(t, mirrorKind(), p.source())
	p.put(ticket{No: "YZ-1", Title: "局长受贿", Content: "请保密。", Deadline: "改天", Secret: 1})
	p.put(ticket{No: "YZ-2", Title: "路灯不亮", Content: "清水路。", Deadline: "改天"})
	d.Poll()
	sysadmin := desk.Actor{PersonID: 7, Name: "系统管理员", Roles: []desk.Role{desk.RoleSysadmin}}
	duty := desk.Actor{PersonID: 8, Name: "值班员", Roles: []desk.Role{desk.RoleDuty}}
	for who, words := range map[*desk.Actor]int{&sysadmin: 0, &duty: 1} {
		list, err := d.Desk.Quarantine(t.Context(), *who, "open", desk.Page{})
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, q := range list {
			one, err := d.Desk.QuarantinedByID(t.Context(), *who, q.ID)
			if err != nil {
				t.Fatal(err)
			}
			if q.Sealed != (q.Part == 0) || q.Sealed != one.Sealed || q.Hidden(*who) != (q.Sealed && words == 0) {
				t.Errorf("%s: %+v", who.Name, q)
			}
			for _, x := range []desk.Quarantined{q, one} {
				n := strings.Count(string(x.Bytes)+string(x.Head)+x.Excerpt(*who, 1000), "局长受贿")
				if x.Sealed && words == 0 && (n != 0 || x.Bytes != nil) || x.Sealed && words == 1 && n == 0 || !x.Sealed && !strings.Contains(x.Excerpt(*who, 1000), "路灯不亮") {
					t.Errorf("%s: %q", who.Name, x.Bytes)
				}
			}
		}
	}
	if n := len(d.Items()); n != 0 {
		t.Errorf("%d items", n)
	}
}

func TestSealedIsReadFirst(t *testing.T) {
	t.Parallel()
	src := desk.Source{Settings: json.RawMessage(testMapping)}
	for one, want := range map[string]bool{
		`{"order_no":7,"title":["a"],"secret":"是"}`: true, `{"title":"a","secret":true}`: true, `{"order_no":"1","secret":1}`: true, `{"order_no":"1","title":"a","replies":"x","secret":"保密"}`: true,
		`{"order_no":"1","title":"a","secret":{}}`: true, `"举报"`: true, `{"title":"a","secret":"否"}`: false, `{"title":"a"}`: false,
	} {
		parts, err := Parser{}.Parse(src, desk.Raw{Bytes: []byte(`{"data":{"list":[` + one + `]}}`)}, time.UTC)
		if err != nil || len(parts) != 1 || parts[0].Err == nil || parts[0].Sealed != want {
			t.Errorf("%s: %+v, %v", one, parts, err)
		}
	}
	for settings, want := range map[string]bool{testMapping: true, strings.Replace(testMapping, `"sealed":"/secret",`, "", 1): false, "{}": true} {
		if got := (Parser{}).MaySeal(desk.Source{Settings: json.RawMessage(settings)}); got != want {
			t.Errorf("%s: %v", settings, got)
		}
	}
}
