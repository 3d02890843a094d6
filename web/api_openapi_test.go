package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huiying/desk"
)

// TestOpenAPI: every route of the API is described, every reference leads
// somewhere, every refusal has the same form, and nothing is loaded from elsewhere.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	a := x.ask(get, "/openapi.json", "")
	doc := decoded[struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Responses   map[string]any
		}
		Components struct{ Schemas map[string]json.RawMessage }
	}](t, a)
	if a.status != http.StatusOK || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("%d %s", a.status, doc.OpenAPI)
	}
	ids := map[string]bool{}
	for _, rt := range x.s.routes {
		if !strings.HasPrefix(rt.path, "/api/") {
			continue
		}
		op, ok := doc.Paths[rt.path][strings.ToLower(rt.method)]
		if !ok || op.Summary == "" || op.Responses["default"] == nil || ids[op.OperationID] {
			t.Errorf("%s %s isn't described, or twice under one name: %+v", rt.method, rt.path, op)
		}
		ids[op.OperationID] = true
	}
	for _, m := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(a.body, -1) {
		if _, ok := doc.Components.Schemas[m[1]]; !ok {
			t.Errorf("no schema named %s", m[1])
		}
	}
	if strings.Contains(a.body, "ErrorModel") && strings.Contains(a.body, `"$ref": "#/components/schemas/ErrorModel"`) {
		t.Error("huma's own error is still described")
	}
	var push struct {
		Properties map[string]struct{ MaxLength int }
	}
	if err := json.Unmarshal(doc.Components.Schemas["PushItem"], &push); err != nil {
		t.Fatal(err)
	}
	if push.Properties["title"].MaxLength != desk.MaxTitle || push.Properties["body"].MaxLength != desk.MaxBody {
		t.Errorf("the limits of an item aren't the desk's: %+v", push)
	}
	for _, path := range []string{"/docs", "/openapi", "/schemas/Item.json", "/openapi.yaml"} {
		if got := x.ask(get, path, ""); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	var shapes []string
	for _, name := range []string{"Item", "Verdict", "Clock", "Problem", "PushResult"} {
		var s struct{ Properties map[string]any }
		if err := json.Unmarshal(doc.Components.Schemas[name], &s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var fields []string
		for f, v := range s.Properties {
			kind, _ := v.(map[string]any)
			said := kind["type"]
			if said == nil {
				said = kind["$ref"]
			}
			if said == nil {
				said = kind["oneOf"]
			}
			fields = append(fields, fmt.Sprintf("%s:%v", f, said))
		}
		slices.Sort(fields)
		shapes = append(shapes, name+" "+strings.Join(fields, " "))
	}
	golden(t, "shapes.golden", strings.Join(shapes, "\n")+"\n")
}

// TestPaging walks a list to its end: nothing twice, nothing left out, and next is
// null exactly there.
func TestPaging(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	const n = 7
	for i := range n {
		x.Push(desk.Incoming{ExternalID: fmt.Sprint(i), Title: "路灯 " + fmt.Sprint(i)})
	}
	for limit := 1; limit <= n+1; limit++ {
		next := fmt.Sprintf("/api/v1/items?kind=投诉&limit=%d", limit)
		var ids []string
		pages := 0
		for next != "" {
			a := x.as(desk.RoleDuty, get, next, "")
			list := decoded[List[Item]](t, a)
			if len(list.Items) == 0 {
				t.Errorf("limit %d: an empty page: %s", limit, a.body)
			}
			for _, it := range list.Items {
				ids = append(ids, it.ExternalID)
			}
			pages++
			if next = ""; list.Next != nil {
				next = *list.Next
			}
		}
		if got := strings.Join(ids, ""); got != "0123456" || pages != (n+limit-1)/limit {
			t.Errorf("limit %d: %s in %d pages", limit, got, pages)
		}
	}
	// A list that comes whole is paged the same way.
	if got := decoded[List[Source]](t, x.as(desk.RoleSysadmin, get, "/api/v1/sources?limit=1&after=1", "")); len(got.Items) != 1 || got.Next != nil {
		t.Errorf("the second source: %+v", got)
	}
}

func TestMendQuarantined(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Push(desk.Incoming{ExternalID: "bad", Author: desk.Author{Phone: "13987654321"}})
	q := decoded[List[Quarantined]](t, x.as(desk.RoleDuty, get, "/api/v1/quarantine?state=open", ""))
	if len(q.Items) != 1 || q.Items[0].Reason == "" {
		t.Fatalf("%+v", q)
	}
	if a := x.as(desk.RoleDuty, get, "/api/v1/quarantine", ""); strings.Contains(a.body, "13987654321") {
		t.Errorf("a telephone number in quarantine is shown: %s", a.body)
	}
	path := "/api/v1/quarantine/" + q.Items[0].ID + "/mend"
	m := decoded[Mended](t, x.as(desk.RoleDuty, post, path, `{"content":"[{\"ExternalID\":\"bad\",\"Title\":\"改好了\"}]"}`))
	if len(m.Results) != 1 || m.Results[0].Status != desk.StatusCreated {
		t.Fatalf("%+v", m)
	}
	if a := x.as(desk.RoleDuty, get, "/api/v1/items/"+m.Results[0].ID, ""); decoded[Item](t, a).Title != "改好了" {
		t.Errorf("%s", a.body)
	}
	if a := x.as(desk.RoleDuty, post, path, `{}`); a.status != http.StatusConflict {
		t.Errorf("mending twice: %d %s", a.status, a.body)
	}
}
