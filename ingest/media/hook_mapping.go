package media

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"huiying/desk"
)

// Mapping (字段对照) says where in a vendor's JSON the fields of a mention stand, as
// JSON pointers (RFC 6901): "/data/title". An empty one is a field that the vendor
// doesn't have. It is what a source of kind webhook has for settings.
type Mapping struct {
	Items      *string `json:"items,omitempty"` // where the list stands; absent: the document itself, an object or a list
	Title      string  `json:"title,omitempty"`
	Text       string  `json:"text,omitempty"`
	URL        string  `json:"url,omitempty"`
	Author     string  `json:"author,omitempty"`
	Time       string  `json:"time,omitempty"`
	Reads      string  `json:"reads,omitempty"`
	Comments   string  `json:"comments,omitempty"`
	Platform   string  `json:"platform,omitempty"`
	ExternalID string  `json:"external_id,omitempty"`
	Headers    Headers `json:"headers,omitzero"`
}

// Headers are the names under which a vendor sends what it signs with.
type Headers struct {
	Timestamp string `json:"timestamp,omitempty"` // default X-Timestamp
	Signature string `json:"signature,omitempty"` // default X-Signature
}

// The default names.
const (
	HeaderTimestamp = "X-Timestamp"
	HeaderSignature = "X-Signature"
)

// DefaultMapping is for a vendor that sends fields by our own names.
const DefaultMapping = `{
  "title": "/title",
  "text": "/text",
  "url": "/url",
  "author": "/author",
  "time": "/time",
  "reads": "/reads",
  "comments": "/comments",
  "platform": "/platform",
  "external_id": "/external_id"
}`

// maxMapping bounds a mapping, in bytes, and maxPointer a pointer in it.
const (
	maxMapping = 16 << 10
	maxPointer = 500
)

// pointers are the fields that are found by a pointer, in the order of the file.
func (m *Mapping) pointers() []struct {
	Name string
	At   *string
} {
	return []struct {
		Name string
		At   *string
	}{{"title", &m.Title}, {"text", &m.Text}, {"url", &m.URL}, {"author", &m.Author}, {"time", &m.Time}, {"reads", &m.Reads},
		{"comments", &m.Comments}, {"platform", &m.Platform}, {"external_id", &m.ExternalID}}
}

// mappingFields are all names that a mapping may have.
var mappingFields = []string{"items", "title", "text", "url", "author", "time", "reads", "comments", "platform", "external_id", "headers"}

// ReadMapping reads a mapping and refuses one that can't be meant, naming the place.
func ReadMapping(b json.RawMessage) (m Mapping, err error) {
	const field = "settings"
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\uFEFF")))
	if len(b) == 0 || string(b) == "{}" {
		return m, desk.Invalid(field, "请填写字段对照")
	}
	if len(b) > maxMapping {
		return m, desk.Invalid(field, "字段对照不超过 %d KB", maxMapping>>10)
	}
	var names map[string]json.RawMessage
	if err := json.Unmarshal(b, &names); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line := 1 + bytes.Count(b[:min(int(syntax.Offset), len(b))], []byte("\n"))
			return m, desk.Invalid(field, "字段对照不是有效的 JSON（第 %d 行附近）", line)
		}
		return m, desk.Invalid(field, "字段对照应为一个 JSON 对象")
	}
	for name := range names {
		if !slices.Contains(mappingFields, name) {
			return m, desk.Invalid(field, "字段对照中没有“%s”这一项，可用的有：%s", name, strings.Join(mappingFields, "、"))
		}
	}
	if err := json.Unmarshal(b, &m); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return m, desk.Invalid(field, "字段对照的“%s”应为文字，如 \"/data/title\"", kind.Field)
		}
		return m, &desk.Error{Code: desk.CodeInvalid, Field: field, Text: "字段对照无法读取", Cause: err}
	}
	if m.Items != nil {
		if err := checkPointer("items", *m.Items); err != nil {
			return m, err
		}
	}
	for _, p := range m.pointers() {
		if _, given := names[p.Name]; !given {
			continue
		}
		if *p.At == "" {
			return m, desk.Invalid(field, "字段对照的“%s”是空的；没有这一项就不要写", p.Name)
		}
		if err := checkPointer(p.Name, *p.At); err != nil {
			return m, err
		}
	}
	if m.Title == "" && m.Text == "" {
		return m, desk.Invalid(field, "字段对照至少要有 title 或 text")
	}
	return m, m.Headers.check()
}

// checkPointer refuses what isn't a JSON pointer.
func checkPointer(name, p string) error {
	switch {
	case p != "" && p[0] != '/':
		return desk.Invalid("settings", "字段对照的“%s”须以 / 开头，如 /data/title", name)
	case strings.ContainsFunc(p, unicode.IsControl):
		return desk.Invalid("settings", "字段对照的“%s”含有控制字符", name)
	case len(p) > maxPointer:
		return desk.Invalid("settings", "字段对照的“%s”太长", name)
	case strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(p), "~"):
		return desk.Invalid("settings", "字段对照的“%s”中 ~ 须写成 ~0，/ 须写成 ~1", name)
	}
	return nil
}

// check fills in the defaults' place: names of headers must be ones.
func (h Headers) check() error {
	for _, name := range []string{h.Timestamp, h.Signature} {
		if len(name) > 100 || strings.ContainsFunc(name, func(r rune) bool {
			return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		}) {
			return desk.Invalid("settings", "“%s”不能作请求头的名称", name)
		}
	}
	if t, s := h.names(); textproto.CanonicalMIMEHeaderKey(t) == textproto.CanonicalMIMEHeaderKey(s) {
		return desk.Invalid("settings", "时间和签名的请求头不能同名")
	}
	return nil
}

// names are the names of the headers, with defaults.
func (h Headers) names() (timestamp, signature string) {
	timestamp, signature = HeaderTimestamp, HeaderSignature
	if h.Timestamp != "" {
		timestamp = h.Timestamp
	}
	if h.Signature != "" {
		signature = h.Signature
	}
	return timestamp, signature
}

// CheckHook refuses settings that a webhook can't have.
func CheckHook(settings json.RawMessage) error {
	_, err := ReadMapping(settings)
	return err
}

// resolve follows a pointer; ok is false where it leads nowhere. Numbers are json.Number.
func resolve(doc any, pointer string) (v any, ok bool) {
	if pointer == "" {
		return doc, true
	}
	for _, token := range strings.Split(pointer[1:], "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch at := doc.(type) {
		case map[string]any:
			if doc, ok = at[token]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(at) || strconv.Itoa(i) != token {
				return nil, false
			}
			doc = at[i]
		default:
			return nil, false
		}
	}
	return doc, true
}
