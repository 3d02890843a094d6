package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	dom "golang.org/x/net/html"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/ingest/ingesttest"
	"huiying/ingest/media"
	"huiying/ingest/media/stream"
	"huiying/web/webtest"
)

// hostile are texts that would run, load or redirect something if a page took them
// for markup. CANARY is an address at which a server listens; any element with the
// attribute data-canary has come out of one of them.
var hostile = []string{
	`<script data-canary>fetch("CANARY/script")</script>`,
	`<img data-canary src="CANARY/img" onerror="fetch('CANARY/onerror')">`,
	`<svg data-canary onload=fetch('CANARY/svg')><animate onbegin=fetch('CANARY/begin') attributeName=x dur=1s>`,
	`"><b data-canary onmouseover="fetch('CANARY/over')" autofocus tabindex=0 onfocus="fetch('CANARY/focus')">`,
	`' data-canary autofocus onfocus='fetch("CANARY/quote")' x='`,
	"` data-canary onfocus=fetch('CANARY/tick') `",
	`</title></textarea></style></script><script data-canary src="CANARY/close"></script>`,
	`--><script data-canary src="CANARY/comment"></script><!--`,
	`]]><script data-canary src="CANARY/cdata"></script>`,
	`<iframe data-canary srcdoc="<script src=CANARY/srcdoc></script>"></iframe>`,
	`<a data-canary href="javascript:fetch('CANARY/href')">点这里</a>`,
	`<form data-canary action="CANARY/form"><button autofocus>提交</button></form>`,
	`<base data-canary href="CANARY/base/"><link data-canary rel=stylesheet href="CANARY/css">`,
	`<meta data-canary http-equiv="refresh" content="0;url=CANARY/refresh">`,
	`<style data-canary>@import "CANARY/import"; body{background:url(CANARY/background)}</style>`,
	`<div data-canary hx-get="CANARY/htmx" hx-trigger="load" hx-on:load="fetch('CANARY/hxon')">x</div>`,
	`<math><mtext><table><mglyph><style><!--</style><img data-canary title="--&gt;&lt;img src=CANARY/mutation onerror=alert(1)&gt;">`,
	`<object data-canary data="CANARY/object"></object><embed data-canary src="CANARY/embed">`,
	`{{constructor.constructor("fetch('CANARY/template')")()}} ${fetch("CANARY/literal")} <%= x %>`,
	`<details data-canary open ontoggle=fetch('CANARY/toggle')>x</details><video data-canary><source onerror=fetch('CANARY/video')></video>`,
	"<scr\u200bipt data-canary>\u202e<script data-canary>fetch('CANARY/bidi')</script>",
	`&lt;script data-canary&gt;fetch('CANARY/entity')&lt;/script&gt;`,
	`&#60;img data-canary src=CANARY/number onerror=alert(1)&#62;`,
	"+ADw-script data-canary+AD4-fetch('CANARY/utf7')+ADw-/script+AD4-",
	`<image data-canary/src="CANARY/image"onerror=fetch('CANARY/slash')>`,
	`<x data-canary onclick=fetch('CANARY/x') style="position:fixed;inset:0;background:url(CANARY/style)">x</x>`,
}

// canary is a server that must not hear anything.
type canary struct {
	url   string
	mu    sync.Mutex
	heard []string
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	c := &canary{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.heard = append(c.heard, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

func (c *canary) sang() []string { c.mu.Lock(); defer c.mu.Unlock(); return slices.Clone(c.heard) }

// doors sends texts through every way in.
type doors struct {
	*program
	t       *testing.T
	client  *http.Client // of the duty officer
	key     string
	hook    string
	mail    *ingesttest.Dovecot
	entries *feedOf
	people  map[string]*http.Client
	in      *desk.Desk             // a second node, for what is fetched from programs of others
	fetched map[string]desk.Source // by kind
	n       int
}

// fetchedBy are sources whose other side speaks a protocol of its own, with tests of
// its own; here the bytes are brought in as their pollers do.
var fetchedBy = []desk.Source{
	{Kind: desk.MirrorKind, Channel: desk.ChannelHotline, Name: "镜像", URL: "http://127.0.0.1:1/tickets", Settings: json.RawMessage(`{"items":"/list","external_id":"/no","title":"/title","text":"/text","changed":"/at",
		"state":"/state","states":{"1":"working"},"replies":"/replies","reply_text":"/text","reply_time":"/at","reply_by":"/by","request":{"since":"since","page":"page"}}`)},
	{Kind: stream.Kind, Channel: desk.ChannelMedia, Name: "流", URL: "nats://127.0.0.1:1/mentions", Settings: json.RawMessage(media.DefaultMapping)},
}

// apart are the kinds whose bytes only their own other side can make: ranked lists,
// and the batches of a ferry, which carry what other doors have taken. Their packages
// hold them to the suite of all sources.
var apart = []string{"hotlist", "ferry"}

// driven are the kinds that something comes in by here.
func driven() (names []string) {
	for _, k := range kinds(nil, nil) {
		if !slices.Contains(apart, k.Name) {
			names = append(names, k.Name)
		}
	}
	return names
}

// secondNode is a desk of the test's own on the program's database.
func (d *doors) secondNode() {
	d.t.Helper()
	store, err := pg.Open(d.t.Context(), d.databaseURL(), pg.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(store.Close)
	policy, err := desk.DefaultPolicy()
	if err != nil {
		d.t.Fatal(err)
	}
	d.in = newDesk(store, policy, kinds(nil, nil), time.Now, slog.New(slog.DiscardHandler))
	for _, src := range fetchedBy {
		made, _, err := d.in.AddSource(d.t.Context(), desk.Shell, src, false)
		if err != nil {
			d.t.Fatalf("%s: %v", src.Name, err)
		}
		d.fetched[src.Kind] = made
	}
}

// poll brings in what a poller has fetched.
func (d *doors) poll(kind string, body any) {
	d.t.Helper()
	results, err := d.in.Receive(d.t.Context(), d.fetched[kind], desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: d.json(body)}}})
	if err != nil {
		d.t.Fatalf("%s: %v", kind, err)
	}
	for _, r := range results {
		if r.Err != nil {
			d.t.Errorf("%s: %v", kind, r.Err)
		}
	}
}

// feedOf serves a feed with what is put into it.
type feedOf struct {
	url string
	mu  sync.Mutex
	b   strings.Builder
}

func (f *feedOf) put(title, text, author string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fmt.Fprintf(&f.b, `<item><guid isPermaLink="false">%d</guid><title>%s</title><link>javascript:alert(1)</link><author>%s</author><description>%s</description></item>`,
		f.b.Len(), html.EscapeString(title), html.EscapeString(author), html.EscapeString(html.EscapeString(text))) // twice: a description is HTML
}

func newFeedOf(t *testing.T) *feedOf {
	t.Helper()
	f := &feedOf{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		_, _ = io.WriteString(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>`+html.EscapeString(hostile[0])+`</title>`+f.b.String()+`</channel></rss>`) // the poller may leave
	}))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

func openDoors(t *testing.T) *doors {
	t.Helper()
	d := &doors{program: newProgram(t, "--allow-net", "127.0.0.0/8"), t: t, mail: ingesttest.StartDovecot(t), entries: newFeedOf(t), people: map[string]*http.Client{}, fetched: map[string]desk.Source{}}
	d.start()
	for _, role := range []string{"operator", "duty", "press", "shift-lead", "leader", "sysadmin", "secadmin", "auditor"} {
		d.must("a password for "+role+"\n", "user", "add", role, "--role", role, "--password-stdin")
	}
	d.key = d.must("", "source", "add", "hotline", "--name", "热线 "+hostile[1][:5])
	d.must("", "source", "add", "hotline", "--name", "表格")
	mapping := filepath.Join(filepath.Dir(d.data), "mapping.json")
	if err := os.WriteFile(mapping, []byte(media.DefaultMapping), 0o600); err != nil {
		t.Fatal(err)
	}
	d.hook = d.must("", "source", "add", "webhook", "--name", "hook", "--mapping", mapping)
	d.must(d.mail.Password+"\n", "source", "add", "mailbox", "--name", "信箱", "--url", d.mail.URL, "--user", d.mail.User, "--password-stdin")
	d.must("", "source", "add", "feed", "--name", "新闻", "--url", d.entries.url)
	d.client = d.signedIn("duty")
	d.secondNode()
	return d
}

// signedIn is a browser without eyes, of one person.
func (d *doors) signedIn(role string) *http.Client {
	d.t.Helper()
	if c := d.people[role]; c != nil {
		return c
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	c := &http.Client{Jar: jar, Timeout: time.Minute}
	d.form(c, "/login", url.Values{"name": {role}, "password": {"a password for " + role}})
	d.people[role] = c
	return c
}

// form sends a form as the page does; every field has to be taken.
func (d *doors) form(c *http.Client, path string, v url.Values) {
	d.t.Helper()
	d.send(c, path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()), nil)
}

func (d *doors) send(c *http.Client, path, kind string, body io.Reader, head http.Header) []byte {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	for name, v := range head {
		req.Header[name] = v
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Origin", d.url)
	res, err := c.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 400 {
		d.t.Fatalf("%s: %s %.600s %v", path, res.Status, b, err)
	}
	return b
}

func (d *doors) json(v any) []byte {
	d.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// short cuts to so many runes.
func short(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// all sends one hostile title with a hostile text through every door, in every field
// that takes words.
func (d *doors) all(title, text string) {
	d.t.Helper()
	d.n++
	one := short(title, 60)
	plain := http.DefaultClient
	blank := d.get(plain, "/letters")
	token := formToken.FindSubmatch(blank)
	if token == nil {
		d.t.Fatalf("no token in the letter form: %.300s", blank)
	}
	bearer := http.Header{"Authorization": {"Bearer " + d.key}}
	d.send(plain, "/api/v1/items", "application/json", bytes.NewReader(d.json(map[string]any{"external_id": fmt.Sprint(title, d.n), "title": title, "body": text, "place": one,
		"url": "https://x.example/?" + url.QueryEscape(title), "author": map[string]any{"name": one}})), bearer)
	// What is no item lies in quarantine, with its bytes.
	d.send(plain, "/api/v1/items", "application/json", bytes.NewReader(d.json([]any{map[string]any{"title": title, "url": "javascript:" + title}, map[string]any{title: text}})), bearer)
	d.send(plain, "/open311/v2/requests.json", "application/x-www-form-urlencoded", strings.NewReader(url.Values{"api_key": {d.key}, "service_code": {d.service()}, "lat": {"25.1"}, "long": {"102.7"},
		"description": {title + "\n" + text}, "address_string": {one}, "first_name": {one}, "last_name": {one}, "email": {"a@b.example"}, "media_url": {"https://x.example/a.jpg"}}.Encode()), nil)
	body := d.json(map[string]any{"title": title, "text": text, "author": one, "platform": one, "url": "https://x.example/" + fmt.Sprint(d.n), "external_id": fmt.Sprint(d.n), "reads": 3, "time": "2026-11-20 10:00"})
	stamp := fmt.Sprint(time.Now().Unix())
	d.send(plain, media.HookPath+"hook", "application/json", bytes.NewReader(body), http.Header{"X-Timestamp": {stamp}, "X-Signature": {hex.EncodeToString(media.Sign(d.hook, stamp, body))}})
	for _, sort := range []string{"来电", "来文", "报送", "交办", "网信转办"} {
		d.form(d.client, "/duty", url.Values{"sort": {d.dutyForm(sort)}, "unit": {one}, "name": {one}, "post": {one}, "phone": {"0870-2123456"}, "number": {one}, "title": {title}, "body": {text},
			"urgency": {"一般"}, "at": {time.Now().Add(-time.Hour).In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04")}, "told-other": {one}})
	}
	d.form(d.client, "/media/paste", url.Values{"platform": {"微博"}, "url": {"https://x.example/p" + fmt.Sprint(d.n)}, "title": {title}, "text": {text}, "author": {one}, "reads": {"5"}})
	d.form(d.signedIn("operator"), "/seat", url.Values{"phone": {"0870-2123456"}, "caller": {one}, "body": {text}, "title": {title}, "place": {one}})
	letter := url.Values{"token": {string(token[1])}, "title": {short(title, 100)}, "words": {short(text, 5000)}, "name": {short(title, 30)}, "phone": {"13900000000"}, "place": {one}}
	last := time.Now() // six letters a minute are taken from one address, and none that was written in no time
	d.awaitFor(3*time.Minute, "the letter box to believe that a person wrote", func() bool {
		if time.Since(last) < 6*time.Second {
			return false
		}
		last = time.Now()
		res, err := plain.PostForm(d.url+"/letters", letter)
		if err != nil {
			d.t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		again := bytes.Contains(b, []byte("提交得太快")) || res.StatusCode == http.StatusTooManyRequests
		if err != nil || res.StatusCode != http.StatusOK && !again {
			d.t.Fatalf("/letters: %s %s %v", res.Status, b, err)
		}
		return res.StatusCode == http.StatusOK
	})
	d.mail.Deliver(d.t, fmt.Appendf(nil, "From: %s <x%d@real.example>\r\nSubject: =?utf-8?Q?%s?=\r\nMessage-ID: <x%d@real.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>%s%s</body></html>\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n--b\r\nContent-Type: text/html; name=\"%s\"\r\nContent-Disposition: attachment; filename*=utf-8''%s\r\n\r\n%s\r\n--b--\r\n",
		quoted(one), d.n, quoted(title), d.n, text, html.EscapeString(text), text, "x.html", url.PathEscape(one+".html"), text))
	d.entries.put(title, text, one)
	at := time.Now().Format(time.RFC3339)
	d.poll(desk.MirrorKind, map[string]any{"list": []any{map[string]any{"no": fmt.Sprint("no-", d.n), "title": title, "text": text, "state": "1", "at": at, "replies": []any{map[string]any{"text": text, "at": at, "by": one}}}}})
	d.poll(stream.Kind, map[string]any{"title": title, "text": text, "author": one, "platform": one, "url": "https://x.example/s" + fmt.Sprint(d.n), "external_id": fmt.Sprint("s", d.n), "time": "2026-11-20 10:00"})
	table := filepath.Join(filepath.Dir(d.data), fmt.Sprintf("table%d.csv", d.n))
	cell := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	sheet := []byte("编号,标题,内容,地点," + cell(title) + "\r\n" + cell(fmt.Sprint("t", d.n)) + "," + cell(title) + "," + cell(text) + "," + cell(one) + "," + cell(title) + "\r\n,,,," + cell(title) + "\r\n")
	if err := os.WriteFile(table, sheet, 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.must("", "import", table, "--source", "表格")
	d.upload(sheet, one+".csv")
}

// quoted is text in the Q encoding of a header.
func quoted(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "=%02X", c)
	}
	return b.String()
}

// upload leaves a table on the page for tables, not yet brought in.
func (d *doors) upload(sheet []byte, name string) {
	d.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := part.Write(sheet); err != nil {
		d.t.Fatal(err)
	}
	if err := m.WriteField("source", fmt.Sprint(number(d.t, d.databaseURL(), "SELECT id FROM huiying.source WHERE name = '表格'"))); err != nil {
		d.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.send(d.signedIn("sysadmin"), "/imports", m.FormDataContentType(), &b, nil)
}

var tabs = regexp.MustCompile(`name="sort" value="([^"]+)"`)

// dutyForm is a duty form's own name.
func (d *doors) dutyForm(about string) string {
	d.t.Helper()
	slug := map[string]string{"来电": "call", "来文": "document", "报送": "report", "交办": "order", "网信转办": "net"}[about]
	m := tabs.FindSubmatch(d.get(d.client, "/duty/new?form="+slug))
	if m == nil {
		d.t.Fatalf("no form for %s", about)
	}
	return html.UnescapeString(string(m[1]))
}

// service is the first service that Open311 offers.
func (d *doors) service() string {
	d.t.Helper()
	var list []struct {
		Code string `json:"service_code"`
	}
	if err := json.Unmarshal(d.get(http.DefaultClient, "/open311/v2/services.json"), &list); err != nil || len(list) == 0 {
		d.t.Fatal(list, err)
	}
	return list[0].Code
}

func (d *doors) get(c *http.Client, path string) []byte {
	d.t.Helper()
	_, _, b := d.fetch(c, path)
	return b
}

// fetch gets a page, at whatever address it ends.
func (d *doors) fetch(c *http.Client, path string) (status int, head http.Header, body []byte) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.url+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html,*/*")
	res, err := c.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err = io.ReadAll(io.LimitReader(res.Body, 16<<20)); err != nil {
		d.t.Fatal(err)
	}
	return res.StatusCode, res.Header, body
}

// faulty says what of a document has come out of hostile text, or could run.
func faulty(b []byte) (faults, links []string) {
	doc, err := dom.Parse(bytes.NewReader(b))
	if err != nil {
		return []string{err.Error()}, nil
	}
	for n := range doc.Descendants() {
		if n.Type != dom.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch {
			case a.Key == "data-canary", strings.HasPrefix(a.Key, "on"), strings.HasPrefix(a.Key, "hx-on"), a.Key == "srcdoc", a.Key == "style":
				faults = append(faults, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			case (a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction" || a.Key == "xlink:href") && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:text") || strings.HasPrefix(value, "vbscript:")):
				faults = append(faults, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			case a.Key == "href" && n.Data == "a" && strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//"):
				links = append(links, a.Val)
			}
		}
		switch n.Data {
		case "iframe", "object", "embed", "base", "style", "frame", "applet":
			faults = append(faults, "<"+n.Data+">")
		case "script":
			data := slices.Contains(n.Attr, dom.Attribute{Key: "type", Val: "application/json"}) // nothing runs that
			if n.FirstChild != nil && !(data && json.Valid([]byte(n.FirstChild.Data))) {
				faults = append(faults, fmt.Sprintf("a script with text: %.80q", n.FirstChild.Data))
			}
		}
	}
	return faults, links
}

// crawl follows every link that a person is shown.
func (d *doors) crawl(role string, c *http.Client, start []string, most int) (pages []string) {
	d.t.Helper()
	seen := map[string]bool{}
	for queue := start; len(queue) > 0 && len(pages) < most; queue = queue[1:] {
		path, _, _ := strings.Cut(queue[0], "#")
		if seen[path] || strings.HasPrefix(path, "/logout") {
			continue
		}
		seen[path] = true
		status, head, b := d.fetch(c, path)
		if status >= 500 {
			d.t.Errorf("%s sees %d at %s", role, status, path)
		}
		csp := head.Get("Content-Security-Policy")
		if kind := head.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
			if head.Get("X-Content-Type-Options") != "nosniff" {
				d.t.Errorf("%s is %s and may be sniffed", path, kind)
			}
			continue
		}
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			d.t.Errorf("%s: CSP %q", path, csp)
		}
		faults, links := faulty(b)
		for _, f := range faults {
			d.t.Errorf("%s, %s: %s", role, path, f)
		}
		pages = append(pages, path)
		queue = append(queue, links...)
	}
	return pages
}

// TestRow33StoredXSS is row 33 of the promises: a corpus of hostile texts goes in
// through every door, and then every page that each role can reach is read. No
// element and no attribute comes out of a text, nothing runs, a canary stays silent,
// and each page has its policy. In full every text goes through every door by
// itself, and the browser opens every page.
func TestRow33StoredXSS(t *testing.T) {
	t.Parallel()
	c := newCanary(t)
	d := openDoors(t)
	corpus := make([]string, len(hostile))
	for i, s := range hostile {
		corpus[i] = strings.ReplaceAll(s, "CANARY", c.url)
	}
	text := strings.Join(corpus, "\n")
	rounds, most, inBrowser := 2, 150, 25
	if endure() {
		rounds, most, inBrowser = len(corpus), 4000, 400
	}
	for i := range rounds {
		d.all(corpus[i*7%len(corpus)], text)
	}
	at := d.databaseURL()
	stages := number(t, at, "SELECT count(*) FROM huiying.item")
	d.await("mail and news", func() bool {
		stages = number(t, at, "SELECT count(*) FROM huiying.item WHERE channel = 'mailbox' AND source_id = (SELECT id FROM huiying.source WHERE kind = 'mailbox')")
		return stages >= rounds && number(t, at, "SELECT count(*) FROM huiying.item i JOIN huiying.source s ON s.id = i.source_id WHERE s.kind = 'feed'") >= rounds
	})
	d.everyDoor(at, rounds)

	people := []string{"duty", "sysadmin", "press"}
	if endure() {
		people = append(people, "operator", "shift-lead", "leader", "secadmin", "auditor")
	}
	search := "/items?q=" + url.QueryEscape(corpus[0])
	visits, shown := 0, map[string][]string{}
	for _, role := range people {
		start := []string{"/", "/items", search, "/topics", "/quarantine", "/sources", "/imports", "/record", "/notices", "/incidents", "/seat", "/duty/new", "/media/paste", "/handover", "/releases", "/briefings", "/people", "/alerts", "/drills", "/wall"}
		shown[role] = d.crawl(role, d.signedIn(role), start, most)
		visits += len(shown[role])
	}
	opened := d.browse(c, shown, inBrowser, corpus)
	if sang := c.sang(); len(sang) > 0 {
		t.Errorf("the canary heard %q", sang)
	}
	items := number(t, at, "SELECT count(*) FROM huiying.item")
	t.Logf("figure: %d texts through %d doors (%d items, %d in quarantine); %d pages read as %d roles, %d of them opened in Chromium: 0 elements, 0 handlers, canary silent, CSP on every page",
		rounds, len(driven()), items, number(t, at, "SELECT count(*) FROM huiying.quarantine"), visits, len(people), opened)
}

// everyDoor fails the test for a kind of source that nothing hostile came through.
func (d *doors) everyDoor(at string, rounds int) {
	d.t.Helper()
	db, err := pgx.Connect(d.t.Context(), at)
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close(d.t.Context())
	rows, err := db.Query(d.t.Context(), "SELECT s.kind, count(*) AS n FROM huiying.item i JOIN huiying.source s ON s.id = i.source_id WHERE i.title || i.body LIKE '%data-canary%' GROUP BY 1")
	if err != nil {
		d.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct {
		Kind string
		N    int
	}])
	if err != nil {
		d.t.Fatal(err)
	}
	have := map[string]int{}
	for _, k := range list {
		have[k.Kind] = k.N
	}
	for _, name := range driven() {
		if have[name] < rounds {
			d.t.Errorf("%d hostile items came in by %s, want %d", have[name], name, rounds)
		}
	}
}

// browse opens pages in Chromium, with a live board among them that hostile items come up on.
func (d *doors) browse(c *canary, shown map[string][]string, most int, corpus []string) (opened int) {
	d.t.Helper()
	browser := webtest.Start(d.t)
	for role, pages := range shown {
		d.t.Run(role, func(t *testing.T) {
			tab := browser.Tab(t) // closed with the subtest: only so many are open at once
			tab.Allow("404")
			tab.Allow("403")
			tab.Before(`window.alert = window.prompt = window.confirm = () => { window.sang = true }`)
			tab.Goto(d.url + "/login")
			tab.Eval(fmt.Sprintf(`(() => { const f = document.querySelector("form"); f.querySelector("[name=name]").value = %q; f.querySelector("[name=password]").value = %q; f.requestSubmit() })()`, role, "a password for "+role), nil)
			tab.Wait(`location.pathname !== "/login"`)
			look := func(path string) {
				var found string
				tab.Eval(`(() => { const f = [...document.querySelectorAll("[data-canary], [onerror], [onload], [onfocus], iframe, object, embed, base, a[href^='javascript:' i]")].map((e) => e.outerHTML.slice(0, 200)); if (window.sang) f.push("a script ran"); return f.join("\n") })()`, &found)
				if found != "" {
					t.Errorf("%s, %s in the browser: %s", role, path, found)
				}
				opened++
			}
			// Those of the most different kinds first.
			for _, path := range spread(pages, most) {
				tab.Goto(d.url + path)
				look(path)
			}
			if role == "duty" {
				tab.Goto(d.url + "/")
				title := "现场 " + corpus[1]
				d.send(http.DefaultClient, "/api/v1/items", "application/json", bytes.NewReader(d.json(map[string]any{"title": title, "body": corpus[2]})), http.Header{"Authorization": {"Bearer " + d.key}})
				tab.Wait(`document.body.innerText.includes("现场 <img data-canary")`)
				look("/ as it comes up")
			}
			for _, fault := range tab.Faults() {
				t.Errorf("%s: the console says %s", role, fault)
			}
		})
	}
	return opened
}

// spread takes pages so that each kind of page comes before the second of a kind.
func spread(pages []string, most int) (list []string) {
	digits := regexp.MustCompile(`[0-9]+`)
	left := slices.Clone(pages)
	for len(left) > 0 && len(list) < most {
		seen := map[string]bool{}
		var later []string
		for _, p := range left {
			path, _, _ := strings.Cut(p, "?")
			if kind := digits.ReplaceAllString(path, "#"); seen[kind] {
				later = append(later, p)
			} else if seen[kind] = true; len(list) < most {
				list = append(list, p)
			}
		}
		left = later
	}
	return list
}
