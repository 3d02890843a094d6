package web

import (
	"net/http"

	"huiying/desk"
)

// letterAsk shows the form for a query code. The code is posted: it stands in no address and in no log.
func (s *Server) letterAsk(w http.ResponseWriter, r *http.Request) {
	s.letterPage(w, r, "查询答复", "letter-query", http.StatusOK, letterBody{Here: "/letters/query"})
}

// letterAnswer says how the letter stands, and the public reply.
func (s *Server) letterAnswer(w http.ResponseWriter, r *http.Request) {
	if err := s.fromHere(r, false); err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, "code")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := letterBody{Form: form, Asked: form.Value("code"), Here: "/letters/query"}
	state, err := s.letterBox().LetterByCode(r.Context(), body.Asked)
	if desk.CodeOf(err) == desk.CodeNotFound { // beside the field, like a figure mistyped
		err = desk.Invalid("code", "没有找到这个查询码对应的来信，请核对")
	}
	if err != nil {
		if !form.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		body.Form = form
		s.letterPage(w, r, "查询答复", "letter-query", form.Status(), body)
		return
	}
	body.State, body.Asked = &state, ""
	s.letterPage(w, r, "查询答复", "letter-query", http.StatusOK, body)
}
