package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"huiying/desk"
)

// listRows is how many rows one page of a list shows.
const listRows = 50

type incidentsBody struct {
	Filters Filters
	Red     int // open emergencies that nobody has graded
	Rows    []IncidentRow
	Pager   Pager
	Empty   Empty
	Raise   bool
}

// IncidentRow is an incident as the list shows it, with the deadline that comes next.
type IncidentRow struct {
	desk.Incident
	Href     string
	Ungraded bool // an open emergency without a level: red
	Next     *ClockRow
	More     int // further clocks that run
	Items    int
}

// incidents lists incidents (事件): the ungraded emergencies first, then by what is due next.
func (s *Server) incidents(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "事件", "incidents")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	body, err := rd.incidentsBody(r, q)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if len(body.Rows) == 0 {
		if err := s.offerDrill(r, &body.Empty); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "incidents", page)
}

func (r teller) incidentsBody(req *http.Request, q url.Values) (body incidentsBody, err error) {
	body.Raise = r.who.May(desk.ActIncidentRaise)
	red, err := r.desk.Ungraded(req.Context(), r.who)
	if err != nil {
		return body, err
	}
	red = slices.DeleteFunc(red, func(in desk.Incident) bool { return in.Kind == desk.KindOpinion })
	body.Red = len(red)
	state := map[string]string{"": desk.IncidentOpen, desk.IncidentClosed: desk.IncidentClosed}[q.Get("state")] // "all" is any
	f := desk.IncidentFilter{State: state, Level: q.Get("level"), Query: q.Get("q")}
	var list []desk.Incident
	if f.Level == desk.LevelUngraded {
		list = red
	} else if list, body.Pager, err = r.incidentsPage(req, f, q); err != nil {
		return body, err
	}
	clocks, err := r.desk.Board(req.Context(), r.who)
	if err != nil {
		return body, err
	}
	for _, in := range list {
		body.Rows = append(body.Rows, r.incidentRow(in, clocks))
	}
	slices.SortStableFunc(body.Rows, func(a, b IncidentRow) int {
		if a.rank() == 1 && b.rank() == 1 {
			return a.Next.Due.Compare(b.Next.Due)
		}
		return a.rank() - b.rank()
	})
	body.Filters = Filters{Action: "/incidents", Target: "#incidents", Query: f.Query, Count: -1, Filters: []Filter{
		{Name: "state", Label: "进行中", Value: q.Get("state"), Options: []Option{{Value: desk.IncidentClosed, Text: "已办结"}, {Value: "all", Text: "全部状态"}}},
		{Name: "level", Label: "事件等级", Value: f.Level, Options: append(sameWords(desk.Levels), Option{Value: desk.LevelUngraded, Text: desk.LevelUngraded})},
	}}
	if body.Filters.Views, err = r.viewsMenu(req, "incidents"); err != nil {
		return body, err
	}
	if f.Query != "" || f.Level != "" || f.State != desk.IncidentOpen {
		body.Filters.Active = 1
	}
	if len(list) == 0 {
		body.Empty = emptyIncidents(r.who, body.Filters.Active > 0)
	}
	return body, nil
}

// sameWords are options that are called what they are.
func sameWords(words []string) []Option {
	out := make([]Option, len(words))
	for i, w := range words {
		out[i] = Option{Value: w, Text: w}
	}
	return out
}

// rank sorts within a page: ungraded, then what has a deadline (by the time left, so overdue first), then the rest.
func (row IncidentRow) rank() int {
	switch {
	case row.Ungraded:
		return 0
	case row.State == desk.IncidentClosed:
		return 3
	case row.Next != nil:
		return 1
	}
	return 2
}

func (r teller) incidentRow(in desk.Incident, clocks []desk.Clock) IncidentRow {
	row := IncidentRow{Incident: in, Href: fmt.Sprintf("/incidents/%d", in.ID), Items: in.Items,
		Ungraded: in.State == desk.IncidentOpen && in.Level() == "" && in.Kind != desk.KindOpinion}
	for _, c := range clocks {
		if c.IncidentID != in.ID {
			continue
		}
		if row.Next == nil {
			next := r.clockRow(c)
			next.ID = fmt.Sprintf("next-%d", in.ID) // not the row that the feed morphs
			next.Title = r.t(c.RuleName)
			row.Next = &next
		} else {
			row.More++
		}
	}
	return row
}

// incidentsPage reads one page, the newest first.
func (r teller) incidentsPage(req *http.Request, f desk.IncidentFilter, q url.Values) ([]desk.Incident, Pager, error) {
	f.Page = desk.Page{After: id64(q.Get("after")), Limit: listRows + 1, Newest: true}
	list, err := r.desk.Incidents(req.Context(), r.who, f)
	if err != nil {
		return nil, Pager{}, err
	}
	shown, p := pageOf("/incidents", q, list, func(in desk.Incident) int64 { return in.ID })
	return shown, p, nil
}

// pageOf cuts one row more than a page down to the page, and says where the next one is. Going back is the
// browser's own business.
func pageOf[T any](path string, q url.Values, list []T, id func(T) int64) ([]T, Pager) {
	from := int(id64(q.Get("n")))
	shown := list[:min(len(list), listRows)]
	p := Pager{From: from + 1, To: from + len(shown)}
	if len(shown) == 0 {
		return shown, Pager{}
	}
	link := func(set map[string]string) string {
		to := url.Values{}
		for k, v := range q {
			if k != "after" && k != "n" && len(v) > 0 && v[0] != "" {
				to[k] = v
			}
		}
		for k, v := range set {
			to.Set(k, v)
		}
		if len(to) == 0 {
			return path
		}
		return path + "?" + to.Encode()
	}
	if len(list) > listRows {
		p.Next = link(map[string]string{"after": strconv.FormatInt(id(shown[len(shown)-1]), 10), "n": strconv.Itoa(p.To)})
	}
	if from > 0 {
		p.Prev = link(nil) // back to the first page: ids don't say what came before
	}
	return shown, p
}

func emptyIncidents(who desk.Actor, filtered bool) Empty {
	if filtered {
		return Empty{Icon: "search", Title: "没有符合条件的事件", Text: "换个说法，或去掉一个筛选条件。", Acts: []Act{{Label: "清除筛选", Href: "/incidents"}}}
	}
	e := Empty{Icon: "incident", Title: "没有进行中的事件", Text: "从来件转为事件，或接到报告后直接新建；定级后时限即起算。"}
	if who.May(desk.ActIncidentRaise) {
		e.Acts = append(e.Acts, Act{Label: "新建事件", Href: "/incidents/new", Style: "primary"})
	}
	if who.May(desk.ActItemRead) {
		e.Acts = append(e.Acts, Act{Label: "查看待处理来件", Href: "/items?state=new"})
	}
	return e
}
