package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"huiying/desk"
)

// choicesMost is how many options a picker is given at once.
const choicesMost = 30

// choices answers a picker whose options are too many to come with the page: divisions and departments, by their
// names, their sounds or their codes, and as the reading of what is typed knows them (锦绣家园 lies in 河口区).
// "region" gives what a verdict holds, code and name; "code" the code alone, which filters take.
func (s *Server) choices(w http.ResponseWriter, r *http.Request) {
	what, query := chi.URLParam(r, "what"), strings.TrimSpace(r.URL.Query().Get("q"))
	query = cut(query, 200)
	var options []Option
	switch what {
	case desk.FieldRegion, "code":
		options = s.regionChoices(query)
	case desk.FieldDepartment:
		options = s.departmentChoices(query)
	case "topic":
		s.topicChoices(w, r, query)
		return
	default:
		s.Fail(w, r, desk.NotFound("没有这个地址"))
		return
	}
	who := identityOf(r.Context()).who
	if query != "" && len(options) < choicesMost && s.Desk.Classifier != nil && who.May(desk.ActItemLog) {
		read, err := s.Desk.Suggest(r.Context(), who, desk.Text{Body: query})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		for _, o := range choicesOf(what, &read.Verdict) {
			if !slices.ContainsFunc(options, func(other Option) bool { return other.Value == o.Value }) {
				options = append(options, o)
			}
		}
	}
	if what == "code" {
		for i := range options {
			options[i].Value, _, _ = strings.Cut(options[i].Value, " ")
		}
	}
	answerJSON(w, map[string]any{"items": append([]Option{}, options...)})
}

// regionChoices are the divisions that a query names, those of the office's own area first, the larger before the smaller.
// Without a query they are the office's own and what lies right below it.
func (s *Server) regionChoices(query string) []Option {
	office := s.Desk.Policy.Office.Region
	like := lookedFor(query)
	type match struct {
		desk.Region
		rank int
	}
	var found []match
	for _, d := range s.Desk.Directory.Regions {
		own := office != "" && strings.HasPrefix(d.Code, office)
		if query == "" {
			if own && len(d.Code) <= len(office)+2 {
				found = append(found, match{d, 0})
			}
			continue
		}
		rank, ok := like(d.Name)
		if !ok && !(len(query) >= 2 && strings.HasPrefix(d.Code, query)) {
			continue
		}
		if !own {
			rank += 2
		}
		found = append(found, match{d, rank})
	}
	slices.SortStableFunc(found, func(a, b match) int {
		return cmp.Or(a.rank-b.rank, len(a.Code)-len(b.Code), cmp.Compare(a.Code, b.Code))
	})
	out := make([]Option, 0, choicesMost)
	for _, d := range found[:min(len(found), choicesMost)] {
		out = append(out, Option{Value: d.Code + " " + d.Name, Text: d.Name, Hint: s.lyingIn(d.Code)})
	}
	return out
}

// lyingIn names the divisions around one: 云南省 昭通市; its code where they aren't known.
func (s *Server) lyingIn(code string) string {
	var around []string
	for _, n := range []int{2, 4, 6} {
		if n < len(code) {
			if d, ok := s.Desk.Directory.Region(code[:n]); ok {
				around = append(around, d.Name)
			}
		}
	}
	if len(around) == 0 {
		return code
	}
	return strings.Join(around, " ")
}

func (s *Server) departmentChoices(query string) (out []Option) {
	like := lookedFor(query)
	var second []Option
	for _, d := range s.Desk.Directory.Departments {
		switch rank, ok := like(d); {
		case ok && rank == 0:
			out = append(out, Option{Value: d, Text: d})
		case ok:
			second = append(second, Option{Value: d, Text: d})
		}
	}
	return append(out, second...)
}

// topicChoices are topics by their titles, sounds or number; without a query the hottest.
func (s *Server) topicChoices(w http.ResponseWriter, r *http.Request, query string) {
	rd := teller{desk: s.Desk, views: s.Views, who: identityOf(r.Context()).who, lang: LangOf(r), now: s.Desk.Now()}
	out := []Option{}
	if id := id64(strings.TrimPrefix(query, "#")); id > 0 {
		if f, err := s.Desk.OpenTopic(r.Context(), rd.who, id); err == nil {
			out = append(out, Option{Value: id64text(f.Topic.ID), Text: f.Topic.Title, Hint: rd.t("%d 件", f.Topic.Count)})
		} else if desk.CodeOf(err) != desk.CodeNotFound {
			s.Fail(w, r, err)
			return
		}
	}
	if query == "" {
		hot, err := s.Desk.Topics(r.Context(), rd.who, desk.TopicFilter{ByHeat: true, Page: desk.Page{Limit: choicesMost}})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		for _, t := range hot {
			out = append(out, Option{Value: id64text(t.ID), Text: t.Title, Hint: rd.t("%d 件", t.Count)})
		}
	} else {
		found, err := s.Desk.Find(r.Context(), rd.who, "topic", choicesMost, lookedFor(query))
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		for _, t := range found {
			out = append(out, Option{Value: id64text(t.ID), Text: t.Title, Hint: rd.titleHint(t)})
		}
	}
	answerJSON(w, map[string]any{"items": out})
}

func choicesOf(what string, v *desk.Verdict) []Option {
	if what != desk.FieldDepartment {
		if v.Region == nil {
			return nil
		}
		return []Option{{Value: fieldOf(v, desk.FieldRegion), Text: v.Region.Name, Hint: v.Region.Code}}
	}
	var out []Option
	for _, d := range v.Departments {
		out = append(out, Option{Value: d.Name, Text: d.Name})
	}
	return out
}
