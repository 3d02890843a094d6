package hotline

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"huiying/desk"
)

// The content types of this door's raws.
const (
	TypeJSON   = "application/json"
	TypeNDJSON = desk.LinesType
)

// MaxLine bounds one line of a stream, in bytes: the longest body there may be,
// every character escaped as a surrogate pair, with room for the rest.
const MaxLine = 12*desk.MaxBody + 256<<10

// note is what the door knew of a raw beside its bytes.
type note struct {
	// Oversize is the full length of a line of which only the first MaxLine bytes are kept.
	Oversize int64 `json:"oversize,omitempty"`
}

// Parser reads pushed raws.
type Parser struct{}

// Parse gives a part per object of the array, or per line. The error is that of a
// document that isn't JSON.
func (Parser) Parse(_ desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	var n note
	if len(raw.Note) > 0 {
		if err := json.Unmarshal(raw.Note, &n); err != nil {
			return nil, desk.Invalid("", "原件的附注无法读取")
		}
	}
	if n.Oversize > 0 && len(raw.Bytes) >= MaxLine { // shorter: a person has mended it
		return []desk.Part{{Bytes: raw.Bytes,
			Err: desk.Invalid("", "该行有 %d 字节，超过上限 %d 字节；保留了开头部分", n.Oversize, MaxLine)}}, nil
	}
	if raw.ContentType == TypeForm {
		return []desk.Part{parseForm(raw)}, nil
	}
	if raw.ContentType == TypeNDJSON {
		return parseLines(raw.Bytes, zone), nil
	}
	docs, err := split(raw.Bytes)
	if err != nil {
		return nil, err
	}
	parts := make([]desk.Part, len(docs))
	for i, d := range docs {
		parts[i] = parsePart(d, zone)
	}
	return parts, nil
}

func parseLines(b []byte, zone *time.Location) []desk.Part {
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	parts := make([]desk.Part, 0, bytes.Count(b, []byte{'\n'})+1)
	for line := range bytes.Lines(b) {
		if line = trimSpace(line); len(line) > 0 {
			parts = append(parts, parsePart(line, zone))
		}
	}
	return parts
}

// trimSpace removes the white space of JSON, and no more: what else stands at the
// ends of a line belongs to it.
func trimSpace(b []byte) []byte { return bytes.Trim(b, " \t\r\n") }

// split takes one object, or an array apart. Its error says why the whole is unreadable.
func split(b []byte) ([]json.RawMessage, error) {
	b = trimSpace(bytes.TrimPrefix(b, []byte("\uFEFF")))
	if len(b) == 0 {
		return nil, desk.Invalid("", "请求内容为空，应为一个 JSON 对象或数组")
	}
	if !json.Valid(b) {
		return nil, why(b)
	}
	switch b[0] {
	case '{':
		return []json.RawMessage{b}, nil
	case '[':
		return elements(b), nil
	}
	return nil, desk.Invalid("", "应为一个 JSON 对象或数组")
}

// parsePart reads one item; what is wrong with it is its own affair.
func parsePart(b []byte, zone *time.Location) desk.Part {
	in, err := parseItem(b, zone)
	if err != nil {
		return desk.Part{Bytes: b, Err: err}
	}
	return desk.Part{Incoming: in, Bytes: b}
}

// parseItem reads the fields of the contract. Fields it doesn't know are let pass:
// senders add their own. Of a field given twice the last one counts.
func parseItem(b []byte, zone *time.Location) (in desk.Incoming, bad *desk.Error) {
	if !json.Valid(b) {
		return in, why(b)
	}
	if b[0] != '{' {
		return in, desk.Invalid("", "应为一个 JSON 对象")
	}
	if !utf8.Valid(b) {
		return in, desk.Invalid(badField(b), "含有无法识别的字符（不是有效的 UTF-8）")
	}
	for name, v := range members(b) {
		switch name {
		case "external_id":
			bad = text(v, name, &in.ExternalID)
		case "title":
			bad = text(v, name, &in.Title)
		case "body":
			bad = text(v, name, &in.Body)
		case "place":
			bad = text(v, name, &in.Place)
		case "url":
			bad = text(v, name, &in.URL)
		case "author":
			in.Author, bad = author(v)
		case "occurred_at":
			in.OccurredAt, bad = instant(v, zone)
		case "reach":
			in.Reach, bad = reach(v)
		}
		if bad != nil {
			return desk.Incoming{}, bad
		}
	}
	return in, nil
}

// why says where bytes cease to be JSON.
func why(b []byte) *desk.Error {
	var whole json.RawMessage
	err := json.Unmarshal(b, &whole)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return desk.Invalid("", "不是有效的 JSON（第 %d 字节附近）", syntax.Offset)
	}
	return &desk.Error{Code: desk.CodeInvalid, Text: "不是有效的 JSON", Cause: err}
}
