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
	if past(text, h.start) || supposed(text, h.start) {
		return 0, 0, 0, false
	}
	limit := min(len(text), h.end+60)
	for i := h.end; i < limit; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if strings.ContainsRune(",。;!?\n", r) {
			break
		}
		if value, end, ok := sum(text, i, true); end > i {
			if ok {
				return value, i, end, true
			}
			i = end
			continue
		}
		i += size
	}
	for i := max(0, h.start-36); i < h.start; {
		if !utf8.RuneStart(text[i]) {
			i++
			continue
		}
		if value, end, ok := sum(text, i, false); end > i {
			if ok && end <= h.start && clauseGap(text[end:h.start]) && previousIsNoDigit(text, i) {
				return value, i, end, true
			}
			i = end
			continue
		}
		i++
	}
	return 0, 0, 0, false
}

// sum reads an amount of yuan at byte i: 3.5万元, 上亿元, and of a range its lower end;
// after a word of loss the 元 may be left out. end is behind any figure at all.
func sum(text string, i int, bare bool) (value int64, end int, ok bool) {
	n, read := number{}, false
	if r := next(text, i); strings.ContainsRune("上近超过逾", r) {
		if u := unit(next(text, i+len("上"))); u >= 1e4 { // 上亿; 上百万 is a figure behind 上
			n, read = number{value: u, start: i, end: i + len("上亿"), least: true}, true
			for again := unit(next(text, n.end)); again > 0; again = unit(next(text, n.end)) {
				n.value *= again
				n.end += len("万")
			}
		}
	}
	if !read {
		if n, read = readNumber(text, i); !read {
			return 0, 0, false
		}
	}
	if n.value <= 0 || n.value > 1e15 {
		return 0, n.end, false
	}
	low, at := n.value, n.end
	yuan := strings.HasPrefix(text[at:], "元")
	behind := at
	if yuan {
		behind += len("元")
	}
	if c, size := utf8.DecodeRuneInString(text[behind:]); strings.ContainsRune("至到-~—–", c) && c != utf8.RuneError {
		if to, ok := readNumber(text, behind+size); ok && to.value > 0 && !to.vague {
			if low < 1e4 && to.value >= 1e4 && !yuan { // 3000到5000万: one 万 for both
				low *= scale(text[to.start:to.end])
			}
			if low < to.value {
				at = to.end
			} else {
				low = n.value
			}
		}
	}
	if n.vague && unitless(text[n.start:n.end]) || ceiling(text, i) {
		return 0, at, false
	}
	for _, w := range []string{"元", "块钱", "块", "人民币"} {
		if strings.HasPrefix(text[at:], w) {
			return int64(low), at + len(w), true
		}
	}
	if last := previous(text, at, 1); bare && (last == '万' || last == '亿') && strings.ContainsRune("\x00,。;!?\n、)左上以,", next(text, at)) {
		return int64(low), at, true
	}
	return 0, at, false
}

// scale is what the last unit of a figure multiplies by.
func scale(figure string) float64 {
	switch {
	case strings.HasSuffix(figure, "亿"):
		return 1e8
	case strings.HasSuffix(figure, "万"):
		return 1e4
	}
	return 1
}

// unitless says whether a figure has no unit that would tell its size: 几.
func unitless(figure string) bool { return !strings.ContainsAny(figure, "十百千万亿") }

func previousIsNoDigit(text string, i int) bool {
	r := previous(text, i, 1)
	_, digit := digitOf(r)
	return !(r >= '0' && r <= '9') && !digit && unit(r) == 0
}

var lossExamples = []Example{
	{Body: "直接经济损失约3.5万元。", Want: "35000"},
	{Body: "大火造成损失达一千二百余万元。", Want: "12000000"},
	{Body: "损失800万欧元。", Want: ""},
	{Body: "损失一亿二千万元。", Want: "120000000"},
	{Body: "直接损失三亿零五百万元。", Want: "305000000"},
	{Body: "经济损失1亿2000万元。", Want: "120000000"},
	{Body: "损失50万-80万元。", Want: "500000"},
	{Body: "损失3000到5000万元。", Want: "30000000"},
	{Body: "损失800元至1200元。", Want: "800"},
	{Body: "经济损失上亿元。", Want: "100000000"},
	{Body: "损失近亿元。", Want: "100000000"},
	{Body: "直接经济损失2600万,无人受伤。", Want: "26000000"},
	{Body: "损失达2600万左右。", Want: "26000000"},
	{Body: "损失2600万亩。", Want: ""},
	{Body: "损失几百万元。", Want: "1000000"},
	{Body: "损失不到50万元。", Want: ""},
	{Body: "损失几元。", Want: ""},
	{Body: "受损房屋3万平方米。", Want: ""},
	{Body: "假设损失800万元。", Want: ""},
	{Body: "购房款80万元已付。", Want: ""},
}

func printLoss(v *desk.Verdict) string {
	if v.Facts.LossYuan == nil {
		return ""
	}
	return strconv.FormatInt(*v.Facts.LossYuan, 10)
}
