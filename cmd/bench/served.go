package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"huiying/desk"
)

const (
	pushRate   = 200 // single pushes a second
	pushWarm   = 5 * time.Second
	pushFor    = 25 * time.Second
	pushWithin = 25.0  // ms, the reach
	peakWithin = 600.0 // MB, the reach
)

// benchServed measures the program as it is shipped, over HTTP with a source's key, on
// its own private PostgreSQL: intake/push_p99_ms, within which 99 of 100 single pushes
// are acknowledged, at 200 a second whatever the answers do, counted from when each
// was due; then intake/peak_mb, the most memory that its process (PostgreSQL aside)
// has held after 25,000, 50,000 and 100,000 items streamed as NDJSON, and how fast
// those went.
func benchServed(ctx context.Context, _ *slog.Logger, put func(figure)) error {
	list, err := texts()
	if err != nil {
		return err
	}
	p, err := startProgram(ctx)
	if err != nil {
		return err
	}
	defer p.stop()
	took, err := p.pushes(ctx, mixed(list))
	if err != nil {
		return err
	}
	slices.Sort(took)
	put(beside("intake/push_p50_ms", took[len(took)/2], "ms", pushWithin))
	put(beside("intake/push_p99_ms", took[len(took)*99/100], "ms", pushWithin))

	_, before, err := memory(p.serve.Process.Pid)
	if err != nil {
		return err
	}
	put(beside("intake/peak_mb_before", before, "MB", peakWithin))
	began, sent := time.Now(), 0
	for _, n := range []int{25_000, 50_000, 100_000} {
		if err := p.stream(ctx, mixed(list), sent, n); err != nil {
			return err
		}
		sent = n
		_, peak, err := memory(p.serve.Process.Pid)
		if err != nil {
			return err
		}
		name := "intake/peak_mb"
		if n < 100_000 {
			name = fmt.Sprintf("intake/peak_mb_%dk", n/1000)
		}
		put(beside(name, peak, "MB", peakWithin))
	}
	put(figure{Name: "intake/sustained", Value: float64(sent) / time.Since(began).Seconds(), Unit: "items/s"})
	return nil
}

// program is the desk as it is shipped, running.
type program struct {
	dir, url, key string
	serve         *exec.Cmd
	ended         chan error
}

var listening = regexp.MustCompile(`address=(http://[^ \n]+)`)

// startProgram builds the program, starts it, and gives it a source with a key.
func startProgram(ctx context.Context) (p *program, err error) {
	dir, err := os.MkdirTemp("", "huiying-bench")
	if err != nil {
		return nil, err
	}
	p = &program{dir: dir, ended: make(chan error, 1)}
	defer func() {
		if err != nil {
			p.stop()
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil { // the database's own user must get there
		return nil, err
	}
	path, data := filepath.Join(dir, "huiying"), filepath.Join(dir, "data")
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", path, "./cmd/huiying").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	p.serve = exec.Command(path, "serve", "--data", data, "--listen", "127.0.0.1:0")
	address := make(chan string, 1)
	p.serve.Stderr = &watcher{found: address}
	if err := p.serve.Start(); err != nil {
		return nil, err
	}
	go func() { p.ended <- p.serve.Wait() }()
	select {
	case p.url = <-address:
	case err := <-p.ended:
		p.ended <- err
		return nil, fmt.Errorf("the program ended: %w", err)
	case <-time.After(2 * time.Minute):
		return nil, errors.New("the program doesn't listen")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	key, err := exec.CommandContext(ctx, path, "source", "add", "hotline", "--data", data, "--name", "bench").Output()
	p.key = strings.TrimSpace(string(key))
	return p, err
}

// watcher finds in the program's log where it listens.
type watcher struct {
	text  []byte
	found chan string
}

func (w *watcher) Write(b []byte) (int, error) {
	if w.found != nil {
		w.text = append(w.text, b...)
		if m := listening.FindSubmatch(w.text); m != nil {
			w.found <- string(m[1])
			w.found, w.text = nil, nil
		}
	}
	return len(b), nil
}

func (p *program) stop() {
	if p.serve != nil && p.serve.Process != nil {
		_ = p.serve.Process.Signal(syscall.SIGTERM) // ended already: nothing to do
		select {
		case <-p.ended:
		case <-time.After(time.Minute):
			_ = p.serve.Process.Kill()
		}
	}
	_ = os.RemoveAll(p.dir)
}

func (p *program) post(ctx context.Context, client *http.Client, contentType string, body io.Reader, want int) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/api/v1/items", body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	req.Header.Set("Content-Type", contentType)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if made := bytes.Count(answer, []byte(`"status":"created"`)); res.StatusCode >= 300 || made != want {
		return fmt.Errorf("%s: %d of %d created: %.300s", res.Status, made, want, answer)
	}
	return nil
}

// pushes sends single items at an even pace and gives how many milliseconds each took
// from the instant it was due.
func (p *program) pushes(ctx context.Context, text func(int) desk.Text) ([]float64, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}
	warm, all := int(pushWarm.Seconds())*pushRate, int((pushWarm+pushFor).Seconds())*pushRate
	took := make([]float64, all)
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	began := time.Now()
	for i := range all {
		due := began.Add(time.Duration(i) * time.Second / pushRate)
		body, err := json.Marshal(line(fmt.Sprint("P-", i), text(-i-1)))
		if err != nil {
			return nil, err
		}
		if wait := time.Until(due); wait > 0 {
			time.Sleep(wait)
		}
		wg.Go(func() {
			if err := p.post(ctx, client, "application/json", bytes.NewReader(body), 1); err != nil {
				failed.Store(&err)
			}
			took[i] = float64(time.Since(due).Microseconds()) / 1e3
		})
		if failed.Load() != nil {
			break
		}
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	return took[warm:], nil
}

// stream sends items from to to-1 as NDJSON in one request.
func (p *program) stream(ctx context.Context, text func(int) desk.Text, from, to int) error {
	r, w := io.Pipe()
	go func() {
		enc := json.NewEncoder(w)
		for i := from; i < to; i++ {
			if err := enc.Encode(line(fmt.Sprint("S-", i), text(i))); err != nil {
				w.CloseWithError(err)
				return
			}
		}
		w.Close()
	}()
	return p.post(ctx, &http.Client{}, "application/x-ndjson", r, to-from)
}

func line(id string, t desk.Text) map[string]string {
	return map[string]string{"external_id": id, "title": t.Title, "body": t.Body}
}
