package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"huiying/desk"
)

type handoverBody struct {
	desk.Handover
	Orphans  []OrphanRow // what presses and belongs to nobody
	Clocks   []HandoverRow
	Overdue  int
	Releases []WaitingRow
	Told     []NoticeRow // the last of each clock's
	Open     int         // notices not acknowledged, all of them
	Office   string
	By       string // who printed it
}

// OrphanRow is an incident that must not be left as it is.
type OrphanRow struct {
	Href, Title, Level string
	Why                string // interface text
}

// HandoverRow is a running clock as paper shows it: in words, since figures that run stand still there.
type HandoverRow struct {
	ClockRow
	Next    string // the next act, whoever may do it
	Orphan  bool
	Element string
}

// WaitingRow is a release on its way, and whom it waits for.
type WaitingRow struct {
	desk.Release
	Href, Light string
	State, Kind string // interface texts
	Next        string // interface text
	For         string
	Since       time.Time
	Now         time.Time
}

// handover is the sheet of a change of shift (交接班单): what stands now, to be read by two people and signed on paper.
func (s *Server) handover(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "交接班单", "handover")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	h, err := s.Desk.Handover(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	page.Now = h.At
	rd.now = h.At
	page.Body = rd.handoverBody(h, s.Desk.Policy.Office.Name)
	s.render(w, r, http.StatusOK, "handover", page)
}

func (r teller) handoverBody(h desk.Handover, office string) handoverBody {
	body := handoverBody{Handover: h, Office: office, By: r.who.Name, Open: len(h.Notices), Overdue: countClocks(h.Clocks, h.At).Overdue}
	orphans := h.Orphans()
	for _, in := range h.Ungraded {
		if slices.Contains(orphans, in.ID) {
			body.Orphans = append(body.Orphans, OrphanRow{Href: fmt.Sprintf("/incidents/%d", in.ID), Title: in.Title, Level: in.Level(), Why: "未定级"})
		}
	}
	seen := map[int64]bool{}
	for _, c := range h.Clocks {
		row := HandoverRow{ClockRow: r.clockRow(c), Next: r.nextOfClock(c), Element: fmt.Sprintf("handover-clock-%d", c.ID)}
		row.Orphan = !h.Owned(c.IncidentID) && slices.Contains(orphans, c.IncidentID)
		if !h.Owned(c.IncidentID) && row.Holder == c.Holder {
			row.Holder = "" // whose login is gone can do nothing
		}
		body.Clocks = append(body.Clocks, row)
		if row.Orphan && !seen[c.IncidentID] && c.Level != "" {
			seen[c.IncidentID] = true
			body.Orphans = append(body.Orphans, OrphanRow{Href: row.Href, Title: c.Incident, Level: c.Level, Why: lightWords[row.Light()]})
		}
	}
	for _, x := range h.Releases {
		row := WaitingRow{Release: x, Href: fmt.Sprintf("/releases/%d", x.ID), Light: releaseLights[x.State], State: releaseState(x.State), Kind: releaseKind(x.Kind),
			Next: nextOfRelease[x.State].word, For: x.Holder, Since: x.ChangedAt, Now: h.At}
		if x.SubmittedTo != "" {
			row.For = r.t(x.SubmittedTo)
		}
		body.Releases = append(body.Releases, row)
	}
	for _, n := range latestOfClocks(h.Notices) {
		body.Told = append(body.Told, r.noticeRow(n))
	}
	return body
}

// nextOfClock is the act that a clock waits for, whoever may do it.
func (r teller) nextOfClock(c desk.Clock) string {
	kind, none := "release", "起草发布"
	if c.WantedBy(desk.DeedBriefing) {
		kind, none = "briefing", "排发布会"
	}
	i := slices.IndexFunc(c.Stands, func(s desk.Standing) bool { return s.Kind == kind })
	switch {
	case i < 0:
		return r.t(none)
	case kind == "briefing":
		return r.t("登记召开")
	}
	return r.t(nextOfRelease[c.Stands[i].State].word)
}
