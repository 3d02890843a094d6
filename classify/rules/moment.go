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
	dateline         bool // "8月21日电": when it was written, not when it happened
	habit            bool // 每天
	start, end       int
}

// How a text names a day without its number.
const (
	relativeNone  = 0
	relativeSame  = 1 // 当日
	relativeToday = 10
	yesterday     = 11
	dayBefore     = 12
)

// Parts of the day that move an hour of 1 to 11 into the afternoon.
const (
	morning = iota + 1
	noon
	evening
)

var relativeDays = []struct {
	word           string
	relative, part int
}{
	{"今天", relativeToday, 0}, {"今日", relativeToday, 0}, {"今晨", relativeToday, morning}, {"今早", relativeToday, morning}, {"今晚", relativeToday, evening},
	{"昨天", yesterday, 0}, {"昨日", yesterday, 0}, {"昨晚", yesterday, evening}, {"昨夜", yesterday, evening}, {"昨晨", yesterday, morning},
	{"前天", dayBefore, 0}, {"前日", dayBefore, 0}, {"前晚", dayBefore, evening},
	{"当日", relativeSame, 0}, {"当天", relativeSame, 0}, {"当晚", relativeSame, evening}, {"当地时间", relativeNone, 0}, {"北京时间", relativeNone, 0},
}

var dayParts = []struct {
	word string
	part int
}{
	{"凌晨", morning}, {"清晨", morning}, {"早晨", morning}, {"早上", morning}, {"上午", morning}, {"早", morning}, {"晨", morning}, {"零晨", morning},
	{"中午", noon}, {"午后", evening}, {"下午", evening}, {"傍晚", evening}, {"晚上", evening}, {"晚间", evening}, {"夜间", evening}, {"深夜", evening}, {"夜里", evening}, {"晚", evening},
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
	second := rune(0)
	switch r {
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '一', '二', '三', '四', '五', '六', '七', '八', '九', '两', '零', '〇', '十':
		n, ok := readNumber(text, i)
		if !ok || n.end <= i {
			return size
		}
		switch next(text, n.end) {
		case '年', '月', '日', '时', '点', ':', '-', '/', '.', '晨':
			return 0
		}
		return n.end - i
	case '早', '晚':
		return 0
	case '今', '昨', '前', '当', '北', '凌', '清', '上', '中', '下', '傍', '深', '夜':
		second = next(text, i+size)
	default:
		return size
	}
	switch second {
	case '天', '日', '晨', '早', '晚', '夜', '午', '地', '京', '间', '里', '(':
		return 0
	}
	return size
}

// readMoment reads one expression that begins at byte i: date, relative day, part
// of the day and clock, each optional, in this order.
func readMoment(text string, i int) (moment, bool) {
	m := moment{hour: -1, minute: -1, start: i}
	at := i
	if q := m.readBracketed(text, at); q > at {
		at = q
	} else {
		at = m.readDate(text, at)
	}
	for again := true; again; {
		again = false
		for _, w := range relativeDays {
			if strings.HasPrefix(text[at:], w.word) {
				at += len(w.word)
				if w.relative != relativeNone {
					m.relative = w.relative
				}
				if w.part > 0 {
					m.part = w.part
				}
				again = true
			}
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
		at = skipAny(text, at, ")", "的", "(星期一)", "(周一)", "(周二)", "(周三)", "(周四)", "(周五)", "(周六)", "(周日)", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日", " ")
	}
	for _, w := range dayParts {
		if strings.HasPrefix(text[at:], w.word) {
			at += len(w.word)
			m.part = w.part
			break
		}
	}
	if m.part > 0 {
		at = skipAny(text, at, "的", "约", "大约", "近", "接近", " ", ",约")
	} else if m.day > 0 || m.relative > 0 {
		at = skipAny(text, at, "约", "大约", ",约")
	}
	at = m.readClock(text, at)
	if m.day == 0 && m.hour < 0 && m.relative == relativeNone || at == i {
		return m, false
	}
	m.end = at
	m.finish(text)
	return m, true
}

func (m *moment) finish(text string) {
	if m.hour >= 0 && m.part > 0 {
		m.hour = shift(m.hour, m.part)
	}
	after := text[m.end:]
	if m.day > 0 && m.hour < 0 && m.part == 0 {
		for _, w := range []string{"电", "讯", "消息", "报道", ")电", " 电", "信息", "援引"} {
			m.dateline = m.dateline || strings.HasPrefix(after, w)
		}
	}
	m.habit = habitual(text[:m.start]) || strings.HasPrefix(after, "以后") && m.day == 0 && m.relative == 0
}

// shift moves an hour told with a part of the day onto the 24-hour clock.
func shift(hour, part int) int {
	switch {
	case part == evening && hour >= 1 && hour <= 11, part == noon && hour >= 1 && hour <= 3:
		return hour + 12
	case part == evening && hour == 12, part == evening && hour == 24:
		return 0
	}
	return hour
}

// readDate reads [year][month]day and gives where it ends; at when there is none.
func (m *moment) readDate(text string, at int) int {
	start := at
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
	if m.year == 0 && n.value >= 1 && n.value <= 31 && strings.HasPrefix(text[n.end:], "日") && !strings.HasPrefix(text[n.end:], "日内") {
		m.day = int(n.value)
		return n.end + len("日")
	}
	m.year = 0
	return start
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
	if !ok || n.value > 24 || n.value != float64(int(n.value)) {
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
		if strings.HasPrefix(after, "时间") || strings.HasPrefix(after, "点建议") || strings.HasPrefix(after, "点意见") || strings.HasPrefix(after, "点要求") || strings.HasPrefix(after, "点原因") || strings.HasPrefix(after, "时代") {
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
