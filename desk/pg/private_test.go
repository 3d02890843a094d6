package pg

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"huiying/desk"
)

func TestPrivateStartsAnswersAndStops(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(openDir(t), "数据 folder, \"quoted\"")
	p := startTest(t, PrivateOptions{Dir: dir, Announce: true})
	for query, want := range map[string]string{
		"SHOW listen_addresses": "",
		"SHOW server_encoding":  "UTF8",
		"SHOW data_checksums":   "on",
		"SHOW fsync":            "on",
		"SHOW timezone":         "UTC",
		"SHOW lc_ctype":         "C.UTF-8",
		"SELECT '应' ~ '\\w' || current_database()":                                 "truehuiying",
		"SELECT (current_setting('server_version_num')::int >= 150000)::text":      "true",
		"SELECT count(*)::text FROM pg_file_settings WHERE error IS NOT NULL":      "0",
		"SELECT coalesce(inet_server_addr()::text, 'socket')":                      "socket",
		"SELECT count(*)::text FROM pg_hba_file_rules WHERE auth_method <> 'peer'": "0",
	} {
		if got := ask[string](t, p.URL(), query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	announced := addressFile(p.place.data)
	info, err := os.Stat(announced)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("database.url: %v, %v", info, err)
	}
	if running(t.Context(), dir) != p.URL() {
		t.Errorf("announced %q, want %q", running(t.Context(), dir), p.URL())
	}
	run(t, p.URL(), "CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
	stop(t, p)
	stop(t, p) // twice is harmless
	if exists(announced) {
		t.Error("database.url outlives the database")
	}
	if left, err := p.place.processes(); err != nil || len(left) > 0 {
		t.Errorf("processes left: %v, %v", left, err)
	}
	again := startTest(t, PrivateOptions{Dir: dir})
	if got := ask[int](t, again.URL(), "SELECT id FROM t"); got != 1 {
		t.Errorf("after a restart: %d", got)
	}
	if exists(announced) {
		t.Error("announced without being asked")
	}
}

func TestKilledParentLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	helper := startHelper(t, dir)
	place := place{data: dir, base: filepath.Join(dir, "postgres")}
	if left, err := place.processes(); err != nil || len(left) < 2 {
		t.Fatalf("the helper's database isn't seen: %v, %v", left, err)
	}
	kill9(t, helper)
	until(t, "no process of the cluster", func() bool {
		left, err := place.processes()
		return err == nil && len(left) == 0
	})
	if !exists(place.addressFile()) {
		t.Error("the kill should have left database.url behind")
	}
	if url := running(t.Context(), dir); url != "" {
		t.Errorf("a dead database is taken for running: %s", url)
	}
	p := startTest(t, PrivateOptions{Dir: dir})
	if got := ask[int](t, p.URL(), "SELECT id FROM kept"); got != 7 {
		t.Errorf("committed row: %d", got)
	}
}

func TestStartRightAfterKill(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	kill9(t, startHelper(t, dir))
	p := startTest(t, PrivateOptions{Dir: dir})
	if got := ask[int](t, p.URL(), "SELECT id FROM kept"); got != 7 {
		t.Errorf("committed row: %d", got)
	}
}

func kill9(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err == nil {
		t.Fatal("the helper wasn't killed")
	}
}

func TestStalePIDFileOfALivingProcess(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	p := startTest(t, PrivateOptions{Dir: dir, Throwaway: true})
	place, bin := p.place, p.bin
	stop(t, p)
	// After a reboot the number may belong to any process of the same account,
	// which PostgreSQL takes for its former self.
	other := exec.CommandContext(t.Context(), "/bin/sleep", "600")
	place.who.apply(other, "/", bin)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.Process.Kill(); err != nil {
			t.Error(err)
		}
		if err := other.Wait(); err == nil {
			t.Error("the other process ended by itself")
		}
	}()
	stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n", other.Process.Pid, place.cluster(), place.socket)
	file := filepath.Join(place.cluster(), "postmaster.pid")
	if err := os.WriteFile(file, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := place.who.own(file); err != nil {
		t.Fatal(err)
	}
	again := startTest(t, PrivateOptions{Dir: dir, Throwaway: true})
	ask[int](t, again.URL(), "SELECT 1")
}

func TestServerThatDiesIsStartedAgain(t *testing.T) {
	t.Parallel()
	p := startTest(t, PrivateOptions{Dir: openDir(t)})
	run(t, p.URL(), "CREATE TABLE t (id int); INSERT INTO t VALUES (3)")
	p.mu.Lock()
	process := p.process
	p.mu.Unlock()
	if err := process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, "the database answers again", func() bool {
		p.mu.Lock()
		renewed := p.process != nil && p.process != process
		p.mu.Unlock()
		if !renewed {
			return false
		}
		got, err := tryAsk[int](t.Context(), p.URL(), "SELECT id FROM t")
		return err == nil && got == 3
	})
}

func TestSecondProcessWaitsOrIsRefused(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	first := startTest(t, PrivateOptions{Dir: dir, Throwaway: true})
	if _, err := StartPrivate(t.Context(), PrivateOptions{Dir: dir, Wait: -1}); desk.CodeOf(err) != desk.CodeUnavailable {
		t.Errorf("a folder in use: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := StartPrivate(ended, PrivateOptions{Dir: dir}); err == nil {
		t.Error("a caller that has gone still got a database")
	}
	waits := listenFor("等待")
	second := make(chan *Private, 1)
	go func() {
		p, err := StartPrivate(t.Context(), PrivateOptions{Dir: dir, Throwaway: true, Log: slog.New(waits)})
		if err != nil {
			t.Errorf("second: %v", err)
		}
		second <- p
	}()
	<-waits.seen
	stop(t, first)
	if p := <-second; p != nil {
		ask[int](t, p.URL(), "SELECT 1")
		stop(t, p)
	}
}

func TestFolderThatTheServerCantEnter(t *testing.T) {
	t.Parallel()
	root, system := openDir(t), filepath.Join(openDir(t), "system")
	dir := filepath.Join(root, "home", "data")
	if err := os.MkdirAll(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(root, "home"), 0o700); err != nil {
		t.Fatal(err)
	}
	opt := PrivateOptions{Dir: dir, SystemDir: system, Throwaway: true}
	says := listenFor("另放一处")
	opt.Log = slog.New(says)
	p := startTest(t, opt)
	run(t, p.URL(), "CREATE TABLE t (id int); INSERT INTO t VALUES (5)")
	stop(t, p)
	if os.Geteuid() != 0 {
		// The server runs as ourselves: what we can enter it can enter.
		if p.Folder() != filepath.Join(dir, "postgres") || len(says.seen) > 0 {
			t.Errorf("moved to %s without need", p.Folder())
		}
		return
	}
	if !strings.HasPrefix(p.Folder(), system) || len(says.seen) != 1 {
		t.Errorf("cluster in %s, said so %d times", p.Folder(), len(says.seen))
	}
	if exists(filepath.Join(dir, "postgres")) {
		t.Error("an empty folder stays behind")
	}
	// The place is kept even when the folder has become open.
	if err := os.Chmod(filepath.Join(root, "home"), 0o755); err != nil {
		t.Fatal(err)
	}
	again := startTest(t, opt)
	if got := ask[int](t, again.URL(), "SELECT id FROM t"); got != 5 || again.Folder() != p.Folder() {
		t.Errorf("row %d in %s", got, again.Folder())
	}
	// A copy of the data folder leads to the same cluster: one at a time.
	twin := openDir(t)
	id, err := os.ReadFile(filepath.Join(dir, "postgres.id"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(twin, "postgres.id"), id, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := StartPrivate(t.Context(), PrivateOptions{Dir: twin, SystemDir: system, Wait: -1}); desk.CodeOf(err) != desk.CodeUnavailable {
		t.Errorf("two programs on one cluster: %v", err)
	}
	stop(t, again)
	// Where the cluster is gone, an empty one must not take its place.
	if err := os.Rename(p.Folder(), p.Folder()+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := StartPrivate(t.Context(), opt); desk.CodeOf(err) != desk.CodeUnavailable || exists(p.Folder()) {
		t.Errorf("a lost cluster: %v", err)
	}
}

func TestClusterThatCantBeEnteredAnyMore(t *testing.T) {
	t.Parallel()
	root := openDir(t)
	opt := PrivateOptions{Dir: filepath.Join(root, "home", "data"), SystemDir: openDir(t), Throwaway: true, Wait: -1}
	if err := os.MkdirAll(filepath.Join(root, "home"), 0o755); err != nil {
		t.Fatal(err)
	}
	stop(t, startTest(t, opt))
	mode := os.FileMode(0o600) // nobody but root can pass
	if err := os.Chmod(filepath.Join(root, "home"), mode); err != nil {
		t.Fatal(err)
	}
	_, err := StartPrivate(t.Context(), opt)
	if desk.CodeOf(err) != desk.CodeUnavailable {
		t.Errorf("got %v", err)
	}
	if err := os.Chmod(filepath.Join(root, "home"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestLongPathPutsSocketElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(openDir(t), strings.Repeat("长", 40))
	p := startTest(t, PrivateOptions{Dir: dir, Throwaway: true})
	if strings.HasPrefix(p.place.socket, dir) || !fitsSocket(p.place.socket) {
		t.Errorf("socket in %s", p.place.socket)
	}
	ask[int](t, p.URL(), "SELECT 1")
	stop(t, p)
	if exists(p.place.socket) {
		t.Error("the socket's folder stays behind")
	}
}

func TestHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	half := filepath.Join(dir, "postgres", "cluster.new", "base")
	if err := os.MkdirAll(half, 0o711); err != nil {
		t.Fatal(err)
	}
	ask[int](t, startTest(t, PrivateOptions{Dir: dir, Throwaway: true}).URL(), "SELECT 1")
}

func TestBrokenSettingsAreSaid(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	stop(t, startTest(t, PrivateOptions{Dir: dir, Throwaway: true}))
	local := filepath.Join(dir, "postgres", "local.conf")
	if err := os.WriteFile(local, []byte("work_mem = 'very much'\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := StartPrivate(t.Context(), PrivateOptions{Dir: dir, Throwaway: true})
	if desk.CodeOf(err) != desk.CodeUnavailable || !strings.Contains(err.Error(), "work_mem") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(local, []byte("work_mem = '5MB'\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := startTest(t, PrivateOptions{Dir: dir, Throwaway: true})
	if got := ask[string](t, p.URL(), "SHOW work_mem"); got != "5MB" {
		t.Errorf("local.conf isn't heard: work_mem %s", got)
	}
}
