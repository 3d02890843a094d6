package web

import (
	"net/http"

	"huiying/desk"
)

// noticeRows is how many notices the page lists, the newest.
const noticeRows = 100

type noticesBody struct {
	Filters Filters
	Open    int
	Rows    []NoticeRow
	Outside []string // channels that are configured
}

// notices lists what people were to be told (提醒): who was told through what, and who took it.
func (s *Server) notices(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "提醒", "notices")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	list, err := s.Desk.Notices(r.Context(), rd.who, desk.NoticeFilter{Open: r.URL.Query().Get("state") == "open", Page: desk.Page{Limit: noticeRows, Newest: true}})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	state := r.URL.Query().Get("state")
	body := noticesBody{Outside: s.Desk.Channels, Filters: Filters{Action: "/notices", Target: "#notices", Count: -1, NoQuery: true,
		Filters: []Filter{{Name: "state", Label: "全部提醒", Value: state, Options: []Option{{Value: "open", Text: "待签收"}}}}}}
	if state != "" {
		body.Filters.Active = 1
	}
	if body.Filters.Views, err = rd.viewsMenu(r, "notices"); err != nil {
		s.Fail(w, r, err)
		return
	}
	for _, n := range list {
		if n.AckAt == nil {
			body.Open++
		}
		body.Rows = append(body.Rows, rd.noticeRow(n))
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "notices", page)
}

// noticeAck acknowledges a notice (签收), and with it the earlier ones about the same clock: they say less.
func (s *Server) noticeAck(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	who := identityOf(r.Context()).who
	n, err := s.Desk.AckNotice(r.Context(), who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if n.ClockID != 0 {
		open, err := s.Desk.Notices(r.Context(), who, desk.NoticeFilter{Open: true, Page: desk.Page{Limit: 1000}})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		for _, other := range open {
			if other.ClockID != n.ClockID || other.Kind != n.Kind || other.At.After(n.At) {
				continue
			}
			if _, err := s.Desk.AckNotice(r.Context(), who, other.ID); err != nil {
				s.Fail(w, r, err)
				return
			}
		}
	}
	s.acted(w, r, back(r), "已签收")
}

// back is the page of this site that the form was sent from.
func back(r *http.Request) string {
	for _, to := range []string{r.Header.Get("HX-Current-URL"), r.Referer()} {
		if u, err := r.URL.Parse(to); err == nil && to != "" && u.Host == r.Host {
			return NextPage(u.RequestURI())
		}
	}
	return "/"
}
