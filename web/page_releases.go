package web

import (
	"net/http"
	"slices"
	"strings"

	"huiying/desk"
)

type releasesBody struct {
	Filters Filters
	Mine    []ReleaseRow // wait for an act of this person's
	Rows    []ReleaseRow
	Pager   Pager
	Empty   Empty
}

// ReleaseRow is a release as the list shows it.
type ReleaseRow struct {
	WorkRow
	Incident     string
	IncidentHref string
	Level        string
	Clock        *ClockRow // that publishing it would meet
}

// releaseList lists releases (发布): what waits for this person first.
func (s *Server) releaseList(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "发布", "releases")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	list, err := s.Desk.Releases(r.Context(), rd.who, desk.ReleaseFilter{State: q.Get("state"), Page: desk.Page{After: id64(q.Get("after")), Limit: listRows + 1, Newest: true}})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	var body releasesBody
	list, body.Pager = pageOf("/releases", q, list, func(x desk.Release) int64 { return x.ID })
	clocks, err := s.Desk.Board(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	for _, rel := range list {
		row := ReleaseRow{WorkRow: rd.releaseWork(rel), Incident: rel.Incident, IncidentHref: incidentHome(rel.IncidentID), Level: rel.Level}
		if c, ok := clockOf(rel, clocks); ok && rel.State != desk.ReleasePublished {
			alone := rd.clockRow(c)
			row.Clock = &alone
		}
		if next, ok := nextOfRelease[rel.State]; ok && rd.who.May(next.may) && rel.State != desk.ReleaseDraft {
			body.Mine = append(body.Mine, row)
			continue
		}
		body.Rows = append(body.Rows, row)
	}
	var states []Option
	for _, st := range desk.ReleaseStates {
		states = append(states, Option{Value: st.State, Text: st.Name})
	}
	body.Filters = Filters{Action: "/releases", Target: "#releases", Count: -1, NoQuery: true, Filters: []Filter{{Name: "state", Label: "全部状态", Value: q.Get("state"), Options: states}}}
	if q.Get("state") != "" {
		body.Filters.Active = 1
	}
	if body.Filters.Views, err = rd.viewsMenu(r, "releases"); err != nil {
		s.Fail(w, r, err)
		return
	}
	if len(list) == 0 {
		body.Empty = Empty{Icon: "release", Title: "还没有文稿", Text: "在事件里起草首次发布：时间、地点、伤亡和措施会按已核实的事实填好。", Acts: []Act{{Label: "查看事件", Href: "/incidents"}}}
		if body.Filters.Active > 0 {
			body.Empty = Empty{Icon: "search", Title: "没有这个状态的文稿", Acts: []Act{{Label: "清除筛选", Href: "/releases"}}}
		}
		if err := s.offerDrill(r, &body.Empty); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "releases", page)
}

// meetsOf is the kind of act that publishing a release of this kind is.
func meetsOf(kind string) string {
	if kind == desk.ReleaseFirst || kind == desk.ReleaseFollowUp {
		return "release"
	}
	return "response"
}

// clockOf is the clock that publishing a release would meet: the one that runs and is due first, else the latest that
// was met.
func clockOf(rel desk.Release, clocks []desk.Clock) (best desk.Clock, ok bool) {
	for _, c := range clocks {
		if c.IncidentID != rel.IncidentID || c.State == desk.ClockWithdrawn || !slices.Contains(strings.Fields(c.Meets), meetsOf(rel.Kind)) {
			continue
		}
		running := c.State == desk.ClockRunning
		better := !ok || running && best.State != desk.ClockRunning || running && c.Due.Before(best.Due) || !running && best.State != desk.ClockRunning && c.Due.After(best.Due)
		if better {
			best, ok = c, true
		}
	}
	return best, ok
}
