package hotlist

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/media"
)

// MaxEntries bounds one list.
const MaxEntries = 500

// note says how long a document was when it was read: one that somebody has mended
// since isn't the whole list, and tells of nothing that fell off.
type note struct {
	URL    string `json:"url,omitempty"`
	Length int    `json:"length"`
}

// Parser reads lists.
type Parser struct{}

// Parse gives a part per entry, in the order of the list.
func (Parser) Parse(src desk.Source, raw desk.Raw, zone *time.Location) (parts []desk.Part, err error) {
	m, err := ReadMapping(src.Settings)
	if err != nil {
		return nil, &desk.Error{Code: desk.CodeInvalid, Text: "这个来源的字段对照不可用，请先改好", Cause: err}
	}
	var n note
	if len(raw.Note) > 0 {
		if err := json.Unmarshal(raw.Note, &n); err != nil {
			return nil, desk.Invalid("", "原件的附注无法读取")
		}
	}
	if head := bytes.TrimSpace(bytes.TrimPrefix(raw.Bytes[:min(len(raw.Bytes), 512)], []byte("\uFEFF"))); len(head) > 0 && head[0] == '<' {
		parts, err = m.feed(src, raw, zone)
	} else {
		parts, err = m.json(raw.Bytes)
	}
	whole := err == nil && n.Length == len(raw.Bytes)
	for i := range parts {
		if parts[i].Seen != nil {
			parts[i].Seen.Whole = whole
		}
	}
	return parts, err
}

// feed takes a feed's order for the rank.
func (m Mapping) feed(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	parts, err := media.Parser{}.Parse(src, raw, zone)
	if err != nil {
		return nil, err
	}
	parts = parts[:min(len(parts), MaxEntries)]
	for i := range parts {
		if p := &parts[i]; p.Err == nil {
			m.list(p, p.Incoming.ExternalID, &desk.Sighting{Rank: i + 1})
		}
	}
	return parts, nil
}

func (m Mapping) json(b []byte) ([]desk.Part, error) {
	if !utf8.Valid(b) {
		return nil, desk.Invalid("", "内容不是有效的 UTF-8")
	}
	if m.Title == "" {
		return nil, desk.Invalid("title", "字段对照中没有 title，榜单的标题无从找起")
	}
	doc, err := ingest.DecodeJSON(b)
	if err != nil {
		return nil, err
	}
	entries, err := ingest.MappedList(doc, m.Items, MaxEntries)
	if err != nil {
		return nil, err
	}
	parts := make([]desk.Part, len(entries))
	for i, e := range entries {
		parts[i].Bytes = ingest.MappedShare(b, e, m.Items)
		if bad := m.entry(&parts[i], e, i+1); bad != nil {
			parts[i] = desk.Part{Bytes: parts[i].Bytes, Err: bad}
		}
	}
	return parts, nil
}

// entry reads one entry, the nth.
func (m Mapping) entry(p *desk.Part, doc any, nth int) (bad *desk.Error) {
	if _, ok := doc.(map[string]any); !ok {
		return desk.Invalid("items", "应为一个 JSON 对象")
	}
	in := &p.Incoming
	id := ""
	for _, f := range []struct {
		name, at string
		to       *string
	}{{"title", m.Title, &in.Title}, {"text", m.Text, &in.Body}, {"url", m.URL, &in.URL}, {"external_id", m.ExternalID, &id}} {
		if *f.to, bad = ingest.MappedText(doc, f.name, f.at); bad != nil {
			return bad
		}
	}
	in.Title, in.Body = ingest.Line(ingest.PlainText(in.Title)), ingest.PlainText(in.Body)
	if in.Title == "" {
		return desk.Invalid("title", "%s 没有标题", m.Title)
	}
	if in.URL != "" && ingest.CheckURL(in.URL) != nil {
		return desk.Invalid("url", "%s 的值不是网址", m.URL)
	}
	in.URL = settled(in.URL)
	seen := &desk.Sighting{Rank: nth}
	if seen.Heat, bad = ingest.MappedCount(doc, "heat", m.Heat); bad != nil {
		return bad
	}
	rank, bad := ingest.MappedCount(doc, "rank", m.Rank)
	switch {
	case bad != nil:
		return bad
	case rank != nil && (*rank < 1 || *rank > desk.MaxRank):
		return desk.Invalid("rank", "%s 的值不是名次", m.Rank)
	case rank != nil:
		seen.Rank = int(*rank)
	case m.Rank != "":
		seen = nil // pinned or paid for: it has no rank
	}
	m.list(p, id, seen)
	return nil
}

// list puts an entry on the list: its identity is the list's name with its number, or
// its title.
func (m Mapping) list(p *desk.Part, id string, seen *desk.Sighting) {
	if id == "" {
		id = p.Incoming.Title
	}
	id = m.List + ":" + id
	if utf8.RuneCountInString(id) > desk.MaxExternalID {
		sum := sha256.Sum256([]byte(id))
		id = "sha256:" + hex.EncodeToString(sum[:])
	}
	p.Incoming.ExternalID = id
	if p.Incoming.Extra == nil {
		p.Incoming.Extra = &desk.Extra{}
	}
	p.Incoming.Extra.Platform = m.List
	if p.Seen = seen; seen != nil {
		seen.List = m.List
	}
}

// places are parameters of an address that change with an entry's place on the list.
var places = []string{"band_rank", "rank", "pos", "position", "index"}

// settled is an address without them: the same entry is the same item wherever it stands.
func settled(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.RawQuery == "" {
		return address
	}
	q := u.Query()
	n := len(q)
	for key := range q {
		if slices.Contains(places, key) {
			q.Del(key)
		}
	}
	if len(q) == n {
		return address
	}
	u.RawQuery = q.Encode()
	return u.String()
}
