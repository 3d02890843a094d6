package rules

import (
	"strings"
	"unicode/utf8"
)

// How a text names a day without its number; from relativeToday on, a day back each.
const (
	relativeNone  = 0
	relativeSame  = 1 // 当日
	relativeOther = 2 // a day that can't be counted: 周三 where nobody says when it was written
	relativeWeek  = 3 // 上周三, until anchored
	relativeToday = 10
	yesterday     = 11
	dayBefore     = 12
)

// Parts of the day: what they make of an hour, see shift.
const (
	morning = iota + 1
	noon
	evening
	afternoon
	dawn
	deep // of the night: 半夜, 夜里
)

type dayWord struct {
	word           string
	relative, part int
	ahead          bool
}

// relativeDays name a day; where one begins like another, the longer stands first.
var relativeDays = []dayWord{
	{"今天", relativeToday, 0, false}, {"今日", relativeToday, 0, false}, {"今晨", relativeToday, morning, false}, {"今早", relativeToday, morning, false}, {"今晚上", relativeToday, evening, false}, {"今晚", relativeToday, evening, false}, {"今夜", relativeToday, evening, false},
	{"今儿个", relativeToday, 0, false}, {"今儿", relativeToday, 0, false},
	{"昨天", yesterday, 0, false}, {"昨日", yesterday, 0, false}, {"昨晚上", yesterday, evening, false}, {"昨晚", yesterday, evening, false}, {"昨夜里", yesterday, deep, false}, {"昨夜", yesterday, evening, false}, {"昨晨", yesterday, morning, false}, {"昨早", yesterday, morning, false},
	{"昨儿个", yesterday, 0, false}, {"昨儿", yesterday, 0, false}, {"昨个儿", yesterday, 0, false},
	{"大前天", dayBefore + 1, 0, false}, {"大前日", dayBefore + 1, 0, false}, {"大前晚", dayBefore + 1, evening, false}, {"大前儿", dayBefore + 1, 0, false},
	{"前天", dayBefore, 0, false}, {"前日", dayBefore, 0, false}, {"前晚上", dayBefore, evening, false}, {"前晚", dayBefore, evening, false}, {"前儿个", dayBefore, 0, false}, {"前儿", dayBefore, 0, false},
	{"当日", relativeSame, 0, false}, {"当天", relativeSame, 0, false}, {"当晚", relativeSame, evening, false}, {"当夜", relativeSame, evening, false}, {"当地时间", relativeNone, 0, false}, {"北京时间", relativeNone, 0, false},
	{"明天", relativeOther, 0, true}, {"明日", relativeOther, 0, true}, {"明晚", relativeOther, evening, true}, {"明早", relativeOther, morning, true}, {"明晨", relativeOther, morning, true}, {"明儿", relativeOther, 0, true}, {"后天", relativeOther, 0, true},
	{"次日", relativeOther, 0, true}, {"翌日", relativeOther, 0, true}, {"第二天", relativeOther, 0, true},
}

var dayParts = []struct {
	word string
	part int
}{
	{"凌晨", dawn}, {"零晨", dawn}, {"拂晓", dawn}, {"黎明", dawn}, {"大清早", morning}, {"大早上", morning}, {"清早", morning}, {"清晨", morning}, {"早晨", morning}, {"早上", morning}, {"上午", morning}, {"早", morning}, {"晨", morning},
	{"大中午", noon}, {"中午", noon}, {"正午", noon}, {"晌午", noon}, {"午后", afternoon}, {"下午", afternoon}, {"傍晚", afternoon}, {"黄昏", afternoon},
	{"大晚上", evening}, {"晚上", evening}, {"晚间", evening}, {"夜间", deep}, {"深夜", deep}, {"夜里", deep}, {"夜晚", evening},
	{"大半夜", deep}, {"前半夜", deep}, {"上半夜", deep}, {"后半夜", deep}, {"下半夜", deep}, {"半夜里", deep}, {"半夜", deep}, {"午夜", deep}, {"子夜", deep}, {"晚", evening},
}

// shift moves an hour told with a part of the day onto the 24-hour clock, and says
// whether it lies behind the midnight that ends the day told: 昨晚两点 is today.
func shift(hour, part int) (int, bool) {
	switch {
	case hour == 24:
		return 0, part != dawn
	case part == dawn && hour == 12:
		return 0, false
	case part == evening && (hour <= 4 || hour == 12), part == deep && (hour <= 6 || hour == 12):
		return hour % 12, true
	case (part == evening || part == afternoon || part == deep) && hour >= 1 && hour <= 11, part == noon && hour >= 1 && hour <= 3:
		return hour + 12, false
	}
	return hour, false
}

// late says whether a part of the day lies behind noon.
func late(part int) bool { return part == evening || part == afternoon || part == deep }

// readDayWord gives the word at byte at that names a day and how long it is; 目前天气
// and 儿童 hold none.
func readDayWord(text string, at int) (dayWord, int) {
	r := next(text, at)
	switch r {
	case '今', '昨', '前', '大', '当', '北', '明', '后', '次', '翌', '第':
	default:
		return dayWord{}, 0
	}
	for _, w := range relativeDays {
		if !strings.HasPrefix(text[at:], w.word) {
			continue
		}
		before, after := previous(text, at, 1), next(text, at+len(w.word))
		switch {
		case r == '前' && strings.ContainsRune("目之以天日月年周时钟分期午餐饭睡考战婚产生先此眼提空史当面跟门窗楼屋胎", before),
			strings.HasSuffix(w.word, "儿") && (strings.ContainsRune("子童女媳科歌化孙时", after) || strings.ContainsRune("如至当现", before)),
			r == '今' && w.part == 0 && (before == '的' || after == '这' || strings.HasPrefix(text[at+len(w.word):], "的局面")), // 发展的今天
			r == '明' && strings.ContainsRune("文光透说证声", before),
			r == '后' && strings.ContainsRune("之以然最先前今日年月天小时", before):
			return dayWord{}, 0
		}
		return w, len(w.word)
	}
	if r != '今' && r != '昨' {
		return dayWord{}, 0
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	for _, w := range dayParts { // 昨下午
		if len(w.word) > 3 && strings.HasPrefix(text[at+size:], w.word) {
			d := dayWord{relative: relativeToday}
			if r == '昨' {
				d.relative = yesterday
			}
			return d, size
		}
	}
	return dayWord{}, 0
}

// weekPrefixes say which week a weekday is of.
var weekPrefixes = []struct {
	word  string
	weeks int
}{
	{"上上个", 2}, {"上上", 2}, {"上个", 1}, {"上", 1}, {"本", 0}, {"这个", 0}, {"这", 0}, {"下下", weekAhead}, {"下个", weekAhead}, {"下", weekAhead},
}

const (
	weekAhead = -1
	weekAny   = -2 // 周三: the last such day
)

// readWeek reads 上周三, 本周五, 礼拜天, 星期三.
func (m *moment) readWeek(text string, at int) int {
	start, weeks := at, weekAny
	before := previous(text, at, 1)
	for _, w := range weekPrefixes {
		if strings.HasPrefix(text[at:], w.word) {
			at += len(w.word)
			weeks = w.weeks
			break
		}
	}
	bare := false
	switch {
	case strings.HasPrefix(text[at:], "星期"), strings.HasPrefix(text[at:], "礼拜"):
		at += len("星期")
	case strings.HasPrefix(text[at:], "周"):
		at += len("周")
		bare = true
	default:
		return start
	}
	r, size := utf8.DecodeRuneInString(text[at:])
	day := strings.IndexRune("一二三四五六日天", r)
	if day < 0 || r == utf8.RuneError {
		return start
	}
	day = min(day/3+1, 7)
	after := next(text, at+size)
	switch {
	case strings.ContainsRune("人名次个辆户位件度份趟回条栋间百千十万", after), follows(day, after):
		return start
	case r == '一' && strings.ContainsRune("定直共般样边些带片圈家起", after) && !strings.HasPrefix(text[at+size:], "起火"):
		return start
	case (r == '日' || r == '天') && strings.ContainsRune("报刊程常气然数期内产", after):
		return start
	case weeks == weekAny && bare && (isDigit(before) || strings.ContainsRune("每四双整几隔逢单数圆圈老小0123456789", before)):
		return start
	}
	at += size
	if m.day == 0 && m.relative == relativeNone {
		m.relative, m.weekday, m.weeks = relativeWeek, day, weeks
		m.ahead = m.ahead || weeks == weekAhead
		for _, w := range []string{"至", "到", "-", "~", "、", "和", "或", "及"} { // 周一至周五: a habit
			if rest, ok := strings.CutPrefix(text[at:], w); ok && (strings.HasPrefix(rest, "周") || strings.HasPrefix(rest, "星期") || strings.HasPrefix(rest, "礼拜")) {
				m.ahead = true
			}
		}
		if weeks == weekAny {
			for _, w := range []string{"至", "到", "每", "每个", "逢", "、", "和", "等", "下个"} {
				m.ahead = m.ahead || strings.HasSuffix(text[:start], w)
			}
		}
	}
	return at
}

// follows says whether a weekday's figure and the next rune make one amount: 周三四次.
func follows(day int, after rune) bool {
	d, ok := digitOf(after)
	return ok && neighbours(float64(day), d)
}

// readMonthOf reads 上个月, 本月, 去年 in front of a date.
func (m *moment) readMonthOf(text string, at int) int {
	for _, w := range []struct {
		word          string
		months, years int
	}{
		{"上上个月", 2, -1}, {"上上月", 2, -1}, {"上个月", 1, -1}, {"上月", 1, -1}, {"本月", 0, -1}, {"这个月", 0, -1}, {"下个月", weekAhead, -1}, {"下月", weekAhead, -1},
		{"去年", -1, 1}, {"前年", -1, 2}, {"今年", -1, 0}, {"明年", -1, weekAhead},
	} {
		if !strings.HasPrefix(text[at:], w.word) {
			continue
		}
		q := skipAny(text, at+len(w.word), "的")
		inner := *m
		end := inner.readDate(text, q)
		if end == q || (w.years < 0) != (inner.month == 0) || inner.year != 0 {
			return at
		}
		*m = inner
		if w.years < 0 {
			m.ofMonth, m.months = true, w.months
			m.ahead = w.months == weekAhead
		} else {
			m.ofYear, m.years = true, w.years
			m.ahead = w.years == weekAhead
		}
		return end
	}
	return at
}
