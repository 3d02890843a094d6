package web

import (
	"net/http"
	"time"

	"huiying/desk"
)

// letterFields are those of the public form, in its order.
var letterFields = []string{"title", "words", "place", "name", "phone"}

type letterBody struct {
	Form
	Office    string
	Token     string
	Anonymous bool
	Sealed    bool
	Trap      string
	Code      string // shown once
	Asked     string // the query code as it was typed
	State     *desk.LetterState
	Other     string // the other language
	Here      string // this page's address, for the other language
	Today     time.Time
}

// letterForm shows the blank form of the public letter box.
func (s *Server) letterForm(w http.ResponseWriter, r *http.Request) {
	s.letterPage(w, r, "写信", "letter", http.StatusOK, letterBody{Here: "/letters"})
}

// letterSend takes a letter in and shows its query code. Sent again, as by reloading, it is the same letter with the
// same code.
func (s *Server) letterSend(w http.ResponseWriter, r *http.Request) {
	if err := s.fromHere(r, false); err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, append([]string{"token", "website"}, letterFields...)...)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	f := desk.LetterForm{Token: form.Value("token"), Trap: form.Value("website"), Title: form.Value("title"), Words: form.Value("words"), Name: form.Value("name"),
		Phone: form.Value("phone"), Place: form.Value("place"), Anonymous: r.PostForm.Get("anonymous") != "", Sealed: r.PostForm.Get("sealed") != ""}
	code, err := s.letterBox().SendLetter(r.Context(), f)
	if err != nil {
		if !form.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		body := letterBody{Form: form, Token: f.Token, Anonymous: f.Anonymous, Sealed: f.Sealed, Here: "/letters"}
		if desk.LetterFormLost(err) {
			body.Token = ""
		}
		s.letterPage(w, r, "写信", "letter", form.Status(), body)
		return
	}
	s.letterPage(w, r, "来信已收到", "letter-sent", http.StatusOK, letterBody{Code: desk.FormatCode(code), Here: "/letters"})
}

// letterPage draws a page of the letter box in its own frame, which needs no script.
func (s *Server) letterPage(w http.ResponseWriter, r *http.Request, title, view string, status int, body letterBody) {
	lang := LangOf(r)
	if asked := r.URL.Query().Get("lang"); asked == LangChinese || asked == LangEnglish {
		lang = asked
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()), SameSite: http.SameSiteLaxMode, Secure: s.Secure})
	}
	if view == "letter" && body.Token == "" {
		var err error
		if body.Token, err = s.letterBox().NewLetterForm(r.Context()); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	body.Office, body.Other, body.Today = s.Desk.Policy.Office.Name, LangEnglish, s.Desk.Now()
	if lang == LangEnglish {
		body.Other = LangChinese
	}
	page := &Page{Title: title, Now: body.Today, Lang: lang, Theme: ThemeOf(r), Bare: true, Body: body}
	if err := s.Views.Fragment(w, status, lang, view, "public", page); err != nil {
		s.Fail(w, r, err)
	}
}
