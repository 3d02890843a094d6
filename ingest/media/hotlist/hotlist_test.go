package hotlist

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

const settings = `{"list":"微博热搜","items":"/data/list","title":"/word","text":"/note","url":"/href","heat":"/num","external_id":"/mid"}`

// platform is a platform with a hot list, over real HTTP.
type platform struct {
	*httptest.Server
	mu       sync.Mutex
	msgs     []ingesttest.Message
	body     string // served instead
	password string
	broken   bool
	empty    bool // nothing is served
	stalled  chan struct{}
}

func startPlatform(t testing.TB, password string) *platform {
	p := &platform{password: password}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(func() { p.Heal(t); p.Close() })
	return p
}

func (p *platform) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	stalled, broken, body := p.stalled, p.broken, p.body
	if body == "" {
		body = string(listOf(p.msgs...))
	}
	if p.empty {
		body = ""
	}
	p.mu.Unlock()
	switch _, given, _ := r.BasicAuth(); {
	case stalled != nil:
		select {
		case <-stalled:
		case <-r.Context().Done():
		}
	case broken:
		w.WriteHeader(http.StatusBadGateway)
	case given != p.password:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		fmt.Fprint(w, body)
	}
}

func (p *platform) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *platform) Put(_ testing.TB, msgs ...ingesttest.Message) {
	p.change(func() { p.msgs = append(p.msgs, msgs...) })
}
func (p *platform) Break(testing.TB) { p.change(func() { p.broken = true }) }
func (p *platform) Stall(testing.TB) { p.change(func() { p.stalled = make(chan struct{}) }) }
func (p *platform) Heal(testing.TB) {
	p.change(func() {
		if p.stalled != nil {
			close(p.stalled)
		}
		p.broken, p.empty, p.stalled = false, false, nil
	})
}

// Empty implements ingesttest.Emptier.
func (p *platform) Empty(testing.TB) { p.change(func() { p.empty = true }) }

func (p *platform) source() desk.Source {
	return desk.Source{URL: p.URL + "/hot", Username: "office", Password: p.password, Settings: json.RawMessage(settings)}
}

type entry struct {
	Word string `json:"word"`
	Note string `json:"note,omitempty"`
	Href string `json:"href,omitempty"`
	Num  int    `json:"num"`
	Mid  string `json:"mid,omitempty"`
}

func listed(entries ...entry) []byte {
	b, err := json.Marshal(map[string]any{"data": map[string]any{"list": entries}})
	if err != nil {
		panic(err)
	}
	return b
}

func listOf(msgs ...ingesttest.Message) []byte {
	entries := []entry{}
	for i, m := range msgs {
		entries = append(entries, entry{Word: m.Title, Note: m.Body, Mid: m.ID, Num: 100 - i})
	}
	return listed(entries...)
}

func kind() ingest.Kind {
	return ingest.Kind{Name: Kind, Channel: desk.ChannelMedia, Parser: mapped{}, Every: 5 * time.Minute, CheckURL: ingest.CheckURL, CheckSettings: Check,
		Poller: &Poller{Guard: &ingest.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}}
}

// mapped is the parser with settings, which some of the suite's sources don't have.
type mapped struct{}

func (mapped) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	src.Settings = json.RawMessage(settings)
	return Parser{}.Parse(src, raw, zone)
}

func TestSuiteLists(t *testing.T) {
	ingesttest.Parsers(t, kind(), desk.Source{URL: "http://hot.example/", Settings: json.RawMessage(settings)}, func(msgs ...ingesttest.Message) desk.Raw {
		b := listOf(msgs...)
		return desk.Raw{ContentType: "application/json", Bytes: b, Note: fmt.Appendf(nil, `{"length":%d}`, len(b))}
	})
}

func TestSuitePlatform(t *testing.T) {
	ingesttest.Pollers(t, kind(), func(t testing.TB, password string) (ingesttest.Outside, desk.Source) {
		p := startPlatform(t, password)
		return p, p.source()
	})
}

// An entry climbs, falls off and comes back: one item, its ranks kept, the breaks left out.
func TestRanks(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "x")
	d := ingesttest.Open(t, kind(), p.source())
	flood, school := entry{Word: "云泽清水路积水", Mid: "1"}, entry{Word: "云泽学校停课", Href: "https://hot.example/s?q=1&band_rank=9"}
	other := func(i int) entry { return entry{Word: fmt.Sprintf("别的第%d条", i), Num: 1000 - i} }
	at := map[string]time.Time{}
	read := func(name string, entries ...entry) {
		p.change(func() { p.body = string(listed(entries...)) })
		d.Poll()
		at[name] = d.Clock.Now()
	}
	flood.Num = 500
	read("first", other(1), other(2), flood)
	flood.Num = 900
	school.Href = "https://hot.example/s?q=1&band_rank=2"
	read("climbs", flood, school, other(1))
	read("gone", school, other(1))
	flood.Num = 100
	read("back", other(1), school, other(2), flood)

	of := func(title string) desk.Item {
		t.Helper()
		for _, it := range d.Items() {
			if it.Title == title {
				if it.Version != 1 {
					t.Errorf("%s has version %d: its place is none of its content", title, it.Version)
				}
				return it
			}
		}
		t.Fatalf("no item %s", title)
		return desk.Item{}
	}
	it := of(flood.Word)
	h := it.Hot
	if h == nil || h.List != "微博热搜" || h.Rank != 4 || h.Best != 1 || !h.BestAt.Equal(at["climbs"]) || h.Left != nil || !h.First.Equal(at["first"]) || !h.Since.Equal(at["back"]) || h.Heat == nil || *h.Heat != 100 {
		t.Fatalf("%+v", h)
	}
	if want := at["gone"].Sub(at["first"]) + time.Hour; h.Lasted(at["back"].Add(time.Hour)) != want {
		t.Errorf("it lasted %v, want %v", h.Lasted(at["back"].Add(time.Hour)), want)
	}
	points, err := d.HotPoints(t.Context(), desk.System, it.ID)
	if err != nil || len(points) != 3 {
		t.Fatalf("%+v %v", points, err)
	}
	for i, want := range []struct {
		rank int
		heat int64
		at   string
	}{{3, 500, "first"}, {1, 900, "climbs"}, {4, 100, "back"}} {
		if g := points[i]; g.Rank != want.rank || *g.Heat != want.heat || !g.At.Equal(at[want.at]) {
			t.Errorf("%d: %+v", i, g)
		}
	}
	if gone := of("别的第2条"); gone.Hot == nil || gone.Hot.Left != nil {
		t.Errorf("%+v", gone.Hot)
	}
	if s := of(school.Word); strings.Contains(s.URL, "rank") || s.ExternalID != "微博热搜:"+school.Word || s.Extra.Platform != "微博热搜" {
		t.Errorf("%+v", s.Incoming)
	}
	var left int
	if err := d.Store.View(t.Context(), func(tx desk.Tx) error {
		list, err := tx.ListEvents(t.Context(), desk.EventFilter{Type: "item.unlisted", Page: desk.Page{Limit: 100}})
		left = len(list)
		return err
	}); err != nil || left != 2 { // the flood once, 别的第2条 once
		t.Errorf("%d fell off on the record: %v", left, err)
	}
	// What was read before and finished late changes nothing that came after.
	if err := d.Store.InTx(t.Context(), func(tx desk.Tx) error {
		return tx.SeeHot(t.Context(), d.Source.ID, at["first"].Add(time.Second), []desk.HotSeen{{Item: it.ID, Sighting: desk.Sighting{List: "微博热搜", Rank: 50}}})
	}); err != nil {
		t.Fatal(err)
	}
	if now := of(flood.Word).Hot; now.Rank != 4 || now.Best != 1 {
		t.Errorf("a late reading made it %+v", now)
	}
}

// A feed's order is its rank; an entry that was mended alone tells of no other.
func TestFeedAndMended(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "x")
	d := ingesttest.Open(t, ingest.Kind{Name: Kind, Channel: desk.ChannelMedia, Parser: Parser{}, Every: time.Minute, CheckSettings: Check, Poller: kind().Poller}, p.source())
	p.change(func() {
		p.body = `<rss version="2.0"><channel><title>热榜</title><item><title>第一</title><guid>a</guid></item><item><title>第二</title><guid>b</guid></item></channel></rss>`
	})
	d.Poll()
	for title, rank := range map[string]int{"第一": 1, "第二": 2} {
		for _, it := range d.Items() {
			if it.Title == title && (it.Hot == nil || it.Hot.Rank != rank) {
				t.Errorf("%s: %+v", title, it.Hot)
			}
		}
	}
	p.change(func() { p.body = `{"data":{"list":[{"word":"好的","num":3},{"word":"坏的","num":"很多"}]}}` })
	d.Poll()
	q := d.Quarantined()
	if len(q) != 1 || q[0].Field != "heat" {
		t.Fatalf("%+v", q)
	}
	if _, err := d.MendQuarantined(t.Context(), desk.System, q[0].ID, []byte(strings.Replace(string(q[0].Bytes), `"很多"`, "2", 1))); err != nil {
		t.Fatal(err)
	}
	there := 0
	for _, it := range d.Items() {
		if it.Hot != nil && it.Hot.Left == nil {
			there++
		}
	}
	if len(d.Items()) != 4 || there != 2 {
		t.Errorf("%d items, %d on the list", len(d.Items()), there)
	}
}

func TestMappings(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{
		settings: true, `{"list":"抖音热榜"}`: true, `{"list":"榜","title":"/a","rank":"/r"}`: true,
		``: false, `{}`: false, `{"title":"/a"}`: false, `{"list":""}`: false, `{"list":"微博微博微博微博微博微博微博微博微博微博微"}`: false,
		`{"list":"榜","title":"a"}`: false, `{"list":"榜","title":""}`: false, `{"list":"榜","who":"/a"}`: false, `{"list":7}`: false, `[]`: false,
	} {
		if err := Check(json.RawMessage(s)); (err == nil) != ok {
			t.Errorf("%s: %v", s, err)
		}
	}
	for s, want := range map[string]string{
		`{"list":"榜","title":"/t","rank":"/r"}|[{"t":"甲","r":7},{"t":"乙"},{"t":"丙","r":0},{"t":"丁","r":"x"},{"t":""},3]`: "7 - rank rank title items",
		`{"list":"榜","title":"/t"}|[{"t":"甲"},{"t":"乙"}]`:                                                                "1 2",
		`{"list":"榜"}|[{"t":"甲"}]`:                                            "title",
		`{"list":"榜","title":"/t","url":"/u"}|[{"t":"甲","u":"javascript:1"}]`: "url",
	} {
		conf, doc, _ := strings.Cut(s, "|")
		parts, err := Parser{}.Parse(desk.Source{Settings: json.RawMessage(conf)}, desk.Raw{Bytes: []byte(doc)}, time.UTC)
		var got []string
		if err != nil {
			got = append(got, err.(*desk.Error).Field)
		}
		for _, p := range parts {
			switch {
			case p.Err != nil:
				got = append(got, p.Err.Field)
			case p.Seen == nil:
				got = append(got, "-")
			default:
				got = append(got, fmt.Sprint(p.Seen.Rank))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", s, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(listOf(ingesttest.Messages(1, 3)...))
	f.Add([]byte(`{"data":{"list":[{"word":"a","num":"1.2万"},{"word":"b","num":-1}]}}`))
	f.Add([]byte(`<rss><channel><item><title>a</title></item></channel></rss>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if why := ingesttest.Unsound(mapped{}, desk.Raw{Bytes: b, Note: []byte(`{"length":3}`)}); why != "" {
			t.Error(why)
		}
	})
}
