package web

import (
	"context"
	"net/http"
	"strconv"

	"huiying/desk"
)

type sourceBody struct {
	dialogs
	Row   SourceRow
	Key   string // just made: shown once
	Tried *triedBody
	// Mirror is how pushing back stands; nil: of another kind.
	Mirror []Fact
}

// triedBody is what a source would bring now.
type triedBody struct {
	desk.Tried
	Rows []TriedRow
	Took string
}

// TriedRow is one would-be item, or why it would be in quarantine.
type TriedRow struct {
	Title   string
	Brief   string
	When    string
	Verdict []VerdictLine
	Err     string // in the reader's words
}

// source shows one place that items come from, and what can be done about it.
func (s *Server) source(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.sourcePage(w, r, id, http.StatusOK, sourceBody{dialogs: opened(r)})
}

func (s *Server) sourceAgain(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	s.sourcePage(w, r, id, status, sourceBody{dialogs: d})
}

func sourceHome(id int64) string { return "/sources/" + strconv.FormatInt(id, 10) }

func (s *Server) sourcePage(w http.ResponseWriter, r *http.Request, id int64, status int, body sourceBody) {
	page, err := s.newPage(r, "来源", "sources")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	x, err := s.Desk.SourceState(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Row = rd.sourceRow(x)
	if x.Kind == desk.MirrorKind {
		if body.Mirror, err = rd.mirrorFacts(r.Context(), x); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	body.begin("address", "url", x.URL)
	body.begin("address", "username", x.Username)
	body.begin("settings", "settings", body.Row.Mapping())
	page.Live = page.Live && body.Key == "" && body.Tried == nil // a redraw would take them away
	page.Context, page.Back, page.Body = []string{body.Row.Title, rd.t(body.Row.KindIs)}, "/sources", body
	s.render(w, r, status, "source", page)
}

// sourceMove gives a source another address.
func (s *Server) sourceMove(w http.ResponseWriter, r *http.Request) {
	s.act("address", []string{"url", "username"}, sourceHome, s.sourceAgain, func(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
		return outcome{say: "已改，即将按新地址读取"}, s.Desk.MoveSource(ctx, who, id, f.Value("url"), f.Value("username"), r.PostForm.Get("password"))
	})(w, r)
}

// sourceKey gives a new key. It is shown on the very answer and never again.
func (s *Server) sourceKey(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	var body sourceBody
	if body.Key, err = s.Desk.RenewKey(r.Context(), identityOf(r.Context()).who, id); err != nil {
		if !body.failIn(s, r, "", err) {
			s.Fail(w, r, err)
			return
		}
		s.sourcePage(w, r, id, body.Status(), body)
		return
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	s.sourcePage(w, r, id, http.StatusOK, body)
}

// sourceTry fetches once and shows what it would become. Nothing is stored.
func (s *Server) sourceTry(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	var body sourceBody
	tried, err := s.Desk.TrySource(r.Context(), identityOf(r.Context()).who, id)
	if err != nil {
		if !body.failIn(s, r, "", err) {
			s.Fail(w, r, err)
			return
		}
		s.sourcePage(w, r, id, body.Status(), body)
		return
	}
	page, err := s.newPage(r, "来源", "sources")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	body.Tried = &triedBody{Tried: tried, Took: rd.dates().span(tried.Took)}
	for _, x := range tried.Items {
		row := TriedRow{Title: x.Item.Title, Brief: cut(x.Item.Body, 120)}
		if x.Err != nil {
			row.Err = rd.t(x.Err.Text, x.Err.Args...)
		} else {
			row.Verdict, _ = rd.verdict(x.Item)
		}
		if x.Item.OccurredAt != nil {
			row.When = rd.dates().minute(*x.Item.OccurredAt)
		}
		body.Tried.Rows = append(body.Tried.Rows, row)
	}
	s.sourcePage(w, r, id, http.StatusOK, body)
}
