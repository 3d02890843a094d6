package web

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"huiying/desk"
)

type alertsBody struct {
	dialogs
	Rows []AlertRow
}

// AlertRow is one outside channel with its switch.
type AlertRow struct {
	Channel string
	desk.AlertText
	On    bool
	Asked bool // one administrator has, the other hasn't yet
	Own   bool // asked for by this person, who can't be the second
}

// alerts shows what leaves the office (外发): whether a channel may carry an incident's text takes two administrators.
func (s *Server) alerts(w http.ResponseWriter, r *http.Request) {
	s.alertsPage(w, r, http.StatusOK, dialogs{})
}

func (s *Server) alertsPage(w http.ResponseWriter, r *http.Request, status int, d dialogs) {
	page, err := s.newPage(r, "外发", "alerts")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	who := identityOf(r.Context()).who
	body := alertsBody{dialogs: d}
	if !who.May(desk.ActAlertText) {
		s.Fail(w, r, desk.Forbidden("您的角色没有这项权限，请联系有权限的同事办理"))
		return
	}
	for _, c := range s.Desk.Channels {
		t, err := s.Desk.AlertTextOf(r.Context(), who, c)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		row := AlertRow{Channel: c, AlertText: t, On: t.First != 0 && t.Second != 0}
		row.Asked = t.First != 0 && !row.On
		row.Own = row.Asked && t.First == who.PersonID
		body.Rows = append(body.Rows, row)
	}
	page.Body = body
	s.render(w, r, status, "alerts", page)
}

// alertSwitch asks for a channel's text, agrees to it, or takes it back.
func (s *Server) alertSwitch(w http.ResponseWriter, r *http.Request) {
	channel := chi.URLParam(r, "channel")
	f, err := s.readSent(w, r, "to", "why")
	if err == nil && !slices.Contains(s.Desk.Channels, channel) {
		err = desk.NotFound("没有配置这个渠道")
	}
	said := "已关闭：外发提醒不含事件内容"
	if err == nil {
		var t desk.AlertText
		t, err = s.Desk.SwitchAlertText(r.Context(), identityOf(r.Context()).who, channel, f.Value("to") == "on", f.Value("why"))
		switch {
		case t.First != 0 && t.Second != 0:
			said = "两位管理员均已同意，外发提醒将含事件内容"
		case t.First != 0:
			said = "已提请，待另一位管理员同意"
		}
	}
	if err != nil {
		d := dialogs{Form: f.Form}
		if !d.failIn(s, r, channel, err) {
			s.Fail(w, r, err)
			return
		}
		s.alertsPage(w, r, d.Status(), d)
		return
	}
	s.done(w, r, "/alerts", said)
}
