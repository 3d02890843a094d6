package timeline

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The schedules that 国务院办公厅 publishes each autumn for the next year, one
// notice a year: days off and the weekend days worked instead (调休).
//
//go:embed holidays.json
var published []byte

// Calendar knows which days are worked. Days are those of the office's zone.
type Calendar struct {
	loc   *time.Location
	years map[int]YearSchedule
	off   map[string]string // 2026-02-17 → 春节
	work  map[string]string // 2026-02-14 → 春节
}

// YearSchedule is one year's published notice.
type YearSchedule struct {
	Year     int       `json:"year"`
	Document string    `json:"document"` // e.g. 国办发明电〔2025〕7号
	Holidays []Holiday `json:"holidays"`
}

// Holiday is one holiday with the weekend days worked for it. Dates are written
// in full, because a New Year's break may begin in December.
type Holiday struct {
	Name string   `json:"name"`
	From string   `json:"from"`           // first day off, 2026-02-15
	To   string   `json:"to"`             // last day off
	Work []string `json:"work,omitempty"` // make-up workdays
}

// Warning says what an answer can't vouch for. The zero Warning is none.
type Warning struct {
	Years []int // touched, but without a published schedule
}

// IsZero says that there is nothing to warn of.
func (w Warning) IsZero() bool { return len(w.Years) == 0 }

// Text is the warning for people; "" when there is none.
func (w Warning) Text() string {
	if w.IsZero() {
		return ""
	}
	years := make([]string, len(w.Years))
	for i, y := range w.Years {
		years[i] = fmt.Sprint(y)
	}
	return fmt.Sprintf("%s年放假调休安排尚未录入，期限暂按周一至周五推算，公布后须复核", strings.Join(years, "、"))
}

// PublishedSchedules are the schedules known when the program was built. An
// office adds later ones through its policy file.
func PublishedSchedules() ([]YearSchedule, error) {
	var file struct {
		Source string         `json:"source"`
		Years  []YearSchedule `json:"years"`
	}
	if err := json.Unmarshal(published, &file); err != nil {
		return nil, fmt.Errorf("embedded holidays: %w", err)
	}
	return file.Years, nil
}

// NewCalendar builds a calendar for a zone. A later schedule of the same year
// takes the place of an earlier one, as an amended notice does.
func NewCalendar(loc *time.Location, schedules ...YearSchedule) (*Calendar, error) {
	c := &Calendar{loc: loc, years: map[int]YearSchedule{}, off: map[string]string{}, work: map[string]string{}}
	for _, s := range schedules {
		c.years[s.Year] = s
	}
	for _, s := range c.years {
		if err := c.add(s); err != nil {
			return nil, err
		}
	}
	for day, name := range c.work {
		if other, both := c.off[day]; both {
			return nil, fmt.Errorf("%s is both a day off (%s) and worked (%s)", day, other, name)
		}
	}
	return c, nil
}

func (c *Calendar) add(s YearSchedule) error {
	if s.Year < 2000 || s.Year > 2200 {
		return fmt.Errorf("schedule of year %d: out of range", s.Year)
	}
	within := func(day string) (time.Time, error) {
		t, err := time.Parse(time.DateOnly, day)
		// A notice may reach into the neighbouring months, never further.
		if err != nil || t.Before(time.Date(s.Year-1, 12, 1, 0, 0, 0, 0, time.UTC)) || t.After(time.Date(s.Year+1, 1, 31, 0, 0, 0, 0, time.UTC)) {
			return t, fmt.Errorf("schedule of year %d: %q is not a day of it", s.Year, day)
		}
		return t, nil
	}
	for _, h := range s.Holidays {
		from, err := within(h.From)
		if err != nil {
			return err
		}
		to, err := within(h.To)
		if err != nil {
			return err
		}
		if to.Before(from) || to.Sub(from) > 30*24*time.Hour {
			return fmt.Errorf("schedule of year %d: %s from %s to %s", s.Year, h.Name, h.From, h.To)
		}
		for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
			c.off[d.Format(time.DateOnly)] = h.Name
		}
		for _, w := range h.Work {
			d, err := within(w)
			if err != nil {
				return err
			}
			c.work[d.Format(time.DateOnly)] = h.Name
		}
	}
	return nil
}

// Location is the office's zone.
func (c *Calendar) Location() *time.Location { return c.loc }

// Covers says whether a schedule for the year is known.
func (c *Calendar) Covers(year int) bool {
	_, ok := c.years[year]
	return ok
}

// Years with a schedule, in order.
func (c *Calendar) Years() []YearSchedule {
	all := make([]YearSchedule, 0, len(c.years))
	for _, s := range c.years {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b YearSchedule) int { return a.Year - b.Year })
	return all
}

// Works says whether the day of t, in the office's zone, is worked, and which
// holiday decides it ("" on an ordinary day). In a year without a schedule it
// is Monday to Friday: nothing is invented, and callers that count days warn.
func (c *Calendar) Works(t time.Time) (works bool, holiday string) {
	day := t.In(c.loc)
	key := day.Format(time.DateOnly)
	if name, ok := c.work[key]; ok {
		return true, name
	}
	if name, ok := c.off[key]; ok {
		return false, name
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday, ""
}

// EndOfWorkDay gives 24:00, in the office's zone, of the last working day of a
// span after receipt; the answer is in UTC. The first day counted is the working
// day after the day of receipt (or that day itself when the span says so).
func (c *Calendar) EndOfWorkDay(receipt time.Time, span Span) (time.Time, Warning) {
	local := receipt.In(c.loc)
	y, m, d := local.Date()
	var warn Warning
	for left, i := span.Days, 0; ; i++ {
		// Noon exists on every day of every zone; midnight does not.
		day := time.Date(y, m, d+i, 12, 0, 0, 0, c.loc)
		if year := day.Year(); !c.Covers(year) && !slices.Contains(warn.Years, year) {
			warn.Years = append(warn.Years, year)
		}
		if i == 0 && !span.ReceiptDay {
			continue
		}
		if works, _ := c.Works(day); works {
			left--
		}
		if left <= 0 {
			return time.Date(y, m, d+i+1, 0, 0, 0, 0, c.loc).UTC(), warn
		}
	}
}
