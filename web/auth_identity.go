package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"huiying/desk"
)

// identity is who a request speaks for. It is made empty with the request and
// filled where a route asks who it is.
type identity struct {
	who     desk.Actor
	src     desk.Source // of a source's key
	bearer  bool        // by a token that browsers don't send of themselves
	session string      // token of the session, for the life of a socket
	err     error       // why it is nobody
	told    bool        // that the session couldn't be kept; once is enough
}

type identityKey struct{}

var nobody = &desk.Error{Code: desk.CodeUnauthenticated, Text: "请先登录"}

func identityOf(ctx context.Context) *identity {
	if id, ok := ctx.Value(identityKey{}).(*identity); ok {
		return id
	}
	return &identity{err: nobody}
}

// Who is the person or source that the request speaks for, and the source itself
// for a source's key; the error is unauthenticated when it is nobody.
func (s *Server) Who(r *http.Request) (desk.Actor, desk.Source, error) {
	id := identityOf(r.Context())
	if id.err == nil && id.who.Name == "" {
		return id.who, id.src, nobody
	}
	return id.who, id.src, id.err
}

// pusher is the source whose key the request carries, for the push door.
func (s *Server) pusher(r *http.Request) (desk.Source, error) {
	who, src, err := s.Who(r)
	if err == nil && who.SourceID == 0 {
		err = desk.Forbidden("推送须使用来源的密钥（huiying source add 给出的）")
	}
	return src, err
}

// identify learns who asks: by bearer token, and then by nothing else, or by the
// session's cookie. Being nobody is no refusal here.
func (s *Server) identify(rt *route, next http.Handler) http.Handler {
	byCookie := s.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.bySession(r.Context(), identityOf(r.Context()))
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := identityOf(r.Context())
		key, ok := bearer(r)
		if !ok && rt.long {
			s.readSession(r, id)
			next.ServeHTTP(w, r)
			return
		}
		if !ok {
			byCookie.ServeHTTP(w, r)
			return
		}
		id.bearer = true
		id.who, id.src, id.err = s.Desk.ByKey(r.Context(), key)
		next.ServeHTTP(w, r)
	})
}

// bearer is the token of the Authorization header. Any Authorization header at
// all means that the cookie doesn't count.
func bearer(r *http.Request) (key string, ok bool) {
	all := r.Header.Values("Authorization")
	if len(all) == 0 {
		return "", false
	}
	scheme, key, _ := strings.Cut(all[0], " ")
	if len(all) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", true
	}
	return strings.TrimSpace(key), true
}

// admit lets people through, and a source's key only where keys are meant to be.
// A page opens only for who may do what it is for: many show a form, and ask no
// use case before something is sent. The API leaves it to the use cases, which
// check in any case.
func (s *Server) admit(rt *route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _, err := s.Who(r)
		if err == nil && who.SourceID != 0 && !rt.keys {
			err = desk.Forbidden("来源的密钥只能推送和读取本来源的来件")
		}
		if err == nil && who.Via == desk.ViaWall && !slices.Contains(wallPaths, rt.path) {
			if r.Method == http.MethodGet && wantsPage(r) {
				http.Redirect(w, r, "/wall", http.StatusSeeOther)
				return
			}
			err = desk.Forbidden("这台电脑已设为大屏，只能看大屏；要做别的请打开登录页重新登录")
		}
		if err == nil && rt.api == nil && len(rt.acts) > 0 && !slices.ContainsFunc(rt.acts, who.May) {
			err = desk.Forbidden("您的角色没有这项权限，请联系有权限的同事办理")
		}
		if err != nil {
			if s.toSignIn(w, r, err) {
				return
			}
			s.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// toSignIn sends a person's browser to the sign-in page and back again.
func (s *Server) toSignIn(w http.ResponseWriter, r *http.Request, err error) bool {
	if desk.CodeOf(err) != desk.CodeUnauthenticated || !wantsPage(r) {
		return false
	}
	to := "/login"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		to += "?next=" + escape(r.URL.RequestURI())
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return true
}
