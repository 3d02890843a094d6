package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"huiying/desk"
)

// The calendar shows these hours of the day in half hours; what lies outside stands at its edge.
const (
	calendarFrom  = 7
	calendarTo    = 22
	calendarSlots = (calendarTo - calendarFrom) * 2
)

type calendarBody struct {
	Days       []CalendarDay
	Hours      []string
	Prev, Next string
	This       string
	Filters    Filters
	Week       string
	Count      int
	Coming     []CalendarEntry // for narrow screens and for reading aloud: the same as a list
	May        bool
	First      bool          // nothing has come in yet: a drill is offered
	Due        []DueBriefing // incidents whose press conference is still to be scheduled
}

// CalendarDay is one column of the week.
type CalendarDay struct {
	At      time.Time
	Date    string // 11月20日
	Weekday string // interface text
	Today   bool
	Off     string // name of the holiday; "" on working days
	Slots   []CalendarSlot
	Entries []CalendarEntry
}

// CalendarSlot is an hour that can be booked.
type CalendarSlot struct {
	Row  int
	Href string
	At   time.Time
	Past bool
}

// CalendarEntry is a booking at its place in the grid.
type CalendarEntry struct {
	desk.Briefing
	Href     string
	Row, Len int // half hours
	Light    string
	Word     string // interface text
	Who      string
}

// DueBriefing is a press conference that a deadline asks for and nobody has scheduled.
type DueBriefing struct {
	Clock ClockRow
	Href  string
}

var weekdays = []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// briefings is the calendar of a week (发布会).
func (s *Server) briefings(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "发布会", "briefings")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	zone := s.Desk.Policy.Office.Location
	day := page.Now
	q := r.URL.Query()
	if t, err := time.ParseInLocation("2006-01-02", q.Get("week"), zone); err == nil && t.Year() > 2000 && t.Year() < 2200 {
		day = t
	}
	monday := mondayOf(day, zone)
	end := monday.AddDate(0, 0, 7)
	list, err := s.Desk.Briefings(r.Context(), rd.who, desk.BriefingFilter{State: q.Get("state"), Room: q.Get("room"), From: &monday, To: &end, Page: desk.Page{Limit: 1000}})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	board, err := s.Desk.Board(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := rd.calendar(monday, zone, list, board)
	if err := rd.calendarFilters(r, &body, monday); err != nil {
		s.Fail(w, r, err)
		return
	}
	if body.Count == 0 {
		if body.First, err = s.firstRun(r); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "briefings", page)
}

// calendarFilters are the pickers above the week, and the addresses of the weeks, which keep what is chosen.
func (r teller) calendarFilters(req *http.Request, body *calendarBody, monday time.Time) error {
	q := req.URL.Query()
	rooms, err := r.desk.RoomsKnown(req.Context(), r.who)
	if err != nil {
		return err
	}
	var states, halls []Option
	for _, st := range desk.BriefingStates {
		states = append(states, Option{Value: st.State, Text: st.Name})
	}
	for _, x := range rooms {
		halls = append(halls, Option{Value: x, Text: x, Keys: pinyinKeys(x)})
	}
	body.Filters = Filters{Action: "/briefings", Target: "#week", Also: []string{"#week-nav"}, Count: -1, NoQuery: true, Filters: []Filter{
		{Name: "state", Label: "全部状态", Value: q.Get("state"), Options: states}, {Name: "room", Label: "会场", Value: q.Get("room"), Options: halls, Search: true}}}
	for _, one := range body.Filters.Filters {
		if one.Value != "" {
			body.Filters.Active++
		}
	}
	week := func(at time.Time) string {
		to := url.Values{}
		for _, one := range body.Filters.Filters {
			if one.Value != "" {
				to.Set(one.Name, one.Value)
			}
		}
		if mondayOf(r.now, monday.Location()) != at {
			to.Set("week", at.Format("2006-01-02"))
		}
		if len(to) == 0 {
			return "/briefings"
		}
		return "/briefings?" + to.Encode()
	}
	body.This = week(mondayOf(r.now, monday.Location()))
	body.Prev, body.Next = week(monday.AddDate(0, 0, -7)), week(monday.AddDate(0, 0, 7))
	if week(monday) != body.This {
		body.Filters.Keep = []Hidden{{Name: "week", Value: monday.Format("2006-01-02")}}
	}
	body.Filters.Views, err = r.viewsMenu(req, "briefings")
	return err
}

func mondayOf(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.In(zone).Date()
	back := (int(day.In(zone).Weekday()) + 6) % 7
	return time.Date(y, m, d-back, 0, 0, 0, 0, zone)
}

func (r teller) calendar(monday time.Time, zone *time.Location, list []desk.Briefing, board []desk.Clock) calendarBody {
	body := calendarBody{May: r.who.May(desk.ActBriefing),
		Week: r.dates().day(monday) + " – " + r.dates().day(monday.AddDate(0, 0, 6))}
	for h := calendarFrom; h < calendarTo; h++ {
		body.Hours = append(body.Hours, fmt.Sprintf("%d:00", h))
	}
	today := dayNumber(r.now.In(zone))
	for i := range 7 {
		at := monday.AddDate(0, 0, i)
		day := CalendarDay{At: at, Date: r.dates().dayOfYear(at), Weekday: weekdays[at.Weekday()], Today: dayNumber(at) == today}
		if cal := r.desk.Policy.Calendar; cal != nil && cal.Covers(at.Year()) {
			if works, name := cal.Works(at); !works {
				day.Off = orWords(name, "休")
			}
		}
		for h := calendarFrom; h < calendarTo; h++ {
			t := time.Date(at.Year(), at.Month(), at.Day(), h, 0, 0, 0, zone)
			day.Slots = append(day.Slots, CalendarSlot{Row: (h - calendarFrom) * 2, At: t, Past: t.Before(r.now), Href: "/briefings/new?starts=" + t.Format(formTime)})
		}
		body.Days = append(body.Days, day)
	}
	slices.SortStableFunc(list, func(a, b desk.Briefing) int { return a.Starts.Compare(b.Starts) })
	for _, b := range list {
		e := r.calendarEntry(b, zone)
		i := max(dayNumber(b.Starts.In(zone))-dayNumber(monday), 0)
		if i < 7 {
			body.Days[i].Entries = append(body.Days[i].Entries, e)
		}
		body.Coming = append(body.Coming, e)
		if b.State != desk.BriefingCancelled {
			body.Count++
		}
	}
	for _, c := range board {
		if !c.WantedBy(desk.DeedBriefing) || slices.ContainsFunc(c.Stands, func(s desk.Standing) bool { return s.Kind == "briefing" && s.State == desk.BriefingScheduled }) {
			continue
		}
		row := r.clockRow(c)
		row.ID = fmt.Sprintf("due-%d", c.ID)
		body.Due = append(body.Due, DueBriefing{Clock: row, Href: fmt.Sprintf("/briefings/new?incident=%d", c.IncidentID)})
	}
	return body
}

func (r teller) calendarEntry(b desk.Briefing, zone *time.Location) CalendarEntry {
	from, to := b.Starts.In(zone), b.Ends.In(zone)
	row := (from.Hour()-calendarFrom)*2 + from.Minute()/30
	last := (to.Hour()-calendarFrom)*2 + (to.Minute()+29)/30
	if dayNumber(to) > dayNumber(from) {
		last = calendarSlots
	}
	row = min(max(row, 0), calendarSlots-1)
	last = min(max(last, row+1), calendarSlots)
	return CalendarEntry{Briefing: b, Href: fmt.Sprintf("/briefings/%d", b.ID), Row: row, Len: last - row, Light: briefingLights[b.State],
		Word: briefingState(b.State), Who: speakerWords(b.Speakers)}
}
