package web

import (
	"fmt"
	"strconv"
	"strings"

	"huiying/desk"
)

// extraFacts are what the door's form had beside the words: a duty form's fields, what an app or a vendor told.
func (r teller) extraFacts(it desk.Item, shown *desk.Revealed) (facts []Fact) {
	if it.Extra == nil {
		return nil
	}
	x := *it.Extra
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, Fact{Name: name, Value: []Phrase{{Text: value}}})
		}
	}
	if x.Duty != nil {
		facts = r.dutyFacts(it, *x.Duty)
	}
	if x.Mirror != nil {
		facts = append(facts, r.ticketFacts(it, *x.Mirror)...)
	}
	if shown != nil {
		x.Email = shown.Email
	}
	add("邮箱", x.Email)
	add("平台", x.Platform)
	if x.Comments != nil {
		add("评论", number(int(*x.Comments)))
	}
	if x.Shares != nil {
		add("转发", number(int(*x.Shares)))
	}
	if x.Captured != nil {
		add("采集时间", r.dates().minute(*x.Captured))
	}
	if x.Shot != nil {
		add("截图摘要", "SHA-256 "+x.Shot.Digest)
	}
	if x.Lat != nil && x.Long != nil {
		add("坐标", strconv.FormatFloat(*x.Lat, 'f', -1, 64)+", "+strconv.FormatFloat(*x.Long, 'f', -1, 64))
	}
	add("邮编", x.Zip)
	add("图片地址", x.MediaURL)
	return facts
}

// dutyFacts are the fields of a duty form in words.
func (r teller) dutyFacts(it desk.Item, d desk.Duty) (facts []Fact) {
	call := d.Form == desk.DutyCall
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, Fact{Name: name, Value: []Phrase{{Text: value}}})
		}
	}
	add("种类", r.t(dutyName(d.Form)))
	add("文号", d.Number)
	at := Fact{Name: "收到时间"}
	if call {
		add("来电单位", d.Unit)
		add("职务", d.Post)
		add("已报告", strings.Join(d.Told, "、"))
		at.Name = "来电时间"
	} else {
		add("来文单位", d.Unit)
	}
	at.Value = []Phrase{{Text: r.dates().minute(d.At)}}
	if it.ReceivedAt.Sub(d.At) > lateEntry {
		at.Note = r.t("补录，%s 录入", r.dates().short(it.ReceivedAt))
	}
	facts = append(facts, at)
	add("记录人", d.Recorder)
	if d.Limit != nil {
		facts = append(facts, Fact{Name: "要求办结时限", Value: []Phrase{{Text: r.t("%s 前", r.dates().short(*d.Limit)), Mark: "strong"}}, Note: r.limitWord(it)})
	}
	return facts
}

// lateEntry is from when an entry is marked as made later: two minutes, room for typing.
const lateEntry = 2 * 60 * 1e9

// limitLight is how the own limit of a document or a mirrored ticket stands: nothing presses once the item is dealt with.
func (r teller) limitLight(it desk.Item) string {
	limit := it.Limit()
	switch {
	case limit == nil:
		return ""
	case it.State == desk.ItemSettled, it.Extra.Mirror != nil && it.Extra.Mirror.Done():
		return LightOff
	}
	if light := string(r.desk.Policy.Lights.At(it.LimitFrom(), *limit, r.now)); light != "overdue" { // desk/timeline's names are the pages', but for this one
		return light
	}
	return LightOver
}

func (r teller) limitWord(it desk.Item) string {
	light := r.limitLight(it)
	if light == LightOff {
		return ""
	}
	return r.t(lightWords[light])
}

// limitFlag tells a row's own limit: 限 11月23日 12:00 前.
func (r teller) limitFlag(it desk.Item) []Flag {
	if it.Limit() == nil {
		return nil
	}
	return []Flag{{Light: r.limitLight(it), Text: "限 %s", Args: []any{r.t("%s 前", r.dates().short(*it.Limit()))}}}
}

// broughtBy is who brought an item, beside its channel: the unit that called, else its source.
func broughtBy(it desk.Item) string {
	if it.Extra != nil && it.Extra.Duty != nil {
		return it.Extra.Duty.Unit
	}
	return it.Source
}

// untitled names an item that has no title.
func (r teller) untitled(it desk.Item) string {
	if it.Extra != nil && it.Extra.Duty != nil {
		return r.t("%s来电", it.Extra.Duty.Unit)
	}
	return r.t("%s来件", r.t(it.Channel.Name()))
}

// dutyAddress is where the sheet of a duty form is printed; "" for other items.
func dutyAddress(it desk.Item) string {
	if it.Extra == nil || it.Extra.Duty == nil {
		return ""
	}
	return fmt.Sprintf("/duty/%d/sheet", it.ID)
}
