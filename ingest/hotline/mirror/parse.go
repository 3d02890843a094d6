package mirror

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/ingest"
)

// MaxTickets bounds one page.
const MaxTickets = 1000

// Parser reads a page of a platform's tickets, by the source's mapping.
type Parser struct{}

// MaySeal says whether the platform marks tickets 保密; where that can't be told, it may.
func (Parser) MaySeal(src desk.Source) bool {
	m, err := ReadMapping(src.Settings)
	return err != nil || m.Sealed != ""
}

// Parse gives a part per ticket. What can't be mapped is quarantined with the place
// that is at fault; the others aren't harmed by it.
func (Parser) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	m, err := ReadMapping(src.Settings)
	if err != nil {
		return nil, &desk.Error{Code: desk.CodeInvalid, Text: "这个来源的字段对照不可用，请先改好", Cause: err}
	}
	tickets, _, err := m.tickets(raw.Bytes)
	if err != nil {
		return nil, err
	}
	parts := make([]desk.Part, len(tickets))
	for i, t := range tickets {
		parts[i] = desk.Part{Bytes: ingest.MappedShare(raw.Bytes, t, m.Items)}
		sealed, bad := m.sealed(t) // before all that can be at fault
		parts[i].Sealed = sealed || bad != nil
		in, fault := m.ticket(t, zone)
		switch {
		case fault != nil:
			parts[i].Err = fault
		case bad != nil:
			parts[i].Err = bad
		default:
			in.Sealed = sealed
			parts[i].Incoming = in
		}
	}
	return parts, nil
}

// tickets takes a page apart; doc is the whole of it.
func (m Mapping) tickets(b []byte) (list []any, doc any, err error) {
	if !utf8.Valid(b) {
		return nil, nil, desk.Invalid("", "内容不是有效的 UTF-8")
	}
	if doc, err = ingest.DecodeJSON(b); err != nil {
		return nil, nil, err
	}
	if m.Items != nil {
		if v, ok := ingest.Resolve(doc, *m.Items); ok && v == nil {
			return nil, doc, nil // "list": null is how some say that nothing changed
		}
	}
	list, err = ingest.MappedList(doc, m.Items, MaxTickets)
	return list, doc, err
}

// ticket reads one ticket.
func (m Mapping) ticket(doc any, zone *time.Location) (in desk.Incoming, bad *desk.Error) {
	if _, ok := doc.(map[string]any); !ok {
		return in, desk.Invalid("items", "应为一个 JSON 对象")
	}
	var mirror desk.Mirror
	for _, f := range []struct {
		name, at string
		to       *string
	}{{"external_id", m.ExternalID, &in.ExternalID}, {"title", m.Title, &in.Title}, {"text", m.Text, &in.Body}, {"place", m.Place, &in.Place},
		{"url", m.URL, &in.URL}, {"author", m.Author, &in.Author.Name}, {"phone", m.Phone, &in.Author.Phone}, {"state", m.State, &mirror.Told}} {
		if *f.to, bad = ingest.MappedText(doc, f.name, f.at); bad != nil {
			return desk.Incoming{}, bad
		}
	}
	in.ExternalID = ingest.Line(in.ExternalID)
	in.Title, in.Body, in.Place = ingest.Line(ingest.PlainText(in.Title)), ingest.PlainText(in.Body), ingest.Line(in.Place)
	in.Author.Name, in.Author.Phone, mirror.Told = ingest.Line(in.Author.Name), ingest.Line(in.Author.Phone), ingest.Line(mirror.Told)
	switch {
	case in.ExternalID == "":
		return desk.Incoming{}, desk.Invalid("external_id", "没有 %s 这一处", m.ExternalID)
	case in.Title == "" && in.Body == "":
		return desk.Incoming{}, desk.Invalid("text", "按字段对照找不到标题和正文（%s）", strings.Trim(m.Title+"，"+m.Text, "，"))
	case in.URL != "" && ingest.CheckURL(in.URL) != nil:
		return desk.Incoming{}, desk.Invalid("url", "%s 的值不是网址", m.URL)
	}
	if in.OccurredAt, bad = ingest.MappedTime(doc, "time", m.Time, zone); bad != nil {
		return desk.Incoming{}, bad
	}
	if mirror.Limit, bad = ingest.MappedTime(doc, "limit", m.Limit, zone); bad != nil {
		return desk.Incoming{}, bad
	}
	if mirror.Replies, bad = m.replies(doc, zone); bad != nil {
		return desk.Incoming{}, bad
	}
	if mirror.State = stateOf(m.States[mirror.Told]); mirror.State == "" {
		mirror.State = stateOf(mirror.Told)
	}
	in.Extra = &desk.Extra{Mirror: &mirror}
	return in, nil
}

// sealed says whether the platform marks the ticket 保密. What can't be read is refused:
// it might be secret.
func (m Mapping) sealed(doc any) (bool, *desk.Error) {
	if m.Sealed == "" {
		return false, nil
	}
	if _, ok := doc.(map[string]any); !ok {
		return false, desk.Invalid("sealed", "%s 的值应为真假", m.Sealed) // there is no such place
	}
	v, ok := ingest.Resolve(doc, m.Sealed)
	if !ok || v == nil {
		return false, nil
	}
	switch v := v.(type) {
	case bool:
		return v, nil
	case json.Number:
		return v.String() != "0", nil
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "", "0", "false", "no", "n", "否", "不保密", "公开":
			return false, nil
		}
		return true, nil
	}
	return false, desk.Invalid("sealed", "%s 的值应为真假", m.Sealed)
}

// replies reads what was answered: a list, or the one reply that stands in the ticket.
func (m Mapping) replies(doc any, zone *time.Location) (list []desk.MirrorReply, bad *desk.Error) {
	from := []any{doc}
	if m.Replies != "" {
		v, ok := ingest.Resolve(doc, m.Replies)
		if !ok || v == nil {
			return nil, nil
		}
		if from, ok = v.([]any); !ok {
			return nil, desk.Invalid("replies", "%s 的值应为数组", m.Replies)
		}
	}
	for _, d := range from {
		var r desk.MirrorReply
		if r.Text, bad = ingest.MappedText(d, "reply_text", m.ReplyText); bad != nil {
			return nil, bad
		}
		if r.Text = ingest.PlainText(r.Text); r.Text == "" {
			continue
		}
		if r.By, bad = ingest.MappedText(d, "reply_by", m.ReplyBy); bad != nil {
			return nil, bad
		}
		if r.At, bad = ingest.MappedTime(d, "reply_time", m.ReplyTime, zone); bad != nil {
			return nil, bad
		}
		r.By = ingest.Line(r.By)
		list = append(list, r)
	}
	return list, nil
}
