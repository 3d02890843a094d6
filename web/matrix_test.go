package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// samples are bodies that would be accepted from somebody who may, one for each
// route of the API that takes one.
var samples = map[string]string{
	"/api/v1/items":                    `[{"ExternalID":"m","Title":"一件"}]`,
	"/api/v1/items/log":                `{"key":"k","title":"一通来电"}`,
	"/api/v1/duty":                     `{"key":"k","form":"来电","unit":"清水区政府办","body":"一处厂房起火"}`,
	"/api/v1/items/{id}/correct":       `{"fields":{"kind":"求助"}}`,
	"/api/v1/items/{id}/return":        `{"why":"不属本单位职责"}`,
	"/api/v1/items/{id}/settle":        `{}`,
	"/api/v1/items/{id}/reveal":        `{"why":"回访"}`,
	"/api/v1/items/{id}/file":          `{"n":1,"why":"核对"}`,
	"/api/v1/items/{id}/original":      `{"why":"核对"}`,
	"/api/v1/quarantine/{id}/mend":     `{}`,
	"/api/v1/quarantine/{id}/reveal":   `{"why":"修复"}`,
	"/api/v1/quarantine/{id}/drop":     `{"why":"空内容"}`,
	"/api/v1/quarantine/{id}/reopen":   `{}`,
	"/api/v1/incidents":                `{"title":"一个事件","kind":"舆情"}`,
	"/api/v1/incidents/{id}/judge":     `{"level":"较大"}`,
	"/api/v1/incidents/{id}/confirm":   `{"level":"较大","document":"文1号"}`,
	"/api/v1/incidents/{id}/instant":   `{"kind":"learned","at":"2026-11-20T20:00:00+08:00"}`,
	"/api/v1/incidents/{id}/attach":    `{"items":["1"]}`,
	"/api/v1/incidents/{id}/facts":     `{"deaths":0,"from":"现场"}`,
	"/api/v1/incidents/{id}/take":      ``,
	"/api/v1/incidents/{id}/close":     `{"why":"办结"}`,
	"/api/v1/incidents/{id}/elsewhere": `{"meets":"release","issuer":"省","channel":"网站","address":"a","acted_at":"2026-11-20T20:00:00+08:00"}`,
	"/api/v1/changes/{id}/decide":      `{"approve":true}`,
	"/api/v1/notices/{id}/ack":         ``,
	"/api/v1/releases":                 `{"incident":"1","kind":"first","title":"通报"}`,
	"/api/v1/releases/{id}/edit":       `{"title":"通报","body":"甲"}`,
	"/api/v1/releases/{id}/submit":     `{}`,
	"/api/v1/releases/{id}/review":     `{"version":1,"conclusion":"可以公开","basis":"依据"}`,
	"/api/v1/releases/{id}/sign":       `{"version":1}`,
	"/api/v1/releases/{id}/publish":    `{"version":1,"channel":"网站","address":"a"}`,
	"/api/v1/briefings":                `{"incident":"1","title":"会","room":"厅","starts":"2026-11-21T10:00","ends":"2026-11-21T11:00","host":"甲","speakers":[{"name":"乙","title":""}]}`,
	"/api/v1/briefings/{id}/move":      `{"title":"会","room":"厅","starts":"2026-11-21T10:00","ends":"2026-11-21T11:00","host":"甲","speakers":[{"name":"乙","title":""}]}`,
	"/api/v1/briefings/{id}/hold":      `{"spoke":"乙","address":"a"}`,
	"/api/v1/briefings/{id}/cancel":    `{"why":"不开了"}`,
	"/api/v1/topics/{id}/join":         `{"into":"1"}`,
	"/api/v1/topics/{id}/split":        `{"items":["1"]}`,
	"/api/v1/topics/{id}/move":         `{"items":["1"],"into":"1"}`,
	"/api/v1/topics/{id}/decline":      `{"why":"已处置"}`,
	"/api/v1/topics/{id}/attach":       `{"incident":"1"}`,
	"/api/v1/topic-acts/{id}/undo":     ``,
	"/api/v1/drills":                   `{"scenario":"night"}`,
	"/api/v1/drills/{id}/skip":         `{"minutes":60}`,
	"/api/v1/drills/{id}/stop":         ``,
	"/api/v1/drills/{id}/purge":        ``,
}

// TestRow34Matrix asks every route of the API, as every role, as nobody, as a source's
// key and as somebody of another region. Who may is written down in
// testdata/matrix.golden, by hand and eye: it is the oracle for the table in desk
// and for the one of routes alike.
func TestRow34Matrix(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Desk.Scenarios = []desk.Scenario{{Key: "night", Title: "一夜", Length: time.Hour}}
	x.Push(desk.Incoming{ExternalID: "1", Title: "路灯坏了"})
	if _, err := x.RaiseIncident(t.Context(), x.As(desk.RoleDuty), desk.Raise{Title: "云泽的事", Kind: "舆情", Region: "530600"}); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	seen := map[string]bool{}
	for _, rt := range x.s.routes {
		if !strings.HasPrefix(rt.path, "/api/") || rt.plain { // plain ones know their callers by signatures, and have tests of their own
			continue
		}
		sample, ok := samples[rt.path]
		if rt.method == post && !ok {
			t.Errorf("no sample body for %s %s", rt.method, rt.path)
		}
		if rt.method == get {
			sample = ""
		}
		seen[rt.path] = true
		path := strings.ReplaceAll(rt.path, "{id}", "999999")
		fmt.Fprintf(&b, "%-4s %-36s", rt.method, rt.path)
		for _, r := range desk.RoleNames {
			a := x.as(r.Role, rt.method, path, sample)
			through := a.status != http.StatusForbidden && a.status != http.StatusUnauthorized
			if through {
				b.WriteString(" " + string(r.Role))
			}
			may := len(rt.acts) == 0
			for _, act := range rt.acts {
				may = may || desk.Actor{Roles: []desk.Role{r.Role}}.May(act)
			}
			if rt.path == "/api/v1/items" && rt.method == post {
				may = false // for keys alone
			}
			if may != through {
				t.Errorf("%s %s as %s: %d, but the table of routes says %t: %s", rt.method, rt.path, r.Role, a.status, may, a.body)
			}
			if through && a.status == http.StatusUnprocessableEntity {
				t.Errorf("%s %s as %s: the sample isn't acceptable: %s", rt.method, rt.path, r.Role, a.body)
			}
		}
		b.WriteByte('\n')
		if a := x.ask(rt.method, path, sample); a.status != http.StatusUnauthorized {
			t.Errorf("%s %s as nobody: %d", rt.method, rt.path, a.status)
		}
		if a := x.ask(rt.method, path, sample, "Authorization: Bearer hy_"+strings.Repeat("A", 52)); a.status != http.StatusUnauthorized {
			t.Errorf("%s %s with a wrong token: %d", rt.method, rt.path, a.status)
		}
		a := x.ask(rt.method, path, sample, "Authorization: Bearer "+x.key)
		if refused := a.status == http.StatusForbidden; refused == rt.keys {
			t.Errorf("%s %s with a source's key: %d: %s", rt.method, rt.path, a.status, a.body)
		}
	}
	for path := range samples {
		if !seen[path] {
			t.Errorf("a sample for %s, which isn't there", path)
		}
	}
	golden(t, "matrix.golden", b.String())
}

// TestRegions: a person of one county sees and changes nothing of another's.
func TestRegions(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Push(desk.Incoming{ExternalID: "1", Title: "路灯坏了"}) // reader: 530600
	in, err := x.RaiseIncident(t.Context(), x.As(desk.RoleDuty), desk.Raise{Title: "云泽的事", Kind: "舆情", Region: "530600", Items: []int64{1}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := x.DraftRelease(t.Context(), x.As(desk.RoleDuty), in.ID, desk.ReleaseFirst, "通报", "甲")
	if err != nil {
		t.Fatal(err)
	}
	for name, region := range map[string]string{"here": "5306", "away": "5307"} {
		if _, _, err := x.AddPerson(t.Context(), desk.System, desk.Person{Name: name, Region: region,
			Roles: []desk.Role{desk.RoleDuty, desk.RoleLeader, desk.RoleSecrecy}}, "a password for "+name); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[string]int64{"items": 1, "incidents": in.ID, "releases": r.ID}
	for _, rt := range x.s.routes {
		words := strings.Split(strings.TrimPrefix(rt.path, "/api/v1/"), "/")
		n, ok := ids[words[0]]
		if !strings.HasPrefix(rt.path, "/api/") || !ok || !slices.Contains(words, "{id}") {
			continue
		}
		path := strings.ReplaceAll(rt.path, "{id}", fmt.Sprint(n))
		body := samples[rt.path]
		if a := x.ask(rt.method, path, body, "Authorization: Bearer "+x.token("away")); a.status != http.StatusNotFound {
			t.Errorf("%s %s from another region: %d %s", rt.method, path, a.status, a.body)
		}
	}
	for _, list := range []string{"items", "incidents", "clocks", "releases"} {
		away := x.ask(get, "/api/v1/"+list, "", "Authorization: Bearer "+x.token("away"))
		if got := decoded[List[map[string]any]](t, away); len(got.Items) != 0 {
			t.Errorf("%s from another region: %s", list, away.body)
		}
	}
	for _, list := range []string{"items", "incidents", "releases"} {
		here := x.ask(get, "/api/v1/"+list, "", "Authorization: Bearer "+x.token("here"))
		if got := decoded[List[map[string]any]](t, here); len(got.Items) != 1 {
			t.Errorf("%s from here: %s", list, here.body)
		}
	}
}

// TestKeyConfinement: a source's key sees what it sent, and nothing of others.
func TestKeyConfinement(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Push(desk.Incoming{ExternalID: "theirs", Title: "别人的"})
	mine := "Authorization: Bearer " + x.key
	if a := x.ask(post, "/api/v1/items", `[{"ExternalID":"own","Title":"自己的","Body":"电话 13987654321","Author":{"name":"张三","phone":"13987654321"}},{"ExternalID":"bad"}]`, mine); a.status != http.StatusCreated {
		t.Fatalf("push: %d %s", a.status, a.body)
	}
	list := decoded[List[Item]](t, x.ask(get, "/api/v1/items", "", mine))
	if len(list.Items) != 1 || list.Items[0].ExternalID != "own" || list.Items[0].Source != "热线二" {
		t.Fatalf("its items: %+v", list)
	}
	if it := list.Items[0]; it.Body != "电话 13987654321" || *it.Author.Phone != "139****4321" {
		t.Errorf("its own text stands, the author is masked: %+v", it)
	}
	if a := x.ask(get, "/api/v1/items/1", "", mine); a.status != http.StatusNotFound {
		t.Errorf("another's item: %d %s", a.status, a.body)
	}
	if a := x.ask(get, "/api/v1/items/"+list.Items[0].ID, "", mine); a.status != http.StatusOK {
		t.Errorf("its own item: %d %s", a.status, a.body)
	}
	if q := decoded[List[Quarantined]](t, x.ask(get, "/api/v1/quarantine", "", mine)); len(q.Items) != 1 || q.Items[0].Source != "热线二" {
		t.Errorf("its quarantine: %+v", q)
	}
	if a := x.ask(get, "/live", "", mine); a.status != http.StatusForbidden {
		t.Errorf("the live line with a key: %d", a.status)
	}
	if a := x.as(desk.RoleDuty, post, "/api/v1/items", `[{"Title":"x"}]`); a.status != http.StatusForbidden {
		t.Errorf("a person's token at the push door: %d %s", a.status, a.body)
	}
}

// TestRow34MatrixOfPages: a page opens for the roles that its line in the table of
// routes names and for nobody else, and no act of a page gets through for others.
func TestRow34MatrixOfPages(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Push(desk.Incoming{ExternalID: "1", Title: "路灯坏了"})
	pages := 0
	for _, rt := range x.s.routes {
		if strings.HasPrefix(rt.path, "/api/") || rt.open {
			continue
		}
		pages++
		path := strings.NewReplacer("{id}", "1", "{what}", "departments", "{n}", "1").Replace(rt.path)
		form := []string{"Content-Type: application/x-www-form-urlencoded"}
		if a := x.ask(rt.method, path, "", form...); a.status != http.StatusUnauthorized {
			t.Errorf("%s %s as nobody: %d", rt.method, rt.path, a.status)
		}
		if a := x.ask(rt.method, path, "", append(form, "Authorization: Bearer "+x.key)...); a.status != http.StatusForbidden {
			t.Errorf("%s %s with a source's key: %d", rt.method, rt.path, a.status)
		}
		if len(rt.acts) == 0 {
			continue
		}
		for _, r := range desk.RoleNames {
			may := slices.ContainsFunc(rt.acts, desk.Actor{Roles: []desk.Role{r.Role}}.May)
			a := x.ask(rt.method, path, "", append(form, "Authorization: Bearer "+x.token(string(r.Role)))...)
			switch {
			case may && (a.status == http.StatusForbidden || a.status == http.StatusUnauthorized):
				t.Errorf("%s %s as %s: %d, but the table lets them", rt.method, rt.path, r.Role, a.status)
			case !may && a.status < http.StatusBadRequest:
				t.Errorf("%s %s as %s got through: %d", rt.method, rt.path, r.Role, a.status)
			case !may && rt.method == get && a.status != http.StatusForbidden:
				t.Errorf("%s %s as %s: %d instead of a plain no", rt.method, rt.path, r.Role, a.status)
			}
		}
	}
	if pages == 0 {
		t.Error("no page is mounted")
	}
}
