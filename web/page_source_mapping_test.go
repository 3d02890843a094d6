package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"huiying/desk"
)

// TestSourceMapping: a webhook is added with its mapping, its secret is shown once, and a mapping that can't be is refused at
// its field.
func TestSourceMapping(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Parsers[kindHook] = desk.DutyParser{} // any
	x.Desk.Signed = map[string]func(json.RawMessage) error{kindHook: func(b json.RawMessage) error {
		if !json.Valid(b) {
			return desk.Invalid("settings", "字段对照应为一个 JSON 对象")
		}
		return nil
	}}
	admin := x.person(desk.RoleSysadmin)
	if page := x.page(admin, "/sources?do=add"); !strings.Contains(page, `{&#34;key&#34;: &#34;…&#34;}`) {
		t.Error("the form of a ferry doesn't begin with its key")
	}
	form := url.Values{"kind": {kindHook}, "name": {"云泽舆情"}, "settings": {"{"}}
	if a := x.send(admin, "/sources", form); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "字段对照应为一个 JSON 对象") {
		t.Errorf("%d", a.status)
	}
	form.Set("settings", sampleMapping)
	a := x.send(admin, "/sources", form)
	if a.status != http.StatusOK || !strings.Contains(a.body, "hy_") || !strings.Contains(a.body, "/api/v1/hooks/") {
		t.Fatalf("%d: the secret isn't shown", a.status)
	}
	src, err := x.SourceNamed(t.Context(), "云泽舆情")
	if err != nil || src.Password == "" || src.Channel != desk.ChannelMedia {
		t.Fatalf("%+v, %v", src, err)
	}
	page := x.page(admin, sourceHome(src.ID))
	if strings.Contains(page, src.Password) || !strings.Contains(page, "publish_time") {
		t.Error("the page doesn't show the mapping, or shows the secret")
	}
	if a := x.send(admin, sourceHome(src.ID)+"/settings", url.Values{"settings": {`{"title":`}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a broken mapping: %d", a.status)
	}
	if a := x.send(admin, sourceHome(src.ID)+"/settings", url.Values{"settings": {`{"title":"/t"}`}}); a.status != http.StatusSeeOther {
		t.Errorf("another mapping: %d %s", a.status, a.body)
	}
	if page := x.page(admin, sourceHome(src.ID)); !strings.Contains(page, "/t") || strings.Contains(page, "publish_time") {
		t.Error("the mapping wasn't changed")
	}
}
