package media

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
	"huiying/ingest"
)

const (
	// MaxHook bounds the body of one call, in bytes.
	MaxHook = 8 << 20
	// window is how far a call's timestamp may lie from our time, either way.
	window = 5 * time.Minute
	// hookTime bounds both commits of one call and the reading between them.
	hookTime = 30 * time.Second
	// hookBusy is when to come back after a refusal for want of room.
	hookBusy = 2 * time.Second
)

// HookPath is where calls come in; the source's number or name follows.
const HookPath = "/api/v1/hooks/"

// Hook is the door for monitoring vendors as an HTTP handler; cmd mounts it behind
// web's guards. A call is signed with the source's secret: HMAC-SHA256 over the
// timestamp, a full stop and the body. The timestamp may be five minutes off, and
// within that time a call counts once.
type Hook struct {
	Desk *desk.Desk
	// Receive is desk.Receive, counted by web.
	Receive func(ctx context.Context, src desk.Source, b desk.Batch) ([]desk.Result, error)
	// Fail answers a call that is refused, as everywhere else in web.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	// Real is real time: the vendor knows no other.
	Real func() time.Time
	Log  *slog.Logger
	// Calls bounds what is served at once; 0 is 32.
	Calls int
}

// Handler gives the handler.
func (h Hook) Handler() http.Handler {
	n := h.Calls
	if n <= 0 {
		n = 32
	}
	return &hook{Hook: h, slots: make(chan struct{}, n)}
}

type hook struct {
	Hook
	slots chan struct{}
}

// unsigned is the one answer to all that isn't rightly signed: which part was wrong,
// and whether there is such a source, is nobody's business.
func unsigned() error {
	return &desk.Error{Code: desk.CodeUnauthenticated, Text: "签名不正确，或时间相差超过 5 分钟"}
}

// ServeHTTP takes one call.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		h.Fail(w, r, &desk.Error{Code: desk.CodeTooMany, Text: "同时推送过多，请稍后重试", RetryAfter: hookBusy})
		return
	}
	results, err := h.take(r)
	if err != nil {
		h.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := json.NewEncoder(w).Encode(struct {
		Results []hookAnswer `json:"results"`
	}{results}); err != nil {
		// The mentions are stored; the sender will repeat and be told of duplicates.
		h.Log.Info("an acknowledgement was not delivered", "error", err)
	}
}

// tooMany refuses a call of more mentions than one may bring: in quarantine they would
// lie as one lump. What can't be read otherwise is kept, and mended there.
func tooMany(m Mapping, body []byte) error {
	if bytes.Count(body, []byte(",")) < MaxMentions {
		return nil
	}
	doc, err := ingest.DecodeJSON(body)
	if err != nil {
		return nil
	}
	if m.Items != nil {
		if doc, _ = ingest.Resolve(doc, *m.Items); doc == nil {
			return nil
		}
	}
	if list, ok := doc.([]any); ok && len(list) > MaxMentions {
		return desk.Invalid("", "一次最多 %d 条，收到 %d 条，请分批推送", MaxMentions, len(list))
	}
	return nil
}

// hookAnswer is what became of one mention, as the push door says it.
type hookAnswer struct {
	Index  int         `json:"index"`
	ID     string      `json:"id"`
	Status string      `json:"status"`
	Error  *hookReason `json:"error,omitempty"`
}

type hookReason struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (h *hook) take(r *http.Request) ([]hookAnswer, error) {
	src, err := h.source(r)
	if err != nil {
		return nil, err
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, desk.Invalid("", "不支持压缩的内容")
	}
	body, err := readCall(r.Body)
	if err != nil {
		return nil, err
	}
	m, err := ReadMapping(src.Settings)
	if err != nil {
		return nil, &desk.Error{Code: desk.CodeInternal, Text: "这个来源的字段对照不可用，请联系系统管理员", Cause: err}
	}
	now := h.Real()
	digest, err := verify(r.Header, m.Headers, src.Password, body, now)
	if err != nil {
		return nil, err
	}
	if err := tooMany(m, body); err != nil {
		return nil, err
	}
	if taken, err := h.Desk.HookTaken(r.Context(), src, digest, now.Add(-2*window)); err != nil {
		return nil, err
	} else if taken {
		return []hookAnswer{}, nil // once is enough; a sender that never heard the answer hears that all is well
	}
	// Not given up when the sender goes away: half a way would only wait for the sweep.
	ctx, stop := context.WithTimeout(context.WithoutCancel(r.Context()), hookTime)
	defer stop()
	results, err := h.Receive(ctx, src, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: body}}})
	if desk.CodeOf(err) == desk.CodeConflict || errors.Is(err, context.DeadlineExceeded) {
		err = desk.Unavailable(err, hookBusy)
	}
	if err != nil {
		return nil, err
	}
	if err := h.Desk.TakeHook(ctx, src, digest, now, now.Add(-2*window)); err != nil {
		return nil, err // stored, but a repetition wouldn't be known: the sender repeats now, as duplicates
	}
	out := make([]hookAnswer, len(results))
	for i, res := range results {
		out[i] = hookAnswer{Index: res.Index, ID: strconv.FormatInt(res.ID, 10), Status: res.Status}
		if res.Err != nil {
			out[i].Error = &hookReason{res.Err.Field, res.Err.Message()}
		}
	}
	return out, nil
}

// source is the webhook that the address names.
func (h *hook) source(r *http.Request) (desk.Source, error) {
	name, err := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), HookPath))
	if err != nil || name == "" {
		return desk.Source{}, unsigned()
	}
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil || id <= 0 {
		id = 0
	}
	src, err := h.Desk.SourceCalled(r.Context(), id, name)
	switch {
	case desk.CodeOf(err) == desk.CodeNotFound, err == nil && (src.Kind != KindHook || src.Password == ""):
		return desk.Source{}, unsigned()
	case err != nil:
		return desk.Source{}, err
	}
	return src, nil
}

// KindHook is the kind of the sources that come in here.
const KindHook = "webhook"

func readCall(body io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(body, MaxHook+1))
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big) || len(b) > MaxHook:
		return nil, desk.Invalid("", "请求超过 %d MB，请分批推送", MaxHook>>20)
	case err != nil:
		return nil, &desk.Error{Code: desk.CodeInvalid, Text: "请求未能完整读取，请重发", Cause: err}
	}
	return b, nil
}

// verify holds a call against its signature and gives the digest that it is known by.
func verify(h http.Header, names Headers, secret string, body []byte, now time.Time) ([]byte, error) {
	timestamp, signature := names.names()
	stamp := strings.TrimSpace(h.Get(timestamp))
	at, ok := stamped(stamp)
	sent, decoded := signed(h.Get(signature))
	want := Sign(secret, stamp, body)
	// The comparison comes first and always: how long the rest takes tells nothing of the secret.
	if right := hmac.Equal(sent, want); !right || !decoded || !ok || at.Before(now.Add(-window)) || at.After(now.Add(window)) {
		return nil, unsigned()
	}
	return want, nil
}

// Sign is the signature of a call: HMAC-SHA256 over timestamp, full stop and body.
func Sign(secret, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + ".")) // a hash never fails to write
	mac.Write(body)
	return mac.Sum(nil)
}

// stamped reads a timestamp: seconds or milliseconds since 1970, or RFC 3339.
func stamped(s string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n > 1e11 {
			return time.UnixMilli(n), true
		}
		return time.Unix(n, 0), true
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// signed reads a signature in hex or base64, with "sha256=" before it or not.
func signed(s string) ([]byte, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "sha256=")
	if b, err := hex.DecodeString(s); err == nil && len(b) == sha256.Size {
		return b, true
	}
	b, err := base64.StdEncoding.DecodeString(s)
	return b, err == nil && len(b) == sha256.Size
}
