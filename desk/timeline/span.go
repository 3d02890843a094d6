package timeline

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The longest spans a policy may name: nothing on the desk runs for longer, and
// the bounds keep arithmetic far from overflow.
const (
	MaxClock = 366 * 24 * time.Hour
	MaxDays  = 366
)

// Span is how long a rule gives: clock time (nights and holidays count) or
// working days, never both. The zero Span is none.
type Span struct {
	Clock time.Duration // clock time; 0 when the span is in working days
	Days  int           // working days, the first being the one after receipt; 0 when in clock time
	// ReceiptDay counts the day of receipt as the first when it is a working day.
	// GB and the provincial rules count from the next one, so it is off by default.
	ReceiptDay bool
}

// Hours is a span of clock hours.
func Hours(n int) Span { return Span{Clock: time.Duration(n) * time.Hour} }

// WorkDays is a span of working days, counted from the one after receipt.
func WorkDays(n int) Span { return Span{Days: n} }

// IsZero says that no span is set.
func (s Span) IsZero() bool { return s == Span{} }

var errSpan = errors.New("want clock time like 5h, 35m, 5小时 or working days like 3wd, 3个工作日")

// ParseSpan reads a time limit as a policy file writes it: "5h", "1h30m", "35m",
// "5小时", "35分钟", "2天" (clock days), or "3wd", "3个工作日" (working days);
// "3wd+" and "3个工作日（含当日）" count the day of receipt. Units go from the
// larger to the smaller, and whole minutes are the finest.
func ParseSpan(text string) (Span, error) {
	s := strings.TrimSpace(text)
	for _, suffix := range []string{"个工作日（含当日）", "wd+", "个工作日", "工作日", "wd"} {
		n, found := strings.CutSuffix(s, suffix)
		if !found {
			continue
		}
		days, err := digits(strings.TrimSpace(n))
		if err != nil || days < 1 || days > MaxDays {
			return Span{}, fmt.Errorf("span %q: %w", text, errSpan)
		}
		return Span{Days: days, ReceiptDay: strings.HasSuffix(suffix, "+") || strings.HasSuffix(suffix, "）")}, nil
	}
	d, err := ParseClock(s)
	if err != nil {
		return Span{}, fmt.Errorf("span %q: %w", text, errSpan)
	}
	return Span{Clock: d}, nil
}

// clockUnits from the largest to the smallest, with every spelling accepted.
var clockUnits = []struct {
	names []string
	unit  time.Duration
}{
	{[]string{"天", "日", "d"}, 24 * time.Hour},
	{[]string{"个小时", "小时", "时", "h"}, time.Hour},
	{[]string{"分钟", "分", "m"}, time.Minute},
}

// ParseClock reads a length of clock time: "1h30m", "1小时30分", "2d". It is
// stricter than time.ParseDuration (whole numbers, each unit once, minutes at
// least) because a limit that can be misread will be.
func ParseClock(text string) (time.Duration, error) {
	rest := strings.TrimSpace(text)
	var sum time.Duration
	for _, u := range clockUnits {
		n := leadingDigits(rest)
		if n == 0 {
			break
		}
		for _, name := range u.names {
			tail, found := strings.CutPrefix(rest[n:], name)
			if !found {
				continue
			}
			count, err := digits(rest[:n])
			if err != nil || time.Duration(count) > MaxClock/u.unit {
				return 0, fmt.Errorf("length %q: %w", text, errSpan)
			}
			sum += time.Duration(count) * u.unit
			rest = tail
			break
		}
	}
	if rest != "" || sum <= 0 || sum > MaxClock {
		return 0, fmt.Errorf("length %q: %w", text, errSpan)
	}
	return sum, nil
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// digits reads a plain whole number: no sign, no more than six digits.
func digits(s string) (int, error) {
	if s == "" || len(s) > 6 || leadingDigits(s) != len(s) {
		return 0, errSpan
	}
	return strconv.Atoi(s)
}

// String is the span in Chinese, as rules are quoted: 5小时, 15分钟, 3个工作日.
// ParseSpan reads it back.
func (s Span) String() string {
	switch {
	case s.Days > 0 && s.ReceiptDay:
		return fmt.Sprintf("%d个工作日（含当日）", s.Days)
	case s.Days > 0:
		return fmt.Sprintf("%d个工作日", s.Days)
	case s.Clock > 0:
		return clockText(s.Clock, "小时", "分钟", "")
	}
	return ""
}

// English is the span in English: 5 h, 15 min, 3 working days.
func (s Span) English() string {
	switch {
	case s.Days == 1:
		return "1 working day"
	case s.Days > 1:
		return fmt.Sprintf("%d working days", s.Days)
	case s.Clock > 0:
		return clockText(s.Clock, " h", " min", " ")
	}
	return ""
}

// clockText keeps limits in hours ("48小时", as the notices write it, not two days).
func clockText(d time.Duration, hour, minute, gap string) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case m == 0:
		return fmt.Sprintf("%d%s", h, hour)
	case h == 0:
		return fmt.Sprintf("%d%s", m, minute)
	}
	return fmt.Sprintf("%d%s%s%d%s", h, hour, gap, m, minute)
}
