package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"huiying/desk"
)

const (
	cookieName    = "huiying_session"   // of the real desk
	sessionLife   = 12 * time.Hour      // a shift
	sessionPerson = "person"            // int64
	sessionWall   = "wall"              // bool: this browser is a wall screen and nothing else
	wallLife      = 30 * 24 * time.Hour // renewed whenever the wall loads anew, each night at least
	maxSigning    = 4                   // passwords checked at once: each takes tens of MiB
)

// newSessions is the sessions of people at browsers. A literal, because scs.New
// starts a goroutine for a store that nobody uses.
func newSessions(s *Server) *scs.SessionManager {
	life := s.Session
	if life == 0 {
		life = sessionLife
	}
	return &scs.SessionManager{
		Lifetime: life, Store: s.Sessions, Codec: scs.GobCodec{}, HashTokenInStore: true,
		ErrorFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			if id := identityOf(r.Context()); !id.told {
				id.told = true
				s.Fail(w, r, storeAway(err))
			}
		},
		Cookie: scs.SessionCookie{Name: s.sessionCookie(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure},
	}
}

// sessionCookie is that of the session. Cookies don't know ports: a drill on the real desk's host has one of its own.
func (s *Server) sessionCookie() string {
	if s.Desk.Playing == nil {
		return cookieName
	}
	return fmt.Sprintf("huiying_drill_%d", s.Desk.Playing.Drill().ID)
}

func storeAway(err error) error { return desk.Unavailable(err, 2*time.Second) }

// bySession fills in who the loaded session belongs to: as the person is now, not
// as at sign-in.
func (s *Server) bySession(ctx context.Context, id *identity) {
	person := s.sessions.GetInt64(ctx, sessionPerson)
	if person == 0 {
		id.err = nobody
		return
	}
	p, err := s.Desk.PersonByID(ctx, person)
	if err != nil {
		id.err = err
		if desk.CodeOf(err) == desk.CodeUnauthenticated {
			// Disabled since: the session is dead, here and for good.
			if err := s.sessions.Destroy(ctx); err != nil {
				id.err = storeAway(err)
			}
		}
		return
	}
	via := "session"
	if s.sessions.GetBool(ctx, sessionWall) {
		via = desk.ViaWall
	}
	id.who, id.session = desk.ActorOf(p, via), s.sessions.Token(ctx)
}

// keepWall makes the browser's session that of a wall screen: it lasts, and it may only look.
func (s *Server) keepWall(ctx context.Context) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return storeAway(err)
	}
	s.sessions.Put(ctx, sessionWall, true)
	s.sessions.SetDeadline(ctx, s.Real().Add(wallLife))
	return nil
}

// readSession is the same for sockets, where no cookie can be written any more.
func (s *Server) readSession(r *http.Request, id *identity) {
	c, err := r.Cookie(s.sessions.Cookie.Name)
	if err != nil {
		id.err = nobody
		return
	}
	ctx, err := s.sessions.Load(r.Context(), c.Value)
	if err != nil {
		id.err = storeAway(err)
		return
	}
	s.bySession(ctx, id)
}

// SignIn checks name and password and begins a session under a new token: one
// that was planted before is worth nothing. The route must have rateSignIn and
// be open. The answer to the browser must not have begun.
func (s *Server) SignIn(ctx context.Context, name, password string) (desk.Actor, error) {
	select {
	case s.signing <- struct{}{}:
		defer func() { <-s.signing }()
	case <-ctx.Done():
		return desk.Actor{}, &desk.Error{Code: desk.CodeTooMany, Text: "同时登录的人过多，请稍后再试", RetryAfter: 5 * time.Second}
	}
	p, err := s.Desk.SignIn(ctx, strings.TrimSpace(name), password)
	if err != nil {
		return desk.Actor{}, err
	}
	return s.begin(ctx, p)
}

// begin makes the session that of a person, under a new token. The answer to the browser must not have begun.
func (s *Server) begin(ctx context.Context, p desk.Person) (desk.Actor, error) {
	if err := s.sessions.Clear(ctx); err != nil {
		return desk.Actor{}, storeAway(err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return desk.Actor{}, storeAway(err)
	}
	s.sessions.Put(ctx, sessionPerson, p.ID)
	// Once more when the answer begins; but only here can a failure still be told.
	id := identityOf(ctx)
	if _, _, err := s.sessions.Commit(ctx); err != nil {
		id.told = true
		return desk.Actor{}, storeAway(err)
	}
	id.who, id.err, id.session = desk.ActorOf(p, "session"), nil, s.sessions.Token(ctx)
	return id.who, nil
}

// SignOut ends the session and the lines that hang on it.
func (s *Server) SignOut(ctx context.Context) error {
	token := s.sessions.Token(ctx)
	if err := s.sessions.Destroy(ctx); err != nil {
		return storeAway(err)
	}
	s.lines.cutSession(token, closeSession, "已退出登录")
	return nil
}

// NextPage is where to go after signing in: a place on this site, or the start.
func NextPage(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || strings.HasPrefix(u.Path, "/login") {
		return "/"
	}
	return next
}

func escape(s string) string { return url.QueryEscape(s) }
