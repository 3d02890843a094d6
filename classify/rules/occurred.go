package rules

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
)

// occurredSet reads when it happened, as precisely as told: RFC 3339 when date and
// minute are known, else 2014-04-14T23, --04-25T22:30 (no year), ---12T07 (no
// month), T13:40 (no day).
func occurredSet(zone *time.Location) Set {
	return Set{Name: "occurred", Examples: occurredExamples, Apply: func(t desk.Text, v *desk.Verdict) {
		var ref moment
		if at, err := time.Parse(time.RFC3339Nano, t.At); err == nil {
			at = at.In(zone)
			ref = moment{year: at.Year(), month: int(at.Month()), day: at.Day()}
		}
		chosen, p, ok := chooseMoment(t, ref)
		if !ok {
			return
		}
		if s := chosen.print(zone); s != "" {
			v.Occurred = s
			p.note(v, "occurred", chosen.start, chosen.end)
			sure(v, "occurred", 0.85)
		}
	}}
}

// chooseMoment takes the first time that the body tells, filled up by the next
// ones where they speak of the same day, and by the dateline or ref.
func chooseMoment(t desk.Text, ref moment) (moment, part, bool) {
	var chosen moment
	var home part
	found := false
	dateline := ref
	for _, p := range []part{parts(t)[1], parts(t)[0]} {
		for _, m := range moments(p.text) {
			if m.dateline {
				if dateline.day == 0 {
					dateline = moment{year: m.year, month: m.month, day: m.day}
				}
				continue
			}
			if m.habit || p.in == "text" && past(p.text, m.start) && m.year == 0 {
				continue
			}
			switch {
			case !found:
				chosen, home, found = m, p, true
			case p.in != home.in:
				if chosen.year == 0 && m.year > 0 {
					chosen.year = m.year
				}
			case chosen.hour < 0 && m.hour >= 0 && sameDay(chosen, m) && within(p.text, chosen.end, m.start):
				chosen.hour, chosen.minute = m.hour, m.minute
				if m.part == 0 && chosen.part > 0 {
					chosen.hour = shift(m.hour, chosen.part)
				}
			case chosen.hour >= 0 && chosen.minute < 0 && m.hour == chosen.hour && m.minute >= 0 && sameDay(chosen, m) && within(p.text, chosen.end, m.start):
				chosen.minute = m.minute
			case chosen.day == 0 && chosen.relative <= relativeNone && m.day > 0 && m.hour < 0 && within(p.text, chosen.end, m.start):
				chosen.year, chosen.month, chosen.day = m.year, m.month, m.day
			}
		}
	}
	if !found {
		return chosen, home, false
	}
	chosen.settle(dateline)
	return chosen, home, true
}

// within says whether a second time is close enough to speak of the same event.
func within(text string, from, to int) bool {
	return to >= from && utf8.RuneCountInString(text[from:to]) < 160
}

func sameDay(a, b moment) bool {
	if b.day == 0 {
		return b.relative == relativeNone || b.relative == relativeSame || b.relative == a.relative
	}
	return a.day == b.day && (b.month == 0 || a.month == b.month)
}

// settle fills month, year and relative days from a reference day.
func (m *moment) settle(ref moment) {
	if ref.day == 0 {
		return
	}
	if m.day == 0 && m.relative >= relativeToday && ref.month > 0 {
		year := ref.year
		if year == 0 {
			year = 2001 // only to count days; not a leap year
		}
		d := time.Date(year, time.Month(ref.month), ref.day, 0, 0, 0, 0, time.UTC).AddDate(0, 0, relativeToday-m.relative)
		m.month, m.day = int(d.Month()), d.Day()
		if ref.year > 0 {
			m.year = d.Year()
		}
		return
	}
	if m.day > 0 && m.month == 0 && ref.month > 0 {
		m.month = ref.month
		if m.day > ref.day {
			m.month--
		}
		if m.month == 0 {
			m.month = 12
			if ref.year > 0 && m.year == 0 {
				m.year = ref.year - 1
			}
		}
	}
	if m.day > 0 && m.month > 0 && m.year == 0 && ref.year > 0 {
		m.year = ref.year
		if m.month > ref.month || m.month == ref.month && m.day > ref.day {
			m.year--
		}
	}
}

// print gives the moment in the contract's form.
func (m moment) print(zone *time.Location) string {
	clock := ""
	switch {
	case m.hour >= 0 && m.minute >= 0:
		clock = fmt.Sprintf("T%02d:%02d", m.hour, m.minute)
	case m.hour >= 0:
		clock = fmt.Sprintf("T%02d", m.hour)
	}
	switch {
	case m.year > 0 && m.month > 0 && m.day > 0 && m.hour >= 0 && m.minute >= 0:
		return time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute, 0, 0, zone).Format(time.RFC3339)
	case m.year > 0 && m.month > 0 && m.day > 0:
		return fmt.Sprintf("%04d-%02d-%02d%s", m.year, m.month, m.day, clock)
	case m.month > 0 && m.day > 0:
		return fmt.Sprintf("--%02d-%02d%s", m.month, m.day, clock)
	case m.day > 0:
		return fmt.Sprintf("---%02d%s", m.day, clock)
	}
	return clock
}

var occurredExamples = []Example{
	{Body: "昨天下午1点多,环城路发生车祸。", Want: "T13"},
	{Body: "昨天下午1点多,环城路发生车祸。", At: "2026-03-02T09:00:00+08:00", Want: "2026-03-01T13"},
	{Body: "4月25日22时30分,仓库起火。", Want: "--04-25T22:30"},
	{Body: "12日早7时许,两车相撞。", Want: "---12T07"},
	{Body: "2014年4月14日23时,客车翻覆。", Want: "2014-04-14T23"},
	{Body: "2014年4月14日23时5分,客车翻覆。", Want: "2014-04-14T23:05:00+08:00"},
	{Body: "昨日13时40分许,山林起火。", Want: "T13:40"},
	{Body: "二十六日晚七时许,货车侧翻。", Want: "---26T19"},
	{Body: "每天晚上10点以后施工。", Want: ""},
	{Body: "新华网云泽8月21日电 今日上午8时30分,两车相撞。", Want: "--08-21T08:30"},
	{Body: "7月23日下午,货车侧翻。事故发生在5时10分左右。", Want: "--07-23T17:10"},
	{Body: "房价每平方米8000元。", Want: ""},
}

// moment.go reads single expressions; keep the words that make a habit here, where
// the examples are.
func habitual(head string) bool {
	for _, w := range []string{"每天", "每晚", "每日", "经常", "天天", "每到", "每周", "通常", "平时", "一般", "每早", "总是", "营业时间", "从早", "到晚上", "夜夜", "几乎"} {
		if strings.HasSuffix(head, w) || len(head) > 24 && strings.Contains(head[len(head)-24:], w) {
			return true
		}
	}
	return false
}
