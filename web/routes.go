package web

import (
	"net/http"
	"net/netip"
	"slices"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"huiying/desk"
)

// route is one line of the table of routes.
type route struct {
	method, path string
	// acts are what the use case asks for, any one of them; none: being signed in
	// is enough. The use case checks; that it does is tested, route by role. Pages
	// are held against it by the guard as well.
	acts    []desk.Act
	open    bool  // answers strangers
	keys    bool  // a source's key may come here; it may nowhere else
	plain   bool  // asks nobody who they are
	long    bool  // a stream or socket: no deadlines, no limit of the body
	limit   int64 // bytes of the body; 0 is maxBody
	rate    rate
	summary string
	handler http.HandlerFunc
	api     func(*api, *route) // registers an operation of the API, which gives the handler
}

// acts names what a route's use case asks for.
func acts(list ...desk.Act) []desk.Act { return list }

// routesOpen answer strangers: programs that watch over this one, and files.
func (s *Server) routesOpen() []route {
	table := []route{
		{method: http.MethodGet, path: "/healthz", open: true, plain: true, handler: s.healthz},
		{method: http.MethodGet, path: "/readyz", open: true, plain: true, handler: s.readyz},
		{method: http.MethodGet, path: "/metrics", open: true, plain: true, handler: s.metrics.ServeHTTP},
		{method: http.MethodGet, path: "/static/*", open: true, plain: true, handler: s.Static.ServeHTTP},
		{method: http.MethodGet, path: "/openapi.json", open: true, plain: true, rate: rateCalls},
	}
	if s.Look {
		look := s.Views.Look(s.Desk.Now).ServeHTTP
		table = append(table, route{method: http.MethodGet, path: "/look", open: true, plain: true, handler: look},
			route{method: http.MethodGet, path: "/look/*", open: true, plain: true, handler: look})
	}
	return table
}

// mount builds the router from the tables.
func (s *Server) mount() error {
	api := newAPI(s)
	s.routes = slices.Concat(s.routesOpen(), s.routesAPI(), s.routesPages(), s.routesDoors(), s.routesLetters(), s.routesLettersInside())
	if s.Only == OnlyLetters {
		s.routes = s.routesOuter()
	}
	r := chi.NewRouter()
	if len(s.Proxies) > 0 {
		for _, p := range s.Proxies {
			if _, err := netip.ParsePrefix(p); err != nil {
				return err
			}
		}
		r.Use(middleware.ClientIPFromXFF(s.Proxies...))
	} else {
		r.Use(middleware.ClientIPFromRemoteAddr)
	}
	r.Use(s.watch, s.paced, s.headers, middleware.GetHead)
	for i := range s.routes {
		rt := &s.routes[i]
		if rt.api != nil {
			rt.api(api, rt)
		}
	}
	for i := range s.routes {
		rt := &s.routes[i]
		if rt.path == "/openapi.json" {
			doc, err := api.document()
			if err != nil {
				return err
			}
			rt.handler = doc
		}
		r.Method(rt.method, rt.path, s.guard(rt, rt.handler))
	}
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		s.Fail(w, r, desk.NotFound("没有这个地址"))
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		p := ProblemOf(desk.NotFound("这个地址不支持 %s", r.Method))
		if r.Method == http.MethodGet { // the address of an answer to a form, come back to
			p = ProblemOf(desk.NotFound("这一页要提交表单才有；请回到原来的页面重新提交"))
		}
		p.Status = http.StatusMethodNotAllowed
		s.Fail(w, r, p)
	})
	s.router = r
	return nil
}

// guard puts what every route needs around its handler. From the outside in:
// deadlines and size, how often, who, from where, and whether at all.
func (s *Server) guard(rt *route, h http.Handler) http.Handler {
	if !rt.open {
		h = s.admit(rt, h)
	}
	if !rt.plain {
		h = s.sameSite(rt, h)
		h = s.identify(rt, h)
	}
	h = s.limited(rt, h)
	return s.bounded(rt, h)
}
