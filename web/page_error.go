package web

import (
	"net/http"
	"strings"

	"huiying/desk"
)

// errorBody is a refusal as a page shows it.
type errorBody struct {
	Title   string
	Text    string // in the reader's language
	Home    string
	Request string // number of the request in the log; only where it helps
	Lost    bool   // nothing there, rather than something refused
}

// errorPage shows a refusal as a page. It says false when it can't, and the
// refusal goes out as problem+json. It asks the database for nothing: that may be what is away.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, p *Problem) bool {
	who := identityOf(r.Context()).who
	page := &Page{Title: p.Title, Now: s.Desk.Now(), Lang: LangOf(r), Theme: ThemeOf(r), Bare: true}
	s.mark(page)
	key, args := p.Text()
	body := errorBody{Title: p.Title, Text: s.Views.Text(page.Lang, key, args...), Home: "/", Lost: p.Status == http.StatusNotFound}
	if p.Status >= http.StatusInternalServerError {
		body.Request = requestID(r.Context())
	}
	if who.PersonID != 0 {
		page.Bare = false
		page.User = s.user(page.Lang, who)
		page.Nav = s.rail(navFor(who, "", nil))
		body.Home = home(who)
	}
	if strings.HasPrefix(r.URL.Path, "/letters") {
		body.Home = "/letters"
	}
	if p.Status == http.StatusUnauthorized {
		body.Home = "/login"
	}
	page.Body = body
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Del("WWW-Authenticate") // a browser would open a box of its own
	return s.Views.Render(w, p.Status, "error", page) == nil
}

// forbiddenHome leads somebody whose work isn't at the desk to where it is.
func forbiddenHome(who desk.Actor) (string, bool) {
	to := home(who)
	return to, to != "/"
}
