package mailbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	netmail "net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/ingest"
)

// note is what the poller knew of a message beside its bytes.
type note struct {
	UIDValidity uint32 `json:"uidvalidity"`
	UID         uint32 `json:"uid"`
	Size        int64  `json:"size,omitempty"`    // as the server says, when it is beyond the limit and only the beginning is here
	Refused     bool   `json:"refused,omitempty"` // the server wouldn't give the message
	Sent        bool   `json:"sent,omitempty"`    // it lies where the account keeps what it sent
}

// Parser reads messages.
type Parser struct{}

// Parse makes one part of one message, whatever state it is in.
func (Parser) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	var n note
	if len(raw.Note) > 0 {
		if err := json.Unmarshal(raw.Note, &n); err != nil {
			return nil, desk.Invalid("", "原件的附注无法读取")
		}
	}
	switch {
	case n.Refused && len(raw.Bytes) == 0:
		return nil, desk.Invalid("", "邮件服务器多次未能给出这封邮件（编号 %d），请到邮箱中查看", n.UID)
	case n.Size > 0 && len(raw.Bytes) == tooBigKeep: // other bytes: a person has mended it
		return nil, desk.Invalid("", "邮件有 %d MB，超过上限 %d MB，只保留了开头部分", n.Size>>20, MaxMail>>20)
	case len(raw.Bytes) == 0:
		return nil, desk.Invalid("", "邮件没有内容")
	}
	in, err := parse(src, raw, n, zone)
	if err != nil {
		return nil, err
	}
	return []desk.Part{{Incoming: in}}, nil
}

func parse(src desk.Source, raw desk.Raw, n note, zone *time.Location) (desk.Incoming, error) {
	h, body := split(raw.Bytes)
	var l letter
	l.read(h, body, 0)
	in := desk.Incoming{
		ExternalID: identity(h, raw.Bytes),
		Title:      ingest.Cut(ingest.Line(title(h)), desk.MaxTitle),
		Body:       ingest.Cut(strings.TrimSpace(ingest.Clean(l.text())), desk.MaxBody),
		Author:     desk.Author{Name: ingest.Cut(author(src.Username, h), desk.MaxAuthor)},
		OccurredAt: sent(h, raw.ReceivedAt, zone),
		Auto:       auto(src.Username, h),
		Files:      l.files,
	}
	in.Refs = refs(h, in.ExternalID)
	if ours(src.Username, h) {
		in.FromUs = true
		if n.Sent && !in.Machine() {
			in.Auto = desk.AutoOwn
		}
	}
	for _, id := range l.about {
		if id = known(id); id != "" && id != in.ExternalID && !slices.Contains(in.Refs, id) && len(in.Refs) < desk.MaxRefs {
			in.Refs = append(in.Refs, id)
		}
	}
	if damaged(in.Title) {
		return in, desk.Invalid("title", "标题的编码无法识别")
	}
	in.Title = strings.TrimSpace(strings.ReplaceAll(in.Title, "\uFFFD", ""))
	if in.Title == "" && damaged(in.Body) {
		return in, desk.Invalid("body", "没有标题，正文的编码无法识别")
	}
	if in.Title == "" && in.Body == "" {
		if len(l.files) == 0 {
			return in, desk.Invalid("body", "邮件没有标题和正文")
		}
		names := make([]string, len(l.files))
		for i, f := range l.files {
			names[i] = f.Name
		}
		in.Body = ingest.Cut("（没有文字，只有附件："+strings.Join(names, "、")+"）", 1000)
	}
	if len(h) == 0 {
		return in, desk.Invalid("", "不是邮件：没有任何邮件头")
	}
	return in, nil
}

// title is the subject. Two words of different charsets may have been joined
// wrongly by the sender: nothing to be done then.
func title(h header) string { return words(h.get("Subject")) }

// damaged says whether so many characters of a text are lost that it tells
// nothing; one or two are let pass.
func damaged(s string) bool {
	lost := strings.Count(s, "\uFFFD")
	return lost > 2 && lost*5 > utf8.RuneCountInString(s)
}

// identity is the Message-ID, else the digest of the bytes.
func identity(h header, b []byte) string {
	id := strings.TrimSpace(h.get("Message-ID"))
	if i, j := strings.IndexByte(id, '<'), strings.LastIndexByte(id, '>'); i >= 0 && j > i {
		id = id[i+1 : j]
	}
	if id = known(id); id == "" {
		sum := sha256.Sum256(b)
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	return id
}

// known is a Message-ID as items are known by it; "" when it is none.
func known(id string) string {
	if id = strings.TrimSpace(id); id == "" {
		return ""
	}
	if len(id) > desk.MaxExternalID || !utf8.ValidString(id) || ingest.Clean(id) != id {
		sum := sha256.Sum256([]byte(id))
		return "message-id-sha256:" + hex.EncodeToString(sum[:])
	}
	return id
}

// author is who a letter is from: behind our own address, who is to be answered.
func author(own string, h header) string {
	if to := answerTo(own, h); to != "" {
		return display(to)
	}
	return from(h)
}

// from is the first sender's display name, or the address when there is none.
func from(h header) string { return display(orSender(h)) }

func display(v string) string {
	name, addr := sender(v)
	name = strings.Trim(words(name), `"' `)
	if strings.ReplaceAll(name, "\uFFFD", "") == "" {
		name = ingest.Line(words(addr))
	}
	return strings.ReplaceAll(name, "\uFFFD", "")
}

// sender takes the first address apart: 名 <a@b>, a@b (名), or a@b alone.
func sender(v string) (name, addr string) {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case quoted && c == '\\' && i+1 < len(v):
			i++
			b.WriteByte(v[i])
		case c == '"':
			quoted = !quoted
		case !quoted && c == '<':
			addr, _, _ = strings.Cut(v[i+1:], ">")
			return strings.TrimSpace(b.String()), addr
		case !quoted && c == '(' && strings.Contains(b.String(), "@"):
			name, _, _ = strings.Cut(v[i+1:], ")")
			return name, strings.TrimSpace(b.String())
		case !quoted && c == ',' && strings.Contains(b.String(), "@"):
			return "", strings.TrimSpace(b.String())
		default:
			b.WriteByte(c)
		}
	}
	if name = strings.TrimSpace(b.String()); strings.Contains(name, "@") && !strings.Contains(name, " ") {
		return "", name
	}
	return name, ""
}

var dateLayouts = []string{"Mon, _2 Jan 2006 15:04:05 -0700", "_2 Jan 2006 15:04:05 -0700", "Mon, _2 Jan 2006 15:04:05", "_2 Jan 2006 15:04:05",
	"Mon _2 Jan 2006 15:04:05 -0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", time.RFC3339, "Mon Jan _2 15:04:05 2006"}

// sent is the Date if it is a sane one: not before 1990, and not more than two
// days ahead of its receipt.
func sent(h header, received time.Time, zone *time.Location) *time.Time {
	v := words(h.get("Date"))
	if v == "" {
		return nil
	}
	t, err := netmail.ParseDate(v)
	if plain, _, found := strings.Cut(v, "("); err != nil && found {
		v = strings.TrimSpace(plain)
	}
	for _, layout := range dateLayouts {
		if err == nil {
			break
		}
		t, err = time.ParseInLocation(layout, v, zone)
	}
	if err != nil {
		return nil
	}
	if name, offset := t.Zone(); offset == 0 && name != "UTC" && name != "GMT" && name != "Z" && name != "UT" && name != "" {
		// CST and other names say nothing by themselves: here they mean the office's zone.
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone)
	}
	if t.Year() < 1990 || !received.IsZero() && t.After(received.Add(48*time.Hour)) || t.Year() > 2200 {
		return nil
	}
	return &t
}
