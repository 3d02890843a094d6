package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"huiying/desk"
)

// api registers operations with huma and hands their handlers to the table of
// routes, so that the guards are the same for everything.
type api struct {
	huma.API
	s        *Server
	handlers map[string]http.HandlerFunc
}

// adapter collects handlers instead of routing to them.
type adapter struct{ handlers map[string]http.HandlerFunc }

// Handle implements huma.Adapter.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	a.handlers[op.Method+" "+op.Path] = func(w http.ResponseWriter, r *http.Request) { handler(humachi.NewContext(op, r, w)) }
}

// ServeHTTP implements huma.Adapter; nothing calls it here.
func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// newAPI: no documentation page (it would load scripts from elsewhere), no schema
// links, and huma's own errors rewritten, since they repeat what was sent.
func newAPI(s *Server) *api {
	handlers := map[string]http.HandlerFunc{}
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "回应 Huiying", Version: version(s.Version),
				Description: "程序接口。时间为 RFC 3339，没有时区的按本单位时区理解；编号是字符串；没有的值是 null。出错时返回 application/problem+json。"},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer":  {Type: "http", Scheme: "bearer", Description: "huiying token add 或 huiying source add 给出的密钥"},
					"session": {Type: "apiKey", In: "cookie", Name: s.sessionCookie(), Description: "浏览器登录后的会话；写操作须带本站的 Origin"},
				},
			},
			Security: []map[string][]string{{"bearer": {}}, {"session": {}}},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{plain},
	}
	return &api{API: huma.NewAPI(config, adapter{handlers}), s: s, handlers: handlers}
}

func version(v string) string {
	if v == "" {
		return "dev"
	}
	return v
}

// reply is what an operation answers with.
type reply[T any] struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Body         T
}

// statuser is an answer that isn't a plain 200.
type statuser interface{ status() int }

// does makes an operation of a use case.
func does[I, O any](h func(ctx context.Context, who desk.Actor, in *I) (O, error)) func(*api, *route) {
	return func(a *api, rt *route) {
		var zero O
		status := http.StatusOK
		if st, ok := any(zero).(statuser); ok {
			status = st.status()
		}
		limit := rt.limit
		if limit == 0 {
			limit = maxBody
		}
		op := huma.Operation{
			OperationID: operationID(rt.method, rt.path), Method: rt.method, Path: rt.path, Summary: rt.summary, Tags: []string{tag(rt.path)},
			DefaultStatus: status, MaxBodyBytes: limit, BodyReadTimeout: readIn, Responses: errorResponses(a),
		}
		huma.Register(a.API, op, func(ctx context.Context, in *I) (*reply[O], error) {
			who := identityOf(ctx).who
			body, err := h(ctx, who, in)
			if err != nil {
				return nil, a.s.problem(ctx, err)
			}
			out := &reply[O]{Status: status, CacheControl: "no-store", Body: body}
			if st, ok := any(body).(statuser); ok {
				out.Status = st.status()
			}
			return out, nil
		})
		rt.handler = a.handlers[rt.method+" "+rt.path]
	}
}

// errorResponses documents refusals, in the one form that they all have.
func errorResponses(a *api) map[string]*huma.Response {
	schema := a.OpenAPI().Components.Schemas.Schema(problemType, true, "Problem")
	return map[string]*huma.Response{"default": {Description: "拒绝，或没有办成", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}}
}

// operationID: get-incidents, post-incidents-judge.
func operationID(method, path string) string {
	var words []string
	for _, w := range strings.Split(strings.TrimPrefix(path, "/api/v1/"), "/") {
		if w == "{id}" {
			if method == http.MethodGet {
				words = append(words, "one")
			}
			continue
		}
		words = append(words, w)
	}
	return strings.ToLower(method) + "-" + strings.Join(words, "-")
}

func tag(path string) string {
	noun, _, _ := strings.Cut(strings.TrimPrefix(path, "/api/v1/"), "/")
	return noun
}

// document is the OpenAPI file, made once.
func (a *api) document() (http.HandlerFunc, error) {
	// huma says of a pointer to an object only which object it is.
	for _, schema := range a.OpenAPI().Components.Schemas.Map() {
		for _, name := range []string{"verdict", "region", "met_by"} {
			if p := schema.Properties[name]; p != nil && p.Ref != "" {
				schema.Properties[name] = &huma.Schema{OneOf: []*huma.Schema{p, {Type: "null"}}}
			}
		}
	}
	b, err := json.MarshalIndent(a.OpenAPI(), "", " ")
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(b) // who asked may be gone
	}, nil
}
