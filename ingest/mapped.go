package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// DecodeJSON reads one JSON document whole; numbers are json.Number.
func DecodeJSON(b []byte) (doc any, err error) {
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

// Resolve follows a JSON pointer; ok is false where it leads nowhere.
func Resolve(doc any, pointer string) (v any, ok bool) {
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

// MappedList finds the list that a mapping names: nil is the document itself, an
// object or a list. No more than most things may stand in it.
func MappedList(doc any, items *string, most int) ([]any, error) {
	if items != nil {
		found, ok := Resolve(doc, *items)
		if !ok {
			at := *items
			if at == "" {
				at = "/"
			}
			return nil, desk.Invalid("items", "没有 %s 这一处", at)
		}
		doc = found
	}
	switch v := doc.(type) {
	case map[string]any:
		return []any{v}, nil
	case []any:
		if len(v) > most {
			return nil, desk.Invalid("", "一次最多 %d 条，收到 %d 条", most, len(v))
		}
		return v, nil
	}
	return nil, desk.Invalid("items", "应为一个 JSON 对象或数组")
}

// MappedShare is the share of one thing of a document, wrapped as the mapping finds
// it, so that it can be mended and replayed by itself.
func MappedShare(raw []byte, one any, items *string) []byte {
	v := one
	if _, ok := v.(map[string]any); !ok {
		v = []any{v} // alone it would be taken for the list
	}
	if items != nil && *items != "" {
		tokens := strings.Split((*items)[1:], "/")
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

// MappedText reads text; a number stands as it was written. Not there, or null, is none.
func MappedText(doc any, name, at string) (string, *desk.Error) {
	if at == "" {
		return "", nil
	}
	v, ok := Resolve(doc, at)
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

// MappedCount reads a figure, also one in quotes or with separators, and 1.2万 as vendors write it.
func MappedCount(doc any, name, at string) (*int64, *desk.Error) {
	s, bad := MappedText(doc, name, at)
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

// MappedTime reads an instant: seconds or milliseconds since 1970, or a date in one of
// the forms that sites use; without a zone it is meant in the office's.
func MappedTime(doc any, name, at string, zone *time.Location) (*time.Time, *desk.Error) {
	s, bad := MappedText(doc, name, at)
	if bad != nil || s == "" {
		return nil, bad
	}
	t, ok := mappedTime(s, zone)
	if !ok {
		return nil, desk.Invalid(name, "%s 的值不是时间", at)
	}
	if t.Year() < 1990 || t.Year() > 2200 {
		return nil, desk.Invalid(name, "%s 的值不在合理范围内", at)
	}
	return &t, nil
}

func mappedTime(s string, zone *time.Location) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 1e8 {
		if n > 1e11 {
			return time.UnixMilli(n), true
		}
		return time.Unix(n, 0), true
	}
	for _, layout := range []string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return Instant(s, nil, zone)
}
