package hotline

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
)

// absent: not there, or null.
func absent(b json.RawMessage) bool { return len(b) == 0 || string(b) == "null" }

// text reads a string field. Numbers aren't taken for strings: 007 and 7, or ids
// beyond 2^53, would silently become one.
func text(b json.RawMessage, field string, to *string) *desk.Error {
	*to = ""
	if absent(b) {
		return nil
	}
	if b[0] != '"' {
		return desk.Invalid(field, "应为文字（加引号）")
	}
	if bytes.IndexByte(b, '\\') < 0 {
		*to = string(b[1 : len(b)-1])
		return nil
	}
	if loneSurrogate(b) {
		return desk.Invalid(field, `含有不完整的 \u 转义，无法识别`)
	}
	if err := json.Unmarshal(b, to); err != nil {
		return desk.Invalid(field, "应为文字（加引号）")
	}
	return nil
}

func author(b json.RawMessage) (a desk.Author, bad *desk.Error) {
	if absent(b) {
		return a, nil
	}
	if b[0] != '{' {
		return a, desk.Invalid("author", `应为对象，如 {"name":"…","phone":"…"}`)
	}
	for name, v := range members(b) {
		switch name {
		case "name":
			bad = text(v, "author.name", &a.Name)
		case "phone":
			bad = text(v, "author.phone", &a.Phone)
		}
		if bad != nil {
			return desk.Author{}, bad
		}
	}
	return a, nil
}

// zoneless are the forms without an offset, which mean the office's zone.
var zoneless = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// instant reads RFC 3339, with or without zone. A date alone is refused: midnight
// would be an invention, and clocks may start from it.
func instant(b json.RawMessage, zone *time.Location) (*time.Time, *desk.Error) {
	const field = "occurred_at"
	var s string
	if bad := text(b, field, &s); bad != nil {
		return nil, bad
	}
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, strings.Replace(strings.ToUpper(s), " ", "T", 1))
	for _, layout := range zoneless {
		if err == nil {
			break
		}
		t, err = time.ParseInLocation(layout, s, zone)
	}
	if err != nil {
		return nil, desk.Invalid(field, "时间无法识别，应如 2026-03-05T14:30:00+08:00")
	}
	return &t, nil
}

func reach(b json.RawMessage) (*int64, *desk.Error) {
	const field = "reach"
	if absent(b) {
		return nil, nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(string(b), 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > float64(desk.MaxReach) {
			return nil, desk.Invalid(field, "应为整数")
		}
		n = int64(f)
	}
	return &n, nil
}

// loneSurrogate finds an escape that is half a character: decoding would replace
// it without a word.
func loneSurrogate(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		hi, ok := escaped(b[i:])
		switch {
		case !ok:
			i++ // another escape, or none
		case hi >= 0xDC00 && hi <= 0xDFFF:
			return true
		case hi >= 0xD800 && hi <= 0xDBFF:
			lo, ok := escaped(b[min(i+6, len(b)):])
			if !ok || lo < 0xDC00 || lo > 0xDFFF {
				return true
			}
			i += 11
		default:
			i += 5
		}
	}
	return false
}

// escaped reads \uXXXX at the start of b.
func escaped(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[2:6]), 16, 32)
	return v, err == nil
}

// badField names the field of a valid object that holds the first byte that isn't
// UTF-8, or "" when no known one does.
func badField(b []byte) string {
	for name, v := range members(b) {
		if utf8.Valid(v) {
			continue
		}
		switch name {
		case "external_id", "title", "body", "occurred_at", "place", "url", "reach":
			return name
		case "author":
			if v[0] != '{' {
				return name
			}
			for inner, w := range members(v) {
				if (inner == "name" || inner == "phone") && !utf8.Valid(w) {
					return "author." + inner
				}
			}
			return name
		}
	}
	return ""
}
