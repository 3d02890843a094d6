package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

func TestProblemOf(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial tcp 10.0.0.1: secret")
	for _, c := range []struct {
		err    error
		status int
		code   string
		retry  string
	}{
		{desk.Invalid("title", "请填写标题"), 422, "invalid", ""},
		{desk.Invalid("", "请求无法读取"), 400, "invalid", ""},
		{&desk.Error{Code: desk.CodeUnauthenticated, Text: "请先登录"}, 401, "unauthenticated", ""},
		{desk.Forbidden("不行"), 403, "forbidden", ""},
		{desk.NotFound("没有"), 404, "not_found", ""},
		{desk.Conflict("version", "已改"), 409, "conflict", ""},
		{&desk.Error{Code: desk.CodeTooMany, Text: "慢", RetryAfter: 1500 * time.Millisecond}, 429, "too_many", "2"},
		{&desk.Error{Code: desk.CodeTooMany, Text: "慢"}, 429, "too_many", "1"},
		{desk.Unavailable(cause, 5*time.Second), 503, "unavailable", "5"},
		{&desk.Error{Code: desk.CodeInternal, Cause: cause}, 500, "internal", ""},
		{&desk.Error{Code: "new", Text: "别的", Cause: cause}, 500, "internal", ""},
		{cause, 500, "internal", ""},
		{fmt.Errorf("around: %w", desk.NotFound("没有")), 404, "not_found", ""},
		{context.DeadlineExceeded, 503, "unavailable", "1"},
	} {
		p := ProblemOf(c.err)
		if p.Status != c.status || p.Type != "urn:huiying:problem:"+c.code || p.Title == "" || p.Detail == "" {
			t.Errorf("%v: %+v", c.err, p)
		}
		if got := p.GetHeaders().Get("Retry-After"); got != c.retry {
			t.Errorf("%v: Retry-After %q, want %q", c.err, got, c.retry)
		}
		if strings.Contains(p.Detail, "secret") {
			t.Errorf("%v: the cause is shown: %s", c.err, p.Detail)
		}
	}
	key, args := ProblemOf(desk.Invalid("title", "不超过 %d 字", 5)).Text()
	if key != "不超过 %d 字" || len(args) != 1 {
		t.Errorf("the catalogue's key: %q %v", key, args)
	}
}

// TestValidation: what huma refuses is said in the same form, and never repeats
// what was sent.
func TestValidation(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	const secret = "13987654321"
	for _, c := range []struct {
		method, path, body string
		status             int
		field, detail      string
	}{
		{post, "/api/v1/items/log", `{"key":"k","title":` + secret + `}`, 422, "title", "应为文字（加引号）"},
		{post, "/api/v1/items/log", `{"key":"k","` + "author" + `":{"phone":` + secret + `}}`, 422, "author.phone", "应为文字（加引号）"},
		{post, "/api/v1/items/log", `{"key":"k","phone":"` + secret + `"}`, 422, "phone", "没有这一项，请检查拼写"},
		{post, "/api/v1/items/log", `{"title":"` + secret + `"}`, 422, "key", "缺少这一项"},
		{post, "/api/v1/items/log", `{"key":"` + strings.Repeat(secret, 20) + `"}`, 422, "key", "不超过 200 字"},
		{post, "/api/v1/items/log", `{"key":"k","title":"` + secret, 400, "", "请求无法读取，请检查格式"},
		{post, "/api/v1/items/log", `["` + secret + `"]`, 422, "", "应为对象"},
		{post, "/api/v1/items/log", ``, 400, "", "请求无法读取，请检查格式"},
		{post, "/api/v1/items/log", `{"key":"k","title":"a","occurred_at":"` + secret + `"}`, 422, "occurred_at", "时间无法识别，应如 2026-03-05T14:30:00+08:00"},
		{post, "/api/v1/incidents/1/instant", `{"kind":"` + secret + `","at":null}`, 422, "kind", "须为 occurred, learned, received, graded 之一"},
		{post, "/api/v1/incidents/1/facts", `{"deaths":"` + secret + `","from":"x"}`, 422, "deaths", "应为整数"},
		{post, "/api/v1/incidents/1/attach", `{"items":["` + secret + `x"]}`, 422, "items", "编号须为数字"},
		{post, "/api/v1/incidents/1/attach", `{"items":[]}`, 422, "items", "不少于 1 项"},
		{post, "/api/v1/changes/1/decide", `{"approve":"` + secret + `"}`, 422, "approve", "应为 true 或 false"},
		{get, "/api/v1/items?limit=" + secret, "", 422, "limit", "不能大于 1000"},
		{get, "/api/v1/items?limit=0", "", 422, "limit", "不能小于 1"},
		{get, "/api/v1/items?limit=x" + secret, "", 422, "limit", "应为整数"},
		{get, "/api/v1/items?after=x" + secret, "", 422, "after", "编号须为数字"},
		{get, "/api/v1/items/x" + secret, "", 404, "", "没有编号为这个的记录"},
		{get, "/api/v1/nothing", "", 404, "", "没有这个地址"},
		{"DELETE", "/api/v1/items", "", 405, "", "这个地址不支持 DELETE"},
		{get, "/media/daily", "", 405, "", "这一页要提交表单才有；请回到原来的页面重新提交"},
	} {
		a := x.as(desk.RoleDuty, c.method, c.path, c.body)
		p := decoded[Problem](t, a)
		if a.status != c.status || p.Status != c.status || p.Field != c.field || p.Detail != c.detail || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %s\n got %d %s\nwant %d %s %s", c.method, c.path, c.body, a.status, a.body, c.status, c.field, c.detail)
		}
		if strings.Contains(a.body, secret) || strings.Contains(x.log.String(), secret) {
			t.Errorf("%s %s repeats what was sent: %s", c.method, c.path, a.body)
		}
	}
	r := x.ask(post, "/api/v1/items/log", "key=k", "Authorization: Bearer "+x.token("duty"), "Content-Type: text/plain")
	if r.status != http.StatusUnsupportedMediaType {
		t.Errorf("another content type: %d %s", r.status, r.body)
	}
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	token := x.token("duty")
	x.Store = away{}
	a := x.ask(get, "/api/v1/items", "", "Authorization: Bearer "+token)
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "3" || strings.Contains(a.body, "connection refused") {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if !strings.Contains(x.log.String(), "connection refused") {
		t.Error("the log doesn't say why")
	}
}

// away is a database that isn't there.
type away struct{}

func (away) InTx(context.Context, func(desk.Tx) error) error {
	return desk.Unavailable(errors.New("connection refused"), 3*time.Second)
}
func (away) View(context.Context, func(desk.Tx) error) error {
	return desk.Unavailable(errors.New("connection refused"), 3*time.Second)
}
