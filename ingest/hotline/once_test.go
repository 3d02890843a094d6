package hotline

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest/ingesttest"
)

func postKey(t *testing.T, url, key, body string) (int, string) {
	t.Helper()
	r := request(t, url, "application/json", strings.NewReader(body))
	r.Header.Set("Idempotency-Key", key)
	res, answer := do(t, r)
	return res.StatusCode, answer
}

func TestSameKeySameAnswer(t *testing.T) {
	t.Parallel()
	d, url := serve(t, nil)
	const body = `[{"title":"没有编号的来件"},{"title":""},{"external_id":"a","title":"有编号"}]`
	status, first := postKey(t, url, "k-1", body)
	if status != 201 || strings.Count(first, "created") != 2 || strings.Count(first, "quarantined") != 1 {
		t.Fatal(status, first)
	}
	for range 3 {
		if status, again := postKey(t, url, "k-1", body); status != 201 || again != first {
			t.Errorf("%d %s, first was %s", status, again, first)
		}
	}
	if status, other := postKey(t, url, "k-1", `[{"title":"别的内容"}]`); status != 422 || !strings.Contains(other, "另一份内容") {
		t.Errorf("another body under the key: %d %s", status, other)
	}
	if status, other := postKey(t, url, "k-2", body); status != 201 || strings.Count(other, "duplicate") != 2 {
		t.Errorf("another key, the same body: %d %s", status, other)
	}
	if status, answer := postKey(t, url, strings.Repeat("键", desk.MaxKey+1), body); status != 422 {
		t.Errorf("a key without end: %d %s", status, answer)
	}
	r := request(t, url, TypeNDJSON, strings.NewReader(`{"title":"a"}`))
	r.Header.Set("Idempotency-Key", "k-3")
	if res, answer := do(t, r); res.StatusCode != 422 {
		t.Errorf("a key on a stream: %d %s", res.StatusCode, answer)
	}
	if n := len(d.Items()); n != 2 {
		t.Errorf("%d items", n)
	}
	// After a day the key is free.
	d.Clock.Move(25 * time.Hour)
	if status, other := postKey(t, url, "k-1", `{"title":"一天以后"}`); status != 201 || !strings.Contains(other, "created") {
		t.Errorf("a day later: %d %s", status, other)
	}
}

// Rows 2 and 3 of trust.md at this door: many senders, one key, replies lost at every
// step; one item, and everybody hears the same.
func TestRow3OneKeyInParallel(t *testing.T) {
	t.Parallel()
	keys := 8
	if os.Getenv("HUIYING_ENDURE") == "1" {
		keys = 1000
	}
	d, url := serve(t, nil)
	for n := range keys {
		var mu sync.Mutex
		heard := map[string]int{}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				r := request(t, url, "application/json", strings.NewReader(fmt.Sprintf(`{"title":"并发 %d"}`, n)))
				r.Header.Set("Idempotency-Key", fmt.Sprint("p-", n))
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				defer res.Body.Close()
				answer, err := io.ReadAll(res.Body)
				if err != nil || res.StatusCode != 201 {
					t.Errorf("%d %s %v", res.StatusCode, answer, err)
				}
				mu.Lock()
				heard[string(answer)]++
				mu.Unlock()
			})
		}
		all.Wait()
		if len(heard) != 1 {
			t.Errorf("key %d: different answers %v", n, heard)
		}
		for answer := range heard {
			if !strings.Contains(answer, `"created"`) {
				t.Errorf("key %d: %s", n, answer)
			}
		}
	}
	if n := len(d.Items()); n != keys {
		t.Errorf("%d items of %d", n, keys)
	}
	t.Logf("figure: %d Idempotency-Keys, each ten times in parallel: %d items, one answer each", keys, keys)
}

// TestRow2LostReplies: a transaction that commits, or doesn't, and nobody is told.
func TestRow2LostReplies(t *testing.T) {
	t.Parallel()
	for cut := 1; cut <= 2; cut++ {
		for _, committed := range []bool{true, false} {
			d, url := serve(t, nil)
			line := &losing{Store: d.Store, at: cut, committed: committed}
			d.Desk.Store = line
			const body = `[{"title":"答复丢失的来件"},{"title":"还有一件"}]`
			if status, answer := postKey(t, url, "lost", body); status == 201 {
				t.Errorf("cut %d: told %s", cut, answer)
			}
			status, first := postKey(t, url, "lost", body)
			if status != 201 || strings.Count(first, `"created"`) != 2 {
				t.Errorf("cut %d, committed %t: %d %s", cut, committed, status, first)
			}
			if _, again := postKey(t, url, "lost", body); again != first {
				t.Errorf("cut %d: %s, before %s", cut, again, first)
			}
			if _, err := d.FinishRaws(t.Context(), d.Clock.Move(time.Hour)); err != nil {
				t.Error(err)
			}
			if n := len(d.Items()); n != 2 {
				t.Errorf("cut %d, committed %t: %d items", cut, committed, n)
			}
		}
	}
}

// TestRow2EveryKeyOnce: replies are lost at random, before and behind the commit, and
// the sender repeats until it hears one. One item per key, and the answer stays the
// same for ever after. In full it is ten thousand keys.
func TestRow2EveryKeyOnce(t *testing.T) {
	t.Parallel()
	keys := 150
	if os.Getenv("HUIYING_ENDURE") == "1" {
		keys = 10_000
	}
	d := ingesttest.Open(t, kind, desk.Source{})
	line := &unsteady{Store: d.Store, dice: rand.New(rand.NewPCG(2, uint64(keys)))}
	d.Desk.Store = line
	for n := range keys {
		push := func() ([]desk.Result, error) {
			raw := desk.Raw{ContentType: TypeJSON, Bytes: fmt.Appendf(nil, `{"title":"第 %d 件，没有编号"}`, n)}
			return d.Desk.Receive(t.Context(), d.Source, desk.Batch{Raws: []desk.Raw{raw}, Key: fmt.Sprint("every-", n)})
		}
		first, err := push()
		for tries := 0; err != nil && tries < 100; tries++ {
			first, err = push()
		}
		if err != nil || len(first) != 1 || first[0].Status != desk.StatusCreated {
			t.Fatalf("key %d: %+v %v", n, first, err)
		}
		if again, err := push(); err == nil && again[0] != first[0] {
			t.Errorf("key %d: %+v, before %+v", n, again, first)
		}
	}
	d.Desk.Store = line.Store
	if _, err := d.FinishRaws(t.Context(), d.Clock.Move(time.Hour)); err != nil {
		t.Error(err)
	}
	if n := len(d.Items()); n != keys {
		t.Errorf("%d items of %d keys", n, keys)
	}
	if line.lost < keys/3 {
		t.Errorf("only %d replies were lost", line.lost)
	}
	t.Logf("figure: Idempotency-Key: %d keys, %d replies lost, %d items, 0 twice", keys, line.lost, keys)
}

// unsteady loses the answer to every fourth transaction; half of those had committed.
type unsteady struct {
	desk.Store
	dice *rand.Rand
	lost int
}

func (s *unsteady) InTx(ctx context.Context, fn func(desk.Tx) error) error {
	switch s.dice.IntN(8) {
	case 0:
		s.lost++
		return desk.Unavailable(errors.New("the line is cut"), time.Second)
	case 1:
		s.lost++
		if err := s.Store.InTx(ctx, fn); err != nil {
			return err
		}
		return desk.Unavailable(errors.New("the line is cut"), time.Second)
	}
	return s.Store.InTx(ctx, fn)
}

// TestSweepAnswersForTheSender: the sender never came back between the commits; the
// sweep finishes its raw, and when it comes at last it hears what became of it.
func TestSweepAnswersForTheSender(t *testing.T) {
	t.Parallel()
	d, url := serve(t, nil)
	d.Desk.Store = &losing{Store: d.Store, at: 2}
	if status, answer := postKey(t, url, "late", `{"title":"迟来的"}`); status == 201 {
		t.Fatal(answer)
	}
	if _, err := d.FinishRaws(t.Context(), d.Clock.Move(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if status, answer := postKey(t, url, "late", `{"title":"迟来的"}`); status != 201 || !strings.Contains(answer, `"created"`) {
		t.Errorf("%d %s", status, answer)
	}
}

// losing loses the answer to one transaction.
type losing struct {
	desk.Store
	mu        sync.Mutex
	n, at     int
	committed bool
}

func (s *losing) InTx(ctx context.Context, fn func(desk.Tx) error) error {
	s.mu.Lock()
	s.n++
	mine := s.n == s.at
	s.mu.Unlock()
	if !mine {
		return s.Store.InTx(ctx, fn)
	}
	lost := desk.Unavailable(errors.New("the line is cut"), time.Second)
	if !s.committed {
		return lost
	}
	if err := s.Store.InTx(ctx, fn); err != nil {
		return err
	}
	return lost
}

func TestRateOfASource(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)
	_, url := serve(t, func(p *Push) {
		p.Rate = 60
		p.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	refused := 0
	for i := range 15 {
		res, _ := post(t, url, "application/json", fmt.Sprintf(`{"title":"第 %d"}`, i))
		if res.StatusCode == 429 {
			refused++
			if res.Header.Get("Retry-After") == "" {
				t.Error("not told when to come back")
			}
		}
	}
	if refused != 5 {
		t.Errorf("%d of 15 at once refused, want those beyond ten", refused)
	}
	mu.Lock()
	now = now.Add(time.Second)
	mu.Unlock()
	if res, body := post(t, url, "application/json", `{"title":"一秒以后"}`); res.StatusCode != 201 {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	p := newPaces(60)
	for range 20 {
		p.take(1, now)
	}
	if p.take(2, now) != 0 {
		t.Error("one source pays for another")
	}
}

// TestGzipStreamAnswersWhileItIsSent: packed lines are taken when the sender
// flushes them, and what broke off in the middle isn't.
func TestGzipStreamAnswersWhileItIsSent(t *testing.T) {
	t.Parallel()
	d, url := serve(t, nil)
	pr, pw := io.Pipe()
	z := gzip.NewWriter(pw)
	send := func(b []byte) {
		if _, err := z.Write(b); err != nil {
			t.Error(err)
		}
		if err := z.Flush(); err != nil {
			t.Error(err)
		}
	}
	first := make(chan struct{})
	go func() {
		defer close(first)
		send(rawLines(ingesttest.Messages(1, 3)...).Bytes)
	}()
	r := request(t, url, TypeNDJSON, pr)
	r.Header.Set("Content-Encoding", "gzip")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for i := range 3 {
		if !lines.Scan() || !strings.Contains(lines.Text(), "created") {
			t.Fatalf("line %d: %s %v", i, lines.Text(), lines.Err())
		}
	}
	<-first // the answers may be here before its Flush returns
	send(rawLines(ingesttest.Messages(4, 600)...).Bytes)
	for i := range 600 {
		if !lines.Scan() || !strings.Contains(lines.Text(), "created") {
			t.Fatalf("line %d: %s %v", i+3, lines.Text(), lines.Err())
		}
	}
	pw.Close() // without the trailer: it broke off
	if !lines.Scan() || !strings.Contains(lines.Text(), "未能完整读取") {
		t.Errorf("the end: %s", lines.Text())
	}
	if n := len(d.Items()); n != 603 {
		t.Errorf("%d items", n)
	}
}

// TestSlowDatabaseHoldsTheSenderBack: what the desk hasn't taken stays with the sender.
func TestSlowDatabaseHoldsTheSenderBack(t *testing.T) {
	t.Parallel()
	hold, inside := make(chan struct{}), make(chan struct{}, 1)
	_, url := serve(t, func(p *Push) {
		receive := p.Receive
		p.Begin = nil
		p.Receive = func(ctx context.Context, src desk.Source, b desk.Batch) ([]desk.Result, error) {
			select {
			case inside <- struct{}{}:
			default:
			}
			<-hold
			return receive(ctx, src, b)
		}
	})
	// Far more than sockets and buffers hold.
	sent := &metered{r: io.LimitReader(strings.NewReader(strings.Repeat(`{"title":"`+strings.Repeat("慢", 300)+`"}`+"\n", 60_000)), 50<<20)}
	r := request(t, url, TypeNDJSON, sent)
	ended := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer close(ended)
		if res, err := http.DefaultClient.Do(r.WithContext(ctx)); err == nil {
			_, _ = io.Copy(io.Discard, res.Body) // it is cut below
			res.Body.Close()
		}
	}()
	<-inside
	// It settles where nothing moves any more.
	deadline := time.Now().Add(20 * time.Second)
	last, still := int64(-1), 0
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for still < 10 && time.Now().Before(deadline) {
		<-tick.C
		if n := sent.read(); n == last {
			still++
		} else {
			last, still = n, 0
		}
	}
	if last > 20<<20 || still < 10 {
		t.Errorf("%d MiB were taken while nothing was stored", last>>20)
	}
	stop()
	close(hold)
	<-ended
}

type metered struct {
	r  io.Reader
	mu sync.Mutex
	n  int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.mu.Lock()
	m.n += int64(n)
	m.mu.Unlock()
	return n, err
}

func (m *metered) read() int64 { m.mu.Lock(); defer m.mu.Unlock(); return m.n }
