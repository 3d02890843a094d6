package pg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huiying/desk"
)

// waitReady returns when the database answers. Recovery after a crash takes as
// long as it takes; ctx bounds it.
func (p *Private) waitReady(ctx context.Context) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	say := time.NewTicker(10 * time.Second)
	defer say.Stop()
	for {
		err := p.makeDatabase(ctx)
		if err == nil {
			p.mu.Lock()
			p.ready = true
			p.mu.Unlock()
			return nil
		}
		if lasting(err) {
			return fmt.Errorf("private postgres refuses us: %w", err)
		}
		select {
		case <-p.done:
			return &desk.Error{
				Code: desk.CodeUnavailable, Field: "data",
				Text:  "数据库在 %s 启动失败；原因见日志",
				Args:  []any{p.place.base},
				Cause: fmt.Errorf("postgres ended: %s", p.stderr.last()),
			}
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("postgres not ready: %w", ctx.Err()), err)
		case <-say.C:
			p.log.Warn("数据库正在恢复，请稍候", "folder", p.place.base, "cause", err)
		case <-again.C:
		}
	}
}

// lasting says that an answer won't change by waiting: it isn't "starting up".
func lasting(err error) bool {
	answer, malformed := new(pgconn.PgError), new(pgconn.ParseConfigError)
	return errors.As(err, &malformed) || errors.As(err, &answer) && answer.Code != "57P03"
}

// makeDatabase connects and makes the program's database when it is missing.
func (p *Private) makeDatabase(ctx context.Context) error {
	// Asking before the socket is there would only fill the log.
	if !exists(filepath.Join(p.place.socket, ".s.PGSQL."+socketPort)) {
		return errors.New("no socket yet")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.AdminURL())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", databaseName).Scan(&there); err != nil {
		return err
	}
	if there {
		return nil
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+databaseName)
	if duplicate := new(pgconn.PgError); errors.As(err, &duplicate) && duplicate.Code == "42P04" {
		return nil
	}
	return err
}

// removeLeftovers makes way for a start after a kill: servers of this cluster
// that are still ending are waited for, then ended; then postmaster.pid goes.
// PostgreSQL itself would refuse to start when the number in it has meanwhile
// gone to somebody else's process. Only the holder of the locks may call it.
func (p place) removeLeftovers(ctx context.Context, log *slog.Logger) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for waited := 0; ; waited++ {
		left, err := p.processes()
		if err != nil {
			return err
		}
		if len(left) == 0 {
			break
		}
		switch waited {
		case 0:
			log.Info("waiting for the former PostgreSQL to end", "processes", left)
		case 500: // 10 s
			log.Warn("the former PostgreSQL doesn't end", "processes", left)
			p.kill(syscall.SIGQUIT)
		case 800:
			p.kill(syscall.SIGKILL)
		case 1500:
			return fmt.Errorf("processes %v of %s don't end", left, p.cluster())
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
	socket := filepath.Join(p.socket, ".s.PGSQL."+socketPort)
	for _, path := range []string{filepath.Join(p.cluster(), "postmaster.pid"), socket, socket + ".lock"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return folderError(p.base, err)
		}
	}
	return nil
}

// processes finds the servers of this cluster: each stands in its folder.
func (p place) processes() ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		// Processes end while we look, and others' can't be read: neither is ours.
		dir, err := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		if err != nil || dir != p.cluster() {
			continue
		}
		// Somebody's shell may stand there too.
		name, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "comm"))
		if err != nil || !strings.HasPrefix(string(name), "postgres") {
			continue
		}
		found = append(found, pid)
	}
	return found, nil
}

// kill signals every server of this cluster; those that are gone already are
// what was wanted.
func (p place) kill(signal syscall.Signal) {
	pids, err := p.processes()
	if err != nil {
		return
	}
	for _, pid := range pids {
		if process, err := os.FindProcess(pid); err == nil {
			if err := process.Signal(signal); err != nil {
				continue
			}
		}
	}
}

// serverLog passes the server's lines on to the program's log and keeps the last
// ones, which say why a start failed.
type serverLog struct {
	ctx context.Context // for the log's handlers only
	log *slog.Logger

	mu   sync.Mutex
	rest []byte
	tail []string
}

// Write takes what the server says; a line may come in pieces.
func (s *serverLog) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, b...)
	for {
		line, rest, found := bytes.Cut(s.rest, []byte("\n"))
		if !found {
			break
		}
		s.rest = rest
		s.line(string(line))
	}
	if len(s.rest) > 64<<10 {
		s.line(string(s.rest))
		s.rest = nil
	}
	return len(b), nil
}

func (s *serverLog) line(text string) {
	s.tail = append(s.tail, text)
	if len(s.tail) > 10 {
		s.tail = s.tail[1:]
	}
	severity, message, found := strings.Cut(text, ":  ")
	if !found {
		severity, message = "", text
	}
	level := slog.LevelDebug
	switch severity {
	case "WARNING":
		level = slog.LevelWarn
	case "PANIC":
		level = slog.LevelError
	}
	// The rest is for whoever looks closely: a refused statement comes back to its
	// caller, who logs it with more to say.
	s.log.Log(s.ctx, level, "postgres: "+message, "severity", severity)
}

func (s *serverLog) last() string {
	if s == nil {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.tail, "; ")
}
