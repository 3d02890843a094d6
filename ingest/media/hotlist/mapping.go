// Package hotlist reads hot lists (热榜): ranked entries, polled as JSON by a declared
// mapping, or as a feed whose order is the rank. Each entry is one item for as long as
// it is told by the same number or title, however often its place changes; its rank
// is kept from reading to reading, and falling off the list is noticed.
package hotlist

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"huiying/desk"
	"huiying/ingest"
)

// Kind is the kind of these sources.
const Kind = "hotlist"

// Mapping says what a list is called and, of a JSON one, where its entries and their
// fields stand, as JSON pointers. Without a rank the order counts.
type Mapping struct {
	List       string  `json:"list"` // 微博热搜
	Items      *string `json:"items,omitempty"`
	Title      string  `json:"title,omitempty"`
	Text       string  `json:"text,omitempty"`
	URL        string  `json:"url,omitempty"`
	Rank       string  `json:"rank,omitempty"`
	Heat       string  `json:"heat,omitempty"`
	ExternalID string  `json:"external_id,omitempty"`
}

var fields = []string{"list", "items", "title", "text", "url", "rank", "heat", "external_id"}

// maxList bounds the name of a list, in characters: it stands in rows.
const maxList = 20

// ReadMapping reads a mapping and refuses one that can't be meant.
func ReadMapping(b json.RawMessage) (m Mapping, err error) {
	given, err := ingest.ReadMapping(b, &m, fields)
	if err != nil {
		return m, err
	}
	if m.List = ingest.Line(m.List); m.List == "" || utf8.RuneCountInString(m.List) > maxList || strings.ContainsRune(m.List, 0) {
		return m, desk.Invalid("settings", "请在字段对照中用 list 写明榜单名称，不超过 %d 字，如 \"微博热搜\"", maxList)
	}
	if m.Items != nil {
		if err := ingest.CheckPointer("items", *m.Items); err != nil {
			return m, err
		}
	}
	return m, ingest.CheckPointers(given, []ingest.Pointer{{Name: "title", At: &m.Title}, {Name: "text", At: &m.Text}, {Name: "url", At: &m.URL},
		{Name: "rank", At: &m.Rank}, {Name: "heat", At: &m.Heat}, {Name: "external_id", At: &m.ExternalID}})
}

// Check refuses settings that a hot list can't have.
func Check(settings json.RawMessage) error {
	_, err := ReadMapping(settings)
	return err
}
