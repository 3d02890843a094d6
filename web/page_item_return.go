package web

import (
	"fmt"
	"net/http"

	"huiying/desk"
)

// itemReturn sends an item back from a department (退单). Who acts for the department doesn't see it any more.
func (s *Server) itemReturn(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, "returns", "why", "instead", "instead-text")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	who := identityOf(r.Context()).who
	it, err := s.Desk.SendBack(r.Context(), who, desk.SentBack{Item: id, Department: form.Value("returns"), Why: form.Value("why"), Instead: picked(form, "instead")})
	if err != nil {
		if form.fail(s, r, err) {
			for i := range form.Errors {
				if form.Errors[i].ID == "f-why" {
					form.Errors[i].ID = "f-return-why"
				}
			}
			status := form.Status()
			if desk.CodeOf(err) == desk.CodeConflict {
				status = http.StatusConflict
			}
			s.itemPage(w, r, id, status, itemBody{Form: form, Dialog: "return"})
			return
		}
		s.Fail(w, r, err)
		return
	}
	to := fmt.Sprintf("/items/%d", id)
	if who.Department != "" {
		to = "/items"
	}
	if next := it.Verdict.Department(); next != "" {
		s.done(w, r, to, "已退单，转给“%s”", next)
		return
	}
	s.done(w, r, to, "已退单，暂无责任单位")
}
