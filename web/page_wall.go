package web

import (
	"fmt"
	"net/http"
	"time"

	"huiying/desk"
)

// wallRows is how many clocks fit on a wall, readable from three metres; what stands above them takes the room of one.
const wallRows = 5

type wallBody struct {
	Clocks   []ClockRow
	Kept     bool      // this browser is a wall screen and nothing else
	More     int       // clocks that don't fit: they are due later than those shown
	NextDue  time.Time // the first of them
	Counts   Counts
	Ungraded int
	First    string // title of the first ungraded one
}

// wallPaths are all that a wall screen's session opens.
var wallPaths = []string{"/wall", "/live", "/logout"}

// wallKeep leaves this browser a wall screen for weeks; it can do nothing else until it is signed out.
func (s *Server) wallKeep(w http.ResponseWriter, r *http.Request) {
	if err := s.keepWall(r.Context()); err != nil {
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/wall", http.StatusSeeOther)
}

// wall is the big screen (大屏): every running clock, huge and dark, nobody's personal data.
func (s *Server) wall(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "大屏", "")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	clocks, err := s.Desk.Board(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	red, err := s.Desk.Ungraded(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := wallBody{Counts: countClocks(clocks, page.Now), Kept: rd.who.Via == desk.ViaWall}
	if body.Kept {
		s.sessions.SetDeadline(r.Context(), s.Real().Add(wallLife))
	}
	for _, in := range red {
		if in.Kind != desk.KindOpinion {
			if body.Ungraded++; body.Ungraded == 1 {
				body.First = desk.MaskText(in.Title)
			}
		}
	}
	rows := wallRows
	if body.Ungraded > 0 {
		rows--
	}
	if body.More = max(0, len(clocks)-rows); body.More > 0 {
		body.NextDue = clocks[rows].Due
		clocks = clocks[:rows]
	}
	for _, c := range clocks {
		row := rd.clockRow(c)
		row.ID, row.Title = fmt.Sprintf("wall-%d", c.ID), desk.MaskText(c.Incident)
		row.Acts, row.Holder, row.Watching, row.Role = nil, "", nil, ""
		row.Rule = rd.t(c.RuleName)
		body.Clocks = append(body.Clocks, row)
	}
	page.Bare, page.Theme, page.Body = true, "dark", body
	page.Context = []string{s.Desk.Policy.Office.Name}
	s.render(w, r, http.StatusOK, "wall", page)
}
