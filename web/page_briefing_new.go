package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// newBriefing is the name of the form under which its fields are known.
const newBriefing = "new"

// briefingNew is the form of a new briefing: from an incident (?incident=) with room, time inside the deadline and
// speakers filled in, or from an hour of the calendar (?starts=).
func (s *Server) briefingNew(w http.ResponseWriter, r *http.Request) {
	s.briefingNewPage(w, r, http.StatusOK, dialogs{}, true)
}

func (s *Server) briefingNewPage(w http.ResponseWriter, r *http.Request, status int, d dialogs, fill bool) {
	page, err := s.newPage(r, "排发布会", "briefings")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	if !rd.who.May(desk.ActBriefing) {
		s.Fail(w, r, desk.Forbidden("您的角色没有这项权限，请联系有权限的同事办理"))
		return
	}
	body := briefingBody{dialogs: d, New: true}
	if body.Incidents, err = rd.openIncidents(r); err != nil {
		s.Fail(w, r, err)
		return
	}
	chosen := r.URL.Query().Get("incident")
	if !fill {
		chosen = picked(d.Form, "incident")
	}
	if chosen == "" && len(body.Incidents) == 1 {
		chosen = body.Incidents[0].Value
	}
	if body.B.IncidentID = id64(chosen); body.B.IncidentID != 0 {
		err = rd.briefingRest(r, &body)
	} else {
		var rooms []string
		var known []desk.Speaker
		rooms, known, err = s.Desk.BookingChoices(r.Context(), rd.who)
		for _, x := range rooms {
			body.Rooms = append(body.Rooms, Option{Value: x, Text: x, Keys: pinyinKeys(x)})
		}
		for _, x := range known {
			body.Known = append(body.Known, strings.TrimSpace(x.Name+" "+x.Title))
		}
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.firstBriefing(&body, rd, chosen, r.URL.Query().Get("starts"))
	page.Back, page.Body = "/briefings", body
	if chosen != "" && fill {
		page.Back = "/incidents/" + strconv.FormatInt(body.B.IncidentID, 10)
	}
	s.render(w, r, status, "briefing-new", page)
}

// firstBriefing fills the form in: the usual room, an hour inside the deadline, who has to speak.
func (s *Server) firstBriefing(body *briefingBody, r teller, incident, starts string) {
	zone := s.Desk.Policy.Office.Location
	at := r.now.In(zone).Add(3 * time.Hour).Truncate(time.Hour)
	if body.Clock != nil && body.Clock.Met.IsZero() {
		if latest := body.Clock.Due.In(zone).Add(-90 * time.Minute); at.After(latest) && latest.After(r.now) {
			at = latest.Truncate(30 * time.Minute)
		}
		if h := at.Hour(); h < 8 || h >= 22 {
			// Not in the night, if the deadline leaves the morning.
			morning := time.Date(at.Year(), at.Month(), at.Day(), 10, 0, 0, 0, zone)
			if h >= 22 {
				morning = morning.AddDate(0, 0, 1)
			}
			if morning.Before(body.Clock.Due) {
				at = morning
			}
		}
	}
	if t, err := time.ParseInLocation(formTime, starts, zone); err == nil {
		at = t
	}
	ends := at.Add(time.Hour)
	body.begin(newBriefing, "incident", incident)
	for _, o := range body.Incidents {
		if o.Value == incident {
			body.begin(newBriefing, "incident-text", o.Text)
			body.begin(newBriefing, "title", cut("“"+o.Text+"”新闻发布会", 60))
		}
	}
	body.begin(newBriefing, "starts", s.fieldTime(&at))
	body.begin(newBriefing, "ends", s.fieldTime(&ends))
	room := "新闻发布厅"
	if len(body.Rooms) > 0 {
		room = body.Rooms[0].Value
	}
	body.begin(newBriefing, "room", room)
	body.begin(newBriefing, "agency", pressOffice(s.Desk.Policy.Office.Name))
	body.begin(newBriefing, "contact", r.who.Name)
	if len(body.Known) > 0 {
		body.begin(newBriefing, "speakers", body.Known[0])
	}
}

// briefingSchedule books a briefing; a clash comes back naming the other booking.
func (s *Server) briefingSchedule(w http.ResponseWriter, r *http.Request) {
	f, err := s.readSent(w, r, briefingFields...)
	d := dialogs{Form: f.Form}
	var b desk.Briefing
	if err == nil {
		if b, err = f.readBriefing(); err == nil {
			b.IncidentID = id64(picked(f.Form, "incident"))
			if b.IncidentID == 0 {
				err = desk.Invalid("incident", "请从列表中选择事件")
			} else {
				b, err = s.Desk.ScheduleBriefing(r.Context(), identityOf(r.Context()).who, b)
			}
		}
	}
	if err != nil {
		if !d.failIn(s, r, newBriefing, err) {
			s.Fail(w, r, err)
			return
		}
		status := d.Status()
		if desk.CodeOf(err) == desk.CodeConflict {
			status = http.StatusConflict
		}
		s.briefingNewPage(w, r, status, d, false)
		return
	}
	s.done(w, r, briefingHome(b.ID), "已排定发布会")
}
