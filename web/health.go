package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Part is something that must be alive for the desk to do its work: database,
// migrations, sweep, sealer. Alive returns quickly and says why not.
type Part struct {
	Name  string
	Alive func(ctx context.Context) error
}

// aliveIn bounds how long a part may take to say that it is alive.
const aliveIn = 2 * time.Second

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // who asked may be gone
}

// partState is one line of /readyz. Reasons go to the log: anybody may ask.
type partState struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
}

// readyz says whether every part is alive, and which isn't.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithTimeout(r.Context(), aliveIn)
	defer stop()
	out := struct {
		Ready bool        `json:"ready"`
		Parts []partState `json:"parts"`
	}{true, make([]partState, len(s.Parts))}
	var wg sync.WaitGroup
	for i, p := range s.Parts {
		wg.Go(func() {
			err := p.Alive(ctx)
			out.Parts[i] = partState{p.Name, err == nil}
			if err != nil {
				s.Log.LogAttrs(ctx, slog.LevelWarn, "not ready", slog.String("part", p.Name), slog.Any("error", err))
			}
		})
	}
	wg.Wait()
	status := http.StatusOK
	for _, p := range out.Parts {
		if !p.Ready {
			out.Ready, status = false, http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	if !out.Ready {
		w.Header().Set("Retry-After", "5")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // who asked may be gone
}
