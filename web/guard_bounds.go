package web

import (
	"context"
	"net/http"
	"time"
)

const (
	// maxBody bounds the body of a request, in bytes.
	maxBody = 1 << 20
	// maxProofBody leaves room for a proof's file in base64 or multipart.
	maxProofBody = 12 << 20
	// answerIn is how long a use case may take.
	answerIn = 20 * time.Second
	// readIn and writeIn bound a slow sender and a slow reader.
	readIn  = 30 * time.Second
	writeIn = 60 * time.Second
)

// paced sets the deadlines of every request, known route or not: one left over
// from the request before on the same connection must not cut this one.
func (s *Server) paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc, now := http.NewResponseController(w), s.Real()
		_ = rc.SetReadDeadline(now.Add(readIn)) // not every writer has deadlines; then there is none to set
		_ = rc.SetWriteDeadline(now.Add(writeIn))
		next.ServeHTTP(w, r)
	})
}

// bounded limits what a request may send and how long its use case may take.
// Sockets and streams set limits and deadlines of their own.
func (s *Server) bounded(rt *route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rt.long {
			rc := http.NewResponseController(w)
			_ = rc.SetReadDeadline(time.Time{})
			_ = rc.SetWriteDeadline(time.Time{})
			next.ServeHTTP(w, r)
			return
		}
		limit := rt.limit
		if limit == 0 {
			limit = maxBody
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		ctx, stop := context.WithTimeout(r.Context(), answerIn)
		defer stop()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
