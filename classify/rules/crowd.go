package rules

import (
	"strconv"
	"unicode/utf8"

	"huiying/desk"
)

// crowdSet reads how many people stand together: gathered, signed, complaining as one.
func crowdSet() Set {
	words := newCues(slicesOf(group("crowd", 0, `聚集 围堵 上访 集会 参与 维权 联名 签名 集体 围观 游行 静坐 讨薪 堵路 堵门 拉横幅 闹事 冲突 受骗 被骗 欠薪`), group("plain", 0, `业主 家庭 居民 村民`)))
	return Set{Name: "crowd", Examples: crowdExamples, words: []*cues{words}, read: func(x *scanned, v *desk.Verdict) {
		for n, p := range x.parts {
			x.each(0, n, func(h hit) {
				if v.Facts.Crowd != nil {
					return
				}
				if h.tag == "plain" && !counted(previous(p.text, h.start, 1)) {
					return
				}
				if n, ok := crowdBefore(p.text, h); ok {
					value, _ := n.whole()
					v.Facts.Crowd = &value
					p.note(v, "facts.crowd", n.start, h.end)
					sure(v, "facts.crowd", 0.7)
				}
			})
		}
	}}
}

// counted says whether a rune ends a figure of people: 名业主, 多户居民.
func counted(r rune) bool { return counter(r) || r == '余' || r == '多' || r == '万' || r == '百' }

// crowdBefore reads "200多人聚集", "300余名业主联名": a figure of people, then the
// word within the clause.
func crowdBefore(text string, h hit) (number, bool) {
	for i := max(0, h.start-42); i < h.start; i++ {
		if !utf8.RuneStart(text[i]) {
			continue
		}
		n, ok := people(text, i)
		if !ok {
			continue
		}
		gap := text[n.end:h.start]
		if !clauseGap(gap) || utf8.RuneCountInString(gap) > 8 {
			continue
		}
		if value, ok := n.whole(); ok && value >= 5 && !past(text, n.start) {
			// 业主 and the like only count when a figure stands right before them.
			if h.tag == "plain" && utf8.RuneCountInString(gap) > 1 {
				continue
			}
			return n, true
		}
	}
	return number{}, false
}

var crowdExamples = []Example{
	{Body: "200多名业主聚集在售楼部门口。", Want: "200"},
	{Body: "300余人联名要求退款。", Want: "300"},
	{Body: "小区业主很多。", Want: ""},
	{Body: "两人发生冲突。", Want: ""},
}

func printCrowd(v *desk.Verdict) string {
	if v.Facts.Crowd == nil {
		return ""
	}
	return strconv.Itoa(*v.Facts.Crowd)
}
