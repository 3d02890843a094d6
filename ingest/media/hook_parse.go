package media

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/ingest"
)

// MaxMentions bounds one call.
const MaxMentions = 1000

// HookParser reads what a monitoring vendor sends, by the source's mapping.
type HookParser struct{}

// Parse gives a part per mention. What can't be mapped is quarantined with the place
// that is at fault; the others aren't harmed by it.
func (HookParser) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	m, err := ReadMapping(src.Settings)
	if err != nil {
		return nil, &desk.Error{Code: desk.CodeInvalid, Text: "这个来源的字段对照不可用，请先改好", Cause: err}
	}
	if !utf8.Valid(raw.Bytes) {
		return nil, desk.Invalid("", "内容不是有效的 UTF-8")
	}
	docs, err := mentions(raw.Bytes, m)
	if err != nil {
		return nil, err
	}
	parts := make([]desk.Part, len(docs))
	for i, d := range docs {
		parts[i] = desk.Part{Bytes: whole(raw.Bytes, d, m)}
		if in, bad := m.mention(d, zone); bad != nil {
			parts[i].Err = bad
		} else {
			parts[i].Incoming = in
		}
	}
	return parts, nil
}

// mentions takes a document apart.
func mentions(b []byte, m Mapping) ([]any, error) {
	doc, err := decode(b)
	if err != nil {
		return nil, err
	}
	if m.Items != nil {
		found, ok := resolve(doc, *m.Items)
		if !ok {
			return nil, desk.Invalid("items", "没有 %s 这一处", orDocument(*m.Items))
		}
		doc = found
	}
	switch v := doc.(type) {
	case map[string]any:
		return []any{v}, nil
	case []any:
		if len(v) > MaxMentions {
			return nil, desk.Invalid("", "一次最多 %d 条，收到 %d 条", MaxMentions, len(v))
		}
		return v, nil
	}
	return nil, desk.Invalid("items", "应为一个 JSON 对象或数组")
}

func orDocument(pointer string) string {
	if pointer == "" {
		return "/"
	}
	return pointer
}

func decode(b []byte) (doc any, err error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\uFEFF"))))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, desk.Invalid("", "不是有效的 JSON（第 %d 字节附近）", syntax.Offset)
		}
		return nil, &desk.Error{Code: desk.CodeInvalid, Text: "不是有效的 JSON", Cause: err}
	}
	if d.More() {
		return nil, desk.Invalid("", "JSON 之后还有别的内容")
	}
	return doc, nil
}

// whole is the share of one mention, wrapped as the mapping finds it, so that it can
// be mended and replayed by itself.
func whole(raw []byte, mention any, m Mapping) []byte {
	v := mention
	if _, ok := v.(map[string]any); !ok {
		v = []any{v} // alone it would be taken for the list
	}
	if m.Items != nil && *m.Items != "" {
		tokens := strings.Split((*m.Items)[1:], "/")
		for i := len(tokens) - 1; i >= 0; i-- {
			if _, err := strconv.Atoi(tokens[i]); err == nil {
				return raw // a place in a list can't be made by itself
			}
			v = map[string]any{strings.ReplaceAll(strings.ReplaceAll(tokens[i], "~1", "/"), "~0", "~"): v}
		}
	}
	b, err := json.Marshal(v)
	if err != nil { // what was decoded can be encoded; if not, the whole tells as much
		return raw
	}
	return b
}

// mention reads one mention.
func (m Mapping) mention(doc any, zone *time.Location) (in desk.Incoming, bad *desk.Error) {
	if _, ok := doc.(map[string]any); !ok {
		return in, desk.Invalid("items", "应为一个 JSON 对象")
	}
	var x desk.Extra
	for _, f := range []struct {
		name, at string
		to       *string
	}{{"title", m.Title, &in.Title}, {"text", m.Text, &in.Body}, {"url", m.URL, &in.URL}, {"author", m.Author, &in.Author.Name},
		{"platform", m.Platform, &x.Platform}, {"external_id", m.ExternalID, &in.ExternalID}} {
		if *f.to, bad = words(doc, f.name, f.at); bad != nil {
			return desk.Incoming{}, bad
		}
	}
	in.Title, in.Body, in.Author.Name, x.Platform = ingest.Line(ingest.PlainText(in.Title)), ingest.PlainText(in.Body), ingest.Line(in.Author.Name), ingest.Line(x.Platform)
	if in.URL = strings.TrimSpace(in.URL); in.URL != "" && ingest.CheckURL(in.URL) != nil {
		return desk.Incoming{}, desk.Invalid("url", "%s 的值不是网址", m.URL)
	}
	if in.OccurredAt, bad = moment(doc, m.Time, zone); bad != nil {
		return desk.Incoming{}, bad
	}
	if in.Reach, bad = count(doc, "reads", m.Reads); bad != nil {
		return desk.Incoming{}, bad
	}
	if x.Comments, bad = count(doc, "comments", m.Comments); bad != nil {
		return desk.Incoming{}, bad
	}
	if in.Title == "" && in.Body == "" {
		return desk.Incoming{}, desk.Invalid("text", "按字段对照找不到标题和正文（%s）", strings.Trim(m.Title+"，"+m.Text, "，"))
	}
	if in.ExternalID == "" && m.ExternalID != "" {
		return desk.Incoming{}, desk.Invalid("external_id", "没有 %s 这一处", m.ExternalID)
	}
	if in.ExternalID == "" {
		in.ExternalID = cutTo(in.URL, desk.MaxExternalID) // the same address is the same mention; figures that moved on are a new version
	}
	if x != (desk.Extra{}) {
		in.Extra = &x
	}
	return in, nil
}

// cutTo leaves out what is too long to be an identity.
func cutTo(s string, most int) string {
	if utf8.RuneCountInString(s) > most {
		return ""
	}
	return s
}

// words reads text; a number stands as it was written. Not there, or null, is none.
func words(doc any, name, at string) (string, *desk.Error) {
	if at == "" {
		return "", nil
	}
	v, ok := resolve(doc, at)
	if !ok || v == nil {
		return "", nil
	}
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v), nil
	case json.Number:
		return v.String(), nil
	}
	return "", desk.Invalid(name, "%s 的值应为文字", at)
}

// count reads a figure, also one in quotes or with separators, and 1.2万 as vendors write it.
func count(doc any, name, at string) (*int64, *desk.Error) {
	s, bad := words(doc, name, at)
	if bad != nil || s == "" {
		return nil, bad
	}
	s = strings.NewReplacer(",", "", "，", "", " ", "", "+", "").Replace(s)
	unit := 1.0
	for suffix, times := range map[string]float64{"万": 1e4, "w": 1e4, "W": 1e4, "亿": 1e8} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = rest, times
			break
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < 0 || f*unit > float64(desk.MaxReach) {
		return nil, desk.Invalid(name, "%s 的值不是数目", at)
	}
	n := int64(math.Round(f * unit))
	return &n, nil
}

// moment reads an instant: seconds or milliseconds since 1970, or a date in one of
// the forms that sites use; without a zone it is meant in the office's.
func moment(doc any, at string, zone *time.Location) (*time.Time, *desk.Error) {
	s, bad := words(doc, "time", at)
	if bad != nil || s == "" {
		return nil, bad
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 1e8 {
		if n > 1e11 {
			t := time.UnixMilli(n)
			return sane(t, at)
		}
		t := time.Unix(n, 0)
		return sane(t, at)
	}
	for _, layout := range []string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return sane(t, at)
		}
	}
	if t, ok := instant(s, nil, zone); ok {
		return sane(t, at)
	}
	return nil, desk.Invalid("time", "%s 的值不是时间", at)
}

func sane(t time.Time, at string) (*time.Time, *desk.Error) {
	if t.Year() < 1990 || t.Year() > 2200 {
		return nil, desk.Invalid("time", "%s 的值不在合理范围内", at)
	}
	return &t, nil
}
