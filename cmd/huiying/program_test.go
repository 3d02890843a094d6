package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the real program, built once: as it is shipped, or with the race detector
// when the tests are.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "huiying-story")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "huiying")
	args := append([]string{"build", "-buildvcs=false", "-o", path}, buildMode...)
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// program is the real program with a data folder and a clock of its own.
type program struct {
	t     *testing.T
	path  string
	data  string
	clock string
	extra []string // flags of serve
	url   string
	serve *exec.Cmd
	ended chan error
	log   *lines
}

func newProgram(t *testing.T, extra ...string) *program {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	// Not t.TempDir, which the database's own user can't get into as root's: the
	// cluster would be put elsewhere, and stay.
	dir, err := os.MkdirTemp("", "huiying-story")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	p := &program{t: t, path: path, data: filepath.Join(dir, "data"), clock: filepath.Join(dir, "clock"), extra: extra}
	t.Cleanup(func() {
		p.stop(syscall.SIGTERM)
		if t.Failed() && p.log != nil {
			t.Logf("serve said:\n%s", p.log)
		}
	})
	return p
}

// env is the environment of a command: nothing of ours leaks into it.
func (p *program) env() []string {
	env := []string{"HUIYING_CLOCK_FILE=" + p.clock}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "HUIYING_") && !strings.HasPrefix(kv, "DATABASE_URL") && !strings.HasPrefix(kv, "PG") {
			env = append(env, kv)
		}
	}
	return env
}

var listening = regexp.MustCompile(`address=(http://[^ \n]+)`)

// start runs serve until it answers.
func (p *program) start() {
	p.t.Helper()
	args := append([]string{"serve", "--test", "--listen", "127.0.0.1:0", "--data", p.data}, p.extra...)
	cmd := exec.Command(p.path, args...)
	cmd.Env = p.env()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.log = &lines{}
	cmd.Stderr = p.log
	cmd.Stdout = p.log
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.serve, p.ended = cmd, make(chan error, 1)
	go func() { p.ended <- cmd.Wait() }()
	p.url = ""
	p.awaitFor(3*time.Minute, "serve to listen", func() bool {
		if m := listening.FindStringSubmatch(p.log.String()); m != nil {
			p.url = m[1]
		}
		select {
		case err := <-p.ended:
			p.t.Fatalf("serve ended: %v\n%s", err, p.log)
		default:
		}
		return p.url != ""
	})
	p.awaitReady()
}

// awaitReady waits until the program says that it can do its work.
func (p *program) awaitReady() {
	p.t.Helper()
	p.await("readiness", func() bool {
		res, err := http.Get(p.url + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// stop ends serve with a signal and waits for it.
func (p *program) stop(sig syscall.Signal) {
	if p.serve == nil {
		return
	}
	_ = p.serve.Process.Signal(sig) // it may have ended by itself
	<-p.ended
	p.serve = nil
	if log := p.log.String(); strings.Contains(log, "WARNING: DATA RACE") {
		p.t.Errorf("the program races:\n%s", log)
	}
}

// await polls a condition of the outside world until it holds.
func (p *program) await(what string, holds func() bool) {
	p.t.Helper()
	p.awaitFor(time.Minute, what, holds)
}

// awaitFor is await for what takes its time.
func (p *program) awaitFor(patience time.Duration, what string, holds func() bool) {
	p.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			p.t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

// move sets office time, as an offset to real time.
func (p *program) move(offset time.Duration) {
	p.t.Helper()
	if err := os.WriteFile(p.clock, []byte(offset.String()+"\n"), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// run runs a command and gives what it says on stdout.
func (p *program) run(stdin string, args ...string) (stdout string, code int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Env = p.env()
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		p.t.Fatalf("%v: %v", args, err)
	}
	if errs.Len() > 0 {
		p.t.Logf("%s: %s", args[0], strings.TrimSpace(errs.String()))
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// must runs a command on the data folder that has to succeed, and gives its one line.
func (p *program) must(stdin string, args ...string) string {
	p.t.Helper()
	out, code := p.run(stdin, append(args, "--data", p.data)...)
	if code != 0 {
		p.t.Fatalf("%v exited %d", args, code)
	}
	return strings.TrimSpace(out)
}

// databaseURL is where the private database listens.
func (p *program) databaseURL() string {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.data, "database.url"))
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// caller is somebody with a bearer token.
type caller struct {
	p   *program
	key string
}

// person makes a login and a token for it.
func (p *program) person(role string, more ...string) caller {
	p.t.Helper()
	p.must("a password for "+role+"\n", append([]string{"user", "add", role, "--role", role, "--password-stdin"}, more...)...)
	return caller{p, p.must("", "token", "add", "--user", role)}
}

// do calls the API and decodes the answer.
func (c caller) do(method, path string, body any) (int, map[string]any) {
	c.p.t.Helper()
	var send io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.p.t.Fatal(err)
		}
		send = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.p.t.Context(), method, c.p.url+path, send)
	if err != nil {
		c.p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	var got map[string]any
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		c.p.t.Fatalf("%s %s: %s: %v", method, path, res.Status, err)
	}
	return res.StatusCode, got
}

// ok calls the API, which must agree.
func (c caller) ok(method, path string, body any) map[string]any {
	c.p.t.Helper()
	status, got := c.do(method, path, body)
	if status/100 != 2 {
		c.p.t.Fatalf("%s %s: %d %v", method, path, status, got)
	}
	return got
}

// list gives all of a list, page by page.
func (c caller) list(path string) (all []map[string]any) {
	c.p.t.Helper()
	for path != "" {
		got := c.ok(http.MethodGet, path, nil)
		for _, it := range got["items"].([]any) {
			all = append(all, it.(map[string]any))
		}
		path, _ = got["next"].(string)
	}
	return all
}

// lines is what a program says, readable while it speaks.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
