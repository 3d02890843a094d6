package web

import (
	"fmt"
	"time"
)

// dates shows instants and durations in one language and the office's zone.
type dates struct {
	zone *time.Location
	lang string
}

func (d dates) english() bool { return d.lang == LangEnglish }

// day: 2026年11月21日.
func (d dates) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if d.english() {
		return t.In(d.zone).Format("2 Jan 2006")
	}
	return t.In(d.zone).Format("2006年1月2日")
}

// minute: 2026年11月21日 15:04.
func (d dates) minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return d.day(t) + " " + d.hm(t)
}

// short leaves the year out: 11月21日 15:04.
func (d dates) short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if d.english() {
		return t.In(d.zone).Format("2 Jan 15:04")
	}
	return t.In(d.zone).Format("1月2日 15:04")
}

// dayOfYear: 11月21日.
func (d dates) dayOfYear(t time.Time) string {
	if d.english() {
		return t.In(d.zone).Format("2 Jan")
	}
	return t.In(d.zone).Format("1月2日")
}

// hm: 15:04.
func (d dates) hm(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.zone).Format("15:04")
}

// hms: 15:04:05.
func (d dates) hms(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.zone).Format("15:04:05")
}

// near says an instant as people say it on the day now: 15:04, 次日 01:13, 昨日 23:28 or 11月23日 21:46.
// live.js says the same once midnight has passed.
func (d dates) near(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	a, b := t.In(d.zone), now.In(d.zone)
	switch dayNumber(a) - dayNumber(b) {
	case 0:
		return d.hm(t)
	case 1:
		if d.english() {
			return "tomorrow " + d.hm(t)
		}
		return "次日 " + d.hm(t)
	case -1:
		if d.english() {
			return "yesterday " + d.hm(t)
		}
		return "昨日 " + d.hm(t)
	}
	if a.Year() != b.Year() {
		return d.minute(t)
	}
	return d.short(t)
}

// moment says an instant to the second on its own day, else by its date: 23:40:51, 11月20日 15:04.
func (d dates) moment(t, now time.Time) string {
	if dayNumber(t.In(d.zone)) == dayNumber(now.In(d.zone)) {
		return d.hms(t)
	}
	if t.In(d.zone).Year() != now.In(d.zone).Year() {
		return d.minute(t)
	}
	return d.short(t)
}

// dayNumber counts calendar days, whatever the hour.
func dayNumber(t time.Time) int {
	return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// span says a length of time in words, to the minute: 1小时32分, 3天4小时, 45秒. Its sign is dropped.
func (d dates) span(s time.Duration) string {
	s = s.Abs().Truncate(time.Second)
	days, hours, minutes := int(s/(24*time.Hour)), int(s/time.Hour)%24, int(s/time.Minute)%60
	type unit struct {
		n      int
		zh, en string
	}
	pair := func(a, b unit) string {
		if d.english() {
			if b.n == 0 {
				return fmt.Sprintf("%d %s", a.n, a.en)
			}
			return fmt.Sprintf("%d %s %d %s", a.n, a.en, b.n, b.en)
		}
		if b.n == 0 {
			return fmt.Sprintf("%d%s", a.n, a.zh)
		}
		return fmt.Sprintf("%d%s%d%s", a.n, a.zh, b.n, b.zh)
	}
	h, m := unit{hours, "小时", "h"}, unit{minutes, "分", "min"}
	switch {
	case days > 0:
		return pair(unit{days, "天", "d"}, h)
	case hours > 0:
		return pair(h, m)
	case minutes > 0:
		return pair(m, unit{})
	}
	return pair(unit{int(s / time.Second), "秒", "s"}, unit{})
}

// left says how long until due, or by how much it is late: 还剩 1小时32分, 超时 12分.
func (d dates) left(due, now time.Time) string {
	if s := due.Sub(now); s > 0 {
		if d.english() {
			return d.span(s) + " left"
		}
		return "还剩 " + d.span(s)
	}
	if d.english() {
		return d.span(now.Sub(due)) + " overdue"
	}
	return "超时 " + d.span(now.Sub(due))
}

// counter is the same in figures, for the large countdown: 01:32:18, +00:12:40, 5天 03:12:00.
// What is left is rounded up and what is late down, so that 00:00:00 is the due second itself.
func (d dates) counter(due, now time.Time) string {
	left := due.Sub(now)
	sign := ""
	if left < 0 {
		left, sign = -left, "+"
	} else {
		left = (left + time.Second - 1).Truncate(time.Second)
	}
	total := int(left / time.Second)
	hours := total / 3600
	if hours < 100 {
		return fmt.Sprintf("%s%02d:%02d:%02d", sign, hours, total/60%60, total%60)
	}
	day := "天"
	if d.english() {
		day = "d"
	}
	return fmt.Sprintf("%s%d%s %02d:%02d", sign, hours/24, day, hours%24, total/60%60)
}

// iso is the instant for attributes that scripts read.
func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
