package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"huiying/desk"
)

// choices answers a picker whose options aren't known beforehand: places and departments, as the reading of what is
// typed knows them.
func (s *Server) choices(w http.ResponseWriter, r *http.Request) {
	what, query := chi.URLParam(r, "what"), strings.TrimSpace(r.URL.Query().Get("q"))
	if what != desk.FieldRegion && what != desk.FieldDepartment {
		s.Fail(w, r, desk.NotFound("没有这个地址"))
		return
	}
	options := []Option{}
	if query != "" && s.Desk.Classifier != nil {
		read, err := s.Desk.Suggest(r.Context(), identityOf(r.Context()).who, desk.Text{Body: cut(query, 200)})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		options = append(options, choicesOf(what, &read.Verdict)...)
	}
	answerJSON(w, map[string]any{"items": options})
}

func choicesOf(what string, v *desk.Verdict) []Option {
	if what == desk.FieldRegion {
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
