package rules

import "time"

// anchor counts what is told from the day of writing: 上周三, 上个月15日, 半小时前.
// False where nothing happened then, or nobody says when it was written.
func (m *moment) anchor(ref moment) bool {
	switch {
	case m.ahead:
		return false
	case m.ago > 0:
		if ref.year == 0 {
			return false
		}
		at := time.Date(ref.year, time.Month(ref.month), ref.day, ref.hour, ref.minute, 0, 0, time.UTC).Add(-time.Duration(m.ago-1) * time.Minute)
		m.year, m.month, m.day, m.hour = at.Year(), int(at.Month()), at.Day(), at.Hour()
	case m.ofYear && ref.year == 0:
		return m.years == 0
	case m.ofYear:
		m.year = ref.year - m.years
	case m.ofMonth && ref.year == 0:
		return m.months == 0
	case m.ofMonth:
		at := time.Date(ref.year, time.Month(ref.month-m.months), m.day, 0, 0, 0, 0, time.UTC)
		if at.Day() != m.day || m.months == 0 && m.day > ref.day {
			return false
		}
		m.year, m.month = at.Year(), int(at.Month())
	case m.relative == relativeWeek && m.day == 0:
		if ref.year == 0 {
			m.relative = relativeOther
			return true
		}
		back := ref.weekday - m.weekday + 7*max(m.weeks, 0)
		if m.weeks == weekAny {
			back = (back + 7) % 7
		}
		if back < 0 {
			return false
		}
		m.relative = relativeToday + back
	}
	return true
}

// settle fills month, year and relative days from a reference day, and goes on to the
// next day where the hour is of the night behind midnight.
func (m *moment) settle(ref moment) {
	m.count(ref)
	if !m.later {
		return
	}
	m.later = false
	if m.day == 0 {
		return
	}
	year := m.year
	if m.month == 0 {
		if m.day >= 28 { // whether a month ends there, nobody says
			m.hour, m.minute = -1, -1
			return
		}
		m.day++
		return
	}
	if year == 0 {
		year = 2001
	}
	at := time.Date(year, time.Month(m.month), m.day+1, max(m.hour, 0), max(m.minute, 0), 0, 0, time.UTC)
	if m.year > 0 && ref.year > 0 {
		now := time.Date(ref.year, time.Month(ref.month), ref.day, 23, 59, 0, 0, time.UTC)
		if ref.clock {
			now = time.Date(ref.year, time.Month(ref.month), ref.day, ref.hour, ref.minute, 0, 0, time.UTC)
		}
		if at.After(now) { // 今天夜里两点, told by day
			return
		}
	}
	m.month, m.day = int(at.Month()), at.Day()
	if m.year > 0 {
		m.year = at.Year()
	}
}

func (m *moment) count(ref moment) {
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

// shifted is shift's hour alone.
func shifted(hour, part int) int {
	h, _ := shift(hour, part)
	return h
}
