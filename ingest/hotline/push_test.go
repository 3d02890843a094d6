package hotline

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest/ingesttest"
)

// serve runs the door on a real server over a real desk. change may adjust it.
func serve(t testing.TB, change func(*Push)) (*ingesttest.Door, string) {
	t.Helper()
	d, s := server(t, change)
	return d, s.URL
}

func server(t testing.TB, change func(*Push)) (*ingesttest.Door, *httptest.Server) {
	t.Helper()
	d := ingesttest.Open(t, kind, desk.Source{})
	p := Push{Receive: d.Desk.Receive, Begin: d.Desk.Begin, Log: slog.New(slog.DiscardHandler), Quiet: 5 * time.Second,
		Who: func(r *http.Request) (desk.Source, error) {
			if r.Header.Get("Authorization") != "Bearer key" {
				return desk.Source{}, &desk.Error{Code: desk.CodeUnauthenticated, Text: "密钥不正确"}
			}
			return d.Source, nil
		},
		// The smallest mapping that tells the codes apart; web has the real one.
		Fail: func(w http.ResponseWriter, _ *http.Request, err error) {
			var e *desk.Error
			if !errors.As(err, &e) {
				e = &desk.Error{Code: desk.CodeInternal, Text: err.Error()}
			}
			if e.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())))
			}
			status := map[desk.Code]int{desk.CodeInvalid: 422, desk.CodeUnauthenticated: 401, desk.CodeTooMany: 429, desk.CodeUnavailable: 503, desk.CodeForbidden: 403}[e.Code]
			w.WriteHeader(max(status, 400))
			fmt.Fprintf(w, "%s: %s", e.Code, e.Message())
		},
	}
	if change != nil {
		change(&p)
	}
	s := httptest.NewServer(p.Handler())
	t.Cleanup(s.Close)
	return d, s
}

func request(t testing.TB, url, contentType string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer key")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func do(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func post(t *testing.T, url, contentType, body string) (*http.Response, string) {
	t.Helper()
	return do(t, request(t, url, contentType, strings.NewReader(body)))
}

func TestPostAnswersEachItem(t *testing.T) {
	t.Parallel()
	d, url := serve(t, nil)
	res, body := post(t, url, "application/json; charset=utf-8", `[{"external_id":"a","title":"甲"},{"external_id":"a","title":"甲"},{"external_id":9,"title":"乙"},{"title":""},{"external_id":"a","title":"甲改"}]`)
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	var got struct {
		Results []struct {
			Index  int
			ID     string
			Status string
			Error  *struct{ Field, Message string }
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"created", "duplicate", "quarantined external_id", "quarantined body", "updated"}
	if len(got.Results) != len(want) {
		t.Fatalf("%s", body)
	}
	for i, r := range got.Results {
		s := r.Status
		if r.Error != nil {
			s += " " + r.Error.Field
			if r.Error.Message == "" {
				t.Error("a reason without words")
			}
		}
		if s != want[i] || r.Index != i || r.ID == "" || r.ID == "0" {
			t.Errorf("%d: got %+v %q, want %q", i, r, s, want[i])
		}
	}
	if n := len(d.Items()); n != 1 {
		t.Errorf("%d items", n)
	}
	if res, body := post(t, url, "", `{"title":"单个对象"}`); res.StatusCode != http.StatusCreated || !strings.Contains(body, `"index":0`) {
		t.Errorf("one object: %d %s", res.StatusCode, body)
	}
	if res, body := post(t, url, "application/json", `[]`); res.StatusCode != http.StatusCreated || strings.TrimSpace(body) != `{"results":[]}` {
		t.Errorf("an empty array: %d %s", res.StatusCode, body)
	}
}

func TestUnreadableRequestsAreRefused(t *testing.T) {
	t.Parallel()
	d, url := serve(t, nil)
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"title":"a"},`, MaxItems+1), ",") + "]"
	for name, c := range map[string]struct {
		contentType, body string
		says              string
	}{
		"not JSON":       {"application/json", `{"title":`, "JSON"},
		"a scalar":       {"application/json", `5`, "对象或数组"},
		"empty":          {"application/json", ``, "为空"},
		"another type":   {"text/csv", "a,b", "Content-Type"},
		"too many":       {"application/json", many, "x-ndjson"},
		"too long":       {"application/json", `{"title":"` + strings.Repeat("a", MaxBody) + `"}`, "x-ndjson"},
		"false gzip":     {"gzip application/json", `{}`, "压缩"},
		"another coding": {"br application/json", `{}`, "gzip"},
	} {
		coding, contentType, ok := strings.Cut(c.contentType, " ")
		if !ok {
			coding, contentType = "", c.contentType
		}
		r := request(t, url, contentType, strings.NewReader(c.body))
		if coding != "" {
			r.Header.Set("Content-Encoding", coding)
		}
		if res, body := do(t, r); res.StatusCode != 422 || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", name, res.StatusCode, body)
		}
	}
	r := request(t, url, "application/json", strings.NewReader(`{"title":"a"}`))
	r.Header.Del("Authorization")
	if res, _ := do(t, r); res.StatusCode != 401 {
		t.Errorf("without a key: %d", res.StatusCode)
	}
	if n := len(d.Items()) + len(d.Quarantined()); n != 0 {
		t.Errorf("%d things were stored of requests that were refused", n)
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	_, url := serve(t, nil)
	send := func(contentType string, b []byte) (*http.Response, string) {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r := request(t, url, contentType, &z)
		r.Header.Set("Content-Encoding", "gzip")
		return do(t, r)
	}
	if res, body := send("application/json", []byte(`{"title":"压缩的"}`)); res.StatusCode != 201 || !strings.Contains(body, "created") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if res, body := send("application/x-ndjson", rawLines(ingesttest.Messages(1, 700)...).Bytes); res.StatusCode != 200 || strings.Count(body, `"status":"created"`) != 700 {
		t.Errorf("%d %.200s", res.StatusCode, body)
	}
	if res, body := send("application/json", bytes.Repeat([]byte(" "), 40<<20)); res.StatusCode != 422 {
		t.Errorf("a bomb: %d %.200s", res.StatusCode, body)
	}
	if res, body := send("application/x-ndjson", bytes.Repeat([]byte("\n"), 40<<20)); !strings.Contains(body, "异常庞大") {
		t.Errorf("a bomb of lines: %d %.200s", res.StatusCode, body)
	}
}

// TestStreamAnswersWhileItIsSent: a sender that pauses gets its answers without
// ending its stream.
func TestStreamAnswersWhileItIsSent(t *testing.T) {
	t.Parallel()
	d, url := serve(t, nil)
	pr, pw := io.Pipe()
	answers := make(chan *http.Response, 1)
	go func() {
		res, err := http.DefaultClient.Do(request(t, url, "application/x-ndjson", pr))
		if err != nil {
			t.Error(err)
			close(answers)
			return
		}
		answers <- res
	}()
	write := func(s string) {
		if _, err := io.WriteString(pw, s); err != nil {
			t.Error(err)
		}
	}
	write(`{"external_id":"s1","title":"第一"}` + "\n" + `{"external_id":"s2","tit`)
	res, ok := <-answers
	if !ok {
		return
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != TypeNDJSON {
		t.Fatalf("%d %s", res.StatusCode, res.Header)
	}
	lines := bufio.NewScanner(res.Body)
	next := func() (a answer) {
		if !lines.Scan() {
			t.Fatal("no further line", lines.Err())
		}
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := next(); a.Index != 0 || a.Status != "created" {
		t.Errorf("%+v", a)
	}
	if n := len(d.Items()); n != 1 {
		t.Errorf("%d items are stored at the first answer", n)
	}
	write(`le":"第二"}` + "\nnonsense\n")
	if a := next(); a.Index != 1 || a.Status != "created" {
		t.Errorf("%+v", a)
	}
	if a := next(); a.Index != 2 || a.Status != "quarantined" || a.Error == nil {
		t.Errorf("%+v", a)
	}
	write(`{"external_id":"s3","title":"末行没有换行"}`)
	if err := pw.Close(); err != nil {
		t.Error(err)
	}
	if a := next(); a.Index != 3 || a.Status != "created" {
		t.Errorf("%+v", a)
	}
	if lines.Scan() {
		t.Errorf("one line too many: %s", lines.Text())
	}
}

// TestLongStream: a client that writes everything before it reads anything is served too.
func TestLongStream(t *testing.T) {
	t.Parallel()
	const n = 5000
	d, url := serve(t, nil)
	res, body := do(t, request(t, url, "application/x-ndjson", bytes.NewReader(rawLines(ingesttest.Messages(1, n)...).Bytes)))
	if res.StatusCode != 200 {
		t.Fatal(res.StatusCode, body)
	}
	i := 0
	for line := range strings.Lines(body) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil || a.Index != int64(i) || a.Status != "created" {
			t.Fatalf("line %d: %s %v", i, line, err)
		}
		i++
	}
	if i != n || len(d.Items()) != n {
		t.Errorf("%d answers, %d items of %d", i, len(d.Items()), n)
	}
}

// TestRow7LongLine: a line beyond every measure is quarantined with its beginning; the
// next one flows, within a minute.
func TestRow7LongLine(t *testing.T) {
	t.Parallel()
	d, url := serve(t, nil)
	const size = 100 << 20
	body := io.MultiReader(strings.NewReader(`{"external_id":"before","title":"前"}`+"\n"),
		io.LimitReader(letters{}, size), strings.NewReader("\n"+`{"external_id":"after","title":"后"}`+"\n"))
	began := time.Now()
	res, answer := do(t, request(t, url, "application/x-ndjson", body))
	took := time.Since(began)
	if took > time.Minute {
		t.Errorf("the next one flows after %v", took)
	}
	if res.StatusCode != 200 || strings.Count(answer, "created") != 2 || strings.Count(answer, "quarantined") != 1 || !strings.Contains(answer, strconv.Itoa(size)) {
		t.Fatalf("%d %s", res.StatusCode, answer)
	}
	if q := d.Quarantined(); len(q) != 1 || len(q[0].Bytes) != MaxLine {
		t.Errorf("%d in quarantine", len(q))
	}
	t.Logf("figure: a line of %d MiB: in quarantine with its beginning, the next one is an item %v later", size>>20, took.Round(10*time.Millisecond))
}

type letters struct{}

func (letters) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

// TestBrokenStream: a line that broke off is not taken, those before it are.
func TestBrokenStream(t *testing.T) {
	t.Parallel()
	d, s := server(t, nil)
	pr, pw := io.Pipe()
	go func() {
		if _, err := io.WriteString(pw, `{"external_id":"w","title":"完整"}`+"\n"+`{"external_id":"h","title":"半`); err != nil {
			t.Error(err)
		}
	}()
	res, err := http.DefaultClient.Do(request(t, s.URL, "application/x-ndjson", pr))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(res.Body)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, "created") {
		t.Fatal(line, err)
	}
	pw.CloseWithError(errors.New("the sender dies here"))
	if _, err := io.ReadAll(lines); err == nil {
		t.Error("a broken stream seems whole to its sender")
	}
	res.Body.Close()
	s.Close() // waits for the door to be done with it
	if items := d.Items(); len(items) != 1 || items["w"].Title != "完整" {
		t.Errorf("stored: %v", items)
	}
	if q := d.Quarantined(); len(q) != 0 {
		t.Errorf("half a line is in quarantine: %s", q[0].Bytes)
	}
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	calls := 0
	d, url := serve(t, func(p *Push) {
		receive := p.Receive
		p.Begin = nil
		p.Receive = func(ctx context.Context, src desk.Source, b desk.Batch) ([]desk.Result, error) {
			if calls++; calls == 2 {
				return receive(ctx, src, b)
			}
			return nil, desk.Unavailable(errors.New("no database"), 5*time.Second)
		}
	})
	if res, body := post(t, url, "application/json", `{"title":"a"}`); res.StatusCode != 503 || res.Header.Get("Retry-After") != "5" {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	// The second chunk of a stream meets the database away.
	two := rawLines(ingesttest.Messages(1, chunkLines+10)...)
	res, body := post(t, url, "application/x-ndjson", string(two.Bytes))
	lines := strings.Split(strings.TrimSpace(body), "\n")
	taken := len(lines) - 1
	if res.StatusCode != 200 || taken < 1 || taken > chunkLines {
		t.Fatalf("%d, %d lines", res.StatusCode, len(lines))
	}
	last := struct {
		Index *int
		Error struct {
			Message    string
			RetryAfter int `json:"retry_after"`
		}
	}{}
	if err := json.Unmarshal([]byte(lines[taken]), &last); err != nil || last.Index != nil || last.Error.Message == "" || last.Error.RetryAfter != 5 {
		t.Errorf("last line %s", lines[taken])
	}
	if n := len(d.Items()); n != taken {
		t.Errorf("%d items, %d acknowledged", n, taken)
	}
	if res, body := post(t, url, "application/x-ndjson", `{"title":"a"}`); res.StatusCode != 503 || res.Header.Get("Retry-After") != "5" {
		t.Errorf("a stream that begins while it is away: %d %s", res.StatusCode, body)
	}
}

func TestOverCapacity(t *testing.T) {
	t.Parallel()
	inside, leave := make(chan struct{}), make(chan struct{})
	_, url := serve(t, func(p *Push) {
		p.Posts = 1
		receive := p.Receive
		p.Begin = nil
		p.Receive = func(ctx context.Context, src desk.Source, b desk.Batch) ([]desk.Result, error) {
			if bytes.Contains(b.Raws[0].Bytes, []byte("slow")) {
				close(inside)
				<-leave
			}
			return receive(ctx, src, b)
		}
	})
	first := make(chan int, 1)
	go func() {
		res, _ := post(t, url, "application/json", `{"title":"slow"}`)
		first <- res.StatusCode
	}()
	<-inside
	if res, body := post(t, url, "application/json", `{"title":"a"}`); res.StatusCode != 429 || res.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	close(leave)
	if code := <-first; code != 201 {
		t.Errorf("the first one: %d", code)
	}
	if res, _ := post(t, url, "application/json", `{"title":"b"}`); res.StatusCode != 201 {
		t.Errorf("after it: %d", res.StatusCode)
	}
}

// TestSlowLine: a line that takes longer than the silence allowed is no silence.
func TestSlowLine(t *testing.T) {
	t.Parallel()
	d, url := serve(t, func(p *Push) { p.Quiet = 300 * time.Millisecond })
	pr, pw := io.Pipe()
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for _, piece := range []string{`{"external_id"`, `:"slow","ti`, `tle":"慢`, `慢`, `地`, `写`, `完`, `的`, `一`, `行`, `"}`, "\n"} {
			if _, err := io.WriteString(pw, piece); err != nil {
				t.Error(err)
			}
			<-tick.C
		}
		pw.Close()
	}()
	res, body := do(t, request(t, url, "application/x-ndjson", pr))
	if res.StatusCode != 200 || !strings.Contains(body, "created") || d.Items()["slow"].Title != "慢慢地写完的一行" {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

// TestSilentStreamIsCut: who says nothing for long frees its place.
func TestSilentStreamIsCut(t *testing.T) {
	t.Parallel()
	_, url := serve(t, func(p *Push) { p.Quiet = 200 * time.Millisecond })
	pr, pw := io.Pipe()
	defer pw.Close()
	go func() {
		if _, err := io.WriteString(pw, `{"title":"a"}`+"\n"); err != nil {
			t.Error(err)
		}
	}()
	res, err := http.DefaultClient.Do(request(t, url, "application/x-ndjson", pr))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if !strings.Contains(string(b), "created") || !strings.Contains(string(b), "长时间没有收到内容") {
		t.Errorf("%s %v", b, err)
	}
}
