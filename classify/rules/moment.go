package rules

import (
	"strings"
	"unicode/utf8"
)

// moment is a time as a text tells it; hour and minute are -1 and the others 0
// where it doesn't.
type moment struct {
	year, month, day int
	hour, minute     int
	part             int // of the day, see dayParts
	relative         int
	weekday, weeks   int  // with relativeWeek: 1 is Monday; weeks back
	months, years    int  // back, with ofMonth and ofYear
	ago              int  // minutes, and one: 半小时前; 1 is 刚才
	ofMonth, ofYear  bool // 上个月15日, 去年11月20日
	ahead            bool // 下周三, 明天: nothing has happened then
	later            bool // the hour is of the night that follows the day: 昨晚两点
	dateline         bool // "8月21日电": when it was written, not when it happened
	habit            bool // 每天
	clock            bool // of a reference: hour and minute are known
	start, end       int
}

// moments finds the times that a text tells, in order.
func moments(text string) []moment {
	var list []moment
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if skip := noMoment(text, i, r, size); skip > 0 {
			i += skip
			continue
		}
		m, ok := readMoment(text, i)
		if !ok {
			if n, isNumber := readNumber(text, i); isNumber && n.end > i {
				i = n.end
			} else {
				i += size
			}
			continue
		}
		list = append(list, m)
		i = m.end
	}
	return list
}

// noMoment gives how much of a text may be passed over because no time can begin
// at rune r, byte i; 0 where one may.
func noMoment(text string, i int, r rune, size int) int {
	second := next(text, i+size)
	with := ""
	switch r {
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '一', '二', '三', '四', '五', '六', '七', '八', '九', '两', '零', '〇', '十':
		if r == '零' && second == '晨' {
			return 0
		}
		n, ok := readNumber(text, i)
		if !ok || n.end <= i {
			return size
		}
		switch next(text, n.end) {
		case '年', '月', '日', '时', '点', ':', '-', '/', '.', '号', '天', '个', '小', '分', '刻':
			return 0
		}
		if r < 0x80 && strings.IndexByte(text[i:n.end], '.') > 0 {
			return 0
		}
		return n.end - i
	case '早', '晚', '今', '昨', '前', '晨':
		return 0
	case '当':
		with = "天日晚夜地"
	case '北':
		with = "京"
	case '凌', '清', '拂', '黎', '正', '晌', '傍', '黄', '子', '次', '翌':
		with = "晨晓明午晚昏早夜日"
	case '上', '下':
		with = "午周星礼个月半上下"
	case '本', '这':
		with = "周星礼个月"
	case '中', '午', '深', '夜':
		with = "午后夜间里晚"
	case '大':
		with = "前半晚清早中"
	case '半':
		with = "夜小个"
	case '后':
		with = "半天"
	case '明':
		with = "天日晚早晨儿年"
	case '第':
		with = "二"
	case '去':
		with = "年"
	case '周':
		with = "一二三四五六日天"
	case '星':
		with = "期"
	case '礼':
		with = "拜"
	case '刚':
		with = "才刚发"
	case '方':
		with = "才"
	}
	if with == "" || !strings.ContainsRune(with, second) {
		return size
	}
	return 0
}

// readMoment reads one expression that begins at byte i: date, relative day, part
// of the day and clock, each optional, in this order.
func readMoment(text string, i int) (moment, bool) {
	m := moment{hour: -1, minute: -1, start: i}
	at := m.readAgo(text, i)
	if m.ago > 0 {
		m.end = at
		return m, true
	}
	if at == i {
		if at = m.readBracketed(text, i); at == i {
			at = m.readMonthOf(text, i)
		}
		if at == i {
			at = m.readDate(text, i)
		}
	}
	for again := true; again; {
		again = false
		if w, size := readDayWord(text, at); size > 0 {
			at += size
			if w.relative != relativeNone {
				m.relative = w.relative
			}
			if w.part > 0 {
				m.part = w.part
			}
			m.ahead = m.ahead || w.ahead
			again = true
		}
		if q := m.readWeek(text, skipAny(text, at, "(")); q > skipAny(text, at, "(") {
			if q > at && text[at] == '(' {
				q = skipAny(text, q, ")")
			}
			at, again = q, true
		}
		if m.day == 0 {
			if p := skipAny(text, at, "(", ","); p > at && m.relative != 0 {
				inner := m
				if q := inner.readDate(text, p); q > p {
					m = inner
					at = skipAny(text, q, ")")
					again = true
				}
			}
			if q := m.readDate(text, at); q > at {
				at, again = q, true
			}
		}
	}
	if m.day > 0 {
		at = skipAny(text, at, ")", "的", " ")
	} else if m.relative != relativeNone {
		at = skipAny(text, at, "的", " ")
	}
	at = m.readPart(text, at)
	if m.part > 0 {
		at = skipAny(text, at, "的", "约", "大约", "大概", "差不多", "将近", "近", "接近", "快", " ", ",约")
	} else if m.day > 0 || m.relative > 0 {
		at = skipAny(text, at, "约", "大约", "大概", "差不多", ",约")
	}
	at = m.readClock(text, at)
	if m.day == 0 && m.hour < 0 && m.relative == relativeNone || at == i {
		return m, false
	}
	m.end = at
	m.finish(text)
	return m, true
}

// readPart reads the part of the day, or two: 昨晚后半夜, 夜里凌晨.
func (m *moment) readPart(text string, at int) int {
	for range 2 {
		for _, w := range dayParts {
			if !strings.HasPrefix(text[at:], w.word) {
				continue
			}
			if after := text[at+len(w.word):]; len(w.word) == 3 && (strings.HasPrefix(after, "一点") || strings.HasPrefix(after, "点")) {
				return at // 早一点 is sooner
			}
			at += len(w.word)
			if late(m.part) && w.part == dawn { // 昨晚凌晨
				m.later = true
			}
			m.later = m.later || strings.HasPrefix(w.word, "后半") || strings.HasPrefix(w.word, "下半夜")
			m.part = w.part
			break
		}
	}
	return at
}

// readAgo reads 刚才, 半小时前, 三天前.
func (m *moment) readAgo(text string, at int) int {
	start := at
	for _, w := range []string{"刚刚", "刚才", "方才", "刚发生"} {
		if strings.HasPrefix(text[at:], w) {
			m.ago = 1
			return at + min(len(w), len("刚刚"))
		}
	}
	amount, exact := 0.5, true
	if strings.HasPrefix(text[at:], "半") {
		at += len("半")
	} else {
		n, ok := readNumber(text, at)
		if !ok || n.vague || n.value > 1000 {
			return at
		}
		at, amount, exact = n.end, n.value, !n.least && n.value == float64(int(n.value))
	}
	if before := previous(text, start, 1); before == '提' || before == '前' || before == '第' || before == '每' {
		return start
	}
	if q := skipAny(text, at, "个多", "个半", "个"); q > at {
		if strings.HasPrefix(text[at:], "个半") {
			amount += 0.5
		}
		at = q
	}
	minutes := 0.0
	switch {
	case strings.HasPrefix(text[at:], "小时"), strings.HasPrefix(text[at:], "钟头"):
		minutes = 60
	case strings.HasPrefix(text[at:], "分钟"):
		minutes = 1
	case strings.HasPrefix(text[at:], "刻钟"):
		minutes = 15
	case (strings.HasPrefix(text[at:], "天") || strings.HasPrefix(text[at:], "日")) && exact && amount >= 1 && amount < 10:
		at -= len("分")
	default:
		return start
	}
	at = skipAny(text, at+len("分钟"), "以", "之")
	if !strings.HasPrefix(text[at:], "前") || strings.ContainsRune("往赴进期后台面夕方门", next(text, at+len("前"))) {
		return start
	}
	at += len("前")
	if minutes > 0 {
		if amount*minutes > 12*60 {
			return start
		}
		m.ago = int(amount*minutes) + 1
	} else {
		m.relative = relativeToday + int(amount)
	}
	return at
}

func (m *moment) finish(text string) {
	if m.hour >= 0 {
		m.setHour(m.hour, m.part)
	}
	after := text[m.end:]
	if m.day > 0 && m.hour < 0 && m.part == 0 {
		for _, w := range []string{"电", "讯", "消息", "报道", ")电", " 电", "信息", "援引"} {
			m.dateline = m.dateline || strings.HasPrefix(after, w)
		}
	}
	m.habit = habitual(text[:m.start]) || strings.HasPrefix(after, "以后") && m.day == 0 && m.relative == 0
}

// setHour takes an hour as told with a part of the day.
func (m *moment) setHour(hour, part int) {
	var later bool
	m.hour, later = shift(hour, part)
	m.later = m.later || later
}

// readDate reads [year][month]day and gives where it ends; at when there is none.
func (m *moment) readDate(text string, at int) int {
	start := at
	if q := m.readShort(text, at); q > at {
		return q
	}
	n, ok := plain(text, at)
	if !ok {
		return at
	}
	if n.value >= 1900 && n.value < 2100 && strings.HasPrefix(text[n.end:], "年") {
		m.year = int(n.value)
		at = n.end + len("年")
		if n, ok = plain(text, at); !ok {
			m.year = 0
			return start
		}
	} else if n.value >= 1900 && n.value < 2100 && n.end < len(text) && (text[n.end] == '-' || text[n.end] == '/' || text[n.end] == '.') {
		return m.readDashed(text, n, start)
	}
	if n.value >= 1 && n.value <= 12 && strings.HasPrefix(text[n.end:], "月") {
		day, ok := plain(text, n.end+len("月"))
		if ok && day.value >= 1 && day.value <= 31 && (strings.HasPrefix(text[day.end:], "日") || strings.HasPrefix(text[day.end:], "号")) {
			m.month, m.day = int(n.value), int(day.value)
			return day.end + len("日")
		}
		m.year = 0
		return start
	}
	if m.year == 0 && n.value >= 1 && n.value <= 31 && n.value == float64(int(n.value)) && !strings.ContainsRune("这近每头几", previous(text, start, 1)) && !strings.HasPrefix(text[start:], "两") && (strings.HasPrefix(text[n.end:], "号") && m.dayNumber(text, start, n.end) || strings.HasPrefix(text[n.end:], "日") && !strings.HasPrefix(text[n.end:], "日内")) {
		m.day = int(n.value)
		return n.end + len("日")
	}
	m.year = 0
	return start
}

// dayNumber says whether 20号 is a day of the month and not a house, a line or a well.
func (m *moment) dayNumber(text string, start, end int) bool {
	after, before := text[end+len("号"):], previous(text, start, 1)
	if strings.ContainsRune("楼线院店机口房信文令公门井车仓桩码库坑炉地铁栋幢单厅柜窗病床选球孔站台厂矿煤段村组宿教商铺塔墩船轮泵闸路馆桥洞岛小区、", next(after, 0)) || strings.HasPrefix(after, "出口") || strings.HasPrefix(after, "出入口") {
		return false
	}
	if m.relative != relativeNone || before == 0 || strings.ContainsRune(",。;!?:(\n \"“在于从自到至月的本我他她们", before) {
		return true
	}
	var rest moment
	return rest.readPart(after, 0) > 0 && !strings.ContainsRune("路街巷弄道里村组区院园楼栋幢座厂第线庄桥苑城坊段门国文字]〕】)-", before) && before >= 0x80
}

// readShort reads 11/21 14:05 and 11.21晚上: month and day, told by the time behind.
func (m *moment) readShort(text string, at int) int {
	if m.day > 0 || at > 0 && (text[at-1] >= '0' && text[at-1] <= '9' || strings.IndexByte("./-", text[at-1]) >= 0) {
		return at
	}
	month, p := twoDigits(text, at)
	if month < 1 || month > 12 || p >= len(text) || strings.IndexByte("./-", text[p]) < 0 {
		return at
	}
	day, q := twoDigits(text, p+1)
	if day < 1 || day > 31 || q >= len(text) {
		return at
	}
	if w := skipAny(text, q, "号", "日"); w > q && text[p] == '.' {
		m.month, m.day = month, day
		return w
	}
	rest := moment{hour: -1, minute: -1}
	clock := skipAny(text, q, " ")
	part := rest.readPart(text, clock)
	if part == clock || clock > q {
		if clock == q || rest.readClock(text, part) == part { // 3.5 晚上: a mark of 3.5
			return at
		}
	}
	m.month, m.day = month, day
	return q
}

// twoDigits reads one or two digits and gives where they end; 0 when there are more.
func twoDigits(text string, at int) (int, int) {
	value, end := 0, at
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		if end-at == 2 {
			return 0, at
		}
		value = 10*value + int(text[end]-'0')
		end++
	}
	return value, end
}

// readBracketed reads 今(30)日.
func (m *moment) readBracketed(text string, at int) int {
	for _, w := range []string{"今(", "昨("} {
		rest, ok := strings.CutPrefix(text[at:], w)
		if !ok {
			continue
		}
		if n, ok := plain(rest, 0); ok && n.value >= 1 && n.value <= 31 && strings.HasPrefix(rest[n.end:], ")日") {
			m.day = int(n.value)
			return at + len(w) + n.end + len(")日")
		}
	}
	return at
}

// readDashed reads 2014-04-14, 2014/4/14 and 2014.4.14.
func (m *moment) readDashed(text string, year number, start int) int {
	separator := text[year.end]
	month, ok := plain(text, year.end+1)
	if !ok || month.value < 1 || month.value > 12 || month.end >= len(text) || text[month.end] != separator {
		return start
	}
	day, ok := plain(text, month.end+1)
	if !ok || day.value < 1 || day.value > 31 {
		return start
	}
	m.year, m.month, m.day = int(year.value), int(month.value), int(day.value)
	return skipAny(text, day.end, "日", "T", " ")
}

// readClock reads 8时30分, 8点半, 14:30, 8点左右.
func (m *moment) readClock(text string, at int) int {
	start := at
	n, ok := plain(text, at)
	if pair, is := readNumber(text, at); is && pair.least && !pair.vague && strings.HasPrefix(text[pair.end:], "点") && text[at] >= 0x80 && (m.part > 0 || strings.HasPrefix(text[pair.end:], "点钟")) && pair.value <= 12 {
		n, ok = pair, true // 两三点: the earlier is sure
	}
	if !ok || n.value > 24 || previous(text, start, 1) == '第' || n.value != float64(int(n.value)) {
		return at
	}
	after := text[n.end:]
	switch {
	case strings.HasPrefix(after, ":") && n.end+3 <= len(text) && text[at] < 0x80:
		minute, ok := plain(text, n.end+1)
		if !ok || minute.value > 59 || minute.end-minute.start != 2 {
			return at
		}
		m.hour, m.minute = int(n.value), int(minute.value)
		return minute.end
	case strings.HasPrefix(after, "时") || strings.HasPrefix(after, "点钟") || strings.HasPrefix(after, "点"):
		if strings.HasPrefix(after, "时间") || strings.HasPrefix(after, "点建议") || strings.HasPrefix(after, "点意见") || strings.HasPrefix(after, "点要求") || strings.HasPrefix(after, "点原因") || strings.HasPrefix(after, "时代") || m.aLittle(text, n, start) {
			return at
		}
		at = n.end + len("时")
		if strings.HasPrefix(after, "点钟") {
			at += len("钟")
		} else if strings.HasPrefix(after, "时许") {
			m.hour = int(n.value)
			return at + len("许")
		}
		m.hour = int(n.value)
		if strings.HasPrefix(text[at:], "半") {
			m.minute = 30
			return at + len("半")
		}
		if minute, ok := plain(text, at); ok && minute.value < 60 {
			if strings.HasPrefix(text[minute.end:], "级") || strings.HasPrefix(text[minute.end:], "个") || strings.HasPrefix(text[minute.end:], "万") || strings.HasPrefix(text[minute.end:], "亿") {
				m.hour = -1 // 五点零级 is a decimal
				return start
			}
			if strings.HasPrefix(text[minute.end:], "分") {
				m.minute = int(minute.value)
				return minute.end + len("分")
			}
			if text[at] < 0x80 && minute.end-at == 2 && strings.HasPrefix(after, "点") {
				m.minute = int(minute.value)
				return minute.end
			}
			if strings.HasPrefix(text[minute.end:], "刻") {
				m.minute = 15 * int(minute.value)
				return minute.end + len("刻")
			}
		}
		return at
	}
	return at
}

// aLittle says whether 一点 is a bit of something and no time.
func (m *moment) aLittle(text string, n number, at int) bool {
	after, ok := strings.CutPrefix(text[n.end:], "点")
	if !ok || n.value > 2 || text[at] < 0x80 {
		return false
	}
	if n.value == 1 && (m.part == 0 && m.day == 0 && m.relative == relativeNone || strings.HasSuffix(text[:at], "早")) {
		return !strings.ContainsRune("钟半多左许一二三四五", next(after, 0))
	}
	return strings.ContainsRune("都也儿小声事没不用水光电钱心", next(after, 0))
}

// plain reads a figure without 余, 多 or 万.
func plain(text string, at int) (number, bool) {
	n, ok := readNumber(text, at)
	if !ok || n.vague || n.least || n.value > 9999 {
		return n, false
	}
	return n, true
}

func skipAny(text string, at int, words ...string) int {
	for _, w := range words {
		if strings.HasPrefix(text[at:], w) {
			return at + len(w)
		}
	}
	return at
}
