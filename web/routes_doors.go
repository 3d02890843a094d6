package web

import (
	"net/http"
	"sync"

	"huiying/desk"
)

const (
	// maxForm bounds the body of an Open311 request, in bytes, and maxHook that of a
	// vendor's signed call; the doors themselves say more exactly what they take.
	maxForm = 2 << 20
	maxHook = 9 << 20
)

// routesDoors are the ways in whose contract isn't ours: the standard's or a vendor's.
// They know their callers by keys and signatures of their own, never by a cookie.
func (s *Server) routesDoors() []route {
	open311, hooks := s.door(s.Open311), s.door(s.Hooks)
	return []route{
		{method: http.MethodGet, path: "/open311/*", open: true, plain: true, rate: rateCalls, handler: open311},
		{method: http.MethodPost, path: "/open311/*", open: true, plain: true, rate: rateCalls, limit: maxForm, handler: open311},
		{method: http.MethodPost, path: "/api/v1/hooks/{source}", open: true, plain: true, rate: rateCalls, limit: maxHook, handler: hooks},
	}
}

// door is a handler that is made at the first request: who makes it may need the
// server, which isn't made yet.
func (s *Server) door(open func(fail func(http.ResponseWriter, *http.Request, error)) http.Handler) http.HandlerFunc {
	made := sync.OnceValue(func() http.Handler {
		if open == nil {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Fail(w, r, desk.NotFound("没有这个地址")) })
		}
		return open(s.Fail)
	})
	return func(w http.ResponseWriter, r *http.Request) { made().ServeHTTP(w, r) }
}
