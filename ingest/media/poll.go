package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"huiying/desk"
	"huiying/ingest"
)

// Poller polls feeds.
type Poller struct{ Guard *ingest.Guard }

// cursor is the bookmark: what the server calls this state of the feed, and its digest.
type cursor struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	Digest       string `json:"digest,omitempty"`
}

// note is what the poller knew of a document beside its bytes.
type note struct {
	URL string `json:"url"` // where it came from, redirects followed; entries' links are relative to it
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
	switch got.Status {
	case http.StatusNotModified:
		return nil
	case http.StatusOK:
	default:
		return refusal(got)
	}
	sum := sha256.Sum256(got.Body)
	next := cursor{ETag: got.Header.Get("ETag"), LastModified: got.Header.Get("Last-Modified"), Digest: hex.EncodeToString(sum[:])}
	if len(next.ETag) > maxValidator {
		next.ETag = ""
	}
	if len(next.LastModified) > maxValidator {
		next.LastModified = ""
	}
	if next == at {
		return nil
	}
	move, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if next.Digest == at.Digest {
		return keep(ctx, nil, move)
	}
	where, err := json.Marshal(note{URL: got.URL})
	if err != nil {
		return err
	}
	return keep(ctx, []desk.Raw{{ContentType: contentType(got.Header), Bytes: got.Body, Note: where}}, move)
}

func contentType(h http.Header) string {
	if t := h.Get("Content-Type"); t != "" && len(t) <= 200 {
		return ingest.Line(t)
	}
	return "application/xml"
}

// refusal says in words what the server answered.
func refusal(got ingest.Fetched) error {
	cause := errors.New("status " + http.StatusText(got.Status))
	var e *desk.Error
	switch got.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		e = ingest.Failed(cause, "对方拒绝访问（%d），请检查用户名和口令或联系对方", got.Status)
	case http.StatusNotFound, http.StatusGone:
		e = ingest.Failed(cause, "对方已没有这个地址（%d），请检查地址", got.Status)
	case http.StatusTooManyRequests:
		e = ingest.Failed(cause, "对方要求降低读取频率，稍后自动重试")
	default:
		e = ingest.Failed(cause, "对方返回 %d，稍后自动重试", got.Status)
	}
	e.RetryAfter = got.RetryAfter
	return e
}
