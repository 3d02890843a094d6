package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"huiying/desk"
)

type releaseNewBody struct {
	Form
	In    desk.Incident
	Kinds []Option
	Facts []Fact
	Asks  []Ask // 公众在问
}

// releaseNew begins a release of an incident with a skeleton of what is known: one step from the incident to a draft.
func (s *Server) releaseNew(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	kind := r.URL.Query().Get("kind")
	s.releaseNewPage(w, r, id, http.StatusOK, releaseNewBody{Form: Form{Values: map[string]string{"kind": kind}}}, true)
}

func (s *Server) releaseNewPage(w http.ResponseWriter, r *http.Request, id int64, status int, body releaseNewBody, fill bool) {
	page, err := s.newPage(r, "起草发布", "releases")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	if !rd.who.May(desk.ActReleaseDraft) {
		s.Fail(w, r, desk.Forbidden("您的角色没有这项权限，请联系有权限的同事办理"))
		return
	}
	room, err := s.Desk.Room(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body.In, body.Facts = room.Incident, rd.factList(room.Incident)
	for _, t := range topicsOf(room.Items) {
		body.Asks = append(body.Asks, Ask{Text: cut(t.Title, 18), Count: t.Count, Href: fmt.Sprintf("/topics/%d", t.ID)})
	}
	for _, k := range desk.ReleaseKinds {
		body.Kinds = append(body.Kinds, Option{Value: k.Kind, Text: k.Name})
	}
	if fill {
		if body.Values["kind"] == "" {
			body.Values["kind"] = desk.ReleaseFirst
			if body.In.Kind == desk.KindOpinion && !body.In.Major() {
				body.Values["kind"] = desk.ReleaseResponse
			}
		}
		body.Values["title"], body.Values["body"] = skeleton(body.Values["kind"], room, s.Desk.Policy.Office, page.Now)
	}
	page.Context, page.Back, page.Body = []string{body.In.Title}, incidentHome(id), body
	s.render(w, r, status, "release-new", page)
}

// releaseDraft keeps the first version.
func (s *Server) releaseDraft(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	f, err := s.readSent(w, r, "kind", "title", "body")
	var rel desk.Release
	if err == nil {
		rel, err = s.Desk.DraftRelease(r.Context(), identityOf(r.Context()).who, id, f.Value("kind"), f.Value("title"), f.Value("body"))
	}
	if err != nil {
		if !f.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		s.releaseNewPage(w, r, id, f.Status(), releaseNewBody{Form: f.Form}, false)
		return
	}
	s.done(w, r, "/releases/"+strconv.FormatInt(rel.ID, 10), "已存为第 %d 稿，核对码 %s", rel.Current.N, rel.Current.CheckCode())
}

func releaseHome(id int64) string { return fmt.Sprintf("/releases/%d", id) }

// topicsOf counts items by what they are about, the most first: what the public asks.
func topicsOf(items []desk.Item) []desk.Topic {
	var all []desk.Topic
	for _, it := range items {
		if it.TopicID == 0 {
			continue
		}
		i := slices.IndexFunc(all, func(t desk.Topic) bool { return t.ID == it.TopicID })
		if i < 0 {
			title := it.Title
			if title == "" {
				title = it.Body
			}
			all, i = append(all, desk.Topic{ID: it.TopicID, Title: title}), len(all)
		}
		all[i].Count++
	}
	slices.SortStableFunc(all, func(a, b desk.Topic) int { return b.Count - a.Count })
	return all[:min(5, len(all))]
}
