package hotline

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/ingest/ingesttest"
)

var update = flag.Bool("update", false, "write golden files")

// client speaks to the service as one written against the standard does.
type client struct {
	*ingesttest.Door
	t    *testing.T
	base string // …/open311/v2/
	key  string
}

func serveOpen311(t *testing.T, change func(*Open311)) client {
	t.Helper()
	d := ingesttest.Open(t, kind, desk.Source{})
	d.Desk.Directory.Departments = []string{"住房和城乡建设局", "城市管理局"}
	key, err := d.RenewKey(t.Context(), desk.System, d.Source.ID)
	if err != nil {
		t.Fatal(err)
	}
	o := Open311{Desk: d.Desk, Receive: d.Desk.Receive, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	s := httptest.NewServer(o.Handler())
	t.Cleanup(s.Close)
	return client{d, t, s.URL + Open311Path, key}
}

func (c client) get(path string, query ...string) (status int, contentType, body string) {
	c.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+path+"?"+q.Encode(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(r)
}

func (c client) post(path string, fields ...string) (status int, contentType, body string) {
	c.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return c.do(r)
}

func (c client) do(r *http.Request) (int, string, string) {
	c.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Content-Type"), string(b)
}

// golden holds an answer against the file of that name, which also says its form.
func (c client) golden(name, contentType, got string) {
	c.t.Helper()
	want := map[string]string{".json": "application/json; charset=utf-8", ".xml": "text/xml; charset=utf-8"}[filepath.Ext(name)]
	if contentType != want {
		c.t.Errorf("%s: Content-Type %q", name, contentType)
	}
	got = strings.ReplaceAll(got, strings.TrimSuffix(c.base, Open311Path), "http://desk.example")
	file := filepath.Join("testdata", "open311", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			c.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			c.t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	if string(b) != got {
		c.t.Errorf("%s:\n%s\nwant\n%s", name, got, b)
	}
}

// lamp is a whole request as a client sends it.
func (c client) lamp() []string {
	return []string{"api_key", c.key, "jurisdiction_id", "yunze.example", "service_code", "01", "lat", "27.338", "long", "103.717",
		"address_string", "云泽市清水路12号", "address_id", "A-12", "zipcode", "657000", "email", "lin@example.com", "device_id", "d-1", "account_id", "u-7",
		"first_name", "晓", "last_name", "林", "phone", "13900001234", "description", "路灯坏了三天，联系 13900001234。", "media_url", "https://pic.example/1.jpg",
		"attribute[kind]", "投诉", "attribute[department]", "城市管理局"}
}

// made reads the answer to a post.
func (c client) made(body string) (id, token string) {
	c.t.Helper()
	var list []struct {
		ID    string `json:"service_request_id"`
		Token string `json:"token"`
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list) != 1 {
		c.t.Fatalf("%s: %v", body, err)
	}
	return list[0].ID, list[0].Token
}

func TestOpen311AsTheStandardWordsIt(t *testing.T) {
	t.Parallel()
	c := serveOpen311(t, nil)
	both := func(path, name string, want int, query ...string) {
		t.Helper()
		for _, form := range []string{"json", "xml"} {
			status, kind, body := c.get(path+"."+form, query...)
			if status != want {
				t.Errorf("%s.%s: %d %s", path, form, status, body)
			}
			c.golden(name+"."+form, kind, body)
		}
	}
	both("services", "services", 200)
	both("services/01", "definition", 200)
	both("services/99", "no-service", 404)
	both("discovery", "discovery", 200)

	status, kind, body := c.post("requests.json", c.lamp()...)
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	c.golden("made.json", kind, body)
	_, kind, body = c.post("requests.xml", c.lamp()...) // sent again: the same request
	c.golden("made.xml", kind, body)
	c.Clock.Move(time.Minute)
	_, kind, body = c.post("requests.xml", "service_code", "01")
	c.golden("no-key.xml", kind, body)
	status, kind, body = c.post("requests.json", "api_key", c.key, "lat", "200", "long", "1", "attribute[kind]", "闲聊")
	if status != 400 {
		t.Errorf("%d %s", status, body)
	}
	c.golden("many-errors.json", kind, body)

	both("requests", "requests", 200, "api_key", c.key)
	both("requests/1", "request", 200, "api_key", c.key)
	both("requests/77", "no-request", 404, "api_key", c.key)
	both("requests", "requests-none", 200) // without a key nothing is anybody's
	items := c.Items()
	if len(items) != 1 {
		t.Fatalf("%d items", len(items))
	}
	for _, it := range items {
		if it.Extra == nil || it.Extra.Account != "u-7" || *it.Extra.Lat != 27.338 || it.Verdict == nil || it.Verdict.Kind != "投诉" || it.Verdict.Department() != "城市管理局" {
			t.Errorf("%+v %+v", it.Extra, it.Verdict)
		}
		var raw desk.Raw
		if err := c.Store.InTx(t.Context(), func(tx desk.Tx) (err error) { raw, _, err = tx.LockRaw(t.Context(), it.RawID); return err }); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw.Bytes), "api_key") || strings.Contains(string(raw.Bytes), c.key) || !strings.Contains(string(raw.Bytes), "device_id=d-1") {
			t.Errorf("kept: %s", raw.Bytes)
		}
	}
}

func TestOpen311Refusals(t *testing.T) {
	t.Parallel()
	c := serveOpen311(t, nil)
	_, other, err := c.AddSource(t.Context(), desk.System, desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: "另一个应用"}, true)
	if err != nil {
		t.Fatal(err)
	}
	_, _, body := c.post("requests.json", c.lamp()...)
	id, _ := c.made(body)
	with := func(fields ...string) []string { return append([]string{"api_key", c.key}, fields...) }
	for name, x := range map[string]struct {
		want int
		send []string
	}{
		"a wrong key":          {403, []string{"api_key", "hy_nonsense-nonsense-nonsense", "service_code", "01", "address_string", "甲"}},
		"no service":           {400, with("address_string", "甲")},
		"an unknown service":   {404, with("service_code", "xyz", "address_string", "甲")},
		"no place":             {400, with("service_code", "01", "description", "路灯坏了")},
		"half a place":         {400, with("service_code", "01", "lat", "27.3")},
		"a place beyond":       {400, with("service_code", "01", "lat", "91", "long", "0")},
		"no number":            {400, with("service_code", "01", "lat", "NaN", "long", "0")},
		"another department":   {400, with("service_code", "01", "address_string", "甲", "attribute[department]", "不存在的局")},
		"in GBK":               {400, with("service_code", "01", "address_string", "\xba\xd3\xbf\xda")},
		"a field's name":       {400, with("service_code", "01", "address_string", "甲", "\xff", "x")},
		"a picture's address":  {400, with("service_code", "01", "address_string", "甲", "media_url", "javascript:alert(1)")},
		"by name, without own": {200, with("service_code", "城乡建设", "address_string", "甲")},
		"by address_id":        {200, with("service_code", "02", "address_id", "7")},
	} {
		if status, _, body := c.post("requests.json", x.send...); status != x.want {
			t.Errorf("%s: %d %s", name, status, body)
		} else if status >= 400 && (!strings.HasPrefix(body, `[{"code":`) || !strings.Contains(body, `"description":"`)) {
			t.Errorf("%s: %s", name, body)
		}
	}
	if _, _, body := c.post("requests.json", with("service_code", "01", "address_string", "甲", "description", "\xc2\xb7\xb5\xc6")...); !strings.Contains(body, "description 含有无法识别的字符，请用 UTF-8 编码") || len(c.Quarantined()) != 0 {
		t.Errorf("a form in GBK: %s, %d in quarantine", body, len(c.Quarantined()))
	}
	if status, _, _ := c.get("requests/"+id+".json", "api_key", other); status != 404 {
		t.Errorf("another key reads it: %d", status)
	}
	if status, _, _ := c.get("requests/" + id + ".json"); status != 404 {
		t.Errorf("without a key: %d", status)
	}
	if status, _, _ := c.get("requests.json", "api_key", "hy_nonsense-nonsense-nonsense"); status != 403 {
		t.Errorf("a wrong key reads: %d", status)
	}
	for _, q := range [][2]string{{"status", "done"}, {"start_date", "gestern"}, {"end_date", "1"}} {
		if status, _, body := c.get("requests.json", "api_key", c.key, q[0], q[1]); status != 400 {
			t.Errorf("%v: %d %s", q, status, body)
		}
	}
	for _, path := range []string{"nothing.json", "requests/1/2.json", "services/.json", "tokens.json", ""} {
		if status, _, _ := c.get(path); status != 404 {
			t.Errorf("%q: %d", path, status)
		}
	}
	if status, _, _ := c.post("services.json"); status != 405 {
		t.Errorf("posting to a list: %d", status)
	}
	if err := c.PauseSource(t.Context(), desk.System, c.Source.ID, true); err != nil {
		t.Fatal(err)
	}
	if status, _, body := c.post("requests.json", c.lamp()...); status != 403 {
		t.Errorf("a paused source: %d %s", status, body)
	}
}

func TestOpen311Filters(t *testing.T) {
	t.Parallel()
	c := serveOpen311(t, nil)
	send := func(code, where string) string {
		t.Helper()
		status, _, body := c.post("requests.json", "api_key", c.key, "service_code", code, "address_string", where, "description", where+"有问题")
		if status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		id, _ := c.made(body)
		return id
	}
	old := send("01", "甲路")
	c.Clock.Move(100 * 24 * time.Hour)
	begin := c.Clock.Now().Format(time.RFC3339)
	first := send("01", "乙路")
	c.Clock.Move(time.Hour)
	middle := c.Clock.Now().In(time.FixedZone("", 8*3600)).Format(time.RFC3339)
	second := send("02", "丙路")
	n, err := recordNumber(first)
	if err != nil {
		t.Fatal(err)
	}
	c.Clock.Move(time.Hour)
	if _, err := c.SettleItem(t.Context(), c.As(desk.RoleDuty), n, true, "已办"); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		query []string
		want  string
	}{
		{nil, second + " " + first}, // the first of all is beyond 90 days
		{[]string{"service_request_id", old + "," + first}, first + " " + old},
		{[]string{"service_code", "01"}, first}, {[]string{"service_code", "01,02"}, second + " " + first}, {[]string{"service_code", "03"}, ""},
		{[]string{"service_code", "nonsense"}, ""},
		{[]string{"status", "closed"}, first}, {[]string{"status", "open"}, second}, {[]string{"status", "open,closed"}, second + " " + first},
		{[]string{"start_date", middle}, second}, {[]string{"end_date", begin}, first}, {[]string{"start_date", begin, "end_date", begin}, first},
	} {
		status, _, body := c.get("requests.json", append([]string{"api_key", c.key}, x.query...)...)
		var list []struct {
			ID        string    `json:"service_request_id"`
			Status    string    `json:"status"`
			Requested time.Time `json:"requested_datetime"`
			Updated   time.Time `json:"updated_datetime"`
		}
		if err := json.Unmarshal([]byte(body), &list); err != nil || status != 200 {
			t.Fatalf("%v: %d %s", x.query, status, body)
		}
		var got []string
		for _, r := range list {
			got = append(got, r.ID)
			if closed := r.Status == "closed"; closed != (r.ID == first) || closed && r.Updated.Sub(r.Requested) != 2*time.Hour {
				t.Errorf("%+v", r)
			}
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%v: %v, want %v", x.query, got, x.want)
		}
	}
	if status, _, _ := c.get("requests.json", "api_key", c.key, "start_date", "2026-01-01T00:00:00Z", "end_date", "2026-12-31T00:00:00Z"); status != 400 {
		t.Errorf("a year: %d", status)
	}
}

func recordNumber(s string) (int64, error) {
	var n int64
	err := json.Unmarshal([]byte(s), &n)
	return n, err
}

// TestOpen311Token: what can't be an item at once has a token, and its number when
// somebody has mended it.
func TestOpen311Token(t *testing.T) {
	t.Parallel()
	c := serveOpen311(t, nil)
	status, _, body := c.post("requests.json", "api_key", c.key, "service_code", "01", "address_string", "甲路", "description", "坏\x00了")
	id, token := c.made(body)
	if status != 200 || id != "" || token == "" {
		t.Fatalf("%d %s", status, body)
	}
	ask := func() string {
		t.Helper()
		status, _, body := c.get("tokens/" + token + ".json")
		if status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		id, again := c.made(body)
		if again != token {
			t.Errorf("token %q", again)
		}
		return id
	}
	if got := ask(); got != "" {
		t.Errorf("has number %q already", got)
	}
	q := c.Quarantined()
	if len(q) != 1 || q[0].Field != "description" {
		t.Fatalf("%+v", q)
	}
	mended := strings.Replace(string(q[0].Bytes), "%00", "", 1)
	if _, err := c.MendQuarantined(t.Context(), desk.System, q[0].ID, []byte(mended)); err != nil {
		t.Fatal(err)
	}
	got := ask()
	if status, _, body := c.get("requests/"+got+".json", "api_key", c.key); got == "" || status != 200 || !strings.Contains(body, "坏了") {
		t.Errorf("%q: %d %s", got, status, body)
	}
	for _, wrong := range []string{"1", "1-", "1-abc", "999-" + token, "x-y", strings.ToUpper(token)} {
		if status, _, _ := c.get("tokens/" + wrong + ".json"); status != 404 {
			t.Errorf("%q: %d", wrong, status)
		}
	}
}

// TestOpen311LateAnswer: a request that is kept but not finished when the sender has
// waited long enough gets a token; one that isn't kept is refused.
func TestOpen311LateAnswer(t *testing.T) {
	t.Parallel()
	late := desk.Unavailable(nil, time.Second)
	var c client
	kept := true
	c = serveOpen311(t, func(o *Open311) {
		receive := o.Receive
		o.Receive = func(ctx context.Context, src desk.Source, b desk.Batch) ([]desk.Result, error) {
			if !kept {
				return nil, late
			}
			if _, err := receive(ctx, src, b); err != nil {
				return nil, err
			}
			return nil, late
		}
	})
	status, _, body := c.post("requests.json", c.lamp()...)
	_, token := c.made(body)
	if status != 200 || token == "" {
		t.Fatalf("%d %s", status, body)
	}
	if _, _, body := c.get("tokens/" + token + ".json"); !strings.Contains(body, `"service_request_id":"1"`) {
		t.Error(body)
	}
	kept = false
	if status, _, body := c.post("requests.json", c.lamp()...); status != 503 {
		t.Errorf("%d %s", status, body)
	}
}

func rawForm(msgs ...ingesttest.Message) desk.Raw {
	m := msgs[0]
	note, err := json.Marshal(formNote{ID: m.ID, Token: "t"})
	if err != nil {
		panic(err)
	}
	return desk.Raw{ContentType: TypeForm, Note: note, Bytes: []byte(url.Values{"service_code": {"01"}, "address_string": {m.Title}, "description": {m.Body}}.Encode())}
}

func FuzzOpen311(f *testing.F) {
	f.Add([]byte(rawForm(ingesttest.Messages(1, 1)...).Bytes))
	f.Add([]byte("service_code=02&lat=1&long=2&attribute%5Bkind%5D=%E6%8A%95%E8%AF%89"))
	f.Add([]byte("service_code=%ff&a;b=%zz"))
	for _, x := range corpus.Texts(f, 10) {
		f.Add(rawForm(ingesttest.Message{ID: x.Title, Title: x.Title, Body: x.Body}).Bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		raw := desk.Raw{ContentType: TypeForm, Bytes: b}
		if why := ingesttest.Unsound(Parser{}, raw); why != "" {
			t.Error(why)
		}
		parts, err := Parser{}.Parse(desk.Source{}, raw, time.UTC)
		if err != nil || len(parts) != 1 {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		// What can be an item can be shown as the standard wants it.
		if p := parts[0]; p.Err == nil && p.Incoming.Check() == nil {
			s := shape(desk.ServiceRequest{Item: desk.Item{Incoming: p.Incoming}}, time.UTC)
			if _, err := json.Marshal(s); err != nil {
				t.Error(err)
			}
			if _, err := xml.Marshal(s); err != nil {
				t.Error(err)
			}
		}
		_ = withoutKey(string(b))
	})
}
