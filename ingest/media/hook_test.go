package media

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

const testMapping = `{"items":"/data/list","title":"/title","text":"/content","url":"/url","author":"/user/name","time":"/publish_time",
	"reads":"/stat/0","comments":"/stat/1","platform":"/site","external_id":"/id","headers":{"signature":"X-Vendor-Sign"}}`

// mapped reads with a mapping of its own: the suite's sources have none.
type mapped struct{ HookParser }

func (m mapped) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	src.Settings = json.RawMessage(testMapping)
	return m.HookParser.Parse(src, raw, zone)
}

func rawMentions(msgs ...ingesttest.Message) desk.Raw {
	list := make([]map[string]any, len(msgs))
	for i, m := range msgs {
		list[i] = map[string]any{"id": m.ID, "title": m.Title, "content": m.Body}
	}
	b, err := json.Marshal(map[string]any{"data": map[string]any{"list": list}})
	if err != nil {
		panic(err)
	}
	return desk.Raw{ContentType: "application/json", Bytes: b}
}

func TestHookSuite(t *testing.T) {
	ingesttest.Parsers(t, ingest.Kind{Name: KindHook, Channel: desk.ChannelMedia, Parser: mapped{}}, desk.Source{}, rawMentions)
}

func TestReadMapping(t *testing.T) {
	t.Parallel()
	for in, says := range map[string]string{
		testMapping: "", DefaultMapping: "", "\uFEFF" + DefaultMapping: "", `{"text":"/a~0b~1c"}`: "", `{"items":"","title":"/0"}`: "",
		``: "请填写", `{}`: "请填写", `[]`: "对象", `"a"`: "对象", "{\n\"title\": \"/a\",\n}": "第 3 行", `{"title":"/a","body":"/b"}`: "“body”",
		`{"title":"a"}`: "以 / 开头", `{"title":""}`: "是空的", `{"title":7}`: "“title”应为文字", `{"url":"/u"}`: "title 或 text", `{"title":"/a~2"}`: "~0",
		`{"title":"/a","items":"list"}`: "“items”", `{"title":"/a","headers":{"timestamp":"X Y"}}`: "请求头", `{"title":"/a","headers":{"timestamp":"x-signature"}}`: "同名",
		`{"title":"/` + strings.Repeat("a", 600) + `"}`: "太长", `{"title":"/a","text":"` + strings.Repeat(" ", 20000) + `"}`: "KB", `{"title":"/\u0000"}`: "控制字符",
	} {
		_, err := ReadMapping(json.RawMessage(in))
		var e *desk.Error
		switch {
		case says == "" && err != nil:
			t.Errorf("%s: %v", in, err)
		case says != "" && (!errors.As(err, &e) || e.Field != "settings" || !strings.Contains(e.Message(), says)):
			t.Errorf("%.80s: %v, want %s", in, err, says)
		}
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	src := desk.Source{Settings: json.RawMessage(testMapping)}
	parse := func(one string) desk.Part {
		t.Helper()
		parts, err := HookParser{}.Parse(src, desk.Raw{Bytes: []byte(`{"data":{"list":[` + one + `]}}`)}, zone)
		if err != nil || len(parts) != 1 {
			t.Fatalf("%s: %d parts, %v", one, len(parts), err)
		}
		return parts[0]
	}
	p := parse(`{"id":9007199254740993,"title":"<b>清水路</b>停水","content":"<p>第一段</p><p>第二段</p>","url":"https://news.example/1","user":{"name":"云泽网友"},"publish_time":"2026-11-20 19:05:00","stat":["1.2万",37],"site":"微博"}`)
	in := p.Incoming
	if p.Err != nil || in.ExternalID != "9007199254740993" || in.Title != "清水路停水" || in.Body != "第一段\n\n第二段" || in.Author.Name != "云泽网友" || *in.Reach != 12000 ||
		*in.Extra.Comments != 37 || in.Extra.Platform != "微博" || in.OccurredAt.Format(time.RFC3339) != "2026-11-20T19:05:00+08:00" {
		t.Errorf("%+v %+v %v", in, in.Extra, p.Err)
	}
	for when, want := range map[string]string{`1795172700`: "2026-11-20T19:05:00+08:00", `"1795172700000"`: "2026-11-20T19:05:00+08:00", `"2026-11-20T11:05:00Z"`: "2026-11-20T19:05:00+08:00",
		`"2026年11月20日 19:05"`: "2026-11-20T19:05:00+08:00"} {
		p := parse(`{"id":"1","title":"甲","publish_time":` + when + `}`)
		if p.Err != nil || p.Incoming.OccurredAt.In(zone).Format(time.RFC3339) != want {
			t.Errorf("%s: %v %v", when, p.Incoming.OccurredAt, p.Err)
		}
	}
	for one, field := range map[string]string{
		`7`: "items", `{"id":"1"}`: "text", `{"title":"甲"}`: "external_id", `{"id":"1","title":{"a":1}}`: "title", `{"id":"1","title":"甲","publish_time":"昨天"}`: "time",
		`{"id":"1","title":"甲","publish_time":99999999999999999}`: "time", `{"id":"1","title":"甲","stat":["很多"]}`: "reads", `{"id":"1","title":"甲","stat":[1,-2]}`: "comments",
		`{"id":"1","title":"甲","url":"javascript:alert(1)"}`: "url",
	} {
		if p := parse(one); p.Err == nil || p.Err.Field != field || p.Err.Message() == "" {
			t.Errorf("%s: %+v", one, p.Err)
		} else if again, err := (HookParser{}).Parse(src, desk.Raw{Bytes: p.Bytes}, zone); err != nil || len(again) != 1 || again[0].Err == nil || again[0].Err.Field != field {
			t.Errorf("%s: its share %s reads as %+v, %v", one, p.Bytes, again, err)
		}
	}
	for doc, says := range map[string]string{`{"data":{}}`: "/data/list", `{"data":{"list":7}}`: "对象或数组", `{`: "JSON", `{} {}`: "还有", "\xff": "UTF-8"} {
		if _, err := (HookParser{}).Parse(src, desk.Raw{Bytes: []byte(doc)}, zone); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", doc, err)
		}
	}
	if _, err := (HookParser{}).Parse(desk.Source{}, desk.Raw{Bytes: []byte(`{}`)}, zone); err == nil {
		t.Error("read without a mapping")
	}
}

// vendor calls a door on a real server over a real desk.
type vendor struct {
	*ingesttest.Door
	t      *testing.T
	url    string
	secret string
	now    func() time.Time
}

func startHook(t *testing.T) *vendor {
	t.Helper()
	v := &vendor{t: t}
	v.Door = ingesttest.Open(t, ingest.Kind{Name: "other", Channel: desk.ChannelMedia, Parser: HookParser{}}, desk.Source{Name: "别的"})
	v.Parsers[KindHook] = HookParser{}
	v.Desk.Signed = map[string]func(json.RawMessage) error{KindHook: CheckHook}
	var err error
	v.Source, v.secret, err = v.AddSource(t.Context(), desk.System, desk.Source{Kind: KindHook, Channel: desk.ChannelMedia, Name: "云泽舆情", Settings: json.RawMessage(testMapping)}, true)
	if err != nil {
		t.Fatal(err)
	}
	v.Kind.Channel = desk.ChannelMedia
	v.now = v.Clock.Now
	s := httptest.NewServer(Hook{Desk: v.Desk, Receive: v.Desk.Receive, Real: func() time.Time { return v.now() }, Log: slog.New(slog.DiscardHandler),
		Fail: func(w http.ResponseWriter, _ *http.Request, err error) {
			status := map[desk.Code]int{desk.CodeInvalid: 422, desk.CodeUnauthenticated: 401, desk.CodeTooMany: 429, desk.CodeUnavailable: 503, desk.CodeForbidden: 403}[desk.CodeOf(err)]
			w.WriteHeader(max(status, 400))
			fmt.Fprint(w, err)
		}}.Handler())
	t.Cleanup(s.Close)
	v.url = s.URL + HookPath
	return v
}

// call signs and sends; change may spoil it.
func (v *vendor) call(body string, change func(*http.Request)) (int, string) {
	v.t.Helper()
	stamp := strconv.FormatInt(v.now().Unix(), 10)
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.url+strconv.FormatInt(v.Source.ID, 10), strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("X-Timestamp", stamp)
	r.Header.Set("X-Vendor-Sign", "sha256="+hex.EncodeToString(Sign(v.secret, stamp, []byte(body))))
	if change != nil {
		change(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func mention(id, title string) string {
	return `{"data":{"list":[{"id":"` + id + `","title":"` + title + `"}]}}`
}

func TestHookTakesWhatIsSigned(t *testing.T) {
	t.Parallel()
	v := startHook(t)
	status, body := v.call(`{"data":{"list":[{"id":"a","title":"甲"},{"id":"b"},{"id":"c","title":"丙"}]}}`, nil)
	if status != 200 || strings.Count(body, `"created"`) != 2 || strings.Count(body, `"quarantined"`) != 1 || !strings.Contains(body, `"field":"text"`) {
		t.Fatalf("%d %s", status, body)
	}
	if n, q := len(v.Items()), v.Quarantined(); n != 2 || len(q) != 1 || string(q[0].Bytes) != `{"data":{"list":{"id":"b"}}}` {
		t.Errorf("%d items, %+v", n, q)
	}
	// By name, and signed in base64 too.
	stamp := strconv.FormatInt(v.now().UnixMilli(), 10)
	doc := mention("d", "丁")
	if status, body := v.call(doc, func(r *http.Request) {
		r.URL.Path = HookPath + v.Source.Name
		r.Header.Set("X-Timestamp", stamp)
		r.Header.Set("X-Vendor-Sign", base64.StdEncoding.EncodeToString(Sign(v.secret, stamp, []byte(doc))))
	}); status != 200 || !strings.Contains(body, "created") {
		t.Errorf("%d %s", status, body)
	}
	// A new secret ends the old one.
	old := v.secret
	var err error
	if v.secret, err = v.RenewKey(t.Context(), desk.System, v.Source.ID); err != nil {
		t.Fatal(err)
	}
	fresh := v.secret
	v.secret = old
	if status, _ := v.call(mention("e", "戊"), nil); status != 401 {
		t.Errorf("the old secret: %d", status)
	}
	v.secret = fresh
	if status, _ := v.call(mention("e", "戊"), nil); status != 200 {
		t.Errorf("the new secret: %d", status)
	}
	if err := v.SetSourceSettings(t.Context(), desk.System, v.Source.ID, json.RawMessage(`{"title":"x"}`)); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("a wrong mapping: %v", err)
	}
	if err := v.SetSourceSettings(t.Context(), desk.System, v.Source.ID, json.RawMessage(`{"title":"/t","headers":{"signature":"X-Vendor-Sign"}}`)); err != nil {
		t.Fatal(err)
	}
	if status, body := v.call(`[{"t":"己"},{"t":"庚"}]`, nil); status != 200 || strings.Count(body, "created") != 2 {
		t.Errorf("a new mapping: %d %s", status, body)
	}
	if _, _, err := v.ByKey(t.Context(), v.secret); desk.CodeOf(err) != desk.CodeUnauthenticated {
		t.Error("the secret is a key elsewhere")
	}
}

// TestHookOfNothing: a signed call without a byte is said to be so.
func TestHookOfNothing(t *testing.T) {
	t.Parallel()
	v := startHook(t)
	if status, body := v.call("", nil); status != 422 && (status != 200 || !strings.Contains(body, `"quarantined"`)) || len(body) < 10 {
		t.Errorf("%d %s", status, body)
	}
	if status, body := v.call(mention("a", "甲"), nil); status != 200 || !strings.Contains(body, "created") {
		t.Errorf("the next call: %d %s", status, body)
	}
}

func TestHookRefusals(t *testing.T) {
	t.Parallel()
	v := startHook(t)
	doc := mention("a", "甲")
	flip := func(r *http.Request) {
		s := []byte(r.Header.Get("X-Vendor-Sign"))
		s[len(s)-1] ^= 1
		r.Header.Set("X-Vendor-Sign", string(s))
	}
	at := func(d time.Duration) func(*http.Request) {
		return func(r *http.Request) {
			stamp := strconv.FormatInt(v.now().Add(d).Unix(), 10)
			r.Header.Set("X-Timestamp", stamp)
			r.Header.Set("X-Vendor-Sign", hex.EncodeToString(Sign(v.secret, stamp, []byte(doc))))
		}
	}
	for name, c := range map[string]struct {
		want   int
		change func(*http.Request)
	}{
		"one bit": {401, flip},
		"another body": {401, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(doc+" ")), int64(len(doc)+1)
		}},
		"another time":    {401, func(r *http.Request) { r.Header.Set("X-Timestamp", strconv.FormatInt(v.now().Unix()+1, 10)) }},
		"no time":         {401, func(r *http.Request) { r.Header.Del("X-Timestamp") }},
		"no signature":    {401, func(r *http.Request) { r.Header.Del("X-Vendor-Sign") }},
		"old":             {401, at(-window - time.Second)},
		"from the future": {401, at(window + time.Second)},
		"another source":  {401, func(r *http.Request) { r.URL.Path = HookPath + "12345" }},
		"no such source":  {401, func(r *http.Request) { r.URL.Path = HookPath + "nobody" }},
		"another kind":    {401, func(r *http.Request) { r.URL.Path = HookPath + "别的" }},
		"no source":       {401, func(r *http.Request) { r.URL.Path = HookPath }},
		"packed":          {422, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }},
		"too long": {422, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(make([]byte, MaxHook+1))), MaxHook+1
		}},
	} {
		if status, body := v.call(doc, c.change); status != c.want || strings.Contains(body, v.secret) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if n := len(v.Items()) + len(v.Quarantined()); n != 0 {
		t.Errorf("%d things were stored of calls that were refused", n)
	}
	for _, d := range []time.Duration{-window + time.Second, window - time.Second} {
		if status, body := v.call(doc, at(d)); status != 200 {
			t.Errorf("%v off: %d %s", d, status, body)
		}
	}
	if err := v.PauseSource(t.Context(), desk.System, v.Source.ID, true); err != nil {
		t.Fatal(err)
	}
	if status, _ := v.call(mention("b", "乙"), nil); status != 403 {
		t.Errorf("paused: %d", status)
	}
}

// TestHookReplay: a call that somebody recorded and sends again does nothing, also
// when the mention has moved on since; sent by many at once it is one item.
func TestHookReplay(t *testing.T) {
	t.Parallel()
	v := startHook(t)
	var recorded http.Header
	first := mention("a", "初报")
	if status, body := v.call(first, func(r *http.Request) { recorded = r.Header.Clone() }); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	v.Clock.Move(time.Minute)
	if status, body := v.call(mention("a", "续报"), nil); status != 200 || !strings.Contains(body, "updated") {
		t.Fatalf("%d %s", status, body)
	}
	again := func() (int, string) { return v.call(first, func(r *http.Request) { r.Header = recorded.Clone() }) }
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if status, body := again(); status != 200 || strings.Contains(body, "updated") {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	all.Wait()
	it := v.Items()["a"]
	if it.Title != "续报" || it.Version != 2 {
		t.Errorf("%q, version %d", it.Title, it.Version)
	}
	v.Clock.Move(window)
	if status, _ := again(); status != 401 {
		t.Errorf("after the window: %d", status)
	}
}

func FuzzMapping(f *testing.F) {
	f.Add([]byte(testMapping), []byte(`{"data":{"list":[{"id":1,"title":"甲","stat":["1.2万"]}]}}`))
	f.Add([]byte(DefaultMapping), []byte(`[{"title":"a","time":"2026-11-20","url":"http://x/"}]`))
	f.Add([]byte(`{"items":"/0","title":"/~0~1"}`), []byte(`[[{"~/":"x"}]]`))
	for _, x := range corpus.Texts(f, 5) {
		body, err := json.Marshal([]map[string]string{{"title": x.Title, "text": x.Body, "time": "2026-11-20"}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(DefaultMapping), body)
	}
	f.Fuzz(func(t *testing.T, settings, body []byte) {
		if _, err := ReadMapping(settings); err != nil {
			var e *desk.Error
			if !errors.As(err, &e) || e.Message() == "" {
				t.Errorf("refused without words: %v", err)
			}
			return
		}
		src := desk.Source{Settings: settings}
		first, err := HookParser{}.Parse(src, desk.Raw{Bytes: body}, time.UTC)
		again, err2 := HookParser{}.Parse(src, desk.Raw{Bytes: body}, time.UTC)
		if (err == nil) != (err2 == nil) || len(first) != len(again) {
			t.Error("the same gives different parts")
		}
		for i, p := range first {
			if p.Err != nil && p.Err.Message() == "" {
				t.Errorf("part %d is refused without words", i)
			}
			if p.Err == nil && p.Incoming.Title+p.Incoming.Body == "" {
				t.Errorf("part %d is an item of nothing", i)
			}
		}
	})
}
