package rules

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

// riskSet reads how many people are at risk: trapped or cut off, or, where none are
// told, brought to safety.
func riskSet() Set {
	return Set{Name: "at_risk", Examples: riskExamples, words: []*cues{riskWords, turnWords}, read: func(x *scanned, v *desk.Verdict) {
		if !x.some(0) || drill(x.parts, [2][]hit{x.hits[0][x.base+1], x.hits[1][x.base+1]}) {
			return
		}
		now := yearOf(x.At)
		var best risk
		for n, p := range x.parts {
			t := turns{}
			if turned := x.hits[n][x.base+1]; len(turned) > 0 {
				t = readTurns(p.text, turned, nil)
			}
			events := x.hits[n][x.base]
			for k, h := range events {
				// Words that aren't about people have no figure; the figure before a word
				// may not be that of the word before it.
				after := 0
				if k > 0 {
					after = events[k-1].end
				}
				f, ok := atRisk(p.text, h, after)
				if !ok || t.voids(h.start) || past(p.text, h.start) || supposed(p.text, h.start) || yearsAgo(p.text, h.start, now) {
					continue
				}
				value, whole := f.whole()
				r := risk{value: value, trapped: h.tag == "trapped", part: p, start: min(f.start, h.start), end: max(f.end, h.end)}
				if whole && value <= 10_000_000 && r.above(best) {
					best = r
				}
			}
		}
		if best.value > 0 {
			v.Facts.AtRisk = &best.value
			best.part.note(v, "facts.at_risk", best.start, best.end)
			sure(v, "facts.at_risk", 0.8)
		}
	}}
}

var riskWords = newCues(slicesOf(
	group("trapped", 1, `被困 受困 围困 出不来 困在 困于 被埋 埋压 被埋压 涉险 遇险 滞留 逃不出来 跑不出来 下不来 上不来 断了路 困住 被淹困 受威胁 被洪水围 孤岛 困难脱身`),
	group("moved", 1, `疏散 转移 撤离 撤出 避险 安置 撤到 转移安置 疏散转移 转移避险`),
	group("not", 1, `出不来气 说不出来 转移支付 财产转移 转移财产 转移登记 转移资金 癌转移 转移视线 转移手续 关系转移 社保转移 转移接续 疏散通道 疏散演练 疏散出口 疏散指示 疏散标志 安置房 安置费 安置区 安置小区 安置点 安置工作 安置补助 安置款 困在心里`),
))

// risk is a number of people at risk with the span that tells it.
type risk struct {
	value      int
	trapped    bool
	part       part
	start, end int
}

// above says which of two figures is told: those trapped before those moved, then the larger.
func (r risk) above(b risk) bool {
	if r.trapped != b.trapped && b.value > 0 {
		return r.trapped
	}
	return r.value > b.value
}

// atRisk finds the figure of people that belongs to a word: "12人被困", "一百二十多口人
// 出不来", "转移群众1320人", "疏散3000余人".
func atRisk(text string, h hit, after int) (number, bool) {
	if h.tag == "not" {
		return number{}, false
	}
	head := text[:h.start]
	for _, w := range []string{"无人", "没有人", "没人", "未", "是否", "有没有人", "没有", "不", "拒绝", "无需", "需要", "请", "尽快", "赶紧", "应当"} {
		if strings.HasSuffix(head, w) {
			return number{}, false
		}
	}
	limit := min(len(text), h.end+48)
	for i := h.end; i < limit; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if strings.ContainsRune(",。;!?\n、:", r) {
			break
		}
		if n, ok := heads(text, i); ok {
			if others(text[h.end:n.start]) {
				break
			}
			return n, !ceiling(text, n.start)
		}
		i += size
	}
	for i := max(after, h.start-60); i < h.start; {
		if !utf8.RuneStart(text[i]) {
			i++
			continue
		}
		n, ok := heads(text, i)
		if !ok || n.end > h.start {
			i++
			continue
		}
		gap := text[n.end:h.start]
		if sent(text, n.start) {
			i = n.end
			continue
		}
		if clauseGap(gap) && utf8.RuneCountInString(gap) <= 16 && !another(gap) && !others(gap) && !ceiling(text, n.start) && !denied(text, n) {
			return n, true
		}
		i = n.end
	}
	return number{}, false
}

// sent says whether the people counted are those who came to help.
func sent(text string, at int) bool {
	for _, w := range []string{"出动", "派出", "组织", "调集", "投入", "增派", "调派", "集结", "派遣", "出警", "安排", "抽调", "共有"} {
		if strings.HasSuffix(text[:at], w) {
			return true
		}
	}
	return false
}

// heads reads a figure of people, also in 个 and 多口.
func heads(text string, i int) (number, bool) {
	n, ok := people(text, i)
	if ok {
		return n, next(text, n.end) != '具'
	}
	if n.end > i && strings.HasPrefix(text[n.end:], "余人") {
		return n, true
	}
	return n, false
}

// others says whether words between a figure and the word of danger give the figure
// to something else: rescuers, the harmed, those who got out.
func others(gap string) bool {
	for _, w := range []string{"死", "伤", "失踪", "失联", "中毒", "救援", "消防", "官兵", "出动", "参与", "组织", "将", "把", "医护", "户"} {
		if strings.Contains(gap, w) {
			return true
		}
	}
	return false
}

var riskExamples = []Example{
	{Body: "矿井透水,12人被困。", Want: "12"},
	{Body: "村里一百二十多口人出不来,断电断网。", Want: "120"},
	{Body: "现场紧急疏散3000余人。", Want: "3000"},
	{Body: "全市转移群众1320人,倒塌房屋16间。", Want: "1320"},
	{Body: "塌方后6名工人被埋,另疏散周边居民300人。", Want: "6"},
	{Body: "被困人员15人,已救出3人。", Want: "15"},
	{Body: "电梯里困住3个人。", Want: "3"},
	{Body: "200余名游客滞留山顶。", Want: "200"},
	{Body: "山洪来了,5名驴友被洪水围困。", Want: "5"},
	{Body: "已安全撤离群众二百一十人。", Want: "210"},
	{Body: "三个工人困在井下。", Want: "3"},
	{Body: "3人死亡,无人被困。", Want: ""},
	{Body: "消防出动50人疏散群众。", Want: ""},
	{Body: "疏散通道被堵,住着300人。", Want: ""},
	{Body: "办理社保转移3人次。", Want: ""},
	{Body: "桌面推演:12人被困。", Want: ""},
	{Body: "去年山洪12人被困。", Want: ""},
	{Body: "安置房住了300人。", Want: ""},
	{Body: "一旦起火,楼上200人出不来。", Want: ""},
	{Body: "网传商场20人被困,系谣言。", Want: ""},
	{Body: "有没有人被困还不清楚。", Want: ""},
	{Body: "没有一人被困。", Want: ""},
	{Body: "疏散不到100人。", Want: ""},
	{Body: "两具遗体仍困在车内。", Want: ""},
}

func printRisk(v *desk.Verdict) string {
	if v.Facts.AtRisk == nil {
		return ""
	}
	return strconv.Itoa(*v.Facts.AtRisk)
}
