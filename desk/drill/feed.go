package drill

import (
	"encoding/xml"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// feedLength is how many entries the feed shows, as real ones do: what is older has
// been read long since.
const feedLength = 200

// Feed is a site on this machine whose feed carries the drill's posts.
type Feed struct {
	URL string

	mu      sync.Mutex
	title   string
	entries []entry // newest first
	server  *http.Server
	ended   chan struct{}
}

type entry struct {
	Title  string `xml:"title"`
	Link   string `xml:"link"`
	GUID   string `xml:"guid"`
	Author string `xml:"http://purl.org/dc/elements/1.1/ creator"`
	Date   string `xml:"pubDate"`
	Text   string `xml:"description"`
}

type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Title   string   `xml:"channel>title"`
	Link    string   `xml:"channel>link"`
	Entries []entry  `xml:"channel>item"`
}

// NewFeed opens the site on a free port of the loopback interface.
func NewFeed(title string) (*Feed, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Feed{URL: "http://" + l.Addr().String() + "/feed.xml", title: title, ended: make(chan struct{})}
	f.server = &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(f.serve)}
	go func() {
		defer close(f.ended)
		_ = f.server.Serve(l) // ends when closed
	}()
	return f, nil
}

// Close ends the site.
func (f *Feed) Close() error {
	err := f.server.Close()
	<-f.ended
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// put publishes a post; one that is there stays as it is.
func (f *Feed) put(begins time.Time, in Incoming) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.ContainsFunc(f.entries, func(e entry) bool { return e.GUID == in.ID() }) {
		return
	}
	f.entries = slices.Insert(f.entries, 0, entry{Title: in.Title, Link: "https://media.example/" + in.ID(), GUID: in.ID(), Author: in.Outlet,
		Date: begins.Add(time.Duration(in.At)).Format(time.RFC1123Z), Text: trim(in.Post)})
	if len(f.entries) > feedLength {
		f.entries = f.entries[:feedLength]
	}
}

func (f *Feed) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	doc := rss{Version: "2.0", Title: f.title, Link: "https://media.example/", Entries: slices.Clone(f.entries)}
	f.mu.Unlock()
	tag := `"` + strconv.Itoa(len(doc.Entries))
	if len(doc.Entries) > 0 {
		tag += doc.Entries[0].GUID
	}
	tag += `"`
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body, err := xml.Marshal(doc)
	if err != nil {
		http.Error(w, "feed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	_, _ = w.Write(body) // a reader that left
}
