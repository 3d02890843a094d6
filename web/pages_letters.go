package web

import (
	"context"
	"net/http"

	"huiying/desk"
)

// OnlyLetters as Options.Only serves the public letter box and nothing else: an outer
// node has none of the office's pages, not even its sign-in.
const OnlyLetters = "letters"

// LetterBox takes letters of the public and tells how they stand: the desk, or the spool of an outer node that has no
// connection to it.
type LetterBox interface {
	NewLetterForm(ctx context.Context) (token string, err error)
	SendLetter(ctx context.Context, f desk.LetterForm) (code string, err error)
	LetterByCode(ctx context.Context, typed string) (desk.LetterState, error)
}

func (s *Server) letterBox() LetterBox {
	if s.Box != nil {
		return s.Box
	}
	return s.Desk
}

// maxLetterBody bounds a letter of the public, in bytes: the longest in the widest encoding.
const maxLetterBody = 128 << 10

// routesLetters is the table of the public letter box (公众信箱). It asks nobody who they are, and sets no session.
func (s *Server) routesLetters() []route {
	if !s.Letters {
		return nil
	}
	line := func(method, path string, rt rate, h http.HandlerFunc) route {
		return route{method: method, path: path, open: true, plain: true, rate: rt, limit: maxLetterBody, handler: h}
	}
	return []route{
		line(http.MethodGet, "/letters", rateCalls, s.letterForm),
		line(http.MethodPost, "/letters", rateLetter, s.letterSend),
		line(http.MethodGet, "/letters/query", rateCalls, s.letterAsk),
		line(http.MethodPost, "/letters/query", rateQuery, s.letterAnswer),
	}
}

// routesLettersInside is what the office does with letters.
func (s *Server) routesLettersInside() []route {
	return []route{
		{method: http.MethodPost, path: "/items/{id}/files", acts: acts(desk.ActItemReveal), handler: s.itemFile},
		{method: http.MethodPost, path: "/items/{id}/original", acts: acts(desk.ActItemReveal), handler: s.itemOriginal},
		{method: http.MethodPost, path: "/items/{id}/reply", acts: acts(desk.ActItemReply), handler: s.itemReply},
	}
}

// routesOuter is all that an outer node serves.
func (s *Server) routesOuter() []route {
	return append([]route{
		{method: http.MethodGet, path: "/healthz", open: true, plain: true, handler: s.healthz},
		{method: http.MethodGet, path: "/readyz", open: true, plain: true, handler: s.readyz},
		{method: http.MethodGet, path: "/static/*", open: true, plain: true, handler: s.Static.ServeHTTP},
		{method: http.MethodGet, path: "/", open: true, plain: true, handler: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/letters", http.StatusSeeOther)
		}},
	}, s.routesLetters()...)
}
