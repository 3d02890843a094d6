package pg

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// helperEnv makes the test binary a program that keeps a private database in the
// folder it names, until it is killed.
const helperEnv = "HUIYING_PG_TEST_HELPER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperEnv); dir != "" {
		keepDatabase(context.Background(), dir)
	}
	os.Exit(m.Run())
}

// keepDatabase commits one row, says so, and waits for the end.
func keepDatabase(ctx context.Context, dir string) {
	p, err := StartPrivate(ctx, PrivateOptions{Dir: dir, Announce: true, Wait: -1})
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	conn, err := pgx.Connect(ctx, p.URL())
	if err == nil {
		_, err = conn.Exec(ctx, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
	}
	fmt.Println("ready:", err)
	<-ctx.Done() // never
}

// startHelper returns when the helper's row is committed.
func startHelper(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), helperEnv+"="+dir)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "ready: <nil>" {
		t.Fatalf("helper said %q, %v", line, err)
	}
	return command
}

// startTest starts a database that ends with the test.
func startTest(t *testing.T, opt PrivateOptions) *Private {
	t.Helper()
	if opt.Log == nil {
		opt.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	p, err := StartPrivate(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	return p
}

func stop(t *testing.T, p *Private) {
	t.Helper()
	if err := p.Stop(context.Background()); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// ask runs one query for one value.
func ask[T any](t *testing.T, url, query string) T {
	t.Helper()
	value, err := tryAsk[T](t.Context(), url, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func tryAsk[T any](ctx context.Context, url, query string) (value T, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return value, err
	}
	defer conn.Close(ctx)
	return value, conn.QueryRow(ctx, query).Scan(&value)
}

// run executes statements.
func run(t *testing.T, url, statements string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statements); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

// openDir is a temporary folder that every account can enter; t.TempDir's can't
// be entered by the one that root lends the server.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "huiying-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// until polls a condition, for at most 20 s.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
		<-again.C
	}
}

// logSignal is a log handler that tells when a message appears.
type logSignal struct {
	want string
	seen chan struct{}
}

func listenFor(want string) logSignal { return logSignal{want, make(chan struct{}, 100)} }

func (l logSignal) Enabled(context.Context, slog.Level) bool { return true }
func (l logSignal) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l logSignal) WithGroup(string) slog.Handler            { return l }
func (l logSignal) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, l.want) {
		l.seen <- struct{}{}
	}
	return nil
}
