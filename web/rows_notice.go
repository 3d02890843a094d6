package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"huiying/desk"
)

// NoticeRow is one notice (提醒) with who was told through what, and who took it.
type NoticeRow struct {
	ID    string
	Now   time.Time
	At    time.Time
	Light string
	Word  string // interface text
	Text  string
	Href  string
	Told  [][]Phrase
	Ack   []Act
	AckAt time.Time
	AckBy string
}

// Sort puts what nobody has taken on top, then the newest.
func (n NoticeRow) Sort() int64 {
	if n.AckAt.IsZero() {
		return 1<<50 + n.At.UnixMilli()
	}
	return n.At.UnixMilli()
}

// Alerts is what stands above the desk until somebody has seen to it.
type Alerts struct{ Banners []Banner }

// None says that nothing stands there.
func (a Alerts) None() bool { return len(a.Banners) == 0 }

// Counts are the figures of the live desk's heading.
type Counts struct{ Running, Overdue int }

// stageLight is how pressing a notice is, as light and word.
func (r teller) stageLight(n desk.Notice) (light, word string) {
	switch {
	case n.Kind == "delivery":
		return LightRed, "未送达"
	case n.Kind == "silence":
		return LightRed, "来源静默"
	case n.Kind == "burst":
		return LightYellow, "来件骤增"
	case n.Stage == "overdue" || n.Stage == "due":
		return LightOver, "超时"
	case n.Stage == "before" || n.Stage == "three-quarters":
		return LightRed, "紧急"
	}
	return LightYellow, "临近"
}

// deliveryWords are the states of a delivery.
var deliveryWords = map[string]string{desk.DeliveryPending: "待送", desk.DeliverySent: "已送达", desk.DeliveryFailed: "没有送到", desk.DeliverySuperseded: "已由后一条代替"}

// noticeRow is a notice as the notices' page lists it.
func (r teller) noticeRow(n desk.Notice) NoticeRow {
	light, word := r.stageLight(n)
	row := NoticeRow{ID: fmt.Sprintf("notice-%d", n.ID), Now: r.now, At: n.At, Light: light, Word: word, Text: r.noticeText(n), AckBy: n.AckBy}
	if n.IncidentID != 0 {
		row.Href = fmt.Sprintf("/incidents/%d", n.IncidentID)
	}
	if n.TopicID != 0 {
		row.Href = topicHome(n.TopicID)
	}
	for _, d := range n.Deliveries {
		told := []Phrase{{Text: d.Channel + " "}}
		switch {
		case d.State == desk.DeliveryFailed:
			told = append(told, Phrase{Text: r.t("没有送到，无人知晓"), Mark: "strong"})
		case d.SentAt != nil:
			told = append(told, Phrase{Text: r.t(deliveryWords[d.State]) + " " + r.dates().moment(*d.SentAt, r.now)})
		default:
			told = append(told, Phrase{Text: r.t(deliveryWords[d.State])})
		}
		if d.Attempts > 1 {
			told = append(told, Phrase{Text: " " + r.t("试 %d 次", d.Attempts)})
		}
		row.Told = append(row.Told, told)
	}
	if n.AckAt != nil {
		row.AckAt = *n.AckAt
	} else if r.who.May(desk.ActNoticeAck) {
		row.Ack = []Act{r.ack(n)}
	}
	return row
}

// noticeText says a notice in the page's language. What is kept is Chinese: "event · rule：time left（stage）", after
// "没有人通过 channel 收到提醒：" where nobody was told.
func (r teller) noticeText(n desk.Notice) string {
	if r.lang != LangEnglish {
		return n.Text
	}
	switch n.Kind {
	case "silence":
		return r.silenceText(n.Text)
	case "burst":
		return r.burstText(n.Text)
	}
	text, told := n.Text, ""
	if _, rest, found := strings.Cut(text, "没有人通过 "); found && n.Kind == "delivery" {
		channel, inner, _ := strings.Cut(rest, " 收到提醒：")
		text, told = inner, r.t("没有人通过 %s 收到提醒：", channel)
	}
	dot := strings.LastIndex(text, " · ")
	if dot < 0 {
		return told + text
	}
	rule, rest, _ := strings.Cut(text[dot+len(" · "):], "：")
	text = text[:dot] + " · " + r.t(rule)
	if n.Due != nil {
		return told + text + ": " + r.dates().left(*n.Due, n.At)
	}
	return told + text + ": " + rest
}

// reminder is a clock's notice for where the clock itself stands below: without the time that was left when it was made,
// which beside the time left now would be read as it.
func (r teller) reminder(n desk.Notice) string {
	text := r.noticeText(n)
	if n.Kind != "clock" {
		return text
	}
	if r.lang == LangEnglish {
		if i := strings.LastIndex(text, ": "); i > 0 {
			return text[:i]
		}
		return text
	}
	head, tail, found := strings.Cut(text, "：还剩")
	if i := strings.LastIndex(tail, "（"); found && i >= 0 {
		return head + "：" + strings.TrimSuffix(tail[i+len("（"):], "）")
	}
	return text
}

// ack is the act of acknowledging, on one key.
func (r teller) ack(n desk.Notice) Act {
	return Act{Label: "签收", Post: fmt.Sprintf("/notices/%d/ack", n.ID), Key: "A"}
}

// alerts are the most pressing of the open notices, one at a time since the clocks are what the desk is for, and the
// incidents that nobody has graded.
func (r teller) alerts(open []desk.Notice, incidents []desk.Incident) Alerts {
	var a Alerts
	if b, ok := r.ungraded(incidents); ok {
		a.Banners = append(a.Banners, b)
	}
	quiet, open := noticesApart(open, "silence")
	if b, ok := r.silences(quiet); ok {
		a.Banners = append(a.Banners, b)
	}
	rushed, open := noticesApart(open, "burst")
	if b, ok := r.bursts(rushed); ok {
		a.Banners = append(a.Banners, b)
	}
	latest := latestOfClocks(open)
	if len(latest) == 0 {
		return a
	}
	n := slices.MaxFunc(latest, func(x, y desk.Notice) int { return lightRank(r, x) - lightRank(r, y) })
	light, word := r.stageLight(n)
	b := Banner{ID: fmt.Sprintf("alert-%d", n.ID), Kind: "burst", Light: light, Word: word,
		Text: []Phrase{{Text: r.reminder(n) + "　"}, {Text: r.t("%s 提醒", r.dates().hm(n.At)), Mark: "quiet"}}}
	if light == LightOver || light == LightRed {
		b.Kind = "late"
	}
	if len(latest) > 1 {
		b.Acts = append(b.Acts, Act{Label: r.t("还有 %d 条", len(latest)-1), Href: "/notices", Style: "quiet"})
	}
	if n.IncidentID != 0 {
		b.Acts = append(b.Acts, Act{Label: "进入事件", Href: fmt.Sprintf("/incidents/%d", n.IncidentID)})
	}
	if r.who.May(desk.ActNoticeAck) {
		ack := r.ack(n)
		ack.Style = "primary"
		b.Acts = append(b.Acts, ack)
	}
	a.Banners = append(a.Banners, b)
	return a
}

func lightRank(r teller, n desk.Notice) int {
	light, _ := r.stageLight(n)
	return slices.Index([]string{LightGreen, LightYellow, LightRed, LightOver}, light)
}

// latestOfClocks drops what a later notice about the same clock says again.
func latestOfClocks(open []desk.Notice) []desk.Notice {
	var out []desk.Notice
	seen := map[int64]bool{}
	newest := slices.Clone(open)
	slices.SortStableFunc(newest, func(a, b desk.Notice) int { return b.At.Compare(a.At) })
	for _, n := range newest {
		if n.Kind == "clock" && seen[n.ClockID] {
			continue
		}
		seen[n.ClockID] = true
		out = append(out, n)
	}
	return out
}

// ungraded is the banner of open emergencies without a level: nobody's clock runs for them, which isn't harmless.
func (r teller) ungraded(incidents []desk.Incident) (Banner, bool) {
	var first *desk.Incident
	n := 0
	for i, in := range incidents {
		if in.State == desk.IncidentOpen && in.Level() == "" && in.Kind != desk.KindOpinion {
			if first == nil {
				first = &incidents[i]
			}
			n++
		}
	}
	if n == 0 {
		return Banner{}, false
	}
	b := Banner{ID: "alert-ungraded", Kind: "late", Light: LightRed, Word: "未定级",
		Text: []Phrase{{Text: r.t("《%s》", cut(first.Title, 40)), Mark: "strong"}, {Text: r.t("还没有初判，时限未起算，请先定级。")}}}
	if n > 1 {
		b.Text = append(b.Text, Phrase{Text: r.t("另有 %d 件未定级。", n-1)})
	}
	act := Act{Label: "进入事件", Href: fmt.Sprintf("/incidents/%d", first.ID), Key: "L"}
	if r.who.May(desk.ActIncidentGrade) {
		act.Label, act.Style, act.Href = "去定级", "primary", act.Href+"?do=judge"
	}
	b.Acts = []Act{act}
	return b, true
}
