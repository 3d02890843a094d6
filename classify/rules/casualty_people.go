package rules

import "strings"

// letterHarm reads the short forms: 3死2伤, 6人亡, 死5人.
func letterHarm(text string, n number) (int, bool) {
	after := text[n.end:]
	for _, counter := range []string{"人", "名", "个"} {
		after = strings.TrimPrefix(after, counter)
	}
	if harm, ok := letterBefore(text, n); ok {
		return harm, true
	}
	for letter, harm := range map[string]int{"死": dead, "亡": dead, "伤": injured} {
		tail, ok := strings.CutPrefix(after, letter)
		if !ok {
			continue
		}
		if strings.HasPrefix(text[n.end:], "个"+letter) && !strings.ContainsRune("\x00了,。;!?、伤死在一二两三四五六七八九十0123456789", next(tail, 0)) { // 一个死局
			continue
		}
		switch next(tail, 0) {
		case '亡', '伤', '者', '势', '员', '情', '害', '于', '不', '后', '口':
		default:
			return harm, true
		}
	}
	if counter := next(text, n.end); counter == '人' || counter == '名' || counter == '个' || pairOf(text, n) {
		first, second := previous(text, n.start, 1), previous(text, n.start, 2)
		switch {
		case first == '了' && second == '伤' && !strings.ContainsRune("受轻重烧死负", previous(text, n.start, 3)):
			return injured, true
		case first == '死' && second != '烧' && second != '致':
			return dead, true
		case first == '伤' && !strings.ContainsRune("受轻重烧死负", second):
			return injured, true
		}
	}
	return 0, false
}

// letterBefore reads 死一个伤俩: a letter that no figure stands before.
func letterBefore(text string, n number) (int, bool) {
	letter, before := previous(text, n.start, 1), previous(text, n.start, 2)
	if letter != '死' && letter != '伤' || strings.ContainsRune("受轻重烧死负致人名个位", before) || before >= '0' && before <= '9' || isDigit(before) || unit(before) > 0 {
		return 0, false
	}
	if counterLen(text[n.end:]) == 0 && !pairOf(text, n) {
		return 0, false
	}
	if letter == '死' {
		return dead, true
	}
	return injured, true
}

// shortSpan gives the words of a short form.
func shortSpan(text string, n number) (start, end int) {
	start, end = n.start, n.end
	for _, w := range []string{"死亡", "死了", "伤了", "死", "伤", "亡"} {
		if strings.HasSuffix(text[:start], w) {
			return start - len(w), end + counterLen(text[end:])
		}
	}
	end += counterLen(text[end:])
	return start, min(len(text), end+len("死"))
}

func counterLen(after string) int {
	for _, w := range []string{"人", "名", "个"} {
		if strings.HasPrefix(after, w) {
			return len(w)
		}
	}
	return 0
}

// people reads a figure that counts people at byte i: digits with a counter, or a
// small Chinese numeral before a noun for a person.
func people(text string, i int) (number, bool) {
	if !figureFirst.has(next(text, i)) {
		return number{}, false
	}
	if prev := previous(text, i, 1); prev >= '0' && prev <= '9' || prev == '.' {
		return number{}, false
	}
	if _, ok := digitOf(previous(text, i, 1)); ok || unit(previous(text, i, 1)) > 0 || previous(text, i, 1) == '第' {
		return number{}, false
	}
	if r := previous(text, i, 1); (r == '几' || r == '数') && unit(next(text, i)) > 0 {
		return number{}, false
	}
	n, ok := readNumber(text, i)
	if !ok || n.vague && n.value == 0 {
		return n, false
	}
	if to := n.upTo(text); to > n.end {
		n.end, n.least = to, true
	}
	after := text[n.end:]
	switch c := next(after, 0); {
	case c == '人' || c == '名' || c == '位' || c == '口' || c == '具':
		if strings.HasPrefix(after, "人次") || strings.HasPrefix(after, "人民") || strings.HasPrefix(after, "口井") || strings.HasPrefix(after, "位于") || strings.HasPrefix(after, "人大") {
			return n, false
		}
	case c == '个':
		if !ofPeople(text, n) {
			return n, false
		}
	case pairOf(text, n) && harmBefore(text[:n.start]):
		return n, true
	case c == '死' || c == '伤' || c == '亡':
	case strings.ContainsRune("男女老孩儿员学工司乘旅村居民警兵环青少婴妇农顾客囚幼教师游矿职患考", c):
		if text[i] < 0x80 && n.value > 9 && !personWord(after) || n.value > 10000 {
			return n, false
		}
		if strings.HasPrefix(after, "工程") || strings.HasPrefix(after, "学期") || strings.HasPrefix(after, "学年") || strings.HasPrefix(after, "环路") || strings.HasPrefix(after, "环") && !strings.HasPrefix(after, "环卫") || strings.HasPrefix(after, "村") && !strings.HasPrefix(after, "村民") || strings.HasPrefix(after, "客车") || strings.HasPrefix(after, "教") && !strings.HasPrefix(after, "教师") || strings.HasPrefix(after, "工业") {
			return n, false
		}
	default:
		return n, false
	}
	return n, true
}

// pairOf says whether a figure counts by itself: 俩, 仨.
func pairOf(text string, n number) bool {
	last := previous(text, n.end, 1)
	return last == '俩' || last == '仨'
}

// harmBefore says whether a text ends with a short word of harm: 死了, 伤.
func harmBefore(head string) bool {
	for _, w := range []string{"死了", "死", "死亡", "伤了", "伤", "受伤", "重伤", "失踪", "走失", "亡"} {
		if strings.HasSuffix(head, w) {
			return true
		}
	}
	return false
}

// ofPeople says whether 个 after a figure counts people.
func ofPeople(text string, n number) bool {
	if first, second := next(text, n.start), next(text, n.start+3); n.value > 9 && isDigit(first) && isDigit(second) && n.end-n.start > 3 && !n.least { // 一一个
		return false
	}
	after := text[n.end+len("个"):]
	for _, w := range []string{"月", "多月", "半月", "小时", "钟头", "星期", "礼拜", "学期", "年头", "季度", "工作日", "多小时", "疗程", "地方", "部位"} {
		if strings.HasPrefix(after, w) {
			return false
		}
	}
	if harmBefore(text[:n.start]) {
		return true
	}
	for _, w := range []string{"人", "孩子", "学生", "儿童", "死", "没气", "没了", "受伤", "重伤", "轻伤", "受了", "失踪", "失联", "遇难", "身亡", "伤者", "伤员", "当场", "送医", "没抢救", "没救", "断了气", "断气", "娃", "小孩", "老人", "工人", "工友", "民工", "矿工", "乘客", "村民", "居民", "男", "女", "大人", "小伙", "同学", "同事", "老师", "游客", "司机", "员工", "业主", "被困", "被埋", "出不来", "活的", "老头", "大爷", "大妈", "婴儿", "幼儿"} {
		if strings.HasPrefix(after, w) {
			return !strings.HasPrefix(after, "人信息") && !strings.HasPrefix(after, "死囚") && !strings.HasPrefix(after, "死刑") && !strings.HasPrefix(after, "死结") && !strings.HasPrefix(after, "死穴") && !strings.HasPrefix(after, "人账") && !strings.HasPrefix(after, "死角") && !strings.HasPrefix(after, "死胡同") && !strings.HasPrefix(after, "女士")
		}
	}
	return false
}

// figureFirst are the runes with which a figure may begin.
var figureFirst = runeSet("0123456789零〇○一壹二两贰俩三叁仨四肆五伍六陆七柒八捌九玖十拾百佰千仟万亿数几好")

func personWord(after string) bool {
	for _, w := range []string{"学生", "儿童", "工人", "乘客", "旅客", "村民", "居民", "员工", "女工", "男子", "女子", "孩", "囚犯", "幼儿", "教师", "游客", "矿工", "职工", "老人", "警", "青年", "顾客"} {
		if strings.HasPrefix(after, w) {
			return true
		}
	}
	return false
}
