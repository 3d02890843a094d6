package timeline

import (
	"fmt"
	"time"
)

// Left is the time until due; negative once it is past.
func Left(due, now time.Time) time.Duration { return due.Sub(now) }

// LeftText says how much time is left, or by how much it is over, in the two
// units that matter: 还剩 1小时32分, 超时 12分40秒. Days appear from the third on,
// because limits up to 48 h are spoken of in hours. Parts of a unit are cut off.
func LeftText(left time.Duration) string {
	if left < 0 {
		return "超时 " + lengthText(-left, "天", "小时", "分", "秒", "")
	}
	return "还剩 " + lengthText(left, "天", "小时", "分", "秒", "")
}

// LeftEnglish is LeftText in English: 1 h 32 min left, 12 min 40 s overdue.
func LeftEnglish(left time.Duration) string {
	if left < 0 {
		return lengthText(-left, " d", " h", " min", " s", " ") + " overdue"
	}
	return lengthText(left, " d", " h", " min", " s", " ") + " left"
}

// LengthText is a length of time as people say it: 1小时32分, 12分40秒, 3天4小时.
func LengthText(d time.Duration) string {
	return lengthText(d.Abs(), "天", "小时", "分", "秒", "")
}

// LengthEnglish is LengthText in English.
func LengthEnglish(d time.Duration) string {
	return lengthText(d.Abs(), " d", " h", " min", " s", " ")
}

func lengthText(d time.Duration, day, hour, minute, second, gap string) string {
	s := int64(d / time.Second)
	pair := func(a int64, ua string, b int64, ub string) string {
		return fmt.Sprintf("%d%s%s%d%s", a, ua, gap, b, ub)
	}
	switch {
	case s >= 72*3600:
		return pair(s/86400, day, s%86400/3600, hour)
	case s >= 3600:
		return pair(s/3600, hour, s%3600/60, minute)
	case s >= 60:
		return pair(s/60, minute, s%60, second)
	}
	return fmt.Sprintf("%d%s", s, second)
}
