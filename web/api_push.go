package web

import (
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"huiying/desk"
)

// PushItem documents one item as a source sends it. The door itself
// (ingest/hotline) reads it: a bad one is quarantined and never sinks the others.
type PushItem struct {
	ExternalID string  `json:"external_id,omitempty" doc:"来源自己的编号，同一编号再推送是更新；没有的按内容摘要识别" example:"YZ-2026-000123"`
	Title      string  `json:"title,omitempty" doc:"标题和内容至少有一项" example:"滨江路路灯不亮"`
	Body       string  `json:"body,omitempty" doc:"标题和内容至少有一项" example:"从桥头到菜市场整段不亮，已经三天。"`
	OccurredAt string  `json:"occurred_at,omitempty" doc:"RFC 3339；没有时区的按本单位时区；只有日期的不收" example:"2026-03-05T14:30:00+08:00"`
	Place      string  `json:"place,omitempty" example:"云泽市滨江路"`
	URL        string  `json:"url,omitempty" doc:"原文地址" example:"https://news.example/a/1"`
	Author     *Caller `json:"author,omitempty" doc:"来件人；界面上遮盖，查看留痕"`
	Reach      int64   `json:"reach,omitempty" doc:"阅读或播放量" example:"1200"`
}

// Caller is who an item comes from, as told.
type Caller struct {
	Name  string `json:"name,omitempty" example:"李某"`
	Phone string `json:"phone,omitempty" example:"13900000001"`
}

// PushResult is what became of one item.
type PushResult struct {
	Index  int        `json:"index" doc:"从 0 数起"`
	ID     string     `json:"id" doc:"来件编号；quarantined 时是隔离编号"`
	Status string     `json:"status" enum:"created,duplicate,updated,quarantined"`
	Error  *PushError `json:"error,omitempty"`
}

// PushError is why an item is in quarantine.
type PushError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// PushResults answers one object or array.
type PushResults struct {
	Results []PushResult `json:"results" nullable:"false"`
}

// pushDoor puts the handler of the push door behind the guards and describes it.
func pushDoor(a *api, rt *route) {
	// Made at the first request: who makes it may need the server, which isn't made yet.
	door := sync.OnceValue(func() http.Handler {
		if a.s.Push == nil {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.s.Fail(w, r, desk.NotFound("没有开通推送")) })
		}
		return a.s.Push(a.s.pusher, a.s.Fail)
	})
	rt.handler = func(w http.ResponseWriter, r *http.Request) { door().ServeHTTP(w, r) }
	registry := a.OpenAPI().Components.Schemas
	of := func(t reflect.Type) *huma.Schema { return registry.Schema(t, true, t.Name()) }
	one := of(reflect.TypeFor[PushItem]())
	describeLimits(registry.Map()["PushItem"], registry.Map()["Caller"])
	most, keyMost := 1000, desk.MaxKey
	a.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "post-items", Method: rt.method, Path: rt.path, Summary: rt.summary, Tags: []string{"items"},
		Description: "用来源的密钥。提交之后才应答；应答丢失时原样重发即可。超出能力或频度时 429 或 503，带 Retry-After。" +
			"JSON 一次最多 1,000 件、展开后 32 MB；NDJSON 不限长度，收到多少应答多少，读得慢时由连接自身限速。都可用 gzip 压缩。",
		Parameters: []*huma.Param{
			{Name: "Idempotency-Key", In: "header", Description: "这次推送的名字，只用于 JSON。同一个键和同样的内容，24 小时内得到同样的应答；内容不同则 422。",
				Schema: &huma.Schema{Type: "string", MaxLength: &keyMost}, Example: "8e03978e-40d5-43dd-bc93-6894a57f9324"},
			{Name: "Content-Encoding", In: "header", Description: "请求内容的压缩方式", Schema: &huma.Schema{Type: "string", Enum: []any{"gzip", "identity"}}},
		},
		Security: []map[string][]string{{"bearer": {}}},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json":     {Schema: &huma.Schema{OneOf: []*huma.Schema{one, {Type: "array", Items: one, MaxItems: &most}}}},
			"application/x-ndjson": {Schema: one},
		}},
		Responses: map[string]*huma.Response{
			"201": {Description: "每一件的结果", Content: map[string]*huma.MediaType{"application/json": {Schema: of(reflect.TypeFor[PushResults]())}}},
			"200": {Description: "NDJSON：每一件一行，按提交陆续返回", Content: map[string]*huma.MediaType{
				"application/x-ndjson": {Schema: of(reflect.TypeFor[PushResult]())}}},
			"429":     tooMany(a),
			"default": errorResponses(a)["default"],
		},
	})
}

// tooMany describes the refusal that says when to come back.
func tooMany(a *api) *huma.Response {
	r := *errorResponses(a)["default"]
	r.Description = "来源推送过于频繁，或同时推送过多"
	r.Headers = map[string]*huma.Param{"Retry-After": {Description: "多少秒之后再来", Schema: &huma.Schema{Type: "integer"}}}
	return &r
}

// describeLimits writes the domain's limits into the schema. Unknown fields are let pass
// by the door, so the schema does too.
func describeLimits(s, caller *huma.Schema) {
	for name, most := range map[string]int{"external_id": desk.MaxExternalID, "title": desk.MaxTitle, "body": desk.MaxBody, "place": desk.MaxPlace, "url": desk.MaxURL, "occurred_at": 64} {
		s.Properties[name].MaxLength = &most
	}
	for name, most := range map[string]int{"name": desk.MaxAuthor, "phone": desk.MaxPhone} {
		caller.Properties[name].MaxLength = &most
	}
	least, most := 0.0, float64(desk.MaxReach)
	s.Properties["reach"].Minimum, s.Properties["reach"].Maximum = &least, &most
	s.AdditionalProperties, caller.AdditionalProperties = true, true
}
