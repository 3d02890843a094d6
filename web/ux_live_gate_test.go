package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// gate stands between the browsers and the office and does to what is posted what a slow line, a strict server and a cut
// cable do.
type gate struct {
	n  *evening
	mu sync.Mutex
	// held keeps what is posted until it is closed.
	held chan struct{}
	// answer refuses what is posted, instead of the office.
	answer http.HandlerFunc
	// away drops every request, as a cable that was pulled does.
	away   bool
	posted []string
}

// behindGate serves the office through a gate; its people's browsers go there from now on.
func behindGate(t *testing.T, n *evening) *gate {
	t.Helper()
	g := &gate{n: n}
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		g.open()
		server.Close()
	})
	n.url = server.URL
	return g
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	held, answer, away := g.held, g.answer, g.away
	post := r.Method == http.MethodPost && r.URL.Path != "/login" && !strings.HasPrefix(r.URL.Path, "/seat/")
	if post && !away {
		g.posted = append(g.posted, r.URL.Path)
	}
	g.mu.Unlock()
	if away || r.URL.Path == "/live" && g.n.cut.Load() {
		panic(http.ErrAbortHandler)
	}
	if post && held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}
	if post && answer != nil {
		answer(w, r)
		return
	}
	g.n.s.Handler().ServeHTTP(w, r)
}

// hold keeps what is posted from now on, until open.
func (g *gate) hold() { g.set(func() { g.held = make(chan struct{}) }) }

// open lets everything through, also what is held.
func (g *gate) open() {
	g.set(func() {
		if g.held != nil {
			close(g.held)
		}
		g.held, g.answer, g.away = nil, nil, false
	})
}

// refuse answers what is posted from now on with a status and words.
func (g *gate) refuse(status int, kind, words string) {
	g.set(func() {
		g.answer = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(words)) // a browser that went away is no concern of ours
		}
	})
}

// pull is the cable pulled: nothing gets through, and the lines that stood are dead.
func (g *gate) pull() {
	g.set(func() { g.away = true })
	g.n.cut.Store(true)
	for _, l := range g.n.s.lines.all() {
		l.cut(closeRestart, "")
	}
}

// plug puts the cable back.
func (g *gate) plug() {
	g.n.cut.Store(false)
	g.open()
}

func (g *gate) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

// sent counts what was posted to a path.
func (g *gate) sent(path string) (n int) {
	g.set(func() {
		for _, p := range g.posted {
			if p == path {
				n++
			}
		}
	})
	return n
}
