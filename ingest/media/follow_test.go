package media

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

// paper is a site with a feed of summaries and the pages behind them.
type paper struct {
	*httptest.Server
	mu    sync.Mutex
	feed  []string // ids, the newest first
	pages map[string]string
	extra string // said by the feed of itself
	asked map[string]int
}

func startPaper(t *testing.T) *paper {
	t.Helper()
	p := &paper{pages: map[string]string{}, asked: map[string]int{}}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *paper) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[r.URL.Path]++
	if r.URL.Path == "/rss.xml" {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>云泽日报</title><link>%s/</link>%s`, p.URL, p.extra)
		for _, id := range p.feed {
			fmt.Fprintf(w, `<item><title>第 %s 条</title><link>/%s.html</link><guid>%s</guid><description>摘要 %s……</description></item>`, id, id, id, id)
		}
		fmt.Fprint(w, `</channel></rss>`)
		return
	}
	page, ok := p.pages[strings.Trim(strings.TrimSuffix(r.URL.Path, ".html"), "/")]
	switch {
	case !ok:
		http.NotFound(w, r)
	case page == "slow":
		w.WriteHeader(http.StatusBadGateway)
	case page == "bomb":
		w.Header().Set("Content-Type", "text/html")
		for range 400 {
			fmt.Fprint(w, strings.Repeat("<div>", 4000))
		}
	case page == "file":
		w.Header().Set("Content-Type", "application/pdf")
		fmt.Fprint(w, "%PDF")
	default:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, page)
	}
}

func (p *paper) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

const story = "三月五日下午，云泽市第二水厂一处输水管道破裂，城东片区约三千户居民家中停水。抢修人员已经到达现场，预计当晚恢复供水，期间由四辆送水车沿街供水。"

func pageOf(text string) string {
	return `<!doctype html><html><head><meta charset="utf-8"><title>云泽日报</title><script>alert(1)</script></head><body><nav><a href="/">首页</a> <a href="/a">要闻</a></nav>` +
		`<article><h1>停水</h1><p>` + text + `</p><p>` + text + `</p><img src=x onerror=alert(1)></article><footer>版权所有</footer></body></html>`
}

func paperKind() ingest.Kind {
	return ingest.Kind{Name: "feed", Channel: desk.ChannelMedia, Parser: Parser{}, Every: time.Minute, Most: 90 * time.Minute,
		Poller: &Poller{Pages: true, Guard: &ingest.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}}
}

// TestPageText: the text behind a summary becomes the item's, asked for once; what
// can't be had leaves the summary, and never a tag.
func TestPageText(t *testing.T) {
	t.Parallel()
	p := startPaper(t)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(strings.Replace(pageOf(story), "utf-8", "gb2312", 1))
	if err != nil {
		t.Fatal(err)
	}
	p.feed = []string{"good", "gbk", "slow", "file", "bomb"}
	p.pages = map[string]string{"good": pageOf(story), "gbk": gbk, "slow": "slow", "file": "file", "bomb": "bomb"}
	d := ingesttest.Open(t, paperKind(), desk.Source{URL: p.URL + "/rss.xml"})
	d.Poll()
	items := d.Items()
	for _, id := range []string{"good", "gbk"} {
		if b := items[id].Body; !strings.Contains(b, story) || strings.ContainsAny(b, "<>") || strings.Contains(b, "alert") || strings.Contains(b, "首页") {
			t.Errorf("%s: %q", id, b)
		}
	}
	for _, id := range []string{"slow", "file", "bomb"} {
		if b := items[id].Body; b != "摘要 "+id+"……" {
			t.Errorf("%s: %q", id, b)
		}
	}
	p.set(func() { p.feed = append([]string{"new"}, p.feed...); p.pages["new"] = pageOf("新的。" + story) })
	d.Poll()
	items = d.Items()
	if len(items) != 6 || items["good"].Version != 1 || !strings.Contains(items["good"].Body, story) || !strings.Contains(items["new"].Body, "新的") {
		t.Errorf("%d items; %+v", len(items), items["good"].Incoming)
	}
	p.set(func() {
		if p.asked["/good.html"] != 1 || p.asked["/slow.html"] > pageTries {
			t.Errorf("asked %v", p.asked)
		}
	})
}

// TestDeletions: an entry that vanishes while older ones stay, and whose page is gone,
// is marked; one that merely grew old isn't; one that comes back is no longer.
func TestDeletions(t *testing.T) {
	t.Parallel()
	p := startPaper(t)
	for _, id := range []string{"e", "d", "c", "b", "a"} {
		p.feed, p.pages[id] = append(p.feed, id), pageOf(id+"。"+story)
	}
	d := ingesttest.Open(t, paperKind(), desk.Source{URL: p.URL + "/rss.xml"})
	d.Poll()
	p.set(func() {
		p.feed = []string{"f", "e", "c", "b"}
		p.pages["f"] = pageOf(story)
		delete(p.pages, "d")
		delete(p.pages, "a")
	})
	d.Poll()
	items := d.Items()
	if it := items["d"]; it.RemovedAt == nil || it.RemovedWhy != goneWhy || !strings.Contains(it.Body, story) {
		t.Errorf("d: %v %q %q", it.RemovedAt, it.RemovedWhy, it.Body)
	}
	for _, id := range []string{"a", "b", "c", "e", "f"} {
		if items[id].RemovedAt != nil {
			t.Errorf("%s is marked", id)
		}
	}
	p.set(func() {
		p.feed = []string{"g", "f", "d", "c", "b"}
		p.pages["g"], p.pages["d"] = pageOf(story), pageOf("又有了。"+story)
	})
	d.Poll() // e vanished too, but its page stands
	if items = d.Items(); items["d"].RemovedAt != nil || items["e"].RemovedAt != nil || len(items) != 7 {
		t.Errorf("d %v, e %v", items["d"].RemovedAt, items["e"].RemovedAt)
	}
	p.set(func() { p.feed = []string{"g", "d", "c", "b"}; p.pages["f"] = "slow" })
	d.Poll() // f's page can't be seen at the moment
	if d.Items()["f"].RemovedAt != nil {
		t.Error("f is marked though its page wasn't seen")
	}
	p.set(func() { delete(p.pages, "f"); p.extra = "<ttl>5</ttl>" })
	d.Poll()
	if d.Items()["f"].RemovedAt == nil {
		t.Error("f isn't marked")
	}
}

// TestUpdates: changed content under a known id is the next version, the old one kept.
func TestUpdates(t *testing.T) {
	t.Parallel()
	s := startSite(t, "")
	d := ingesttest.Open(t, feedKind(), s.source())
	s.Put(t, ingesttest.Messages(1, 2)...)
	d.Poll()
	s.set(func() { s.msgs[0].Body = "更正：预计明早恢复。" })
	d.Poll()
	var changed desk.Item
	for _, it := range d.Items() {
		if it.Version == 2 {
			changed = it
		}
	}
	f, err := d.Item(t.Context(), desk.System, changed.ID)
	if err != nil || len(f.Versions) != 1 || changed.Body != "更正：预计明早恢复。" || f.Versions[0].Body == changed.Body {
		t.Errorf("%+v %+v %v", changed.Incoming, f.Versions, err)
	}
}

// TestPace: a poll's wait lies within its bounds whatever the feed did or said, is
// shorter for a feed that changes often, and grows while nothing changes.
func TestPace(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var p pace
		now := start
		for range rapid.IntRange(0, 20).Draw(t, "changes") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "gap")))
			p = p.seen(now)
		}
		p.TTL = rapid.IntRange(0, 999_999).Draw(t, "ttl")
		p.Skip = rapid.SliceOfN(rapid.IntRange(0, 23), 0, 23).Draw(t, "skip")
		if w := p.wait(now); w < leastWait || w > mostWait+23*time.Hour {
			t.Fatal(w)
		}
		p.Skip = nil
		soon, later := p.wait(now), p.wait(now.Add(10*time.Hour))
		if soon > mostWait || later < soon {
			t.Fatal(soon, later)
		}
	})
	every := func(gap time.Duration) time.Duration {
		var p pace
		now := start
		for range 20 {
			now = now.Add(gap)
			p = p.seen(now)
		}
		return p.wait(now)
	}
	for gap, want := range map[time.Duration]time.Duration{time.Minute: leastWait, 40 * time.Minute: 10 * time.Minute, 24 * time.Hour: mostWait} {
		if got := every(gap); got.Round(time.Second) != want {
			t.Errorf("a feed that changes each %v is asked each %v, want %v", gap, got, want)
		}
	}
	if w := (pace{}).asked("<rss><ttl>30</ttl>").wait(start); w != 30*time.Minute {
		t.Errorf("ttl: %v", w)
	}
	if w := (pace{}).asked("<skipHours><hour>0</hour><hour>1</hour></skipHours>").wait(start.Add(30 * time.Minute)); w != 90*time.Minute {
		t.Errorf("skipHours: %v", w)
	}
}

// TestAdaptive: over HTTP, a feed that hasn't changed for long is asked seldom, one that
// keeps changing often, and never less than it asks for.
func TestAdaptive(t *testing.T) {
	t.Parallel()
	p := startPaper(t)
	d := ingesttest.Open(t, paperKind(), desk.Source{URL: p.URL + "/rss.xml"})
	wait := func(after time.Duration, change bool) time.Duration {
		t.Helper()
		if change {
			p.set(func() {
				id := fmt.Sprint("i", len(p.feed))
				p.feed, p.pages[id] = append([]string{id}, p.feed...), "file"
			})
		}
		now := d.Clock.Move(after)
		if next := d.State().NextPollAt; next.After(now) {
			now = d.Clock.Move(next.Sub(now))
		}
		if _, err := d.Runner.RunOnce(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		return d.State().NextPollAt.Sub(now)
	}
	for range 3 {
		wait(0, true)
	}
	if often := wait(0, true); often > 2*time.Minute {
		t.Errorf("a feed that keeps changing is asked each %v", often)
	}
	var seldom time.Duration
	for range 40 {
		seldom = wait(0, false)
	}
	if seldom < 45*time.Minute || seldom > 66*time.Minute {
		t.Errorf("a feed that rests is asked each %v", seldom)
	}
	p.set(func() { p.extra = "<ttl>45</ttl>" })
	if asked := wait(0, true); asked < 40*time.Minute {
		t.Errorf("asked for 45 minutes, asked again in %v", asked)
	}
}

func FuzzArticle(f *testing.F) {
	f.Add([]byte(pageOf(story)), "")
	f.Add([]byte("<html><body><p>"+story), "gbk")
	f.Add([]byte("\x00<p"), "utf-16")
	seed := strings.Repeat("<table><tr><td>", 50)
	f.Add([]byte(seed), "big5")
	for _, b := range corpus.Files(f, "feeds/miniflux/encoding/testdata/*.html", "feeds/miniflux/scraper/testdata/*") {
		f.Add(b, "")
	}
	for _, x := range corpus.Texts(f, 5) {
		f.Add([]byte(pageOf(x.Body)), "utf-8")
	}
	f.Fuzz(func(t *testing.T, b []byte, charset string) {
		text, err := article(b, charset, nil)
		if err == nil && (strings.ContainsRune(text, 0) || len([]rune(text)) > pageText) {
			t.Errorf("%q", text)
		}
	})
}

func FuzzAsked(f *testing.F) {
	f.Add("<ttl>60</ttl><skipHours><hour>3</hour></skipHours>")
	for _, b := range corpus.Files(f, "feeds/miniflux/parser/testdata/*.xml", "encodings/feeds/*.xml") {
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, doc string) {
		now := time.Date(2026, 11, 20, 5, 0, 0, 0, time.UTC)
		if w := (pace{}).asked(doc).wait(now); w < leastWait || w > mostWait+24*time.Hour {
			t.Error(w)
		}
	})
}
