package hotline

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"huiying/desk"
)

// The content types of this door's raws.
const (
	TypeJSON   = "application/json"
	TypeNDJSON = "application/x-ndjson"
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
	var syntax *json.SyntaxError
	switch b[0] {
	case '{':
		if err := check(b); err != nil {
			return nil, err
		}
		return []json.RawMessage{b}, nil
	case '[':
		var docs []json.RawMessage
		err := json.Unmarshal(b, &docs)
		if asSyntax(err, &syntax) {
			return nil, desk.Invalid("", "不是有效的 JSON（第 %d 字节附近）", syntax.Offset)
		}
		if err != nil {
			return nil, &desk.Error{Code: desk.CodeInvalid, Text: "不是有效的 JSON", Cause: err}
		}
		return docs, nil
	}
	return nil, desk.Invalid("", "应为一个 JSON 对象或数组")
}

// check refuses what isn't JSON, saying where.
func check(b []byte) error {
	var whole json.RawMessage
	err := json.Unmarshal(b, &whole)
	var syntax *json.SyntaxError
	if asSyntax(err, &syntax) {
		return desk.Invalid("", "不是有效的 JSON（第 %d 字节附近）", syntax.Offset)
	}
	if err != nil {
		return &desk.Error{Code: desk.CodeInvalid, Text: "不是有效的 JSON", Cause: err}
	}
	return nil
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
// senders add their own.
func parseItem(b []byte, zone *time.Location) (in desk.Incoming, bad *desk.Error) {
	if !utf8.Valid(b) {
		return in, desk.Invalid(badField(b), "含有无法识别的字符（不是有效的 UTF-8）")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil || fields == nil {
		var syntax *json.SyntaxError
		if asSyntax(err, &syntax) {
			return in, desk.Invalid("", "不是有效的 JSON（第 %d 字节附近）", syntax.Offset)
		}
		return in, desk.Invalid("", "应为一个 JSON 对象")
	}
	for _, f := range []struct {
		name string
		to   *string
	}{
		{"external_id", &in.ExternalID}, {"title", &in.Title}, {"body", &in.Body}, {"place", &in.Place}, {"url", &in.URL},
	} {
		if bad := text(fields[f.name], f.name, f.to); bad != nil {
			return desk.Incoming{}, bad
		}
	}
	if in.Author, bad = author(fields["author"]); bad != nil {
		return desk.Incoming{}, bad
	}
	if in.OccurredAt, bad = instant(fields["occurred_at"], zone); bad != nil {
		return desk.Incoming{}, bad
	}
	if in.Reach, bad = reach(fields["reach"]); bad != nil {
		return desk.Incoming{}, bad
	}
	return in, nil
}
