package web

import (
	"fmt"
	"strings"

	"huiying/desk"
)

// noticesApart takes the notices of one kind out of the others.
func noticesApart(all []desk.Notice, kind string) (of, others []desk.Notice) {
	for _, n := range all {
		if n.Kind == kind {
			of = append(of, n)
		} else {
			others = append(others, n)
		}
	}
	return of, others
}

// silences is the banner of sources that are quieter than their habit: what doesn't
// come in can't be seen anywhere else on the desk.
func (r teller) silences(open []desk.Notice) (Banner, bool) {
	if len(open) == 0 {
		return Banner{}, false
	}
	n := open[len(open)-1]
	light, word := r.stageLight(n)
	b := Banner{ID: fmt.Sprintf("alert-%d", n.ID), Kind: "late", Light: light, Word: word,
		Text: []Phrase{{Text: r.noticeText(n) + "　"}, {Text: r.dates().moment(n.At, r.now), Mark: "quiet"}}}
	if len(open) > 1 {
		b.Acts = append(b.Acts, Act{Label: r.t("还有 %d 条", len(open)-1), Href: "/notices", Style: "quiet"})
	}
	if r.who.May(desk.ActSourceManage) {
		b.Acts = append(b.Acts, Act{Label: "查看来源", Href: "/sources"})
	}
	if r.who.May(desk.ActNoticeAck) {
		b.Acts = append(b.Acts, r.ack(n))
	}
	return b, true
}

// silenceText says the notice of a silence in English. What is kept is Chinese:
// 来源“name”比往常安静：h 小时内来件 n 件，往常约 m 件.
func (r teller) silenceText(text string) string {
	name, rest, ok := strings.Cut(strings.TrimPrefix(text, "来源“"), "”比往常安静：")
	var hours, had, usual int
	if n, err := fmt.Sscanf(rest, "%d 小时内来件 %d 件，往常约 %d 件", &hours, &had, &usual); !ok || err != nil || n != 3 {
		return text
	}
	return r.t("来源“%s”比往常安静：%d 小时内来件 %d 件，往常约 %d 件", name, hours, had, usual)
}
