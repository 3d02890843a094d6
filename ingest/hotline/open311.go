package hotline

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"huiying/desk"
)

// Open311 serves GeoReport v2 below /open311/v2/, as the standard words it, and the
// discovery document. cmd mounts it behind web's guards. Who sends needs a source's
// key as api_key. Who reads sees what came through the key that the request carries,
// and nothing without one.
type Open311 struct {
	Desk *desk.Desk
	// Receive is desk.Receive, counted by web.
	Receive func(ctx context.Context, src desk.Source, b desk.Batch) ([]desk.Result, error)
	Log     *slog.Logger
	// Posts bounds the requests taken at once; 0 is 64.
	Posts int
	// Patience is how long a sender waits for its number; one that waited so long gets
	// a token for it once the request is kept. 0 is 10 s.
	Patience time.Duration
}

// Open311Path is where the service lies; the discovery document lies one above it too.
const Open311Path = "/open311/v2/"

// Handler gives the handler.
func (o Open311) Handler() http.Handler {
	h := &open311{Open311: o, posts: make(chan struct{}, or(o.Posts, 64))}
	h.Patience = or(o.Patience, 10*time.Second)
	return h
}

type open311 struct {
	Open311
	posts chan struct{}
}

// ServeHTTP finds the method of the standard that an address stands for. The ending
// says the form of the answer; without one the Accept header does.
func (h *open311) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, form := formatOf(r)
	a := answerer{w: w, form: form, log: h.Log}
	what, which, one := strings.Cut(path, "/")
	switch {
	case strings.Contains(which, "/") || one && which == "":
		a.fail(http.StatusNotFound, "没有这个地址")
	case r.Method == http.MethodPost && what == "requests" && !one:
		h.post(a, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		a.fail(http.StatusMethodNotAllowed, "这个地址不支持 "+r.Method)
	case what == "discovery" && !one:
		h.discovery(a, r)
	case what == "services" && !one:
		a.give(serviceList())
	case what == "services":
		h.definition(a, which)
	case what == "requests" && !one:
		h.requests(a, r)
	case what == "requests":
		h.request(a, r, which)
	case what == "tokens" && one:
		h.token(a, r, which)
	default:
		a.fail(http.StatusNotFound, "没有这个地址")
	}
}

// formatOf takes the ending off the path.
func formatOf(r *http.Request) (path, form string) {
	path = strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/open311/"), "v2/")
	for _, form := range []string{formJSON, formXML} {
		if p, ok := strings.CutSuffix(path, "."+form); ok {
			return p, form
		}
	}
	if strings.Contains(r.Header.Get("Accept"), "xml") && !strings.Contains(r.Header.Get("Accept"), "json") {
		return path, formXML
	}
	return path, formJSON
}

// source is whose key a request carries. A request without one may read nothing and
// send nothing; a wrong key is told so either way.
func (h *open311) source(ctx context.Context, key string) (desk.Source, *refusal) {
	if key == "" {
		return desk.Source{}, nil
	}
	who, src, err := h.Desk.ByKey(ctx, key)
	switch {
	case desk.CodeOf(err) == desk.CodeUnauthenticated, err == nil && who.SourceID == 0:
		return src, &refusal{http.StatusForbidden, "api_key 无效"}
	case err != nil:
		return src, h.failed(err)
	case src.Kind != "hotline":
		return src, &refusal{http.StatusForbidden, "这个 api_key 不能用于 Open311，请使用热线来源的密钥"}
	}
	return src, nil
}

// failed is a refusal for a failure of ours, or of the desk's rules.
func (h *open311) failed(err error) *refusal {
	switch desk.CodeOf(err) {
	case desk.CodeForbidden:
		return &refusal{http.StatusForbidden, "这个 api_key 已停用"}
	case desk.CodeInvalid:
		return &refusal{http.StatusBadRequest, "请求无法处理"}
	case desk.CodeNotFound:
		return &refusal{http.StatusNotFound, "没有这条记录"}
	case desk.CodeUnavailable, desk.CodeTooMany, desk.CodeConflict:
		return &refusal{http.StatusServiceUnavailable, "系统暂时无法保存，请稍后重试"}
	}
	h.Log.Error("an Open311 request failed", "error", err)
	return &refusal{http.StatusInternalServerError, "系统出错，请稍后重试"}
}
