package web

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"huiying/desk"
)

// Gauges are figures that are looked up when somebody asks for them. Each may be nil.
type Gauges struct {
	Overdue func(ctx context.Context) (int, error)           // clocks past due
	FeedLag func(ctx context.Context) (time.Duration, error) // age of the oldest event not yet sealed, or not yet fanned out
}

// gaugesIn bounds the look-ups of one scrape.
const gaugesIn = 3 * time.Second

type metrics struct {
	gauges   Gauges
	requests *prometheus.HistogramVec
	received *prometheus.CounterVec
	overdue  prometheus.Gauge
	lag      prometheus.Gauge
	cut      *prometheus.CounterVec
	serve    http.Handler
}

func newMetrics(reg *prometheus.Registry, g Gauges, l *lines) (*metrics, error) {
	m := &metrics{gauges: g,
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "huiying_http_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, []string{"method", "route", "status"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "huiying_items_received_total", Help: "Items through the door, by what became of them."},
			[]string{"channel", "status"}),
		overdue: prometheus.NewGauge(prometheus.GaugeOpts{Name: "huiying_clocks_overdue", Help: "Clocks that run past their due time."}),
		lag:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "huiying_feed_lag_seconds", Help: "How far the live feed is behind the record."}),
		cut:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "huiying_sockets_closed_total", Help: "Live lines ended, by close code."}, []string{"code"}),
	}
	sockets := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "huiying_sockets", Help: "Live lines open."}, func() float64 { return float64(l.count()) })
	for _, c := range []prometheus.Collector{m.requests, m.received, m.overdue, m.lag, m.cut, sockets} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	m.serve = promhttp.HandlerFor(reg, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
	return m, nil
}

// request counts an answer. A status is counted by its class, a route by its pattern.
func (m *metrics) request(method, route string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	if status == http.StatusSwitchingProtocols {
		return // a socket lasts for hours; it has figures of its own
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}

// ServeHTTP answers a scrape. A figure that can't be looked up is NaN, not zero.
func (m *metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithTimeout(r.Context(), gaugesIn)
	defer stop()
	if m.gauges.Overdue != nil {
		n, err := m.gauges.Overdue(ctx)
		set(m.overdue, float64(n), err)
	}
	if m.gauges.FeedLag != nil {
		d, err := m.gauges.FeedLag(ctx)
		set(m.lag, d.Seconds(), err)
	}
	m.serve.ServeHTTP(w, r)
}

// closed counts a live line that ended.
func (m *metrics) closed(code int) { m.cut.WithLabelValues(strconv.Itoa(code)).Inc() }

func set(g prometheus.Gauge, v float64, err error) {
	if err != nil {
		v = math.NaN()
	}
	g.Set(v)
}

// Receive is what every door calls instead of next: it counts what became of items.
func (s *Server) Receive(next func(context.Context, desk.Source, desk.Batch) ([]desk.Result, error)) func(context.Context, desk.Source, desk.Batch) ([]desk.Result, error) {
	return func(ctx context.Context, src desk.Source, b desk.Batch) ([]desk.Result, error) {
		results, err := next(ctx, src, b)
		for _, r := range results {
			s.metrics.received.WithLabelValues(string(src.Channel), r.Status).Inc()
		}
		return results, err
	}
}

// Begin is Receive for what comes in two halves: it counts at the second.
func (s *Server) Begin(next func(context.Context, desk.Source, desk.Batch) (desk.Finish, error)) func(context.Context, desk.Source, desk.Batch) (desk.Finish, error) {
	return func(ctx context.Context, src desk.Source, b desk.Batch) (desk.Finish, error) {
		finish, err := next(ctx, src, b)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) ([]desk.Result, error) {
			results, err := finish(ctx)
			for _, r := range results {
				s.metrics.received.WithLabelValues(string(src.Channel), r.Status).Inc()
			}
			return results, err
		}, nil
	}
}
