package web

import (
	"fmt"
	"net/http"

	"huiying/desk"
)

// itemSettle marks an item as read and needing no answer (已阅), or takes that back.
func (s *Server) itemSettle(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, "to", "why")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	settled := r.Form.Get("to") != desk.ItemNew // of the undo, in the address
	if _, err := s.Desk.SettleItem(r.Context(), identityOf(r.Context()).who, id, settled, form.Value("why")); err != nil {
		s.Fail(w, r, err)
		return
	}
	to := fmt.Sprintf("/items/%d", id)
	if !settled {
		s.done(w, r, to, "已恢复为待处理")
		return
	}
	s.say(r, Toast{Kind: "ok", Text: s.Views.Text(LangOf(r), "已阅"), Undo: to + "/settle?to=new"})
	s.goTo(w, r, to)
}
