package web

import (
	"fmt"
	"net/http"

	"huiying/desk"
)

type topicsBody struct {
	Filters Filters
	Rows    []TopicRow
	Pager   Pager
}

// TopicRow is items about the same matter.
type TopicRow struct {
	desk.Topic
	Href  string
	Hot   HeatLine
	Burst bool // somebody should say whether it is an incident
}

// topics lists what people speak about (话题), the hottest first.
func (s *Server) topics(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "话题", "topics")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	f := desk.TopicFilter{Query: q.Get("q"), Region: q.Get("region"), ByHeat: q.Get("order") != "new",
		Page: desk.Page{After: id64(q.Get("after")), Limit: listRows + 1, Newest: true}}
	list, err := s.Desk.Topics(r.Context(), rd.who, f)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	bursts := map[int64]bool{}
	if rd.who.May(desk.ActIncidentRead) {
		open, err := s.Desk.TopicBursts(r.Context(), rd.who)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		for _, b := range open {
			bursts[b.TopicID] = true
		}
	}
	body := topicsBody{Filters: rd.topicFilters(f, q.Get("order"))}
	if body.Filters.Views, err = rd.viewsMenu(r, "topics"); err != nil {
		s.Fail(w, r, err)
		return
	}
	list, body.Pager = pageOf("/topics", q, list, func(t desk.Topic) int64 { return t.ID })
	for _, t := range list {
		body.Rows = append(body.Rows, TopicRow{t, topicHome(t.ID), rd.heatLine(t, page.Now), bursts[t.ID]})
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "topics", page)
}

func topicHome(id int64) string { return fmt.Sprintf("/topics/%d", id) }

func (r teller) topicFilters(f desk.TopicFilter, order string) Filters {
	out := Filters{Action: "/topics", Target: "#topics", Query: f.Query, Count: -1, Filters: []Filter{
		{Name: "region", Label: "属地", Value: f.Region, Text: r.regionName(f.Region), Source: "/choices/code"},
		{Name: "order", Label: "按热度", Value: order, Options: []Option{{Value: "new", Text: "按出现先后"}}},
	}}
	for _, v := range []string{f.Query, f.Region, order} {
		if v != "" {
			out.Active++
		}
	}
	return out
}

// None is what the list says when nothing matches.
func (topicsBody) None() Empty {
	return Empty{Icon: "search", Title: "没有符合条件的话题", Text: "换个说法，或去掉一个筛选条件。", Acts: []Act{{Label: "清除筛选", Href: "/topics"}}}
}
