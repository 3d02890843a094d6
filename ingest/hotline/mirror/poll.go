package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"

	"huiying/desk"
	"huiying/ingest"
)

// Poller polls platforms.
type Poller struct{ Guard *ingest.Guard }

// pagesAPoll bounds one poll; the next one follows at once.
const pagesAPoll = 20

// Poll gets the pages that tell what has changed. Each is kept with the bookmark past
// it, so that a poll that ends in the middle goes on there.
func (p *Poller) Poll(ctx context.Context, src desk.Source, keep ingest.Keep) error {
	m, err := ReadMapping(src.Settings)
	if err != nil {
		return err
	}
	at := cursor{Since: m.Request.From}
	if len(src.Cursor) > 0 && string(src.Cursor) != "{}" {
		if err := json.Unmarshal(src.Cursor, &at); err != nil {
			return fmt.Errorf("the mirror's bookmark: %w", err)
		}
	}
	stored := at
	for range pagesAPoll {
		next, raws, ended, err := p.page(ctx, src, m, at)
		if err != nil {
			return err
		}
		at = next
		// Pages that are as they were move the bookmark only together.
		if len(raws) > 0 || ended && !reflect.DeepEqual(at, stored) {
			if err := save(ctx, raws, at, keep); err != nil {
				return err
			}
			stored = at
		}
		if ended {
			return nil
		}
	}
	if !reflect.DeepEqual(at, stored) {
		if err := save(ctx, nil, at, keep); err != nil {
			return err
		}
	}
	return ingest.ErrMore
}

func save(ctx context.Context, raws []desk.Raw, at cursor, keep ingest.Keep) error {
	move, err := json.Marshal(at)
	if err != nil {
		return err
	}
	return keep(ctx, raws, move)
}

// page gets one page: what is to be kept of it, and the bookmark past it. ended says
// that the round is over.
func (p *Poller) page(ctx context.Context, src desk.Source, m Mapping, at cursor) (next cursor, raws []desk.Raw, ended bool, err error) {
	address, err := m.address(src.URL, at)
	if err != nil {
		return at, nil, false, err
	}
	req := ingest.Request{URL: address, Stay: true, Header: http.Header{"Accept": {"application/json"}}}
	authorise(&req, src, m.Request.Header)
	again := at.Page == 0 && at.Whole && at.For == address
	if again && at.ETag != "" {
		req.Header.Set("If-None-Match", at.ETag)
	}
	if again && at.LastModified != "" {
		req.Header.Set("If-Modified-Since", at.LastModified)
	}
	got, err := p.Guard.Fetch(ctx, req)
	if err != nil {
		return at, nil, false, err
	}
	if got.Status == http.StatusNotModified && again {
		return at, nil, true, nil
	}
	if got.Status != http.StatusOK {
		return at, nil, false, ingest.Refused(got)
	}
	tickets, doc, err := m.tickets(got.Body)
	if err != nil {
		return at, nil, false, ingest.Failed(err, "对方返回的内容无法按字段对照读取：%s", errorText(err))
	}
	if at.Page == 0 {
		at.For, at.ETag, at.LastModified = address, bounded(got.Header.Get("ETag")), bounded(got.Header.Get("Last-Modified"))
	}
	sum := sha256.Sum256(got.Body)
	question := sha256.Sum256([]byte(address))
	if !at.seen(hex.EncodeToString(question[:8]), hex.EncodeToString(sum[:8])) && len(tickets) > 0 {
		raws = []desk.Raw{{ContentType: "application/json", Bytes: got.Body}}
	}
	next, ended = m.after(at, doc, tickets, src.NextPollAt)
	return next, raws, ended, nil
}

// errorText is what a refusal says, with its place.
func errorText(err error) string {
	if e, ok := err.(*desk.Error); ok {
		return e.Message()
	}
	return err.Error()
}

// address is that of the page which comes next.
func (m Mapping) address(base string, at cursor) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", desk.Invalid("url", "地址无法识别")
	}
	q, r := u.Query(), m.Request
	if r.Since != "" && at.Since != "" {
		q.Set(r.Since, at.Since)
	}
	switch {
	case at.Next != "":
		q.Set(r.Page, at.Next)
	case r.Page != "" && r.Next == "":
		q.Set(r.Page, strconv.Itoa(r.first()+at.Page))
	}
	if r.Size != "" {
		q.Set(r.Size, strconv.Itoa(r.size()))
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// authorise puts the source's secret where the platform wants it.
func authorise(req *ingest.Request, src desk.Source, header string) {
	switch {
	case src.Password == "":
	case header != "":
		req.Header.Set(header, src.Password)
	case src.Username != "":
		req.Username, req.Password = src.Username, src.Password
	default:
		req.Header.Set("Authorization", "Bearer "+src.Password)
	}
}

// bounded drops a validator that isn't worth sending back.
func bounded(v string) string {
	if len(v) > maxValidator {
		return ""
	}
	return v
}
