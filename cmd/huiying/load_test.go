package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/classify"
)

// endure says whether the full figure is asked for.
func endure() bool { return os.Getenv("HUIYING_ENDURE") == "1" }

// load is a sender that doesn't let go: it sends each of its items until it is
// acknowledged, whatever happens on the other side, and keeps its own book of what
// was. The book is the oracle; nothing in it comes from the program's database.
type load struct {
	key   string
	url   atomic.Value // string: where the program answers now
	texts []string     // bodies, used in turn
	ended sync.WaitGroup

	mu    sync.Mutex
	left  []int // numbers that still have to be acknowledged
	acked []bool
	n     int // of them
	heard int // acknowledgements, repeated ones too

	refused map[int]int // answers by status, but those that acknowledge
	bare    []string    // refusals without a word of when to come back
}

const lineBatch, postBatch = 200, 20

func newLoad(p *program, key caller, total int) *load {
	l := &load{key: key.key, left: make([]int, total), acked: make([]bool, total), refused: map[int]int{}}
	for i := range l.left {
		l.left[i] = i
	}
	for _, x := range classify.SampleTexts(min(total, 5000)) {
		l.texts = append(l.texts, x.Title+"。"+x.Body)
	}
	l.url.Store(p.url)
	return l
}

// title is what an item is known by on both sides.
func (l *load) title(n int) string { return fmt.Sprintf("来件 %07d", n) }

// start begins with so many senders; they end when all is acknowledged, or ctx ends.
func (l *load) start(ctx context.Context, senders int) {
	for range senders {
		l.ended.Go(func() {
			pause := time.NewTicker(50 * time.Millisecond)
			defer pause.Stop()
			for ctx.Err() == nil {
				part, whole := l.take()
				if whole {
					return
				}
				if len(part) > 0 && l.send(ctx, part) {
					continue
				}
				select {
				case <-ctx.Done():
				case <-pause.C:
				}
			}
		})
	}
}

// take gives the next part to be sent; whole says that nothing is left anywhere.
func (l *load) take() (part []int, whole bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n == len(l.acked) {
		return nil, true
	}
	// A part begins where its first number says: the same again is the same request.
	size := lineBatch
	if len(l.left) > 0 && l.left[0]/lineBatch%4 == 3 {
		size = postBatch
	}
	size = min(size, len(l.left))
	part, l.left = append([]int(nil), l.left[:size]...), l.left[size:]
	return part, false
}

// send sends a part, books what is acknowledged, and puts the rest back. It says
// whether all went well.
func (l *load) send(ctx context.Context, part []int) bool {
	heard := make([]bool, len(part))
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	err := l.exchange(ctx, part, heard)
	l.mu.Lock()
	defer l.mu.Unlock()
	all := true
	for i, n := range part {
		if !heard[i] {
			l.left, all = append(l.left, n), false
			continue
		}
		l.heard++
		if !l.acked[n] {
			l.acked[n], l.n = true, l.n+1
		}
	}
	return err == nil && all
}

func (l *load) exchange(ctx context.Context, part []int, heard []bool) error {
	stream := len(part) > postBatch
	var body bytes.Buffer
	var docs []map[string]any
	for _, n := range part {
		doc := map[string]any{"title": l.title(n), "body": l.texts[n%len(l.texts)], "external_id": fmt.Sprint("k-", n)}
		docs = append(docs, doc)
	}
	enc := json.NewEncoder(&body)
	if stream {
		for _, d := range docs {
			if err := enc.Encode(d); err != nil {
				return err
			}
		}
	} else if err := enc.Encode(docs); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url.Load().(string)+"/api/v1/items", &body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+l.key)
	req.Header.Set("Content-Type", "application/json")
	if stream {
		req.Header.Set("Content-Type", "application/x-ndjson")
	} else {
		req.Header.Set("Idempotency-Key", fmt.Sprint("post-", part))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return l.refusal(res)
	}
	type answer struct {
		Index  int
		Status string
	}
	book := func(a answer) error {
		if a.Index < 0 || a.Index >= len(heard) || a.Status != "created" && a.Status != "duplicate" {
			return fmt.Errorf("answered %+v", a)
		}
		heard[a.Index] = true
		return nil
	}
	if !stream {
		var got struct{ Results []answer }
		if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
			return err
		}
		for _, a := range got.Results {
			if err := book(a); err != nil {
				return err
			}
		}
		return nil
	}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		a := answer{Index: -1}
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return err // cut in the middle
		}
		if err := book(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

// refusal books an answer that acknowledges nothing.
func (l *load) refusal(res *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<12))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused[res.StatusCode]++
	if res.Header.Get("Retry-After") == "" && len(l.bare) < 10 {
		l.bare = append(l.bare, fmt.Sprintf("%s %s", res.Status, b))
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("refused: %s", res.Status)
}

// count is how many are acknowledged.
func (l *load) count() int { l.mu.Lock(); defer l.mu.Unlock(); return l.n }

// book is what has been acknowledged so far.
func (l *load) book() map[string]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make(map[string]bool, l.n)
	for n, yes := range l.acked {
		if yes {
			all[l.title(n)] = true
		}
	}
	return all
}

// stored are the titles that the database has, and how often, read past the program.
func stored(t *testing.T, url string) map[string]int {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	rows, err := db.Query(t.Context(), "SELECT title FROM huiying.item")
	if err != nil {
		t.Fatal(err)
	}
	titles, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, title := range titles {
		n[title]++
	}
	return n
}

// number reads one number past the program.
func number(t *testing.T, url, sql string) (n int) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if err := db.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// holds fails the test for every acknowledged item that isn't stored, and every
// one that is stored twice.
func (l *load) holds(t *testing.T, url, when string) {
	t.Helper()
	book := l.book() // before the look: what is acknowledged meanwhile isn't owed yet
	have := stored(t, url)
	lost, twice := 0, 0
	for title := range book {
		if have[title] == 0 {
			lost++
		}
	}
	for _, n := range have {
		if n > 1 {
			twice++
		}
	}
	if lost > 0 || twice > 0 {
		t.Errorf("%s: %d of %d acknowledged items are lost, %d are there twice", when, lost, len(book), twice)
	}
}
