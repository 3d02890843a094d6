package web

import (
	"fmt"
	"net/http"
	"strconv"

	"huiying/desk"
)

// itemAttach joins an item to an incident (并入事件).
func (s *Server) itemAttach(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, "incident", "incident-text")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	incident, bad := strconv.ParseInt(form.Value("incident"), 10, 64)
	if bad != nil {
		err = desk.Invalid("incident", "请从列表中选择要并入的事件")
	} else {
		_, err = s.Desk.AttachItems(r.Context(), identityOf(r.Context()).who, incident, []int64{id})
	}
	if err != nil {
		if form.fail(s, r, err) {
			form.Values = nil
			s.itemPage(w, r, id, form.Status(), itemBody{Form: form, Dialog: "attach"})
			return
		}
		s.Fail(w, r, err)
		return
	}
	s.done(w, r, fmt.Sprintf("/items/%d", id), "已并入事件")
}
