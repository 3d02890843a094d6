package web

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestSourcePage: a source is tried without a trace but the one on the record, moved,
// and given a new key that is shown once.
func TestSourcePage(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.Classifier = reader{}
	n.Parsers["feed"] = desktest.Lines{}
	var fail error
	n.Fetchers = map[string]func(context.Context, desk.Source) ([]desk.Raw, error){"feed": func(_ context.Context, src desk.Source) ([]desk.Raw, error) {
		if src.Password != "secret-7" || string(src.Cursor) != "{}" {
			return nil, errors.New("not the source that was set up")
		}
		return []desk.Raw{{ContentType: "application/json", Bytes: []byte(`[{"Title":"云泽大桥封闭","Body":"请拨 13912344471"},{"Title":""}]`)}}, fail
	}}
	feed, _, err := n.AddSource(t.Context(), desk.System, desk.Source{Kind: "feed", Channel: desk.ChannelMedia, Name: "云泽网", URL: "https://news.example/rss", Password: "secret-7"}, false)
	if err != nil {
		t.Fatal(err)
	}
	home := fmt.Sprintf("/sources/%d", feed.ID)
	s := n.visitor(n.person(desk.RoleSysadmin, "sys", "马骏"), "sys")
	v := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	v.get(home).want(t, 403)
	v.post(home+"/try", typed()).want(t, 403)
	s.get("/sources/999").want(t, 404)
	s.get(home).want(t, 200, "云泽网", "https://news.example/rss", "试读一次", "正在学习").lacks(t, "secret-7")

	s.post(home+"/try", typed()).want(t, 200, "试读结果", "云泽大桥封闭", "139****4471", "将被隔离", "标题和内容至少要有一项").lacks(t, "13912344471", "secret-7")
	if list, err := n.Items(t.Context(), desk.System, desk.ItemFilter{}); err != nil || len(list) != 0 {
		t.Errorf("a trial left %d items: %v", len(list), err)
	}
	if list, err := n.Quarantine(t.Context(), desk.System, "", desk.Page{}); err != nil || len(list) != 0 {
		t.Errorf("a trial left %d in quarantine: %v", len(list), err)
	}
	fail = &desk.Error{Code: desk.CodeUnavailable, Text: "对方已没有这个地址（%d），请检查地址", Args: []any{404}}
	s.post(home+"/try", typed()).want(t, 422, "对方已没有这个地址（404），请检查地址")
	s.post("/sources/1/try", typed()).want(t, 422, "由对方推送，不能主动读取")

	s.post(home+"/address", typed("url", "news")).want(t, 422, "请填写完整地址", `href="#f-address-url"`)
	s.post(home+"/address", typed("url", "https://news.example/atom", "username", "office", "password", "secret-8")).to(t, home)
	s.get(home).want(t, 200, "https://news.example/atom").lacks(t, "secret-8")
	s.post(home+"/key", typed()).want(t, 422, "没有密钥")
	s.post("/sources/1/key", typed()).want(t, 200, "只显示这一次", "hy_")
	s.get("/sources/1").want(t, 200, "更换密钥").lacks(t, "hy_")
	v.post("/sources/1/key", typed()).want(t, 403)
}

// TestASilentSourceIsLoud: on the sources' page and over the live desk, in both languages.
func TestASilentSourceIsLoud(t *testing.T) {
	t.Parallel()
	n := newNight(t, func(n *evening) { n.Now = n.Clock.Now })
	for i := range 23 * 24 {
		n.Push(desk.Incoming{ExternalID: fmt.Sprint("a", i), Title: "一件"}, desk.Incoming{ExternalID: fmt.Sprint("b", i), Title: "一件"})
		for range 2 {
			n.Clock.Move(30 * time.Minute)
			must(n.WatchSources(t.Context(), n.Clock.Now()))
		}
	}
	s := n.visitor(n.person(desk.RoleSysadmin, "sys", "马骏"), "sys")
	v := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	s.get("/sources").want(t, 200, "今日每小时").lacks(t, "静默</span>")
	v.get("/").lacks(t, "比往常安静")
	for range 24 {
		for range 2 {
			n.Clock.Move(30 * time.Minute)
			must(n.WatchSources(t.Context(), n.Clock.Now()))
		}
	}
	s.get("/sources").want(t, 200, "1 个静默", "往常约")
	v.get("/").want(t, 200, "来源静默", "来源“12345”比往常安静", "签收")
	v.get("/notices").want(t, 200, "来源静默")
}
