package web

import (
	"fmt"
	"strings"

	"huiying/desk"
)

// bursts is the banner of topics whose items come unusually fast: the newest, with what can be said to it.
func (r teller) bursts(open []desk.Notice) (Banner, bool) {
	if len(open) == 0 {
		return Banner{}, false
	}
	n := open[len(open)-1]
	for _, other := range open {
		if other.ID > n.ID {
			n = other
		}
	}
	light, word := r.stageLight(n)
	b := Banner{ID: fmt.Sprintf("alert-%d", n.ID), Kind: "burst", Light: light, Word: word,
		Text: []Phrase{{Text: r.noticeText(n) + "　"}, {Text: r.t("%s 提醒", r.dates().hm(n.At)), Mark: "quiet"}}}
	if len(open) > 1 {
		b.Acts = append(b.Acts, Act{Label: r.t("还有 %d 条", len(open)-1), Href: "/notices", Style: "quiet"})
	}
	home := topicHome(n.TopicID)
	if !r.who.May(desk.ActIncidentRaise) {
		b.Acts = append(b.Acts, Act{Label: "查看话题", Href: home, Key: "T"})
		return b, true
	}
	b.Acts = append(b.Acts, Act{Label: "不是事件", Href: home + "?do=decline", Style: "quiet"}, Act{Label: "并入已有事件", Href: home + "?do=attach"},
		Act{Label: "查看话题", Href: home, Key: "T"}, Act{Label: "转为事件", Href: fmt.Sprintf("/incidents/new?topic=%d", n.TopicID), Style: "primary"})
	return b, true
}

// burstText says the notice of a burst in English. What is kept is Chinese:
// 话题“title”来件骤增：1 小时内 12 件，往常约 0.4 件。转为事件？
func (r teller) burstText(text string) string {
	title, rest, ok := strings.Cut(strings.TrimPrefix(text, "话题“"), "”来件骤增：")
	var long, had int
	var unit, usual string
	rest = strings.NewReplacer("内 ", " ", " 件，往常约 ", " ", " 件。转为事件？", "").Replace(rest)
	if n, err := fmt.Sscanf(rest, "%d %s %d %s", &long, &unit, &had, &usual); !ok || err != nil || n != 4 {
		return text
	}
	if unit == "小时" {
		long *= 60
	}
	return r.t("话题“%s”来件骤增：%s内 %d 件，往常约 %s 件。转为事件？", title, r.stretch(long), had, usual)
}
