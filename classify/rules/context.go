package rules

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// What the words around a figure make of it.

// leads says whether what stands between a word of harm and a figure is only
// 人数, 达, 至少 and the like.
func leads(gap string) bool {
	for _, w := range []string{"人数", "人员", "者", "已经", "已", "达到", "达", "应为", "应是", "应该是", "实为", "更正为", "修正为", "订正为", "核实为", "核定为", "确认为", "实际", "变为", "降至", "降到", "上升到", "上升至", "上升为", "涨到", "升到", "增到", "升至", "增加到", "增至", "增加至", "为", "至少", "约", "近", "超过", "逾", "共计", "共", "有", "了", ":", "突破", "总数", "多达", "计", "各", "学生", "工人", "儿童", "(", "到"} {
		gap = strings.ReplaceAll(gap, w, "")
	}
	return strings.TrimSpace(gap) == ""
}

// dayOf reads month and day of a time in the contract's form; 0 where unknown.
func dayOf(occurred string) (int, int) {
	date, _, _ := strings.Cut(occurred, "T")
	fields := strings.Split(date, "-")
	if len(fields) < 3 {
		return 0, 0
	}
	month, _ := strconv.Atoi(fields[len(fields)-2]) // "" in ---12: unknown
	day, _ := strconv.Atoi(fields[len(fields)-1])
	return month, day
}

// earlier says whether the sentence around byte at, not the first, tells of a day
// before the one on which it happened.
func earlier(text string, at, month, day int) bool {
	from := strings.LastIndexAny(text[:at], "。!?\n") + 1
	for from < at && !utf8.RuneStart(text[from]) {
		from++
	}
	if day == 0 || from == 0 {
		return false
	}
	for _, m := range moments(text[from:at]) {
		if m.day > 0 {
			return m.month != 0 && month != 0 && m.month < month || (m.month == 0 || month == 0 || m.month == month) && m.day < day
		}
	}
	return false
}

// clauseGap says whether a stretch stays within one clause.
func clauseGap(gap string) bool { return !strings.ContainsAny(gap, ",。;!?\n:、") }

// adds says whether a figure comes on top of an earlier one.
func adds(text string, at int) bool {
	head := text[max(0, at-24):at]
	for _, w := range []string{"另有", "另外", "另", "还有", "其余", "又有", "又"} {
		if i := strings.LastIndex(head, w); i >= 0 && !strings.ContainsAny(head[i:], "。;!?") && !strings.Contains(head[i+len(w):], ",") {
			return true
		}
	}
	return false
}

// past says whether the sentence around byte at tells of something earlier.
func past(text string, at int) bool {
	from := strings.LastIndexAny(text[:at], "。!?\n") + 1
	for from < at && !utf8.RuneStart(text[from]) {
		from++
	}
	sentence := text[from:at]
	for _, w := range []string{"去年", "前年", "历史上", "往年", "近年来", "年前", "上一次", "曾发生", "曾经", "以来", "近3年", "近三年", "此前曾", "曾造成", "曾导致", "每年", "上世纪", "据统计,"} {
		if strings.Contains(sentence, w) {
			return true
		}
	}
	if at > len(text)/2 && strings.Contains(sentence, "今年") {
		return true
	}
	return olderYear(text, sentence, from)
}

// supposed says whether the sentence around byte at only fears or supposes.
func supposed(text string, at int) bool {
	from, to := strings.LastIndexAny(text[:at], "。!?\n")+1, strings.IndexAny(text[at:], "。!?\n")
	if to < 0 {
		to = len(text) - at
	}
	sentence := text[from : at+to]
	for _, w := range []string{"如果", "一旦", "万一", "假如", "倘若", "迟早", "时间问题", "要是", "后果不堪", "死亡率", "难道要", "担心", "怕是", "谁负责", "以防", "避免", "假设", "模拟", "假定", "设想", "假想", "推演", "假若", "若是发生", "差点", "险些", "差一点"} {
		if strings.Contains(sentence, w) {
			return true
		}
	}
	return false
}

// olderYear says whether a sentence after the first names a year before the
// text's first year.
func olderYear(text, sentence string, from int) bool {
	if from == 0 {
		return false
	}
	y := firstYear(sentence)
	if y == 0 {
		return false
	}
	head := firstYear(text[:from])
	return head == 0 || y < head
}

func firstYear(text string) int {
	for i := strings.Index(text, "年"); i >= 0; {
		if i >= 4 {
			if n, ok := readNumber(text, i-4); ok && n.end == i && n.value > 1900 && n.value < 2100 {
				return int(n.value)
			}
		}
		j := strings.Index(text[i+3:], "年")
		if j < 0 {
			break
		}
		i += 3 + j
	}
	return 0
}

// yearOf is the year of a time as texts carry it; 0 where unknown.
func yearOf(at string) int {
	if len(at) < 4 {
		return 0
	}
	y, err := strconv.Atoi(at[:4])
	if err != nil {
		return 0
	}
	return y
}

// yearsAgo says whether the sentence up to byte at names a year before the one in
// which the text was written, and nothing of now. The year just gone counts as now
// where the text may be of January.
func yearsAgo(text string, at, now int) bool {
	if now == 0 {
		return false
	}
	sentence := text[sentenceStart(text, at):at]
	i := strings.LastIndex(sentence, "年")
	if i < 4 {
		return false
	}
	n, ok := readNumber(sentence, i-4)
	if !ok || n.end != i || n.value < 1900 || n.value >= float64(now-1) {
		return false
	}
	after := sentence[i+len("年"):]
	for _, w := range []string{"建成", "投产", "成立", "修建", "生产", "注册", "开业", "出生", "竣工", "建的", "建造", "入学", "入职", "购买", "买的", "起", "以来", "至今", "今", "昨", "刚", "目前", "现在", "日前", "近日", "前天", "上午", "凌晨"} {
		if strings.Contains(after, w) {
			return false
		}
	}
	return true
}
