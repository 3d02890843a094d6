package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"huiying/web"
)

// policy is as strict as the program's own: nothing inline, nothing evaluated, nothing from elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// nightTime is the instant of the sample screens: 2026年11月21日 23:41:07.
func nightTime() time.Time { return time.Date(2026, 11, 21, 15, 41, 7, 0, time.UTC) }

func newViews(t testing.TB) (*web.Views, *web.Static) {
	t.Helper()
	static, err := web.NewStatic()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	views, err := web.NewViews(zone, static)
	if err != nil {
		t.Fatal(err)
	}
	return views, static
}

// lookMux serves /look and /static, and what the pages' scripts ask for.
func lookMux(t testing.TB) *http.ServeMux {
	t.Helper()
	views, static := newViews(t)
	mux := http.NewServeMux()
	mux.Handle("/static/", static)
	mux.Handle("/look/", views.Look(nightTime))
	mux.HandleFunc("/palette", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"items":[{"kind":"事件","text":"云泽化工园区爆炸事故","hint":"重大","href":"/look/desk"}]}`)
	})
	return mux
}

func serveLook(t testing.TB) *httptest.Server {
	t.Helper()
	return serve(t, lookMux(t))
}

func serve(t testing.TB, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}
