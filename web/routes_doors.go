package web

import (
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"huiying/desk"
)

const (
	// maxForm bounds the body of an Open311 request, in bytes, and maxHook that of a
	// vendor's signed call; the doors themselves say more exactly what they take.
	maxForm = 2 << 20
	maxHook = 9 << 20
)

// routesDoors are the ways in whose contract isn't ours: the standard's or a vendor's.
// They know their callers by keys and signatures of their own, never by a cookie.
func (s *Server) routesDoors() []route {
	open311, hooks := s.door(s.Open311), s.door(s.Hooks)
	return []route{
		{method: http.MethodGet, path: "/open311/*", open: true, plain: true, rate: rateCalls, handler: open311},
		{method: http.MethodPost, path: "/open311/*", open: true, plain: true, rate: rateCalls, limit: maxForm, handler: open311},
		{method: http.MethodPost, path: "/api/v1/hooks/{source}", open: true, plain: true, rate: rateCalls, limit: maxHook, handler: hooks, summary: "媒体监测单位的签名推送", api: describeHook},
	}
}

// door is a handler that is made at the first request: who makes it may need the
// server, which isn't made yet.
func (s *Server) door(open func(fail func(http.ResponseWriter, *http.Request, error)) http.Handler) http.HandlerFunc {
	made := sync.OnceValue(func() http.Handler {
		if open == nil {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Fail(w, r, desk.NotFound("没有这个地址")) })
		}
		return open(s.Fail)
	})
	return func(w http.ResponseWriter, r *http.Request) { made().ServeHTTP(w, r) }
}

// describeHook tells programs of the door for signed calls.
func describeHook(a *api, rt *route) {
	answer := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[PushResults](), true, "PushResults")
	header := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: doc, Schema: &huma.Schema{Type: "string"}}
	}
	a.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "post-hook", Method: rt.method, Path: rt.path, Summary: rt.summary, Tags: []string{"items"},
		Description: "内容是对方自己的 JSON，按来源的字段对照读取。提交之后才应答；同一次调用再来不再处理。请求头的名称可在字段对照中另定。",
		Parameters: []*huma.Param{{Name: "source", In: "path", Required: true, Description: "来源的编号或名称", Schema: &huma.Schema{Type: "string"}},
			header("X-Timestamp", "秒数、毫秒数或 RFC 3339；与本系统相差不超过 5 分钟"), header("X-Signature", "HMAC-SHA256（密钥，时间戳 + “.” + 正文），十六进制或 Base64")},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{}}}},
		Responses: map[string]*huma.Response{
			"200":     {Description: "每一件的结果；再来的调用是空的", Content: map[string]*huma.MediaType{"application/json": {Schema: answer}}},
			"default": errorResponses(a)["default"],
		},
	})
}
