package timeline

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// shanghai is the shipped calendar of an office in China.
func shanghai(t testing.TB) *Calendar {
	t.Helper()
	return calendarIn(t, zone(t, "Asia/Shanghai"))
}

func calendarIn(t testing.TB, loc *time.Location) *Calendar {
	t.Helper()
	schedules, err := PublishedSchedules()
	if err != nil {
		t.Fatal(err)
	}
	cal, err := NewCalendar(loc, schedules...)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

// local reads an instant in the office's zone.
func local(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone(t, "Asia/Shanghai"))
	if err != nil {
		at, err = time.ParseInLocation("2006-01-02 15:04", text, zone(t, "Asia/Shanghai"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestPublishedSchedules(t *testing.T) {
	t.Parallel()
	cal := shanghai(t)
	// Days off and make-up workdays as the notices add them up.
	want := map[int][2]int{2024: {28, 8}, 2025: {28, 5}, 2026: {33, 6}}
	documents := map[int]string{2024: "国办发明电〔2023〕7号", 2025: "国办发明电〔2024〕12号", 2026: "国办发明电〔2025〕7号"}
	years := cal.Years()
	if len(years) != len(want) {
		t.Fatalf("%d years, want %d", len(years), len(want))
	}
	for _, y := range years {
		off, work := 0, 0
		for _, h := range y.Holidays {
			from, _ := time.Parse(time.DateOnly, h.From)
			to, _ := time.Parse(time.DateOnly, h.To)
			off += int(to.Sub(from)/(24*time.Hour)) + 1
			for _, w := range h.Work {
				day, _ := time.Parse(time.DateOnly, w)
				if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
					t.Errorf("%s is worked instead, but no weekend day", w)
				}
				work++
			}
		}
		if got := [2]int{off, work}; got != want[y.Year] {
			t.Errorf("%d: %v days off and worked, want %v", y.Year, got, want[y.Year])
		}
		if y.Document != documents[y.Year] {
			t.Errorf("%d stands on %s, want %s", y.Year, y.Document, documents[y.Year])
		}
	}
	for year, want := range map[int]bool{2023: false, 2024: true, 2025: true, 2026: true, 2027: false} {
		if cal.Covers(year) != want {
			t.Errorf("Covers(%d) = %v", year, !want)
		}
	}
}

func TestWorks(t *testing.T) {
	t.Parallel()
	cal := shanghai(t)
	for _, c := range []struct {
		day     string
		works   bool
		holiday string
	}{
		{"2026-02-13 10:00", true, ""},    // Friday
		{"2026-02-14 10:00", true, "春节"},  // Saturday, worked instead
		{"2026-02-15 00:00", false, "春节"}, // first instant off
		{"2026-02-23 23:59", false, "春节"}, // last minute off
		{"2026-02-24 00:00", true, ""},
		{"2026-02-28 10:00", true, "春节"},   // Saturday, worked instead
		{"2026-03-01 10:00", false, ""},    // plain Sunday
		{"2026-01-04 10:00", true, "元旦"},   // Sunday, worked instead
		{"2026-09-20 10:00", true, "国庆节"},  // Sunday, worked instead
		{"2026-10-07 10:00", false, "国庆节"}, // Wednesday off
		{"2025-10-06 10:00", false, "国庆节、中秋节"},
		{"2027-01-01 10:00", true, ""}, // Friday of a year not published: nothing invented
	} {
		if works, holiday := cal.Works(local(t, c.day)); works != c.works || holiday != c.holiday {
			t.Errorf("%s: %v %q, want %v %q", c.day, works, holiday, c.works, c.holiday)
		}
	}
	// The day is the office's, not the writer's: 17:00 UTC on the 14th is the 15th here.
	if works, _ := cal.Works(time.Date(2026, 2, 14, 17, 0, 0, 0, time.UTC)); works {
		t.Error("2026-02-15 01:00 in Shanghai taken for the 14th")
	}
}

func TestEndOfWorkDay(t *testing.T) {
	t.Parallel()
	cal := shanghai(t)
	for _, c := range []struct {
		receipt string
		span    Span
		due     string // 24:00 of the last day, written as 00:00 of the next
		warn    []int
	}{
		{"2026-11-20 09:00", WorkDays(1), "2026-11-24 00:00", nil}, // Friday → Monday
		{"2026-11-20 23:59:59", WorkDays(1), "2026-11-24 00:00", nil},
		{"2026-11-21 00:00", WorkDays(1), "2026-11-24 00:00", nil}, // Saturday
		{"2026-11-23 00:00", WorkDays(1), "2026-11-25 00:00", nil}, // Monday's first instant is Monday
		{"2026-11-20 09:00", WorkDays(2), "2026-11-25 00:00", nil},
		{"2026-11-20 09:00", WorkDays(15), "2026-12-12 00:00", nil},
		{"2026-02-13 15:00", WorkDays(1), "2026-02-15 00:00", nil}, // the Saturday worked instead counts
		{"2026-02-14 15:00", WorkDays(1), "2026-02-25 00:00", nil}, // over the whole festival
		{"2026-02-18 08:00", WorkDays(3), "2026-02-27 00:00", nil}, // received in it
		{"2026-02-24 08:00", WorkDays(4), "2026-03-01 00:00", nil}, // 25 26 27 and Saturday 28
		{"2026-09-30 17:30", WorkDays(3), "2026-10-11 00:00", nil}, // 8, 9, Saturday 10
		{"2025-12-30 09:00", WorkDays(3), "2026-01-06 00:00", nil}, // 31, Sunday 4, 5
		{"2026-12-30 09:00", WorkDays(1), "2027-01-01 00:00", nil}, // the 31st: 2027 isn't touched
		{"2026-12-31 09:00", WorkDays(1), "2027-01-02 00:00", []int{2027}},
		{"2026-12-25 09:00", WorkDays(10), "2027-01-09 00:00", []int{2027}},
		{"2023-12-29 09:00", WorkDays(1), "2024-01-03 00:00", []int{2023}},
		{"2026-11-20 09:00", Span{Days: 1, ReceiptDay: true}, "2026-11-21 00:00", nil},
		{"2026-11-21 09:00", Span{Days: 1, ReceiptDay: true}, "2026-11-24 00:00", nil},
		{"2026-11-20 09:00", Span{Days: 3, ReceiptDay: true}, "2026-11-25 00:00", nil},
	} {
		due, warn := cal.EndOfWorkDay(local(t, c.receipt), c.span)
		if want := local(t, c.due); !due.Equal(want) {
			t.Errorf("%s + %v = %v, want %s", c.receipt, c.span, due.In(cal.Location()), c.due)
		}
		if len(warn.Years) != len(c.warn) || (len(c.warn) == 1 && warn.Years[0] != c.warn[0]) {
			t.Errorf("%s + %v warns of %v, want %v", c.receipt, c.span, warn.Years, c.warn)
		}
		if warn.IsZero() != (warn.Text() == "") || (!warn.IsZero() && !strings.Contains(warn.Text(), "尚未录入")) {
			t.Errorf("warning %v says %q", warn, warn.Text())
		}
	}
}

func TestLaterScheduleTakesThePlace(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Asia/Shanghai")
	schedules, err := PublishedSchedules()
	if err != nil {
		t.Fatal(err)
	}
	next := YearSchedule{Year: 2027, Document: "测试文号", Holidays: []Holiday{
		{Name: "元旦", From: "2026-12-31", To: "2027-01-02", Work: []string{"2026-12-27"}},
	}}
	cal, err := NewCalendar(loc, append(schedules, next)...)
	if err != nil {
		t.Fatal(err)
	}
	// A notice reaches back into December: the 31st is off, Sunday the 27th worked.
	due, warn := cal.EndOfWorkDay(local(t, "2026-12-30 09:00"), WorkDays(1))
	if want := local(t, "2027-01-05 00:00"); !due.Equal(want) || !warn.IsZero() {
		t.Errorf("due %v, warning %v", due.In(loc), warn)
	}
	if works, _ := cal.Works(local(t, "2026-12-27 12:00")); !works {
		t.Error("2026-12-27 should be worked")
	}
	amended, err := NewCalendar(loc, append(schedules, YearSchedule{Year: 2026, Document: "修订"})...)
	if err != nil {
		t.Fatal(err)
	}
	if works, _ := amended.Works(local(t, "2026-10-01 12:00")); !works {
		t.Error("an amended schedule should replace the first one of its year")
	}
}

func TestNewCalendarRefuses(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]YearSchedule{
		"year":      {Year: 26},
		"date":      {Year: 2027, Holidays: []Holiday{{From: "2027-13-01", To: "2027-01-02"}}},
		"other":     {Year: 2027, Holidays: []Holiday{{From: "2026-10-01", To: "2026-10-02"}}},
		"later":     {Year: 2027, Holidays: []Holiday{{From: "2027-01-01", To: "2028-02-02"}}},
		"backwards": {Year: 2027, Holidays: []Holiday{{From: "2027-01-03", To: "2027-01-01"}}},
		"endless":   {Year: 2027, Holidays: []Holiday{{From: "2027-01-03", To: "2027-05-01"}}},
		"work":      {Year: 2027, Holidays: []Holiday{{From: "2027-01-01", To: "2027-01-01", Work: []string{"x"}}}},
		"both":      {Year: 2027, Holidays: []Holiday{{From: "2027-01-01", To: "2027-01-03", Work: []string{"2027-01-02"}}}},
	} {
		if _, err := NewCalendar(time.UTC, s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestWorkDaysByMinutes holds EndOfWorkDay against a walk that knows nothing but
// minutes: it goes on until the wanted number of worked days has gone by.
func TestWorkDaysByMinutes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Asia/Shanghai", "America/New_York", "Asia/Tehran", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "UTC"} {
		cal := calendarIn(t, zone(t, name))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				minutes := rapid.Int64Range(0, 2*365*24*60).Draw(t, "minutes")
				receipt := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
				span := Span{Days: rapid.IntRange(1, 12).Draw(t, "days"), ReceiptDay: rapid.Bool().Draw(t, "receiptDay")}
				due, warn := cal.EndOfWorkDay(receipt, span)
				if want := walk(cal, receipt, span); !due.Equal(want) {
					t.Fatalf("%v + %v = %v, want %v", receipt.In(cal.loc), span, due.In(cal.loc), want.In(cal.loc))
				}
				if !warn.IsZero() {
					t.Fatalf("warning %v inside 2024–2026", warn)
				}
			})
		})
	}
}

// walk steps minute by minute and counts the worked days it has seen the end of.
func walk(cal *Calendar, receipt time.Time, span Span) time.Time {
	at := receipt.Truncate(time.Minute)
	first := at.In(cal.loc).YearDay()
	counting, left, day := span.ReceiptDay, span.Days, first
	for {
		at = at.Add(time.Minute)
		now := at.In(cal.loc).YearDay()
		if now == day {
			continue
		}
		yesterday := at.Add(-time.Minute)
		if works, _ := cal.Works(yesterday); works && counting {
			if left--; left == 0 {
				return at
			}
		}
		counting, day = true, now
	}
}

// TestClockSpansIgnoreZones holds that the same instant gives the same due and
// stages wherever it is written and whatever summer time does meanwhile.
func TestClockSpansIgnoreZones(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{zone(t, "Asia/Shanghai"), zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe"), time.UTC}
	cal := shanghai(t)
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1704067200, 1798761600).Draw(t, "unix"), 0)
		rule := Rule{Span: Hours(rapid.IntRange(1, 72).Draw(t, "hours")), Alerts: alerts()}
		if rapid.Bool().Draw(t, "workdays") {
			rule.Span = WorkDays(rapid.IntRange(1, 15).Draw(t, "days"))
		}
		due, _ := Due(rule, at.UTC(), cal)
		if rule.Span.Days == 0 && due.Sub(at) != rule.Span.Clock {
			t.Fatalf("%v after %v is %v", rule.Span, at, due)
		}
		for _, loc := range zones {
			moved, _ := Due(rule, at.In(loc), cal)
			if !moved.Equal(due) {
				t.Fatalf("due %v from %v, %v from UTC", moved, loc, due)
			}
			a, b := Stages(rule, at.UTC(), due), Stages(rule, at.In(loc), due.In(loc))
			if len(a) != len(b) {
				t.Fatalf("stages %v and %v", a, b)
			}
			for i := range a {
				if a[i] != b[i] {
					t.Fatalf("stage %v and %v", a[i], b[i])
				}
			}
		}
	})
}
