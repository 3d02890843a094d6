package media

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"

	"huiying/desk"
	"huiying/ingest"
)

// Limits of what is fetched beside a feed.
const (
	pageTime  = 6 * time.Second  // for one page
	pagesTime = 20 * time.Second // for all pages of one poll
	pagesMost = 20               // pages of one poll; others follow with later polls
	pageSize  = 3 << 20          // bytes of a page
	pageNodes = 60_000           // elements of a page
	pageTries = 3                // polls that try a page
	pageText  = 20_000           // runes of text kept of a page
	// A summary is shorter than this, or ends as if there were more.
	summaryRunes = 140
	// A text found on a page is worth more than the summary only if it is longer.
	leastText = 40
)

// errGone says that a page was taken away.
var errGone = errors.New("media: the page is gone")

// pages fetches pages one after the other within the limits of a poll. A host that
// doesn't answer isn't asked again in it.
type pages struct {
	guard *ingest.Guard
	left  int
	ends  context.Context
	dead  map[string]bool
}

// text is the article on a page as plain text. errGone: there is none any more.
func (p *pages) text(address string) (string, error) {
	got, err := p.get(address)
	if err != nil {
		return "", err
	}
	kind, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err == nil && kind != "text/html" && kind != "application/xhtml+xml" {
		return "", errors.New("media: not a page")
	}
	if len(got.Body) > pageSize {
		return "", errors.New("media: page too large")
	}
	where, err := url.Parse(got.URL)
	if err != nil {
		return "", err
	}
	return article(got.Body, params["charset"], where)
}

func (p *pages) get(address string) (got ingest.Fetched, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return got, err
	}
	if p.left <= 0 || p.ends.Err() != nil || p.dead[u.Host] {
		return got, errLater
	}
	p.left--
	ctx, stop := context.WithTimeout(p.ends, pageTime)
	defer stop()
	got, err = p.guard.Fetch(ctx, ingest.Request{URL: address, Header: http.Header{"Accept": {"text/html,application/xhtml+xml"}}})
	switch {
	case err != nil:
		p.dead[u.Host] = true
		return got, err
	case got.Status == http.StatusNotFound || got.Status == http.StatusGone:
		return got, errGone
	case got.Status != http.StatusOK:
		return got, errors.New("media: page " + http.StatusText(got.Status))
	}
	return got, nil
}

// errLater: this poll has fetched enough.
var errLater = errors.New("media: not in this poll")

var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}\bcharset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})`)

// article finds the main text of a page. What it gives is plain text; no tag survives.
func article(b []byte, charset string, where *url.URL) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			text, err = "", errors.New("media: a page brought the reader down")
		}
	}()
	if charset == "" {
		if m := metaCharset.FindSubmatch(b[:min(len(b), 4096)]); m != nil {
			charset = string(m[1])
		}
	}
	decoded, _ := ingest.Decode(b, charset)
	doc, err := html.Parse(strings.NewReader(decoded))
	if err != nil {
		return "", err
	}
	r := readability.NewParser()
	r.MaxElemsToParse = pageNodes
	r.CharThresholds = summaryRunes // Chinese says more in fewer characters
	found, err := r.ParseAndMutate(doc, where)
	if err != nil {
		return "", err
	}
	if found.Node == nil {
		return "", errors.New("media: no article on the page")
	}
	var out bytes.Buffer
	if err := found.RenderHTML(&out); err != nil {
		return "", err
	}
	return ingest.Cut(ingest.HTMLText(out.String()), pageText), nil
}

var cutShort = regexp.MustCompile(`(…|\.\.\.|［…］|\[…\]|\[\.\.\.\]|阅读全文|查看全文|阅读原文|详细内容|查看详情|\[详细\])[\s>»]*$`)

// isSummary says whether the text of an entry is less than its page has.
func isSummary(in desk.Incoming) bool {
	return in.URL != "" && (utf8.RuneCountInString(in.Body) < summaryRunes || cutShort.MatchString(in.Body))
}
