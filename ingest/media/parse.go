package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"huiying/desk"
	"huiying/ingest"
)

// maxEntries bounds one document.
const maxEntries = 2000

// Parser reads feeds.
type Parser struct{}

// Parse makes a part of each entry. The error is that of a document that is no feed.
func (Parser) Parse(_ desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	var n note
	if len(raw.Note) > 0 {
		if err := json.Unmarshal(raw.Note, &n); err != nil {
			return nil, desk.Invalid("", "原件的附注无法读取")
		}
	}
	if len(raw.Bytes) == 0 {
		return nil, errEmpty
	}
	feed, lost, total, err := read(document(raw.Bytes, raw.ContentType))
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(n.URL)
	if err != nil {
		base = &url.URL{}
	}
	if site, err := url.Parse(strings.TrimSpace(feed.Link)); err == nil && site.IsAbs() {
		base = site
	}
	same := make(map[string]bool, len(n.Same))
	for _, id := range n.Same {
		same[id] = true
	}
	parts := make([]desk.Part, 0, min(len(feed.Items), maxEntries))
	for _, e := range feed.Items[:min(len(feed.Items), maxEntries)] {
		p := part(e, base, raw.ReceivedAt, zone)
		if p.Err == nil && same[p.Incoming.ExternalID] {
			continue
		}
		if text := n.Pages[p.Incoming.ExternalID]; p.Err == nil && text != "" {
			p.Incoming.Body = ingest.Cut(text, desk.MaxBody)
		}
		parts = append(parts, p)
	}
	for _, g := range n.Gone {
		parts = append(parts, desk.Part{Removed: &desk.Removal{ExternalID: g.ID, Why: g.Why}})
	}
	if total > maxEntries {
		parts = append(parts, desk.Part{Err: desk.Invalid("", "订阅源有 %d 条，超过上限 %d 条，其余未读取", total, maxEntries)})
	}
	if size := len(raw.Bytes); size > maxFeed {
		parts = append(parts, desk.Part{Err: desk.Invalid("", "订阅源有 %d MB，超过上限 %d MB，其余未读取", size>>20, maxFeed>>20)})
		lost = 0
	}
	if lost > 0 {
		parts = append(parts, desk.Part{Err: desk.Invalid("", "订阅源内容残缺，有 %d 条不完整，未能读取", lost)})
	}
	return parts, nil
}

// read parses the document; one that is broken is read as far as it is whole.
// Lost is how many entries were begun in it and could not be read, total how many
// there are.
func read(s string) (feed *gofeed.Feed, lost, total int, err error) {
	if strings.HasPrefix(s, "{") {
		if feed, err = parse(s); err != nil {
			return nil, 0, 0, err
		}
		return feed, 0, len(feed.Items), nil
	}
	o, err := shape(s)
	if err != nil {
		return nil, 0, 0, err
	}
	if o.full > 0 && o.entries > maxEntries {
		if feed, err = parse(closedAt(s, o.full, o.fullOpen)); err == nil {
			return feed, 0, o.entries, nil
		}
	}
	feed, err = parse(s)
	if err != nil && o.last > 0 {
		if cut, cutErr := parse(o.closed(s)); cutErr == nil {
			feed, err = cut, nil
		}
	}
	if err != nil {
		return nil, 0, 0, err
	}
	return feed, max(o.entries-len(feed.Items), 0), len(feed.Items), nil
}

func parse(s string) (*gofeed.Feed, error) {
	p := gofeed.NewParser()
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	feed, err := p.ParseString(s)
	if err != nil {
		e := *errNoFeed
		if gofeed.DetectFeedType(strings.NewReader(s)) != gofeed.FeedTypeUnknown {
			e.Text = "订阅源内容残缺，没有一条能读取"
		}
		e.Cause = err
		return nil, &e
	}
	return feed, nil
}

// part makes an item of an entry.
func part(e *gofeed.Item, base *url.URL, received time.Time, zone *time.Location) desk.Part {
	in := desk.Incoming{
		Title:      ingest.Cut(ingest.Line(ingest.PlainText(e.Title)), desk.MaxTitle),
		Body:       ingest.Cut(body(e), desk.MaxBody),
		URL:        link(e.Link, base),
		OccurredAt: published(e, received, zone),
	}
	if len(e.Authors) > 0 && e.Authors[0] != nil {
		in.Author.Name = ingest.Cut(ingest.Line(e.Authors[0].Name), desk.MaxAuthor)
	}
	in.ExternalID = identity(e, in.URL)
	bad := in.Check()
	if strings.ContainsRune(in.Title, '\uFFFD') {
		bad = desk.Invalid("title", "标题的编码无法识别")
	}
	if bad != nil {
		return desk.Part{Bytes: alone(e), Err: bad}
	}
	return desk.Part{Incoming: in}
}

// alone is the entry as a feed of its own: what a person mends in quarantine and
// this parser reads again.
func alone(e *gofeed.Item) []byte {
	var b bytes.Buffer
	b.WriteString(`<rss version="2.0"><channel><item>` + "\n")
	for _, f := range []struct{ name, value string }{
		{"title", e.Title}, {"link", e.Link}, {"guid", e.GUID}, {"pubDate", e.Published}, {"description", e.Description},
	} {
		b.WriteString("<" + f.name + ">")
		_ = xml.EscapeText(&b, []byte(f.value)) // a buffer takes everything
		b.WriteString("</" + f.name + ">\n")
	}
	b.WriteString("</item></channel></rss>\n")
	return b.Bytes()
}

// body is the longer of content and summary, as text.
func body(e *gofeed.Item) string {
	content, summary := ingest.PlainText(e.Content), ingest.PlainText(e.Description)
	if len(summary) > len(content) {
		return summary
	}
	return content
}

// identity is the feed's own id of the entry, else its link.
func identity(e *gofeed.Item, link string) string {
	id := ingest.Line(e.GUID)
	if id == "" {
		id = link
	}
	if len([]rune(id)) > desk.MaxExternalID {
		sum := sha256.Sum256([]byte(id))
		return "guid-sha256:" + hex.EncodeToString(sum[:])
	}
	return id
}

// link gives an absolute web address, or none.
func link(s string, base *url.URL) string {
	u, err := url.Parse(strings.TrimSpace(ingest.Line(s)))
	if err != nil || s == "" {
		return ""
	}
	if u = base.ResolveReference(u); (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	if out := u.String(); len([]rune(out)) <= desk.MaxURL {
		return out
	}
	return ""
}
