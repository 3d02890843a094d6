package media

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/text/encoding/simplifiedchinese"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/ingest/ingesttest"
)

// TestConditional: an unchanged feed is neither sent nor kept again, with
// validators and without.
func TestConditional(t *testing.T) {
	t.Parallel()
	for _, noETag := range []bool{false, true} {
		s := startSite(t, "")
		s.noETag = noETag
		d := ingesttest.Open(t, feedKind(), s.source())
		s.Put(t, ingesttest.Messages(1, 3)...)
		for range 3 {
			d.Poll()
		}
		raws := map[int64]bool{}
		for _, it := range d.Items() {
			raws[it.RawID] = true
			if it.URL == "" || !strings.HasPrefix(it.URL, "http://yunze.example.com/m-") {
				t.Errorf("link %q", it.URL)
			}
			if it.OccurredAt == nil || it.OccurredAt.In(zone(t)).Format(time.RFC3339) != "2026-11-20T09:00:00+08:00" {
				t.Errorf("a date without zone became %v", it.OccurredAt)
			}
		}
		if len(raws) != 1 || len(d.Items()) != 3 {
			t.Errorf("%d items of %d raws", len(d.Items()), len(raws))
		}
		s.set(func() {
			if got := s.asked[len(s.asked)-1].Get("If-None-Match"); (got == "") != noETag {
				t.Errorf("asked with %q", got)
			}
		})
	}
}

// TestPolite: who says when to come back isn't asked sooner.
func TestPolite(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusNotFound, http.StatusForbidden} {
		s := startSite(t, "")
		s.status = status
		d := ingesttest.Open(t, feedKind(), s.source())
		d.Poll()
		st := d.State()
		if wait := st.NextPollAt.Sub(d.Clock.Now()); wait < time.Hour {
			t.Errorf("%d: polled again in %v, asked for an hour", status, wait)
		}
		if st.LastError == "" || st.Failures != 1 {
			t.Errorf("%d: %+v", status, st)
		}
		s.status = 0
	}
}

// TestNotAFeed: a page in a feed's place is a failure of the source, which says so and is asked less often; however
// often the page changes, its first state is quarantined, with words that help.
func TestNotAFeed(t *testing.T) {
	t.Parallel()
	s := startSite(t, "")
	s.raw = "<!doctype html><html><head><title>登录</title></head><body><form>请登录</form></body></html>"
	d := ingesttest.Open(t, feedKind(), s.source())
	d.Poll()
	d.Poll()
	for _, token := range []string{"a1", "b22", "c333"} { // a page to log in is another each time
		s.set(func() { s.raw = "<html><body>请登录 " + token + "</body></html>" })
		d.Poll()
	}
	if q := d.Quarantined(); len(q) != 1 || !strings.Contains(q[0].Reason, "登录页") {
		t.Errorf("%+v", q)
	}
	if st := d.State(); st.Failures != 5 || !strings.Contains(st.LastError, "登录页") || st.LastSuccess != nil || st.NextPollAt.Sub(d.Clock.Now()) <= d.Kind.Every {
		t.Errorf("the source is %+v", st)
	}
	s.set(func() { s.raw = "" })
	s.Put(t, ingesttest.Messages(1, 1)...)
	d.Poll()
	if st := d.State(); len(d.Items()) != 1 || st.Failures != 0 || st.LastSuccess == nil {
		t.Errorf("the feed that came back is not read: %+v", st)
	}
	s.set(func() { s.raw = "<html><body>请再登录</body></html>" })
	d.Poll()
	s.set(func() { s.raw = "" })
	d.Poll() // unchanged since before it: 304
	if st := d.State(); st.Failures != 0 {
		t.Errorf("the feed that is as it was counts as failing: %+v", st)
	}
	s.set(func() { s.raw = "<html><body>请登录第三次</body></html>" })
	d.Poll()
	if q := d.Quarantined(); len(q) != 3 {
		t.Errorf("%d in quarantine after the third illness", len(q))
	}
}

// TestMend: an entry in quarantine can be mended and becomes an item.
func TestMend(t *testing.T) {
	t.Parallel()
	s := startSite(t, "")
	s.raw = `<rss version="2.0"><channel><item><title>好的</title><guid>1</guid></item><item><title></title><guid>2</guid><link>http://yunze.example.com/2</link></item></channel></rss>`
	d := ingesttest.Open(t, feedKind(), s.source())
	d.Poll()
	q := d.Quarantined()
	if len(q) != 1 || len(d.Items()) != 1 {
		t.Fatalf("%d items, in quarantine %+v", len(d.Items()), q)
	}
	mended := strings.Replace(string(q[0].Bytes), "<title></title>", "<title>补上的标题</title>", 1)
	res, err := d.MendQuarantined(t.Context(), desk.System, q[0].ID, []byte(mended))
	if err != nil || len(res) != 1 || res[0].Status != desk.StatusCreated {
		t.Fatalf("%+v %v\n%s", res, err, mended)
	}
	if it := d.Items()["2"]; it.Title != "补上的标题" || it.URL != "http://yunze.example.com/2" {
		t.Errorf("%+v", it.Incoming)
	}
}

func gbkFeed(t testing.TB, declared string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(`<?xml version="1.0" encoding="` + declared + `"?><rss version="2.0"><channel><item><title>云泽市地铁二号线延误&nbsp;&copy; A&B 乘客滞留` +
		"\x08" + `</title><guid>g</guid><description><![CDATA[<p>早高峰 & 晚高峰</p><script>alert(1)</script>]]></description></item><item><title>半条`))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBrokenDocuments(t *testing.T) {
	t.Parallel()
	for _, declared := range []string{"gb2312", "GBK", "gb18030", "utf-8", "iso-8859-1", "x-nonsense"} {
		parts, err := Parser{}.Parse(desk.Source{}, desk.Raw{Bytes: gbkFeed(t, declared)}, zone(t))
		if err != nil || len(parts) != 2 {
			t.Errorf("%s: %d parts, %v", declared, len(parts), err)
			continue
		}
		in := parts[0].Incoming
		if in.Title != "云泽市地铁二号线延误 © A&B 乘客滞留" || in.Body != "早高峰 & 晚高峰" || in.ExternalID != "g" {
			t.Errorf("%s: %+v", declared, in)
		}
		if parts[1].Err == nil || !strings.Contains(parts[1].Err.Message(), "不完整") {
			t.Errorf("%s: the half entry is passed over in silence: %+v", declared, parts[1])
		}
	}
}

func TestAtomAndJSONFeed(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"atom": `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>urn:1</id><title type="html">&lt;b&gt;桥&lt;/b&gt;面塌陷</title><link rel="alternate" href="http://a.example.com/1"/>` +
			`<updated>2026-11-20T01:00:00Z</updated><author><name>记者甲</name></author><content type="html">&lt;p&gt;正文&lt;/p&gt;</content></entry></feed>`,
		"json": `{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"urn:1","url":"http://a.example.com/1","title":"桥面塌陷","content_html":"<p>正文</p>",` +
			`"date_published":"2026-11-20T09:00:00+08:00","authors":[{"name":"记者甲"}]}]}`,
		"rdf": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="urn:1"><title>桥面塌陷</title>` +
			`<link>http://a.example.com/1</link><description>正文</description><dc:date>2026-11-20T09:00:00+08:00</dc:date><dc:creator>记者甲</dc:creator></item></rdf:RDF>`,
	} {
		parts, err := Parser{}.Parse(desk.Source{}, desk.Raw{Bytes: []byte(in)}, zone(t))
		if err != nil || len(parts) != 1 || parts[0].Err != nil {
			t.Errorf("%s: %+v %v", name, parts, err)
			continue
		}
		got := parts[0].Incoming
		if got.Title != "桥面塌陷" || got.Body != "正文" || got.URL != "http://a.example.com/1" || got.Author.Name != "记者甲" || got.OccurredAt == nil ||
			!got.OccurredAt.Equal(time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)) || got.ExternalID == "" {
			t.Errorf("%s: %+v %v", name, got, got.OccurredAt)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"2026-11-20 09:00:00": "2026-11-20T09:00:00+08:00", "2026-11-20T09:00:00": "2026-11-20T09:00:00+08:00", "2026/11/20 09:00": "2026-11-20T09:00:00+08:00",
		"2026年11月20日 09:00": "2026-11-20T09:00:00+08:00", "2026年11月20日": "2026-11-20T00:00:00+08:00", "2026-11-20": "2026-11-20T00:00:00+08:00",
		"Fri, 20 Nov 2026 09:00:00 CST": "2026-11-20T09:00:00+08:00", "Fri, 20 Nov 2026 09:00:00": "2026-11-20T09:00:00+08:00", "Fri, 20 Nov 2026 01:00:00 GMT": "2026-11-20T09:00:00+08:00",
		"Fri, 20 Nov 2026 09:00:00 +0800": "2026-11-20T09:00:00+08:00", "2026-11-20T01:00:00Z": "2026-11-20T09:00:00+08:00", "2026-11-20T09:00:00+08:00": "2026-11-20T09:00:00+08:00",
		"Fri, 20 Nov 2026 09:00:00 北京时间": "2026-11-20T09:00:00+08:00",
		"2099-11-20 09:00:00":            "", "1970-01-01T00:00:00Z": "", "昨天": "", "": "", "0000-00-00 00:00:00": "",
	} {
		feed, err := gofeed.NewParser().ParseString(`<rss version="2.0"><channel><item><title>t</title><pubDate>` + in + `</pubDate></item></channel></rss>`)
		if err != nil {
			t.Fatal(err)
		}
		got := published(feed.Items[0], received, zone(t))
		switch {
		case want == "" && got != nil, want != "" && got == nil:
			t.Errorf("%q: %v", in, got)
		case got != nil && got.In(zone(t)).Format(time.RFC3339) != want:
			t.Errorf("%q: %v, want %s", in, got.In(zone(t)), want)
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	feed := func(link string) desk.Part {
		parts, err := Parser{}.Parse(desk.Source{}, desk.Raw{Note: []byte(`{"url":"http://a.example.com/feeds/rss.xml"}`),
			Bytes: []byte(`<rss version="2.0"><channel><item><title>t</title><link>` + escape(link) + `</link></item></channel></rss>`)}, zone(t))
		if err != nil || len(parts) != 1 || parts[0].Err != nil {
			t.Fatal(parts, err)
		}
		return parts[0]
	}
	for in, want := range map[string]string{
		"http://b.example.com/1?a=1&b=2": "http://b.example.com/1?a=1&b=2", "/1.html": "http://a.example.com/1.html", "2.html": "http://a.example.com/feeds/2.html",
		"javascript:alert(1)": "", "data:text/html,x": "", "": "", "//c.example.com/x": "http://c.example.com/x", "http://[bad": "", "file:///etc/passwd": "",
	} {
		if got := feed(in).Incoming.URL; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if a, b := feed("http://b.example.com/1").Incoming, feed("http://b.example.com/1").Incoming; a.ExternalID != b.ExternalID || a.ExternalID != "http://b.example.com/1" {
		t.Errorf("identity %q %q", a.ExternalID, b.ExternalID)
	}
}

func TestTooMuch(t *testing.T) {
	t.Parallel()
	parts, err := Parser{}.Parse(desk.Source{}, rawFeed(ingesttest.Messages(1, maxEntries+5)...), zone(t))
	if err != nil || len(parts) != maxEntries+1 || parts[maxEntries].Err == nil {
		t.Errorf("%d parts, %v", len(parts), err)
	}
	deep := "<rss version=\"2.0\"><channel><item><title>t</title>" + strings.Repeat("<x:a>", 1_000_000)
	if _, err := (Parser{}).Parse(desk.Source{}, desk.Raw{Bytes: []byte(deep)}, zone(t)); err == nil || !strings.Contains(err.Error(), "嵌套") {
		t.Errorf("a million deep: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(rawFeed(ingesttest.Messages(1, 2)...).Bytes)
	f.Add(gbkFeed(f, "gbk"))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title type="xhtml"><div>a</div></title><updated>2026-11-20T01:00:00Z</updated></entry></feed>`))
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"title":"a"}]}`))
	f.Add([]byte("\xff\xfe<\x00r\x00s\x00s\x00>\x00"))
	for _, b := range corpus.Files(f, "encodings/feeds/*.xml", "feeds/miniflux/*/testdata/*.xml") {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if why := ingesttest.Unsound(Parser{}, desk.Raw{Bytes: b, ContentType: "text/xml; charset=gbk"}); why != "" {
			t.Error(why)
		}
	})
}
