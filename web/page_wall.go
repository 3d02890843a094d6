package web

import (
	"fmt"
	"net/http"

	"huiying/desk"
)

// wallRows is how many clocks fit on a wall, readable from three metres.
const wallRows = 6

type wallBody struct {
	Clocks   []ClockRow
	More     int
	Counts   Counts
	Ungraded int
	First    string // title of the first ungraded one
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
	body := wallBody{Counts: countClocks(clocks, page.Now), More: max(0, len(clocks)-wallRows)}
	for _, in := range red {
		if in.Kind != desk.KindOpinion {
			if body.Ungraded++; body.Ungraded == 1 {
				body.First = desk.MaskText(in.Title)
			}
		}
	}
	for _, c := range clocks[:min(len(clocks), wallRows)] {
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
