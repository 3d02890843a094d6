package web

import (
	"net/http"
)

// itemReveal shows personal data for a recorded reason, once: the address doesn't bring it back.
func (s *Server) itemReveal(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, "why")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	shown, err := s.Desk.RevealItem(r.Context(), identityOf(r.Context()).who, id, form.Value("why"))
	if err != nil {
		if form.fail(s, r, err) {
			form.Values = nil
			s.itemPage(w, r, id, form.Status(), itemBody{Form: form, Dialog: "reveal"})
			return
		}
		s.Fail(w, r, err)
		return
	}
	s.itemPage(w, r, id, http.StatusOK, itemBody{Revealed: &shown})
}
