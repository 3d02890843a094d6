package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"huiying/desk"
)

// The load: so many lines, so many messages, one each so often.
const (
	benchLines    = 1000
	benchMessages = 50
	benchGap      = 100 * time.Millisecond
)

// BenchmarkFanOut measures from before an act is committed to its arrival on every
// line, through database, sealer, hub and socket, and beside it the bare thing: the
// same messages handed to gorilla's own sockets as prepared messages. It writes one
// JSON line to stdout: p99 in milliseconds, ours against bare.
//
//	go test -run '^$' -bench FanOut -benchtime 1x ./web | grep '^{'
func BenchmarkFanOut(b *testing.B) {
	lines := benchLines
	if n, err := strconv.Atoi(os.Getenv("HUIYING_BENCH_LINES")); err == nil {
		lines = n
	}
	bare := bareFanOut(b, lines)
	ours := ownFanOut(b, lines)
	out, err := json.Marshal(struct {
		Name    string  `json:"name"`
		Value   float64 `json:"value"`
		Unit    string  `json:"unit"`
		Against float64 `json:"against"`
		Ratio   float64 `json:"ratio"`
	}{"live/fanout_p99", ours, "ms", bare, ours / bare})
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("\n%s\n", out)
	b.ReportMetric(ours, "p99-ms")
	b.ReportMetric(bare, "bare-p99-ms")
}

// ownFanOut is the desk itself.
func ownFanOut(b *testing.B, lines int) float64 {
	x := newSiteAt(b, defaultPulse)
	token := "Bearer " + x.token("duty")
	conns := dialAll(b, lines, x.url+"/live", http.Header{"Authorization": {token}}, FormatJSON)
	return p99(b, conns, func(sent int64) {
		e := desk.Event{At: x.Clock.Now(), ActedAt: x.Clock.Now(), Actor: "系统", Via: "system", Type: "clock.moved",
			Subject: desk.Subject{Kind: "clock", ID: "1"}, Data: json.RawMessage(fmt.Sprintf(`{"sent":%d,"id":1,"incident":1,"rule":"release","state":"running"}`, sent))}
		if err := x.PG.InTx(b.Context(), func(tx desk.Tx) error { return tx.Record(b.Context(), e) }); err != nil {
			b.Error(err)
		}
	})
}

// bareFanOut is gorilla alone: a channel and a writer for each socket.
func bareFanOut(b *testing.B, lines int) float64 {
	var mu sync.Mutex
	var queues []chan *websocket.PreparedMessage
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upgrader := websocket.Upgrader{Subprotocols: []string{FormatJSON}, WriteBufferPool: &writeBuffers}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		queue := make(chan *websocket.PreparedMessage, 256)
		mu.Lock()
		queues = append(queues, queue)
		mu.Unlock()
		for m := range queue {
			if conn.WritePreparedMessage(m) != nil {
				return
			}
		}
	}))
	defer server.Close()
	conns := dialAll(b, lines, server.URL, nil, FormatJSON)
	wait(b, "all bare lines", 30*time.Second, func() bool { mu.Lock(); defer mu.Unlock(); return len(queues) == lines })
	defer func() {
		for _, q := range queues {
			close(q)
		}
	}()
	return p99(b, conns, func(sent int64) {
		body := fmt.Sprintf(`{"cursor":"0123456789ab.1","at":"2026-11-20T12:13:00Z","type":"clock.moved","subject":{"kind":"clock","id":"1"},"data":{"sent":%d,"id":1,"incident":1,"rule":"release","state":"running"}}`, sent)
		m, err := websocket.NewPreparedMessage(websocket.TextMessage, []byte(body))
		if err != nil {
			b.Error(err)
			return
		}
		for _, q := range queues {
			q <- m
		}
	})
}

// dialAll opens the lines, a few at a time.
func dialAll(b *testing.B, n int, address string, head http.Header, proto string) []*websocket.Conn {
	conns := make([]*websocket.Conn, n)
	slots := make(chan struct{}, 16)
	var wg sync.WaitGroup
	for i := range conns {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			d := websocket.Dialer{Subprotocols: []string{proto}, HandshakeTimeout: time.Minute, ReadBufferSize: 1024, WriteBufferPool: &writeBuffers}
			conn, _, err := d.DialContext(b.Context(), "ws"+strings.TrimPrefix(address, "http"), head)
			if err != nil {
				b.Errorf("dial: %v", err)
				return
			}
			conns[i] = conn
		})
	}
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
	b.Cleanup(func() {
		for _, c := range conns {
			c.Close()
		}
	})
	return conns
}

// p99 sends the messages and gives the time within which 99 of 100 arrived, in milliseconds.
func p99(b *testing.B, conns []*websocket.Conn, send func(sent int64)) float64 {
	began := time.Now()
	var mu sync.Mutex
	all := make([]time.Duration, 0, len(conns)*benchMessages)
	var wg sync.WaitGroup
	for _, c := range conns {
		wg.Go(func() {
			var mine []time.Duration
			for len(mine) < benchMessages {
				_, m, err := c.ReadMessage()
				if err != nil {
					b.Errorf("after %d messages: %v", len(mine), err)
					return
				}
				at := time.Since(began)
				_, rest, ok := bytes.Cut(m, []byte(`"sent":`))
				if !ok {
					continue // hello
				}
				digits, _, _ := bytes.Cut(rest, []byte(","))
				sent, err := strconv.ParseInt(string(digits), 10, 64)
				if err != nil {
					b.Error(err)
					return
				}
				mine = append(mine, at-time.Duration(sent))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
		})
	}
	beat := time.NewTicker(benchGap)
	defer beat.Stop()
	for range benchMessages {
		<-beat.C
		send(int64(time.Since(began)))
	}
	wg.Wait()
	if len(all) == 0 {
		b.FailNow()
	}
	slices.Sort(all)
	return float64(all[len(all)*99/100]) / float64(time.Millisecond)
}
