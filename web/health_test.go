package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"huiying/desk"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	x := newSite(t, func(o *Options) {
		o.Parts = []Part{
			{Name: "database", Alive: func(context.Context) error { return nil }},
			{Name: "sealer", Alive: func(ctx context.Context) error {
				if down.Load() {
					return errors.New("password of 10.0.0.1 is wrong")
				}
				return ctx.Err()
			}},
		}
	})
	if a := x.ask(get, "/healthz", ""); a.status != http.StatusOK {
		t.Errorf("healthz: %d", a.status)
	}
	if a := x.ask(get, "/readyz", ""); a.status != http.StatusOK || !strings.Contains(a.body, `"ready":true`) {
		t.Errorf("readyz: %d %s", a.status, a.body)
	}
	down.Store(true)
	a := x.ask(get, "/readyz", "")
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, `{"name":"sealer","ready":false}`) ||
		!strings.Contains(a.body, `{"name":"database","ready":true}`) || strings.Contains(a.body, "password") {
		t.Errorf("readyz with a dead sealer: %d %s", a.status, a.body)
	}
	if a := x.ask("HEAD", "/healthz", ""); a.status != http.StatusOK {
		t.Errorf("HEAD: %d", a.status)
	}
}

// TestSlowPart: a part that doesn't answer is not ready, and doesn't hold up the answer.
func TestSlowPart(t *testing.T) {
	t.Parallel()
	x := newSite(t, func(o *Options) {
		o.Parts = []Part{{Name: "database", Alive: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}}
	})
	start := time.Now()
	if a := x.ask(get, "/readyz", ""); a.status != http.StatusServiceUnavailable || time.Since(start) > 2*aliveIn {
		t.Errorf("%d after %v", a.status, time.Since(start))
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	x := newSite(t, func(o *Options) {
		o.Gauges = Gauges{Overdue: func(context.Context) (int, error) { return 3, nil },
			FeedLag: func(context.Context) (time.Duration, error) { return 0, errors.New("away") }}
	})
	x.As(desk.RoleDuty)
	x.ask(post, "/api/v1/items", `[{"ExternalID":"1","Title":"一件"},{"ExternalID":"1","Title":"一件"},{}]`, "Authorization: Bearer "+x.key)
	x.as(desk.RoleDuty, get, "/api/v1/items/1", "")
	x.ask("BREW", "/api/v1/items/13987654321", "")
	l := x.dial("duty", FormatJSON, "")
	defer l.Close()
	a := x.ask(get, "/metrics", "")
	for _, want := range []string{
		`huiying_clocks_overdue 3`, `huiying_feed_lag_seconds NaN`, `huiying_sockets 1`,
		`huiying_items_received_total{channel="hotline",status="created"} 1`, `huiying_items_received_total{channel="hotline",status="duplicate"} 1`,
		`huiying_items_received_total{channel="hotline",status="quarantined"} 1`,
		`huiying_http_request_seconds_count{method="GET",route="/api/v1/items/{id}",status="2xx"} 1`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no line %s", want)
		}
	}
	if strings.Contains(a.body, "13987654321") || strings.Contains(a.body, "BREW") {
		t.Error("what people send becomes a label")
	}
}
