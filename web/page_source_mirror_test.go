package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// mirrorLines reads items as the mirror's parser makes them.
type mirrorLines struct{}

func (mirrorLines) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) ([]desk.Part, error) {
	var in desk.Incoming
	if err := json.Unmarshal(raw.Bytes, &in); err != nil {
		return nil, err
	}
	return []desk.Part{{Incoming: in}}, nil
}

// TestMirrorOnThePages: a mirror is added with its mapping, what is wrong with it is said at its field, its tickets tell
// state, limit and replies as the platform has them, and the source's page how pushing back stands.
func TestMirrorOnThePages(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Parsers[desk.MirrorKind] = mirrorLines{}
	x.Desk.Mapped = map[string]func(json.RawMessage) error{desk.MirrorKind: func(b json.RawMessage) error {
		if !json.Valid(b) {
			return desk.Invalid("settings", "字段对照应为一个 JSON 对象")
		}
		return nil
	}}
	admin := x.person(desk.RoleSysadmin)
	form := url.Values{"kind": {desk.MirrorKind}, "name": {"云泽 12345"}, "url": {"http://platform.example/api"}, "settings": {sampleMapping}, "mirror": {"{"}}
	a := x.send(admin, "/sources", form)
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="f-add-mirror-error"`) {
		t.Errorf("%d: the fault isn't at its field", a.status)
	}
	form.Set("mirror", sampleMirror)
	if a := x.send(admin, "/sources", form); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	src, err := x.SourceNamed(t.Context(), "云泽 12345")
	if err != nil || src.Channel != desk.ChannelHotline || !strings.Contains(string(src.Settings), "order_no") {
		t.Fatalf("%+v, %v", src, err)
	}
	page := x.page(admin, sourceHome(src.ID))
	for _, want := range []string{"回推", "https://12345.example/api/opinions", "order_no", "试读一次", "修改对照"} {
		if !strings.Contains(page, want) {
			t.Errorf("the source's page lacks %q", want)
		}
	}
	limit, at := x.Now().Add(time.Hour), x.Now().Add(-9*time.Hour)
	b, err := json.Marshal(desk.Incoming{ExternalID: "YZ-1", Title: "清水路积水", Body: "请处理。", OccurredAt: &at, Extra: &desk.Extra{Mirror: &desk.Mirror{State: desk.MirrorWorking, Told: "30",
		Limit: &limit, Replies: []desk.MirrorReply{{At: &at, By: "市城管局", Text: "已派人，电话 13900001234。"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	res, err := x.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: b}}})
	if err != nil || len(res) != 1 {
		t.Fatal(res, err)
	}
	duty := x.person(desk.RoleDuty)
	item := x.page(duty, "/items/"+id(res[0].ID))
	for _, want := range []string{"镜像", "办理中", "平台办理时限", "平台答复", "市城管局", "139****1234", "来自对方平台，只读"} {
		if !strings.Contains(item, want) {
			t.Errorf("the item's page lacks %q", want)
		}
	}
	if strings.Contains(item, "13900001234") {
		t.Error("a number in a reply is shown")
	}
	rows := x.page(duty, "/items")
	if !strings.Contains(rows, "镜像") || !strings.Contains(rows, "办理中") || !strings.Contains(rows, "限 ") {
		t.Error("the row doesn't tell the mirror and its limit's light")
	}
}
