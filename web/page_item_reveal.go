package web

import (
	"net/http"

	"huiying/desk"
)

// itemReveal shows an item's personal data.
func (s *Server) itemReveal(w http.ResponseWriter, r *http.Request) {
	s.reveal(w, r, func(id int64, form Form, shown *desk.Revealed) {
		body := itemBody{Form: form, Revealed: shown}
		if shown == nil {
			body.Values, body.Dialog = nil, "reveal"
		}
		s.itemPage(w, r, id, form.Status(), body)
	})
}

// reasoned reads the record that is to be shown and the reason for it; an answer is given where they can't be read.
func (s *Server) reasoned(w http.ResponseWriter, r *http.Request) (id int64, form Form, ok bool) {
	id, err := pathID(r, "id")
	if err == nil {
		form, err = readForm(r, "why")
	}
	if err != nil {
		s.Fail(w, r, err)
		return 0, Form{}, false
	}
	return id, form, true
}

// reveal shows personal data for a recorded reason, once: the address doesn't bring it back. page gets what is shown, or
// nil with the form that was refused.
func (s *Server) reveal(w http.ResponseWriter, r *http.Request, page func(id int64, form Form, shown *desk.Revealed)) {
	id, form, ok := s.reasoned(w, r)
	if !ok {
		return
	}
	shown, err := s.Desk.RevealItem(r.Context(), identityOf(r.Context()).who, id, form.Value("why"))
	switch {
	case err == nil:
		page(id, Form{}, &shown)
	case form.fail(s, r, err):
		page(id, form, nil)
	default:
		s.Fail(w, r, err)
	}
}
