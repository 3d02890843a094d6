package web

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

type requestKey struct{}

// requestID names a request in the log; people may be asked for it.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// routeOf is the pattern of the route taken, never the address itself: that may
// hold what isn't for logs.
func routeOf(ctx context.Context) string {
	if rc := chi.RouteContext(ctx); rc != nil && rc.RoutePattern() != "" {
		return rc.RoutePattern()
	}
	return "-"
}

// watch names each request, turns a panic into a 500, writes the log's line and
// measures. The log carries no query, no header and no name of anybody.
func (s *Server) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.Real()
		who := &identity{}
		ctx := context.WithValue(r.Context(), requestKey{}, rand.Text()[:10])
		ctx = context.WithValue(ctx, identityKey{}, who)
		r = r.WithContext(ctx)
		rec := &recorder{ResponseWriter: w}
		rec.Header().Set("X-Request-Id", requestID(ctx))
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler {
				panic(p) // the way to cut a connection; net/http knows it
			}
			if p != nil {
				s.Log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("request", requestID(ctx)), slog.String("route", routeOf(ctx)),
					slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
				if rec.status == 0 && !rec.hijacked {
					s.Fail(rec, r, fmt.Errorf("panic"))
				}
			}
			took := s.Real().Sub(start)
			s.metrics.request(r.Method, routeOf(ctx), rec.code(), took)
			s.Log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("request", requestID(ctx)), slog.String("method", r.Method),
				slog.String("route", routeOf(ctx)), slog.Int("status", rec.code()), slog.Duration("took", took), slog.Int64("bytes", rec.bytes),
				slog.Int64("person", who.who.PersonID), slog.Int64("source", who.who.SourceID), slog.String("via", who.who.Via),
				slog.String("address", middleware.GetClientIP(ctx)))
		}()
		next.ServeHTTP(rec, r)
	})
}

// recorder remembers what was answered. gorilla asks the writer itself whether it
// can be hijacked, so it says.
type recorder struct {
	http.ResponseWriter
	status   int
	bytes    int64
	hijacked bool
}

func (w *recorder) code() int {
	switch {
	case w.hijacked:
		return http.StatusSwitchingProtocols
	case w.status == 0:
		return http.StatusOK
	}
	return w.status
}

// WriteHeader remembers the first final status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts bytes.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController through.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack gives the connection to a socket.
func (w *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.hijacked = err == nil
	return conn, rw, err
}
