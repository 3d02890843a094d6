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
	Href string
}

// topics lists what people speak about (话题), the newest first.
func (s *Server) topics(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "话题", "topics")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	list, err := s.Desk.Topics(r.Context(), rd.who, desk.TopicFilter{Query: q.Get("q"), Page: desk.Page{After: id64(q.Get("after")), Limit: listRows + 1, Newest: true}})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := topicsBody{Filters: Filters{Action: "/topics", Target: "#topics", Query: q.Get("q"), Count: -1}}
	if body.Filters.Query != "" {
		body.Filters.Active = 1
	}
	if body.Filters.Views, err = rd.viewsMenu(r, "topics"); err != nil {
		s.Fail(w, r, err)
		return
	}
	list, body.Pager = pageOf("/topics", q, list, func(t desk.Topic) int64 { return t.ID })
	for _, t := range list {
		body.Rows = append(body.Rows, TopicRow{t, fmt.Sprintf("/topics/%d", t.ID)})
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "topics", page)
}

// None is what the list says when nothing matches.
func (topicsBody) None() Empty {
	return Empty{Icon: "search", Title: "没有符合条件的话题", Text: "换个说法，或去掉一个筛选条件。", Acts: []Act{{Label: "清除筛选", Href: "/topics"}}}
}

type topicBody struct {
	Topic desk.Topic
	Items []ItemRow
	IDs   string
	Raise bool
}

// topicItems is how many items a topic's page shows.
const topicItems = 200

// topic shows the items of one topic, and raises an incident from them.
func (s *Server) topic(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	page, err := s.newPage(r, "话题", "topics")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	one, err := s.Desk.Topics(r.Context(), rd.who, desk.TopicFilter{Page: desk.Page{After: id - 1, Limit: 1}})
	if err == nil && (len(one) == 0 || one[0].ID != id) {
		err = desk.NotFound("没有找到这个话题，或不在您的范围内")
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	items, err := s.Desk.Items(r.Context(), rd.who, desk.ItemFilter{Topic: id, Page: desk.Page{Limit: topicItems, Newest: true}})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := topicBody{Topic: one[0], IDs: idList(items), Raise: rd.who.May(desk.ActIncidentRaise) && len(items) > 0}
	for _, it := range items {
		body.Items = append(body.Items, rd.itemRow(it))
	}
	page.Context, page.Back, page.Body = []string{one[0].Title}, "/topics", body
	s.render(w, r, http.StatusOK, "topic", page)
}
