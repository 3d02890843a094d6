package media

import (
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
	return Mentions(m, raw.Bytes, zone)
}

// Mentions reads a document of one or many mentions by a mapping: a part for each.
func Mentions(m Mapping, doc []byte, zone *time.Location) ([]desk.Part, error) {
	if !utf8.Valid(doc) {
		return nil, desk.Invalid("", "内容不是有效的 UTF-8")
	}
	docs, err := mentions(doc, m)
	if err != nil {
		return nil, err
	}
	parts := make([]desk.Part, len(docs))
	for i, d := range docs {
		parts[i] = desk.Part{Bytes: doc}
		if len(docs) > 1 {
			parts[i].Bytes = ingest.MappedShare(doc, d, m.Items)
		}
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
	doc, err := ingest.DecodeJSON(b)
	if err != nil {
		return nil, err
	}
	return ingest.MappedList(doc, m.Items, MaxMentions)
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
		if *f.to, bad = ingest.MappedText(doc, f.name, f.at); bad != nil {
			return desk.Incoming{}, bad
		}
	}
	in.Title, in.Body, in.Author.Name, x.Platform = ingest.Line(ingest.PlainText(in.Title)), ingest.PlainText(in.Body), ingest.Line(in.Author.Name), ingest.Line(x.Platform)
	if in.URL = strings.TrimSpace(in.URL); in.URL != "" && ingest.CheckURL(in.URL) != nil {
		return desk.Incoming{}, desk.Invalid("url", "%s 的值不是网址", m.URL)
	}
	if in.OccurredAt, bad = ingest.MappedTime(doc, "time", m.Time, zone); bad != nil {
		return desk.Incoming{}, bad
	}
	if in.Reach, bad = ingest.MappedCount(doc, "reads", m.Reads); bad != nil {
		return desk.Incoming{}, bad
	}
	if x.Comments, bad = ingest.MappedCount(doc, "comments", m.Comments); bad != nil {
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
