package web

import (
	"context"
	"net/http"
	"time"

	"huiying/desk"
)

// feedRows bounds the feed of items beside the clocks.
const feedRows = 60

type deskBody struct {
	Alerts   Alerts
	Clocks   []ClockRow
	Counts   Counts
	Items    []ItemRow
	Today    int
	SeeItems bool
	Raise    bool // may open an incident
	Log      bool // may log a call
	Fresh    bool // nothing has ever come in
	First    bool // the same, and there is a drill to begin with
}

// desk is the live desk (实时台): every running clock by time left, what is to be told, what comes in.
func (s *Server) desk(w http.ResponseWriter, r *http.Request) {
	who := identityOf(r.Context()).who
	if !who.May(desk.ActIncidentRead) {
		if to, ok := forbiddenHome(who); ok {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
	}
	page, err := s.newPage(r, "实时台", "desk")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	body := deskBody{SeeItems: who.May(desk.ActItemRead), Raise: who.May(desk.ActIncidentRaise), Log: who.May(desk.ActItemLog)}
	clocks, err := s.Desk.Board(r.Context(), who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Counts = countClocks(clocks, page.Now)
	for _, c := range clocks {
		body.Clocks = append(body.Clocks, rd.clockRow(c))
	}
	if body.Alerts, err = rd.loadAlerts(r.Context()); err != nil {
		s.Fail(w, r, err)
		return
	}
	if body.SeeItems {
		items, err := s.Desk.Items(r.Context(), who, desk.ItemFilter{Page: desk.Page{Limit: feedRows, Newest: true}})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		for _, it := range items {
			body.Items = append(body.Items, rd.itemRow(it))
		}
		if body.Today, err = rd.itemsToday(r.Context()); err != nil {
			s.Fail(w, r, err)
			return
		}
		body.Fresh = len(items) == 0
	}
	if len(body.Clocks) == 0 {
		if body.First, err = s.firstRun(r); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "desk", page)
}

// teller is who a page is drawn for.
func (s *Server) teller(r *http.Request, p *Page) teller {
	return teller{desk: s.Desk, views: s.Views, who: identityOf(r.Context()).who, lang: p.Lang, now: p.Now}
}

// countClocks counts what runs and what is late of it.
func countClocks(clocks []desk.Clock, now time.Time) Counts {
	n := Counts{Running: len(clocks)}
	for _, c := range clocks {
		if now.After(c.Due) {
			n.Overdue++
		}
	}
	return n
}

// loadAlerts reads what stands above the desk.
func (r teller) loadAlerts(ctx context.Context) (Alerts, error) {
	open, err := r.desk.Notices(ctx, r.who, desk.NoticeFilter{Open: true, Page: desk.Page{Limit: 1000}})
	if err != nil {
		return Alerts{}, err
	}
	incidents, err := r.desk.Incidents(ctx, r.who, desk.IncidentFilter{State: desk.IncidentOpen, Page: desk.Page{Limit: 1000}})
	if err != nil {
		return Alerts{}, err
	}
	return r.alerts(open, incidents), nil
}

// itemsToday counts what came in since midnight in the office's zone.
func (r teller) itemsToday(ctx context.Context) (int, error) {
	return r.desk.CountItems(ctx, r.who, desk.ItemFilter{}, r.midnight())
}

func (r teller) midnight() time.Time {
	y, m, d := r.now.In(r.views.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, r.views.zone)
}
