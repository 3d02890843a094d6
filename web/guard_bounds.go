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

// bounded sets the deadlines of a request and the size of its body. Sockets and
// streams set their own; a deadline left over from the request before on the same
// connection is lifted for them.
func (s *Server) bounded(rt *route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		if rt.long {
			// Not every writer has deadlines (tests); then there is none to lift.
			_ = rc.SetReadDeadline(time.Time{})
			_ = rc.SetWriteDeadline(time.Time{})
			next.ServeHTTP(w, r)
			return
		}
		start := s.Real()
		_ = rc.SetReadDeadline(start.Add(readIn))
		_ = rc.SetWriteDeadline(start.Add(writeIn))
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
