package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"huiying/desk"
	"huiying/ingest"
)

// Poller polls feeds.
type Poller struct {
	Guard *ingest.Guard
	// Pages has it read the linked page where a feed has only a summary, and look at the
	// page of an entry that vanished.
	Pages bool
}

// cursor is the bookmark: what the server calls this state of the feed, its digest,
// how often it changes, and what stood in it.
type cursor struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	Digest       string `json:"digest,omitempty"`
	pace
	Entries []entry `json:"entries,omitempty"`
	// Sick says that what was served last is no feed, and that the first of it is kept.
	Sick bool `json:"sick,omitempty"`
}

// note is what the poller knew of a document beside its bytes.
type note struct {
	URL   string            `json:"url"`             // where it came from, redirects followed; entries' links are relative to it
	Pages map[string]string `json:"pages,omitempty"` // text of the page behind an entry, by the entry's identity
	Same  []string          `json:"same,omitempty"`  // entries that are as they were told before, page and all
	Gone  []gone            `json:"gone,omitempty"`  // entries whose original was taken away
}

// mustNote writes a note, which always can be.
func mustNote(n note) json.RawMessage {
	b, err := json.Marshal(n)
	if err != nil {
		panic("media: a note that can't be JSON: " + err.Error())
	}
	return b
}

// maxValidator: longer ones aren't worth sending back.
const maxValidator = 1000

// Poll gets the feed if it has changed.
func (p *Poller) Poll(ctx context.Context, src desk.Source, keep ingest.Keep) error {
	var at cursor
	if len(src.Cursor) > 0 {
		if err := json.Unmarshal(src.Cursor, &at); err != nil {
			return fmt.Errorf("the feed's bookmark: %w", err)
		}
	}
	req := ingest.Request{URL: src.URL, Username: src.Username, Password: src.Password, Header: http.Header{
		"Accept": {"application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"},
	}}
	if at.ETag != "" {
		req.Header.Set("If-None-Match", at.ETag)
	}
	if at.LastModified != "" {
		req.Header.Set("If-Modified-Since", at.LastModified)
	}
	got, err := p.Guard.Fetch(ctx, req)
	if err != nil {
		return err
	}
	now := src.NextPollAt // when this poll fell due: office time, as the desk has it
	switch got.Status {
	case http.StatusNotModified:
		if !at.Sick {
			return &ingest.NextIn{Wait: at.wait(now)}
		}
		next := at
		next.Sick = false
		return p.end(ctx, next, nil, now, keep)
	case http.StatusOK:
	default:
		return ingest.Refused(got)
	}
	sum := sha256.Sum256(got.Body)
	next := at
	next.Sick = false
	next.ETag, next.LastModified, next.Digest = bounded(got.Header.Get("ETag")), bounded(got.Header.Get("Last-Modified")), hex.EncodeToString(sum[:])
	if next.Digest == at.Digest {
		if next.ETag == at.ETag && next.LastModified == at.LastModified && !at.Sick {
			return &ingest.NextIn{Wait: at.wait(now)}
		}
		return p.end(ctx, next, nil, now, keep)
	}
	n, kind := note{URL: got.URL}, contentType(got.Header)
	parts, err := parsed(src, got.Body, kind, n)
	if err != nil {
		return p.sick(ctx, at, desk.Raw{ContentType: kind, Bytes: got.Body, Note: mustNote(n)}, err, keep)
	}
	next.pace = at.seen(now).asked(document(got.Body, kind))
	next.Entries = p.follow(ctx, at.Entries, parts, &n)
	return p.end(ctx, next, []desk.Raw{{ContentType: kind, Bytes: got.Body, Note: mustNote(n)}}, now, keep)
}

// sick is the end of a poll that was served what is no feed at all, such as a page to
// log in: the source has failed, and says why. Of what is served so, often another
// each time, the first is kept for people to see, until the feed is well again.
// The bookmark stays with the feed as it was.
func (p *Poller) sick(ctx context.Context, at cursor, raw desk.Raw, why error, keep ingest.Keep) error {
	if !at.Sick && len(raw.Bytes) > 0 {
		at.Sick = true
		move, err := json.Marshal(at)
		if err != nil {
			return err
		}
		if err := keep(ctx, []desk.Raw{raw}, move); err != nil {
			return err
		}
	}
	var e *desk.Error
	if errors.As(why, &e) {
		return ingest.Failed(why, e.Text, e.Args...)
	}
	return why
}

// end keeps what was read with the bookmark.
func (p *Poller) end(ctx context.Context, next cursor, raws []desk.Raw, now time.Time, keep ingest.Keep) error {
	move, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := keep(ctx, raws, move); err != nil {
		return err
	}
	return &ingest.NextIn{Wait: next.wait(now)}
}

// bounded drops a validator that isn't worth sending back.
func bounded(v string) string {
	if len(v) > maxValidator {
		return ""
	}
	return v
}

func contentType(h http.Header) string {
	if t := h.Get("Content-Type"); t != "" && len(t) <= 200 {
		return ingest.Line(t)
	}
	return "application/xml"
}
