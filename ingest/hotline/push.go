package hotline

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// Limits of the door.
const (
	MaxItems = 1000     // of one array
	MaxBody  = 32 << 20 // bytes of one object or array, unpacked
	// busy is when to come back after a refusal for want of room.
	busy = 2 * time.Second
	// commitTime bounds both commits of one raw and the reading between them.
	commitTime = 30 * time.Second
)

// Push is the door as an HTTP handler, for POST only; cmd mounts it behind web's
// guards. The fields are set before the first request.
type Push struct {
	// Receive is desk.Receive.
	Receive func(ctx context.Context, src desk.Source, b desk.Batch) ([]desk.Result, error)
	// Begin is desk.Begin, for streams: one chunk is kept and read while the one
	// before is being committed. nil: Receive, one after the other.
	Begin func(ctx context.Context, src desk.Source, b desk.Batch) (desk.Finish, error)
	// Who gives the source whose key the request carries.
	Who func(*http.Request) (desk.Source, error)
	// Fail answers a request that is refused, as everywhere else in web.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	Log  *slog.Logger
	// Posts and Streams bound what is served at once; a request beyond is told to
	// come back. 0 is 64 and 32.
	Posts, Streams int
	// Rate is how many requests a source may make in a minute on this node, a sixth
	// of them at once; beyond, it is told when to come back. 0 is 30,000, less than
	// 0 is without end. A stream counts as one: it is held back by itself.
	Rate int
	// Now is real time, for Rate; nil is without end.
	Now func() time.Time
	// Pause is how long a stream may pause before what has come is committed; 0 is 50 ms.
	Pause time.Duration
	// Quiet is how long a stream may say nothing, and its sender take nothing,
	// before it is cut; 0 is two minutes.
	Quiet time.Duration
}

// Handler gives the handler itself.
func (p Push) Handler() http.Handler {
	h := &handler{Push: p, posts: make(chan struct{}, or(p.Posts, 64)), streams: make(chan struct{}, or(p.Streams, 32))}
	if rate := h.Push.Rate; rate >= 0 && p.Now != nil {
		h.paces = newPaces(or(rate, 30_000))
	}
	if p.Begin == nil {
		h.Begin = func(_ context.Context, src desk.Source, b desk.Batch) (desk.Finish, error) {
			return func(ctx context.Context) ([]desk.Result, error) { return p.Receive(ctx, src, b) }, nil
		}
	}
	h.Pause, h.Quiet = or(p.Pause, 50*time.Millisecond), or(p.Quiet, 2*time.Minute)
	return h
}

func or[T int | time.Duration](v, def T) T {
	if v > 0 {
		return v
	}
	return def
}

type handler struct {
	Push
	posts, streams chan struct{}
	paces          *paces // nil: without end
}

// ServeHTTP answers one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	src, err := h.Who(r)
	if err != nil {
		h.Fail(w, r, err)
		return
	}
	if h.paces != nil {
		if wait := h.paces.take(src.ID, h.Now()); wait > 0 {
			h.Fail(w, r, &desk.Error{Code: desk.CodeTooMany, Text: "来源“%s”推送过于频繁，请稍后重试，或改用 application/x-ndjson 一次推送多件", Args: []any{src.Name}, RetryAfter: wait})
			return
		}
	}
	stream, err := isStream(r.Header.Get("Content-Type"))
	if err != nil {
		h.Fail(w, r, err)
		return
	}
	key := strings.TrimSpace(r.Header.Get(headerKey))
	if stream && key != "" {
		h.Fail(w, r, desk.Invalid(headerKey, "application/x-ndjson 不用这个请求头：每行按 external_id 识别，整段重发即可"))
		return
	}
	slots := h.posts
	if stream {
		slots = h.streams
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	default:
		h.Fail(w, r, &desk.Error{Code: desk.CodeTooMany, Text: "同时推送过多，请稍后重试", RetryAfter: busy})
		return
	}
	if stream {
		h.stream(w, r, src)
		return
	}
	h.post(w, r, src, key)
}

// headerKey names a request, so that it can be repeated until its answer is heard:
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
const headerKey = "Idempotency-Key"

// isStream tells the two forms apart by their type. None at all is JSON, as is
// what curl says when told nothing.
func isStream(contentType string) (bool, error) {
	if contentType == "" {
		return false, nil
	}
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		t, _, _ = strings.Cut(contentType, ";")
	}
	switch strings.ToLower(strings.TrimSpace(t)) {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/json-lines", "application/jsonlines":
		return true, nil
	case "application/json", "text/json", "application/x-www-form-urlencoded":
		return false, nil
	}
	return false, desk.Invalid("", "Content-Type 须为 application/json 或 application/x-ndjson")
}

// answer is the line of one item, in both forms.
type answer struct {
	Index  int64   `json:"index"`
	ID     string  `json:"id"`
	Status string  `json:"status"`
	Error  *reason `json:"error,omitempty"`
}

type reason struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func answerOf(r desk.Result, first int64) answer {
	a := answer{Index: first + int64(r.Index), ID: strconv.FormatInt(r.ID, 10), Status: r.Status}
	if r.Err != nil {
		a.Error = &reason{Field: r.Err.Field, Message: r.Err.Message()}
	}
	return a
}

// post serves one object or array.
func (h *handler) post(w http.ResponseWriter, r *http.Request, src desk.Source, key string) {
	body, err := h.body(r)
	if err != nil {
		h.Fail(w, r, err)
		return
	}
	b, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	switch {
	case err != nil:
		h.Fail(w, r, unreadable(err))
		return
	case len(b) > MaxBody:
		h.Fail(w, r, desk.Invalid("", "请求超过 %d MB，请分批推送，或改用 application/x-ndjson 推送（不限长度）", MaxBody>>20))
		return
	}
	docs, err := split(b)
	if err != nil {
		h.Fail(w, r, err)
		return
	}
	if len(docs) > MaxItems {
		h.Fail(w, r, desk.Invalid("", "一次最多 %d 条，收到 %d 条；请分批推送，或改用 application/x-ndjson 推送（不限条数）", MaxItems, len(docs)))
		return
	}
	var results []desk.Result
	if len(docs) > 0 {
		results, err = h.receive(r, src, desk.Raw{ContentType: TypeJSON, Bytes: b}, key)
		if err != nil {
			h.Fail(w, r, err)
			return
		}
	}
	out := struct {
		Results []answer `json:"results"`
	}{make([]answer, len(results))}
	for i, res := range results {
		out.Results[i] = answerOf(res, 0)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
	if err := json.NewEncoder(w).Encode(out); err != nil {
		// The items are stored; the sender will repeat and be told of duplicates.
		h.Log.Info("an acknowledgement was not delivered", "source", src.Name, "error", err)
	}
}

// body is the request's body, unpacked.
func (h *handler) body(r *http.Request) (io.Reader, error) {
	switch enc := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
		return r.Body, nil
	case "gzip", "x-gzip":
		packed := &counter{r: r.Body}
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil, unreadable(err)
		}
		return &bounded{z: z, packed: packed}, nil
	}
	return nil, desk.Invalid("", "Content-Encoding 只支持 gzip")
}

// unreadable says that the request itself could not be read to its end.
func unreadable(err error) error {
	var e *desk.Error
	if errors.As(err, &e) {
		return e
	}
	return &desk.Error{Code: desk.CodeInvalid, Text: "请求未能完整读取（连接中断或压缩内容损坏），请重发", Cause: err}
}

// receive sends one raw through the door. It isn't given up when the sender goes
// away: the bytes are here, and half a way would only wait for the sweep. A race
// between two senders of the same item is what it is: to be repeated.
func (h *handler) receive(r *http.Request, src desk.Source, raw desk.Raw, key string) ([]desk.Result, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(r.Context()), commitTime)
	defer stop()
	results, err := h.Receive(ctx, src, desk.Batch{Raws: []desk.Raw{raw}, Key: key})
	return results, again(err)
}

// begin and finish are receive in its two halves.
func (h *handler) begin(r *http.Request, src desk.Source, raw desk.Raw) (desk.Finish, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(r.Context()), commitTime)
	defer stop()
	f, err := h.Begin(ctx, src, desk.Batch{Raws: []desk.Raw{raw}})
	return f, again(err)
}

func (h *handler) finish(r *http.Request, f desk.Finish) ([]desk.Result, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(r.Context()), commitTime)
	defer stop()
	results, err := f(ctx)
	return results, again(err)
}

// again says of what is to be repeated that it is.
func again(err error) error {
	if desk.CodeOf(err) == desk.CodeConflict || errors.Is(err, context.DeadlineExceeded) {
		return desk.Unavailable(err, busy)
	}
	return err
}
