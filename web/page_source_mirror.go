package web

import (
	"context"
	"encoding/json"

	"huiying/desk"
)

// sampleMirror is what the form of a new mirror begins with; docs/mirror.md explains it.
const sampleMirror = `{
  "items": "/data/list",
  "external_id": "/order_no",
  "title": "/title",
  "text": "/content",
  "place": "/address",
  "author": "/caller",
  "phone": "/phone",
  "time": "/create_time",
  "sealed": "/secret",
  "changed": "/update_time",
  "state": "/status",
  "states": {"10": "待受理", "20": "已派单", "30": "办理中", "40": "已答复", "50": "已办结"},
  "limit": "/deadline",
  "replies": "/replies",
  "reply_text": "/content",
  "reply_time": "/time",
  "reply_by": "/department",
  "request": {"since": "updated_since", "page": "page", "size": "page_size", "page_size": 200},
  "push": {"url": "https://12345.example/api/opinions"}
}`

// mirrorFacts are how pushing back to a mirrored platform stands.
func (r teller) mirrorFacts(ctx context.Context, x desk.SourceState) ([]Fact, error) {
	m, err := r.desk.MirrorStandingOf(ctx, r.who, x.ID)
	if err != nil {
		return nil, err
	}
	one := func(s string) []Phrase { return []Phrase{{Text: s}} }
	var told struct {
		Push struct{ URL string }
	}
	if err := json.Unmarshal(x.Settings, &told); err != nil || told.Push.URL == "" {
		return []Fact{{Name: "回推地址", Value: one(r.t("没有设置，只读取不回推"))}}, nil
	}
	facts := []Fact{{Name: "回推地址", Value: one(told.Push.URL)}, {Name: "已回推", Value: one(r.t("%d 件", m.Told))}, {Name: "待回推", Value: one(r.t("%d 件", m.Waiting))}}
	if m.Refused > 0 {
		facts[2].Note = r.t("其中 %d 件上次没有送成", m.Refused)
	}
	if m.LastSuccess != nil {
		facts = append(facts, Fact{Name: "上次回推", Value: one(r.dates().minute(*m.LastSuccess))})
	}
	if m.Failures > 0 && m.LastErrorAt != nil {
		facts = append(facts, Fact{Name: "回推出错", Value: []Phrase{{Text: m.LastError, Mark: "strong"}}, Note: r.dates().minute(*m.LastErrorAt)})
	}
	return facts, nil
}

// mirrorFlags tell of a row that its ticket lives on another platform, and how it stands there.
func mirrorFlags(it desk.Item) []Flag {
	if it.Extra == nil || it.Extra.Mirror == nil {
		return nil
	}
	flags := []Flag{{Light: LightOff, Text: "镜像"}}
	m := it.Extra.Mirror
	switch {
	case m.State != "":
		flags = append(flags, Flag{Light: mirrorLight(*m), Text: m.StateName()})
	case m.Told != "":
		flags = append(flags, Flag{Light: LightOff, Text: "平台状态 %s", Args: []any{m.Told}})
	}
	return flags
}

func mirrorLight(m desk.Mirror) string {
	if m.Done() {
		return LightMet
	}
	return LightOff
}

// ticketFacts are state and limit of a mirrored ticket, as its platform has them.
func (r teller) ticketFacts(it desk.Item, m desk.Mirror) (facts []Fact) {
	if name := m.StateName(); name != "" {
		f := Fact{Name: "平台状态", Value: []Phrase{{Text: name, Mark: "strong"}}}
		if m.State != "" {
			f.Value[0].Text = r.t(name)
		}
		if m.State != "" && m.Told != name {
			f.Note = r.t("对方写作“%s”", m.Told)
		}
		facts = append(facts, f)
	}
	if m.Limit != nil {
		facts = append(facts, Fact{Name: "平台办理时限", Value: []Phrase{{Text: r.t("%s 前", r.dates().short(*m.Limit)), Mark: "strong"}}, Note: r.limitWord(it)})
	}
	facts = append(facts, Fact{Name: "平台答复", Value: []Phrase{{Text: r.t("%d 条", len(m.Replies))}}})
	return facts
}

// Platform is how a mirrored ticket stands on its platform, where its words are at home; nil: of another item.
func (b itemBody) Platform() *desk.Mirror {
	if b.File.Item.Extra == nil {
		return nil
	}
	return b.File.Item.Extra.Mirror
}
