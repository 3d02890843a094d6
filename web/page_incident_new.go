package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"huiying/desk"
)

type incidentNewBody struct {
	Form
	Items   []ItemRow
	IDs     string // of the items, as the form carries them
	Topic   int64  // that it is made of; 0: none
	Kinds   []Option
	Levels  []Option
	Suggest desk.Suggestion
	Judge   bool // may judge at once
}

// newIncidentFields are those of the form.
var newIncidentFields = []string{"title", "kind", "summary", "place", "region", "region-text", "occurred", "learned", "received", "items", "topic", "level", "level-text", "suspected", "needs"}

// incidentNew is the form of a new incident: from items (?items=12,13) or from nothing.
func (s *Server) incidentNew(w http.ResponseWriter, r *http.Request) {
	ids := strings.Join(append(r.URL.Query()["items"], r.URL.Query()["item"]...), ",")
	s.incidentNewPage(w, r, http.StatusOK, incidentNewBody{IDs: ids, Topic: id64(r.URL.Query().Get("topic"))})
}

func (s *Server) incidentNewPage(w http.ResponseWriter, r *http.Request, status int, body incidentNewBody) {
	page, err := s.newPage(r, "新建事件", "incidents")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	if !rd.who.May(desk.ActIncidentRaise) {
		s.Fail(w, r, desk.Forbidden("您的角色没有这项权限，请联系有权限的同事办理"))
		return
	}
	var items []desk.Item
	if ids := idsOf(body.IDs); len(ids) > 0 {
		if items, err = s.Desk.Items(r.Context(), rd.who, desk.ItemFilter{IDs: ids, Page: desk.Page{Limit: 1000}}); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	title := ""
	if body.Topic != 0 && len(items) == 0 {
		f, err := s.Desk.OpenTopic(r.Context(), rd.who, body.Topic)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		body.Topic, title = f.Topic.ID, f.Topic.Title
		if items, err = s.Desk.Items(r.Context(), rd.who, desk.ItemFilter{Topic: f.Topic.ID, Page: desk.Page{Limit: 1000, Newest: true}}); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	for _, it := range items {
		body.Items = append(body.Items, rd.itemRow(it))
	}
	body.IDs = idList(items)
	body.Kinds, body.Levels, body.Judge = sameWords(desk.IncidentKinds), rd.options(desk.Levels), rd.who.May(desk.ActIncidentGrade)
	if body.Values == nil {
		if body.Values = s.firstValues(items); title != "" {
			body.Values["title"] = cut(title, 60)
		}
	}
	body.Suggest = suggestFor(body.Value("kind"), items, s.Desk.Policy)
	page.Back = "/incidents"
	page.Body = body
	s.render(w, r, status, "incident-new", page)
}

// firstValues fills the form in from what the items say.
func (s *Server) firstValues(items []desk.Item) map[string]string {
	v := map[string]string{"needs": "1"}
	for _, it := range items {
		if v["title"] == "" {
			v["title"] = cut(strings.TrimSpace(it.Title), 60)
		}
		if it.Verdict == nil {
			continue
		}
		if v["place"] == "" {
			v["place"] = it.Verdict.Place
		}
		if g := it.Verdict.Region; g != nil && v["region"] == "" {
			v["region"], v["region-text"] = g.Code, g.Name
		}
		if v["kind"] == "" && (it.Verdict.Facts != desk.Facts{}) {
			v["kind"] = desk.IncidentKinds[0]
		}
		if v["occurred"] == "" && it.OccurredAt != nil {
			v["occurred"] = s.fieldTime(it.OccurredAt)
		}
	}
	return v
}

// suggestFor is what the figures in the items suggest before there is an incident.
func suggestFor(kind string, items []desk.Item, p desk.Policy) (out desk.Suggestion) {
	for _, it := range items {
		if it.Verdict == nil || it.Verdict.Facts == (desk.Facts{}) {
			continue
		}
		level, why := desk.SuggestLevel(kind, it.Verdict.Facts, p.Levels)
		if desk.LevelRank(level) > desk.LevelRank(out.Level) {
			out = desk.Suggestion{Level: level, Why: why, Facts: it.Verdict.Facts, From: []desk.Item{it}}
		}
	}
	return out
}

// idsOf reads "12,13".
func idsOf(s string) (ids []int64) {
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '，' }) {
		if n := id64(strings.TrimPrefix(f, "item-")); n > 0 && len(ids) < 1000 {
			ids = append(ids, n)
		}
	}
	return ids
}

func idList(items []desk.Item) string {
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = strconv.FormatInt(it.ID, 10)
	}
	return strings.Join(ids, ",")
}

// incidentRaise opens the incident (转为事件), graded at once where the person says so.
func (s *Server) incidentRaise(w http.ResponseWriter, r *http.Request) {
	f, err := s.readSent(w, r, newIncidentFields...)
	var in desk.Incident
	if err == nil {
		in, err = s.raise(r, f)
	}
	if err != nil {
		if !f.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		s.incidentNewPage(w, r, f.Status(), incidentNewBody{Form: f.Form, IDs: f.Value("items"), Topic: id64(f.Value("topic"))})
		return
	}
	to := fmt.Sprintf("/incidents/%d", in.ID)
	if in.Level() == "" && in.Kind != desk.KindOpinion {
		s.done(w, r, to, "已建立事件，尚未定级，请尽快初判")
		return
	}
	s.done(w, r, to, "已建立事件")
}

func (s *Server) raise(r *http.Request, f sentForm) (in desk.Incident, err error) {
	raise := desk.Raise{Title: f.Value("title"), Kind: f.Value("kind"), Summary: f.Value("summary"), Place: strings.TrimSpace(f.Value("place")), Items: idsOf(f.Value("items")), Topic: id64(f.Value("topic"))}
	code, _, _ := strings.Cut(picked(f.Form, "region"), " ")
	if raise.Region = code; strings.Trim(code, "0123456789") != "" {
		return in, desk.Invalid("region", "请从列表中选择属地，或填写行政区划代码")
	}
	if raise.Occurred, err = f.at("occurred"); err != nil {
		return in, err
	}
	if raise.Learned, err = f.at("learned"); err != nil {
		return in, err
	}
	if raise.Received, err = f.at("received"); err != nil {
		return in, err
	}
	if level := picked(f.Form, "level"); level != "" {
		raise.Grade = &desk.Grade{Level: level, Suspected: f.Value("suspected") != "", NeedsResponse: f.Value("needs") != "", At: s.Desk.Now()}
	}
	return s.Desk.RaiseIncident(r.Context(), identityOf(r.Context()).who, raise)
}
