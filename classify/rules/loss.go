package rules

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

// lossSet reads direct loss in yuan: a sum of money beside 损失 in the same clause.
func lossSet() Set {
	words := newCues(group("loss", 0, `损失 吞噬 烧毁 焚毁 受损`))
	return Set{Name: "loss", Examples: lossExamples, words: []*cues{words}, read: func(x *scanned, v *desk.Verdict) {
		best := int64(-1)
		for n, p := range x.parts {
			x.each(0, n, func(h hit) {
				value, start, end, ok := money(p.text, h)
				if ok && value > best {
					best = value
					v.Facts.LossYuan = &best
					v.SetEvidence("facts.loss_yuan")
					p.note(v, "facts.loss_yuan", min(start, h.start), max(end, h.end))
					sure(v, "facts.loss_yuan", 0.85)
				}
			})
		}
	}}
}

// money finds the sum that belongs to a word of loss: after it in the clause, or
// before it when it follows closely.
func money(text string, h hit) (int64, int, int, bool) {
	if past(text, h.start) {
		return 0, 0, 0, false
	}
	limit := min(len(text), h.end+60)
	for i := h.end; i < limit; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if strings.ContainsRune(",。;!?\n", r) {
			break
		}
		if n, ok := readNumber(text, i); ok && !n.vague {
			if strings.HasPrefix(text[n.end:], "元") {
				return int64(n.value), n.start, n.end + len("元"), true
			}
			i = n.end
			continue
		}
		i += size
	}
	for i := max(0, h.start-36); i < h.start; {
		if !utf8.RuneStart(text[i]) {
			i++
			continue
		}
		if n, ok := readNumber(text, i); ok && !n.vague {
			if strings.HasPrefix(text[n.end:], "元") && n.end <= h.start && clauseGap(text[n.end:h.start]) && previousIsNoDigit(text, i) {
				return int64(n.value), n.start, n.end + len("元"), true
			}
			i = n.end
			continue
		}
		i++
	}
	return 0, 0, 0, false
}

func previousIsNoDigit(text string, i int) bool {
	r := previous(text, i, 1)
	_, digit := digitOf(r)
	return !(r >= '0' && r <= '9') && !digit && unit(r) == 0
}

var lossExamples = []Example{
	{Body: "直接经济损失约3.5万元。", Want: "35000"},
	{Body: "大火造成损失达一千二百余万元。", Want: "12000000"},
	{Body: "损失800万欧元。", Want: ""},
	{Body: "购房款80万元已付。", Want: ""},
}

func printLoss(v *desk.Verdict) string {
	if v.Facts.LossYuan == nil {
		return ""
	}
	return strconv.FormatInt(*v.Facts.LossYuan, 10)
}
