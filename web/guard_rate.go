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
	rateNone      rate = iota
	rateCalls          // the API
	rateSignIn         // where passwords are tried
	rateLetter         // letters of the public
	rateQuery          // where query codes are tried
	rateLetterAll      // the same of all addresses together
	rateQueryAll
)

// together are the routes that are also counted over all addresses.
var together = map[rate]rate{rateLetter: rateLetterAll, rateQuery: rateQueryAll}

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
	by := func(n int, key httprate.KeyFunc) *httprate.RateLimiter {
		return httprate.NewRateLimiter(n, time.Minute, httprate.WithKeyFuncs(key), httprate.WithLimitHandler(refuse), httprate.WithErrorHandler(fail))
	}
	of := func(n, def int) *httprate.RateLimiter { return by(orDefault(n, def), byAddress) }
	all := func(n, def int) *httprate.RateLimiter {
		return by(orDefault(n, def), func(*http.Request) (string, error) { return "all", nil })
	}
	return limits{rateCalls: of(s.Calls, 6000), rateSignIn: of(s.SignIns, 60), rateLetter: of(s.Sent, 6), rateLetterAll: all(20*s.Sent, 120),
		rateQuery: of(s.Asked, 10), rateQueryAll: all(12*s.Asked, 120)}
}

func orDefault(n, def int) int {
	if n == 0 {
		return def
	}
	return n
}

func byAddress(r *http.Request) (string, error) {
	return httprate.CanonicalizeIP(middleware.GetClientIP(r.Context())), nil
}

func (s *Server) limited(rt *route, next http.Handler) http.Handler {
	l, ok := s.limits[rt.rate]
	if !ok {
		return next
	}
	if all, ok := s.limits[together[rt.rate]]; ok {
		next = all.Handler(next) // one address alone can't use it up
	}
	return l.Handler(next)
}
