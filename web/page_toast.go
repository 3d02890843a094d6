package web

import (
	"encoding/json"
	"net/http"
	"strings"
)

// sessionToast is where a word waits for the page that comes after an act.
const sessionToast = "toast"

// say keeps a word for the next page that the person opens.
func (s *Server) say(r *http.Request, t Toast) {
	b, err := json.Marshal(t)
	if err != nil {
		return // three strings always can be
	}
	s.sessions.Put(r.Context(), sessionToast, string(b))
}

// said takes the word that waits, if any. Only requests with a session come here.
func (s *Server) said(r *http.Request) []Toast {
	if identityOf(r.Context()).via() != "session" || r.Header.Get("HX-Request") != "" {
		return nil
	}
	kept := s.sessions.PopString(r.Context(), sessionToast)
	var t Toast
	if kept == "" || json.Unmarshal([]byte(kept), &t) != nil {
		return nil
	}
	return []Toast{t}
}

func (id *identity) via() string { return id.who.Via }

// done answers an act that succeeded: the next page, with a word on it. Text is an interface text.
func (s *Server) done(w http.ResponseWriter, r *http.Request, to, text string, args ...any) {
	s.say(r, Toast{Kind: "ok", Text: s.Views.Text(LangOf(r), text, args...)})
	s.goTo(w, r, to)
}

// goTo leads to another page after a form was sent, by htmx or without it.
func (s *Server) goTo(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusOK)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// acted answers an act that changes only what the live line redraws by itself: with htmx a word, and the page
// stays as it is; without it, the page again.
func (s *Server) acted(w http.ResponseWriter, r *http.Request, back, text string, args ...any) {
	if r.Header.Get("HX-Request") == "" {
		s.done(w, r, back, text, args...)
		return
	}
	w.Header().Set("HX-Trigger", toastTrigger(Toast{Kind: "ok", Text: s.Views.Text(LangOf(r), text, args...)}))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// toastTrigger is a toast as the header carries it, in ASCII.
func toastTrigger(t Toast) string {
	b, err := json.Marshal(map[string]any{"toast": map[string]string{"kind": t.Kind, "text": t.Text, "undo": t.Undo}})
	if err != nil {
		return ""
	}
	var out strings.Builder
	for _, u := range string(b) {
		switch {
		case u < 0x80:
			out.WriteRune(u)
		case u < 0x10000:
			writeHex(&out, uint16(u))
		default:
			u -= 0x10000
			writeHex(&out, uint16(0xd800+u>>10))
			writeHex(&out, uint16(0xdc00+u&0x3ff))
		}
	}
	return out.String()
}

func writeHex(out *strings.Builder, u uint16) {
	const digits = "0123456789abcdef"
	out.WriteString(`\u`)
	for shift := 12; shift >= 0; shift -= 4 {
		out.WriteByte(digits[u>>shift&0xf])
	}
}
