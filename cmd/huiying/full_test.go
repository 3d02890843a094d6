package main

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// tight gives the program a data folder on a file system of its own, of so many
// bytes. That takes the rights of an administrator.
func (p *program) tight(size int) {
	p.t.Helper()
	if err := os.MkdirAll(p.data, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", p.data, "tmpfs", 0, fmt.Sprintf("size=%d,mode=755", size)); err != nil {
		p.t.Fatalf("a file system of its own for the disk that fills up: %v", err)
	}
	p.t.Cleanup(func() {
		p.stop(syscall.SIGTERM)
		if err := syscall.Unmount(p.data, 0); err != nil {
			p.t.Error(err)
		}
	})
}

// fill takes all the space that a file system has left, and gives it back.
func (p *program) fill() (giveBack func()) {
	p.t.Helper()
	name := filepath.Join(p.data, "filler")
	f, err := os.Create(name)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	// Most of it at once: the load goes on meanwhile.
	var disk syscall.Statfs_t
	if err := syscall.Statfs(p.data, &disk); err != nil {
		p.t.Fatal(err)
	}
	if most := int64(disk.Bavail)*disk.Bsize - 32<<20; most > 0 {
		if err = syscall.Fallocate(int(f.Fd()), 0, 0, most); err != nil && !errors.Is(err, syscall.ENOSPC) {
			p.t.Fatal(err)
		}
		if _, err = f.Seek(0, io.SeekEnd); err != nil {
			p.t.Fatal(err)
		}
	}
	for size := 1 << 20; size >= 512; size /= 2 {
		for b := make([]byte, size); err == nil; {
			_, err = f.Write(b)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			p.t.Fatal(err)
		}
		err = nil
	}
	return func() {
		if err := os.Remove(name); err != nil {
			p.t.Error(err)
		}
	}
}

// whole fails the test unless every item of the load is stored once, as it was sent.
func (l *load) whole(t *testing.T, url string) {
	t.Helper()
	l.holds(t, url, "at the end")
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	rows, err := db.Query(t.Context(), "SELECT title, md5(body) AS sum FROM huiying.item")
	if err != nil {
		t.Fatal(err)
	}
	have, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct{ Title, Sum string }])
	if err != nil {
		t.Fatal(err)
	}
	if len(have) != len(l.acked) {
		t.Errorf("%d items of %d", len(have), len(l.acked))
	}
	sums := make(map[string]string, len(have))
	for _, it := range have {
		sums[it.Title] = it.Sum
	}
	for n := range l.acked {
		if want := fmt.Sprintf("%x", md5.Sum([]byte(l.texts[n%len(l.texts)]))); sums[l.title(n)] != want {
			t.Fatalf("%s isn't as it was sent", l.title(n))
		}
	}
}

// refusedWell fails the test when a sender was answered otherwise than by 503 or
// 429 with a word of when to come back.
func (l *load) refusedWell(t *testing.T) (refusals int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for status, n := range l.refused {
		refusals += n
		if status != 503 && status != 429 {
			t.Errorf("%d answers with %d", n, status)
		}
	}
	for _, b := range l.bare {
		t.Errorf("refused without a word of when to come back: %s", b)
	}
	return refusals
}

// TestRow40DiskFull is row 40 of the promises: the disk of the database fills up
// under load. Senders are told clearly, and to come back; nothing is stored by
// half; when there is space again everything goes on by itself. In full it fills
// up ten times.
func TestRow40DiskFull(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("only an administrator can mount the disk that fills up")
		}
		t.Log("not tried: only an administrator can mount the disk that fills up")
		return
	}
	total, rounds, hold := 1500, 1, 5 // hold: so many refusals before there is space again
	disk := 400 << 20
	if endure() {
		total, rounds, hold = 60_000, 10, 200
		disk = 4 << 30 // with room for the items and a log of 2 GB, once the filler is gone
	}
	p := newProgram(t)
	p.tight(disk)
	p.start()
	l := newLoad(p, caller{p, p.must("", "source", "add", "hotline", "--name", "热线")}, total)
	ctx, stop := context.WithCancel(t.Context())
	defer l.ended.Wait()
	defer stop()
	l.start(ctx, 3)
	refusals := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.refused[503]
	}
	var slowest time.Duration
	for k := range rounds {
		p.awaitFor(5*time.Minute, "the load to go on", func() bool { return l.count() >= total*(k+1)/(rounds+2) })
		before := refusals()
		giveBack := p.fill()
		p.awaitFor(5*time.Minute, "the disk to be full for a sender", func() bool { return refusals() >= before+hold })
		told := l.count()
		giveBack()
		back := time.Now()
		p.awaitFor(5*time.Minute, "the desk to go on by itself", func() bool { return l.count() > told })
		slowest = max(slowest, time.Since(back))
	}
	p.awaitFor(10*time.Minute, "all to be acknowledged", func() bool { return l.count() == total })
	l.ended.Wait()
	p.awaitReady()
	url := p.databaseURL()
	p.move(5 * time.Minute)
	p.await("the sweep to finish what was left", func() bool { return number(t, url, "SELECT count(*) FROM huiying.raw WHERE NOT done") == 0 })
	l.whole(t, url)
	n := l.refusedWell(t)
	if n == 0 {
		t.Error("nobody was refused")
	}
	t.Logf("figure: the disk was full %d times under load: %d refusals, all with 503 or 429 and when to come back; %d items, 0 lost, 0 twice, 0 by half; it went on by itself within %v",
		rounds, n, total, slowest.Round(100*time.Millisecond))
}

// TestRow40OutOfConnections: somebody takes every connection that the database
// has, and the program's own are cut. Clear refusals, and back to work when there
// are connections again.
func TestRow40OutOfConnections(t *testing.T) {
	t.Parallel()
	total, rounds := 9000, 1
	if endure() {
		total, rounds = 20_000, 10
	}
	p := newProgram(t)
	p.start()
	url := p.databaseURL()
	l := newLoad(p, caller{p, p.must("", "source", "add", "hotline", "--name", "热线")}, total)
	ctx, stop := context.WithCancel(t.Context())
	defer l.ended.Wait()
	defer stop()
	l.start(ctx, 3)
	refusals := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.refused[503]
	}
	most := 0
	var slowest time.Duration
	for k := range rounds {
		p.awaitFor(5*time.Minute, "the load to go on", func() bool { return l.count() >= total*(k+1)/(rounds+2) })
		before := refusals()
		h := takeAll(t, url)
		p.awaitFor(5*time.Minute, "a sender to be refused", func() bool { return refusals() >= before+5 })
		most = max(most, h.release(t))
		told, back := l.count(), time.Now()
		p.awaitFor(5*time.Minute, "the desk to go on by itself", func() bool { return l.count() > told || l.count() == total })
		slowest = max(slowest, time.Since(back))
	}
	p.awaitFor(10*time.Minute, "all to be acknowledged", func() bool { return l.count() == total })
	l.ended.Wait()
	p.awaitReady()
	p.move(5 * time.Minute)
	p.await("the sweep to finish what was left", func() bool { return number(t, url, "SELECT count(*) FROM huiying.raw WHERE NOT done") == 0 })
	l.whole(t, url)
	t.Logf("figure: out of connections (%d held by others) %d times under load: %d refusals, all with 503 or 429 and when to come back; %d items, 0 lost, 0 twice, 0 by half; it went on by itself within %v",
		most, rounds, l.refusedWell(t), total, slowest.Round(100*time.Millisecond))
}

// hog holds connections.
type hog struct {
	stop  context.CancelFunc
	ended sync.WaitGroup
	mu    sync.Mutex
	held  []*pgx.Conn
}

// takeAll takes every connection, then cuts those of the program and takes these too.
func takeAll(t *testing.T, url string) *hog {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	h := &hog{stop: stop}
	full := make(chan struct{})
	var once sync.Once
	for range 8 {
		h.ended.Go(func() {
			pause := time.NewTicker(5 * time.Millisecond)
			defer pause.Stop()
			for ctx.Err() == nil {
				conn, err := pgx.Connect(ctx, url)
				if err != nil {
					once.Do(func() { close(full) }) // refused: all are taken
					select {
					case <-ctx.Done():
					case <-pause.C:
					}
					continue
				}
				h.mu.Lock()
				h.held = append(h.held, conn)
				h.mu.Unlock()
			}
		})
	}
	select {
	case <-full:
	case <-time.After(2 * time.Minute):
		t.Fatal("the database has connections without end")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := h.held[0].Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'huiying%'"); err != nil {
		t.Fatal(err)
	}
	return h
}

// release gives them back and says how many there were.
func (h *hog) release(t *testing.T) int {
	t.Helper()
	h.stop()
	h.ended.Wait()
	for _, conn := range h.held {
		_ = conn.Close(context.WithoutCancel(t.Context())) // cut is closed too
	}
	return len(h.held)
}
