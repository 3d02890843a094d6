package web

import (
	"fmt"
	"net/http"

	"huiying/desk"
)

// newOrigins is the check of where a request comes from.
func newOrigins(trusted []string) (*http.CrossOriginProtection, error) {
	c := http.NewCrossOriginProtection()
	for _, o := range trusted {
		if err := c.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("web: Options.Origins: %w", err)
		}
	}
	return c, nil
}

var foreign = desk.Forbidden("请求来自别的网站，已拒绝；请在本系统页面上操作")

// sameSite refuses writes that another site made a signed-in browser send. A
// bearer token isn't sent by browsers of themselves and needs no such check; a
// cookie is, so then an absent Origin is refused too.
func (s *Server) sameSite(_ *route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := identityOf(r.Context())
		if id.bearer {
			next.ServeHTTP(w, r)
			return
		}
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
			next.ServeHTTP(w, r)
			return
		}
		if err := s.fromHere(r, id.who.PersonID != 0); err != nil {
			s.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fromHere says whether a request that changes something, or opens a socket,
// comes from the desk's own pages.
func (s *Server) fromHere(r *http.Request, mustSay bool) error {
	if mustSay && r.Header.Get("Origin") == "" {
		return foreign
	}
	probe := *r
	probe.Method = http.MethodPost // the check lets GET pass, upgrades included
	if s.origins.Check(&probe) != nil {
		return foreign
	}
	return nil
}
