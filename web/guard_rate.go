package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"huiying/desk"
)

// rate is how often an address may come to a route.
type rate int

const (
	rateNone   rate = iota
	rateCalls       // the API
	rateSignIn      // where passwords are tried
)

// limits counts by address, over one minute.
type limits map[rate]*httprate.RateLimiter

func (s *Server) newLimits() limits {
	refuse := func(w http.ResponseWriter, r *http.Request) {
		wait, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if err != nil {
			wait = 60
		}
		s.Fail(w, r, &desk.Error{Code: desk.CodeTooMany, Text: "请求过于频繁，请稍后再试", RetryAfter: time.Duration(wait) * time.Second})
	}
	fail := func(w http.ResponseWriter, r *http.Request, err error) { s.Fail(w, r, err) }
	of := func(n, def int) *httprate.RateLimiter {
		if n == 0 {
			n = def
		}
		return httprate.NewRateLimiter(n, time.Minute, httprate.WithKeyFuncs(byAddress), httprate.WithLimitHandler(refuse), httprate.WithErrorHandler(fail))
	}
	return limits{rateCalls: of(s.Calls, 6000), rateSignIn: of(s.SignIns, 60)}
}

func byAddress(r *http.Request) (string, error) {
	return httprate.CanonicalizeIP(middleware.GetClientIP(r.Context())), nil
}

func (s *Server) limited(rt *route, next http.Handler) http.Handler {
	l, ok := s.limits[rt.rate]
	if !ok {
		return next
	}
	return l.Handler(next)
}
