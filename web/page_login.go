package web

import (
	"errors"
	"net/http"
	"time"

	"huiying/desk"
)

type loginBody struct {
	Form
	Office string
	Next   string
	Out    bool          // just signed out
	Wait   time.Duration // how long the account is locked
}

// login shows the sign-in page.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if who := identityOf(r.Context()).who; s.Desk.Playing != nil && who.PersonID != 0 && !r.URL.Query().Has("out") {
		// A window left over from before its person was changed in another.
		http.Redirect(w, r, NextPage(r.URL.Query().Get("next")), http.StatusSeeOther)
		return
	}
	s.loginPage(w, r, http.StatusOK, loginBody{Next: r.URL.Query().Get("next"), Out: r.URL.Query().Has("out")})
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request, status int, body loginBody) {
	body.Office = s.Desk.Policy.Office.Name
	if body.Next = NextPage(body.Next); body.Next == "/" {
		body.Next = ""
	}
	page := &Page{Title: "登录", Now: s.Desk.Now(), Lang: LangOf(r), Theme: ThemeOf(r), Bare: true, Body: body}
	s.mark(page)
	s.render(w, r, status, "login", page)
}

// signIn begins a session, or says what is wrong without saying whether the name exists.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r, "name", "next")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := loginBody{Form: form, Next: form.Value("next")}
	password := r.PostForm.Get("password")
	if form.Value("name") == "" {
		form.fail(s, r, desk.Invalid("name", "请填写用户名"))
	}
	if password == "" {
		form.fail(s, r, desk.Invalid("password", "请填写密码"))
	}
	if len(form.Errors) > 0 {
		body.Form = form
		s.loginPage(w, r, form.Status(), body)
		return
	}
	who, err := s.SignIn(r.Context(), form.Value("name"), password)
	var e *desk.Error
	switch {
	case err == nil:
		to := NextPage(form.Value("next"))
		if to == "/" {
			to = home(who)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	case errors.As(err, &e) && (e.Code == desk.CodeUnauthenticated || e.Code == desk.CodeTooMany):
		form.fail(s, r, &desk.Error{Code: desk.CodeInvalid, Field: "password", Text: e.Text, Args: e.Args})
		body.Form = form
		status := http.StatusUnprocessableEntity
		if e.Code == desk.CodeTooMany {
			status, body.Wait = http.StatusTooManyRequests, e.RetryAfter
		}
		s.loginPage(w, r, status, body)
	default:
		s.Fail(w, r, err)
	}
}

// logout ends the session.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if err := s.SignOut(r.Context()); err != nil {
		s.Fail(w, r, err)
		return
	}
	s.goTo(w, r, "/login?out")
}
