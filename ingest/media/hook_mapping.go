package media

import (
	"encoding/json"
	"net/textproto"

	"huiying/desk"
	"huiying/ingest"
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

// pointers are the fields that are found by a pointer, in the order of the file.
func (m *Mapping) pointers() []ingest.Pointer {
	return []ingest.Pointer{{Name: "title", At: &m.Title}, {Name: "text", At: &m.Text}, {Name: "url", At: &m.URL}, {Name: "author", At: &m.Author},
		{Name: "time", At: &m.Time}, {Name: "reads", At: &m.Reads}, {Name: "comments", At: &m.Comments}, {Name: "platform", At: &m.Platform},
		{Name: "external_id", At: &m.ExternalID}}
}

// mappingFields are all names that a mapping may have.
var mappingFields = []string{"items", "title", "text", "url", "author", "time", "reads", "comments", "platform", "external_id", "headers"}

// ReadMapping reads a mapping and refuses one that can't be meant, naming the place.
func ReadMapping(b json.RawMessage) (m Mapping, err error) {
	given, err := ingest.ReadMapping(b, &m, mappingFields)
	if err != nil {
		return m, err
	}
	if m.Items != nil {
		if err := ingest.CheckPointer("items", *m.Items); err != nil {
			return m, err
		}
	}
	if err := ingest.CheckPointers(given, m.pointers()); err != nil {
		return m, err
	}
	if m.Title == "" && m.Text == "" {
		return m, desk.Invalid("settings", "字段对照至少要有 title 或 text")
	}
	return m, m.Headers.check()
}

// check fills in the defaults' place: names of headers must be ones.
func (h Headers) check() error {
	for _, name := range []string{h.Timestamp, h.Signature} {
		if name != "" && !ingest.IsHeaderName(name) {
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
