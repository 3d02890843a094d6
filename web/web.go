// Package web is the desk over HTTP: pages for people, the JSON API and the live
// line for programs, health and figures for those who run it. Handlers read the
// request, call one use case and show what it says; permissions are checked there.
package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"

	"huiying/desk"
	"huiying/desk/live"
)

// Options is what a Server is made of. Desk, Hub, Sessions, Views, Static, Real and
// Log are needed.
type Options struct {
	Desk     *desk.Desk
	Hub      *live.Hub
	Sessions scs.Store // in PostgreSQL; only digests of tokens reach it
	Views    *Views
	Static   *Static
	Real     func() time.Time // real time, for deadlines of connections
	Log      *slog.Logger
	Version  string
	Look     bool // serves the design system at /look, for development

	Letters bool // serves the public letter box
	// Box is where the letter box keeps its letters; nil: the desk's own.
	Box  LetterBox
	Only string // OnlyLetters: nothing but the letter box; "": everything

	// Push makes the door for POST /api/v1/items (ingest/hotline), given how to
	// learn whose key a request carries and how to refuse one.
	Push func(who func(*http.Request) (desk.Source, error), fail func(http.ResponseWriter, *http.Request, error)) http.Handler

	// Open311 and Hooks make the doors below /open311/ (ingest/hotline) and
	// /api/v1/hooks/ (ingest/media), given how to refuse a request; nil: closed.
	Open311, Hooks func(fail func(http.ResponseWriter, *http.Request, error)) http.Handler

	Registry *prometheus.Registry // nil: one of its own
	Gauges   Gauges
	Parts    []Part // what must be alive for /readyz

	Secure  bool          // people come over TLS: cookies say so
	Origins []string      // addresses under which people reach the desk, when a proxy rewrites Host: https://desk.example
	Proxies []string      // networks (CIDR) of proxies whose X-Forwarded-For is believed
	Session time.Duration // how long a sign-in lasts; 0 is 12 h, a shift

	SignIns int // sign-ins per minute and address; 0 is 60
	Sent    int // letters of the public per minute and address; 0 is 6, and twenty times that of all together
	Asked   int // queries by code, likewise; 0 is 10, and twelve times that of all together
	Calls   int // API calls per minute and address, pushes not counted; 0 is 6,000
}

// Server is the desk over HTTP. It is safe for concurrent use.
type Server struct {
	Options
	sessions *scs.SessionManager
	origins  *http.CrossOriginProtection
	limits   limits
	metrics  *metrics
	lines    *lines
	pulse    pulse
	signing  chan struct{} // of the size that hashing passwords may take of the machine
	router   chi.Router
	routes   []route
}

// New makes the server. An error is a fault of the options.
func New(o Options) (*Server, error) {
	for name, missing := range map[string]bool{"Desk": o.Desk == nil, "Hub": o.Hub == nil, "Sessions": o.Sessions == nil,
		"Views": o.Views == nil, "Static": o.Static == nil, "Real": o.Real == nil, "Log": o.Log == nil} {
		if missing {
			return nil, fmt.Errorf("web: Options.%s is missing", name)
		}
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	s := &Server{Options: o, lines: newLines(), pulse: defaultPulse, signing: make(chan struct{}, maxSigning)}
	s.sessions = newSessions(s)
	var err error
	if s.origins, err = newOrigins(o.Origins); err != nil {
		return nil, err
	}
	if s.metrics, err = newMetrics(o.Registry, o.Gauges, s.lines); err != nil {
		return nil, err
	}
	s.limits = s.newLimits()
	if err := s.mount(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler is the whole site.
func (s *Server) Handler() http.Handler { return s.router }
