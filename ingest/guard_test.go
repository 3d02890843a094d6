package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"huiying/desk"
)

func TestPermits(t *testing.T) {
	t.Parallel()
	plain, office := &Guard{}, &Guard{Allow: prefixes("10.20.0.0/16", "fd00:1::/32")}
	for addr, want := range map[string][2]bool{ // without and with the office's allow-list
		"1.1.1.1": {true, true}, "2606:4700::1111": {true, true}, "223.5.5.5": {true, true},
		"10.20.3.4": {false, true}, "10.21.3.4": {false, false}, "fd00:1::9": {false, true}, "::ffff:10.20.3.4": {false, true},
		"127.0.0.1": {}, "::1": {}, "0.0.0.0": {}, "::": {}, "169.254.169.254": {}, "192.168.1.1": {}, "172.31.0.1": {}, "100.64.0.1": {}, "100.127.255.254": {},
		"192.0.0.170": {}, "198.18.0.1": {}, "198.19.255.255": {}, "224.0.0.1": {}, "240.0.0.1": {}, "255.255.255.255": {}, "203.0.113.7": {},
		"::ffff:127.0.0.1": {}, "::127.0.0.1": {}, "::ffff:0:127.0.0.1": {}, "64:ff9b::7f00:1": {}, "64:ff9b:1::1": {}, "2002:7f00:1::": {}, "2001::1": {},
		"fe80::1": {}, "fe80::1%eth0": {}, "ff02::1": {}, "fec0::1": {}, "2001:db8::1": {}, "fd00:2::1": {},
		"100.63.255.255": {true, true}, "100.128.0.1": {true, true}, "198.20.0.1": {true, true}, "172.32.0.1": {true, true},
	} {
		a := netip.MustParseAddr(addr)
		if got := [2]bool{plain.Permits(a), office.Permits(a)}; got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
	if plain.Permits(netip.Addr{}) {
		t.Error("no address is let through")
	}
}

// honeypot counts who connects; it may never be any.
func honeypot(t *testing.T) (port string, visits *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	visits = &atomic.Int64{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			visits.Add(1)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
		if n := visits.Load(); n != 0 {
			t.Errorf("the honeypot was visited %d times", n)
		}
	})
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, visits
}

// outside is a server on an address that the guard of these tests lets through.
func outside(t *testing.T, h http.HandlerFunc) (*httptest.Server, *Guard) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	s.Start()
	t.Cleanup(s.Close)
	return s, &Guard{Allow: prefixes("127.0.0.2/32")}
}

// inside are the ways to say this machine.
var inside = []string{"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "[64:ff9b::7f00:1]"}

func TestRow29TheHoneypotStaysSilent(t *testing.T) {
	t.Parallel()
	port, _ := honeypot(t)
	s, g := outside(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	for _, host := range inside {
		direct := "http://" + host + ":" + port + "/"
		if _, err := g.Fetch(t.Context(), Request{URL: direct}); err == nil {
			t.Errorf("%s was fetched", direct)
		}
		if _, err := g.Fetch(t.Context(), Request{URL: s.URL + "/?to=" + direct}); err == nil {
			t.Errorf("a redirect to %s was followed", direct)
		}
		if c, err := g.Dial(t.Context(), "tcp", net.JoinHostPort(strings.Trim(host, "[]"), port)); err == nil {
			c.Close()
			t.Errorf("%s was dialled", host)
		}
	}
	for _, to := range []string{"file:///etc/passwd", "gopher://127.0.0.1:" + port, "ftp://127.0.0.1:" + port + "/", "//127.0.0.1:" + port + "/", "javascript:alert(1)"} {
		if _, err := g.Fetch(t.Context(), Request{URL: s.URL + "/?to=" + to}); err == nil {
			t.Errorf("a redirect to %s was followed", to)
		}
		if _, err := g.Fetch(t.Context(), Request{URL: to}); err == nil {
			t.Errorf("%s was fetched", to)
		}
	}
	t.Logf("figure: %d names of this machine, directly, by redirect and dialled, and 5 other schemes: the honeypot is silent, 0 through", len(inside))
}

func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	port, _ := honeypot(t)
	for _, k := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(k, "http://127.0.0.1:"+port)
	}
	s, g := outside(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "directly") })
	got, err := g.Fetch(t.Context(), Request{URL: s.URL})
	if err != nil || string(got.Body) != "directly" {
		t.Errorf("%q %v", got.Body, err)
	}
}

// TestRow29Rebinding: a name that pointed outside when it was configured and points
// inside when it is fetched.
func TestRow29Rebinding(t *testing.T) {
	t.Parallel()
	port, _ := honeypot(t)
	s, g := outside(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	_, sport, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	names := nameserver(t, [4]byte{127, 0, 0, 2})
	g.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", names.addr)
	}}
	if got, err := g.Fetch(t.Context(), Request{URL: "http://news.example:" + sport + "/"}); err != nil || string(got.Body) != "ok" {
		t.Fatalf("before: %q %v", got.Body, err)
	}
	names.answer.Store([4]byte{127, 0, 0, 1})
	if _, err := g.Fetch(t.Context(), Request{URL: "http://news.example:" + port + "/"}); err == nil {
		t.Error("the name was followed inside")
	}
}

type names struct {
	addr   string
	answer atomic.Value // [4]byte
}

// nameserver answers every question for an address with the one it holds.
func nameserver(t *testing.T, first [4]byte) *names {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{addr: c.LocalAddr().String()}
	n.answer.Store(first)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			size, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:size]) != nil || len(m.Questions) == 0 {
				continue
			}
			q := m.Questions[0]
			m.Header.Response, m.Header.Authoritative, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body: &dnsmessage.AResource{A: n.answer.Load().([4]byte)}}}
			}
			b, err := m.Pack()
			if err == nil {
				_, err = c.WriteTo(b, from)
			}
			if err != nil {
				t.Error(err)
			}
		}
	}()
	t.Cleanup(func() {
		c.Close()
		<-done
	})
	return n
}

func TestRedirectsEnd(t *testing.T) {
	t.Parallel()
	hops := atomic.Int64{}
	s, g := outside(t, func(w http.ResponseWriter, r *http.Request) {
		n := hops.Add(1)
		if r.URL.Path == "/five" && n > 5 {
			fmt.Fprint(w, "there")
			return
		}
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	})
	if got, err := g.Fetch(t.Context(), Request{URL: s.URL + "/five"}); err != nil || string(got.Body) != "there" {
		t.Errorf("five redirects: %q %v", got.Body, err)
	}
	hops.Store(0)
	if _, err := g.Fetch(t.Context(), Request{URL: s.URL + "/loop"}); err == nil || hops.Load() > 6 {
		t.Errorf("a loop: %d requests, %v", hops.Load(), err)
	}
}

// TestRow30Bombs: nothing that a server sends costs more than a bounded amount of
// memory and time. Not parallel: it reads the process's counters.
func TestRow30Bombs(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 200 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s, g := outside(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb.Bytes()) //nolint:errcheck // the client leaves
		case "/endless":
			b := make([]byte, 1<<16)
			for {
				if _, err := w.Write(b); err != nil {
					return
				}
			}
		case "/header":
			w.Header().Set("X-Long", strings.Repeat("a", 10<<20))
		case "/drip":
			for r.Context().Err() == nil {
				fmt.Fprint(w, ".")
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(10 * time.Millisecond):
				}
			}
		case "/false":
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "not gzip at all")
		case "/br":
			w.Header().Set("Content-Encoding", "br")
			fmt.Fprint(w, "?")
		case "/short":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "short")
		}
	})
	most := int64(0)
	for _, path := range []string{"/gzip", "/endless", "/header", "/false", "/br", "/short"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := g.Fetch(t.Context(), Request{URL: s.URL + path})
		runtime.ReadMemStats(&after)
		if e, ok := err.(*desk.Error); !ok || e.Message() == "" {
			t.Errorf("%s: %v", path, err)
		}
		// All that was ever allocated, the server's part included.
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 128 {
			t.Errorf("%s: %d MiB were allocated", path, used)
		}
		most = max(most, int64(after.HeapInuse)-int64(before.HeapInuse))
		if grown := int64(after.HeapInuse-before.HeapInuse) >> 20; after.HeapInuse > before.HeapInuse && grown > 64 {
			t.Errorf("%s: the heap grew by %d MiB", path, grown)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := g.Fetch(ctx, Request{URL: s.URL + "/drip"}); err == nil || !strings.Contains(err.Error(), "时限") {
		t.Errorf("a dripping server: %v", err)
	}
	t.Logf("figure: packed, endless, dripping and false answers: heap at most +%d MiB, each ended by a limit", most>>20)
}

func TestFetch(t *testing.T) {
	t.Parallel()
	s, g := outside(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch r.URL.Path {
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/later":
			w.Header().Set("Date", "Mon, 02 Mar 2026 08:00:00 GMT")
			w.Header().Set("Retry-After", "Mon, 02 Mar 2026 08:10:00 GMT")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, "packed") //nolint:errcheck // the body tells
			z.Close()                   //nolint:errcheck // likewise
		default:
			fmt.Fprintf(w, "%s %s %s", r.Header.Get("If-None-Match"), user, password)
		}
	})
	get := func(path string) Fetched {
		f, err := g.Fetch(t.Context(), Request{URL: s.URL + path, Username: "u", Password: "p", Header: http.Header{"If-None-Match": {`"1"`}}})
		if err != nil {
			t.Fatal(path, err)
		}
		return f
	}
	if f := get("/"); string(f.Body) != `"1" u p` || f.Status != 200 {
		t.Errorf("%+v", f)
	}
	if f := get("/gzip"); string(f.Body) != "packed" {
		t.Errorf("%+v", f)
	}
	if f := get("/busy"); f.Status != 429 || f.RetryAfter != 2*time.Minute {
		t.Errorf("%+v", f)
	}
	if f := get("/later"); f.Status != 503 || f.RetryAfter != 10*time.Minute {
		t.Errorf("%+v", f)
	}
}

// TestWordsCarryNoSecret: a key in the query appears in no error, neither in its
// words nor in its cause.
func TestWordsCarryNoSecret(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	g := &Guard{Allow: prefixes("127.0.0.2/32")}
	for _, u := range []string{"http://" + addr + "/?key=geheim", "http://no-such-host.invalid/?key=geheim", "http://127.0.0.1:1/?key=geheim", "ftp://x/?key=geheim", "http://%zz/?key=geheim"} {
		_, err := g.Fetch(t.Context(), Request{URL: u, Username: "u", Password: "geheim"})
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v", err)
		}
	}
}
