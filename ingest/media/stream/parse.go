package stream

import (
	"encoding/json"
	"errors"
	"time"

	"huiying/desk"
	"huiying/ingest/media"
)

// note says which messages a raw holds, one behind the other.
type note struct {
	Stream string      `json:"stream"`
	At     [][2]uint64 `json:"at"` // sequence number and length of each, in bytes
}

// cut gives the messages of a raw. A raw that isn't what the note says is one message:
// somebody has mended it.
func (n note) cut(b []byte) [][]byte {
	var list [][]byte
	rest := b
	for _, at := range n.At {
		if at[1] > uint64(len(rest)) {
			return [][]byte{b}
		}
		list = append(list, rest[:at[1]:at[1]])
		rest = rest[at[1]:]
	}
	if len(rest) > 0 || len(list) == 0 {
		return [][]byte{b}
	}
	return list
}

// Parser reads batches of messages by the source's mapping, each as a call of a
// webhook is read.
type Parser struct{}

// Parse gives a part per mention. A message that can't be read is quarantined by
// itself, with its bytes.
func (Parser) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	m, err := media.ReadMapping(src.Settings)
	if err != nil {
		return nil, &desk.Error{Code: desk.CodeInvalid, Text: "这个来源的字段对照不可用，请先改好", Cause: err}
	}
	var n note
	if len(raw.Note) > 0 {
		if err := json.Unmarshal(raw.Note, &n); err != nil {
			return nil, &desk.Error{Code: desk.CodeInvalid, Text: "内容无法读取，原件已保留，转人工查看", Cause: err}
		}
	}
	var parts []desk.Part
	for _, message := range n.cut(raw.Bytes) {
		more, err := media.Mentions(m, message, zone)
		if err != nil {
			parts = append(parts, desk.Part{Bytes: message, Err: reason(err)})
			continue
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

func reason(err error) *desk.Error {
	var e *desk.Error
	if !errors.As(err, &e) {
		e = &desk.Error{Code: desk.CodeInvalid, Text: "内容无法读取，原件已保留，转人工查看", Cause: err}
	}
	return e
}
