package hotlist

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

// maxValidator: longer ones aren't worth sending back.
const maxValidator = 1000

// Poller polls lists.
type Poller struct{ Guard *ingest.Guard }

// cursor is the bookmark: which state of the list was read last.
type cursor struct {
	ETag   string `json:"etag,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Sick says that what was served last is no list, and that the first of it is kept.
	Sick bool `json:"sick,omitempty"`
}

// Poll reads the list, if it has changed. As long as it stands still so does everything on it.
func (p *Poller) Poll(ctx context.Context, src desk.Source, keep ingest.Keep) error {
	var at cursor
	if len(src.Cursor) > 0 {
		if err := json.Unmarshal(src.Cursor, &at); err != nil {
			return fmt.Errorf("the list's bookmark: %w", err)
		}
	}
	r := ingest.Request{URL: src.URL, Username: src.Username, Password: src.Password, Header: http.Header{"Accept": {"application/json, application/atom+xml, application/rss+xml;q=0.9, */*;q=0.5"}}}
	if at.ETag != "" {
		r.Header.Set("If-None-Match", at.ETag)
	}
	got, err := p.Guard.Fetch(ctx, r)
	if err != nil {
		return err
	}
	switch got.Status {
	case http.StatusNotModified:
		if !at.Sick {
			return nil
		}
		at.Sick = false
		return save(ctx, nil, at, keep)
	case http.StatusOK:
	default:
		e := ingest.Failed(errors.New(http.StatusText(got.Status)), "对方返回 %d，稍后自动重试", got.Status)
		if got.Status == http.StatusUnauthorized || got.Status == http.StatusForbidden {
			e = ingest.Failed(errors.New(http.StatusText(got.Status)), "对方拒绝访问（%d），请检查用户名和口令或联系对方", got.Status)
		}
		e.RetryAfter = got.RetryAfter
		return e
	}
	sum := sha256.Sum256(got.Body)
	next := cursor{ETag: got.Header.Get("ETag"), Digest: hex.EncodeToString(sum[:])}
	if len(next.ETag) > maxValidator {
		next.ETag = ""
	}
	if next == at {
		return nil
	}
	if next.Digest == at.Digest {
		return save(ctx, nil, next, keep)
	}
	n, err := json.Marshal(note{URL: got.URL, Length: len(got.Body)})
	if err != nil {
		return err
	}
	kind := "application/json"
	if t := got.Header.Get("Content-Type"); t != "" && len(t) <= 200 {
		kind = ingest.Line(t)
	}
	raw := desk.Raw{ContentType: kind, Bytes: got.Body, Note: n}
	if _, why := (Parser{}).Parse(src, raw, time.UTC); why != nil {
		return p.sick(ctx, at, raw, why, keep)
	}
	return save(ctx, []desk.Raw{raw}, next, keep)
}

// sick is the end of a poll that was served what is no list at all, such as a page to
// log in: the source has failed, and says why. The first is kept for people to see,
// until the list is well again. The bookmark stays with the list as it was.
func (p *Poller) sick(ctx context.Context, at cursor, raw desk.Raw, why error, keep ingest.Keep) error {
	if !at.Sick && len(raw.Bytes) > 0 {
		at.Sick = true
		if err := save(ctx, []desk.Raw{raw}, at, keep); err != nil {
			return err
		}
	}
	var e *desk.Error
	if errors.As(why, &e) {
		return ingest.Failed(why, e.Text, e.Args...)
	}
	return why
}

func save(ctx context.Context, raws []desk.Raw, at cursor, keep ingest.Keep) error {
	move, err := json.Marshal(at)
	if err != nil {
		return err
	}
	return keep(ctx, raws, move)
}
