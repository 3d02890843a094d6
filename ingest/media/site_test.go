package media

import (
	"encoding/xml"
	"fmt"
	"net"
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

// site is a news site with one feed, over real HTTP.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	msgs     []ingesttest.Message
	raw      string // served instead of the messages
	empty    bool   // nothing is served instead
	status   int    // answered instead of the feed
	stalled  chan struct{}
	asked    []http.Header
	noETag   bool
	password string
}

func startSite(t testing.TB, password string) *site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{password: password}
	s.Server = &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(s.serve)}}
	s.Start()
	t.Cleanup(func() {
		s.Heal(t)
		s.Close()
	})
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	stalled, status := s.stalled, s.status
	s.asked = append(s.asked, r.Header.Clone())
	body := s.raw
	if body == "" {
		body = feedOf(s.msgs...)
	}
	if s.empty {
		body = ""
	}
	tag := fmt.Sprintf(`"%d-%d"`, len(s.msgs), len(body))
	noETag := s.noETag
	s.mu.Unlock()
	if stalled != nil {
		select {
		case <-stalled:
		case <-r.Context().Done():
		}
		return
	}
	if _, p, _ := r.BasicAuth(); s.password != "" && p != s.password {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if status != 0 {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	if !noETag {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	fmt.Fprint(w, body)
}

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err)
	}
	return b.String()
}

func feedOf(msgs ...ingesttest.Message) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>云泽网</title><link>http://yunze.example.com/</link>`)
	for _, m := range msgs {
		fmt.Fprintf(&b, `<item><title>%s</title><link>/%s.html</link><guid isPermaLink="false">%s</guid><pubDate>2026-11-20 09:00:00</pubDate><description>%s</description></item>`,
			escape(m.Title), m.ID, m.ID, escape("<p>"+escape(m.Body)+"</p>"))
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}

// Put implements ingesttest.Outside.
func (s *site) Put(_ testing.TB, msgs ...ingesttest.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.msgs = append(s.msgs, msgs...)
}

// Break makes it answer 500.
func (s *site) Break(testing.TB) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = http.StatusInternalServerError
}

// Stall makes it take requests and say nothing.
func (s *site) Stall(testing.TB) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stalled = make(chan struct{})
}

// Heal makes it well again.
func (s *site) Heal(testing.TB) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stalled != nil {
		close(s.stalled)
	}
	s.status, s.stalled, s.empty = 0, nil, false
}

// Empty implements ingesttest.Emptier.
func (s *site) Empty(testing.TB) { s.set(func() { s.empty = true }) }

func (s *site) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *site) source() desk.Source {
	return desk.Source{Name: "云泽网", URL: s.URL + "/rss.xml", Username: "office"}
}

func feedKind() ingest.Kind {
	return ingest.Kind{Name: "feed", Channel: desk.ChannelMedia, Parser: Parser{}, Every: time.Minute,
		Poller: &Poller{Guard: &ingest.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}}
}

func rawFeed(msgs ...ingesttest.Message) desk.Raw {
	return desk.Raw{ContentType: "application/rss+xml", Bytes: []byte(feedOf(msgs...)), Note: []byte(`{"url":"http://yunze.example.com/rss.xml"}`)}
}

func TestSuiteDocuments(t *testing.T) {
	ingesttest.Parsers(t, feedKind(), desk.Source{URL: "http://yunze.example.com/rss.xml"}, rawFeed)
}

func TestSuiteSite(t *testing.T) {
	ingesttest.Pollers(t, feedKind(), func(t testing.TB, password string) (ingesttest.Outside, desk.Source) {
		s := startSite(t, password)
		return s, s.source()
	})
}
