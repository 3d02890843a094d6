package web

import (
	"context"
	"net/http"

	"huiying/desk"
)

type signBody struct {
	benchBody
	Review *desk.SecrecyReview
	Refuse bool // the form of returning stands open
}

// releaseSignPage is where a leader reads and signs, on a telephone too.
func (s *Server) releaseSignPage(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.signPage(w, r, id, http.StatusOK, opened(r))
}

func (s *Server) signPage(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	page, err := s.newPage(r, "审签", "releases")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	f, err := s.Desk.Release(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := signBody{benchBody: rd.bench(f, d), Review: f.Release.Review}
	body.Refuse = body.Dialog == "return"
	page.Bare, page.Back, page.Body = true, releaseHome(id), body
	page.Context = []string{rd.t("第 %d 稿", f.Release.Current.N)}
	s.render(w, r, status, "release-sign", page)
}

// releaseSign signs off the version that was read.
func (s *Server) releaseSign(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	at, err := f.at("acted_at")
	if err != nil {
		return outcome{}, err
	}
	r, err := s.Desk.SignRelease(ctx, who, id, max(f.seen(), 1), true, "", at)
	if err != nil {
		return outcome{}, err
	}
	return outcome{say: "已签发第 %d 稿，核对码 %s", args: []any{r.Current.N, r.Current.CheckCode()}}, nil
}

// releaseReturn gives the text back with reasons.
func (s *Server) releaseReturn(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	if _, err := s.Desk.SignRelease(ctx, who, id, max(f.seen(), 1), false, f.Value("reason"), nil); err != nil {
		return outcome{}, err
	}
	return outcome{say: "已退回起草人"}, nil
}
