package web

import (
	"net/http"

	"huiying/desk"
)

type compareBody struct {
	Rel      desk.Release
	From, To desk.Version
	Title    []DiffPart
	Body     []DiffPart
	Versions []Option
	Same     bool
}

// releaseCompare shows two versions of a release as one text, with what was taken out and what was put in.
func (s *Server) releaseCompare(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	page, err := s.newPage(r, "文稿对比", "releases")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	f, err := s.Desk.Release(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := compareBody{Rel: f.Release}
	last := f.Release.Current.N
	from, to := int(id64(r.URL.Query().Get("from"))), int(id64(r.URL.Query().Get("to")))
	if to == 0 {
		to = last
	}
	if from == 0 {
		from = max(to-1, 1)
	}
	found := 0
	for _, v := range f.Versions {
		body.Versions = append(body.Versions, Option{Value: figureText(&v.N), Text: rd.t("第 %d 稿", v.N) + " · " + v.By + " · " + rd.dates().near(v.At, page.Now)})
		if v.N == from {
			body.From = v
			found++
		}
		if v.N == to {
			body.To = v
			found++
		}
	}
	if found < 2 {
		s.Fail(w, r, desk.NotFound("没有这一稿"))
		return
	}
	body.Title, body.Body = diffText(body.From.Title, body.To.Title), diffText(body.From.Body, body.To.Body)
	body.Same = body.From.Title == body.To.Title && body.From.Body == body.To.Body
	page.Context, page.Back, page.Body = []string{f.Incident.Title, rd.t(releaseKind(f.Release.Kind))}, releaseHome(id), body
	s.render(w, r, http.StatusOK, "release-compare", page)
}
