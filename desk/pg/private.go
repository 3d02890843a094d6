package pg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"huiying/desk"
)

// PrivateOptions say where a private database lies and how it runs.
type PrivateOptions struct {
	// Dir is the program's data folder; it is made when missing. The cluster lies
	// in Dir/postgres, or in SystemDir when the account that PostgreSQL runs as
	// can't enter Dir.
	Dir string
	Log *slog.Logger // nil: silent
	// Announce publishes the address in Dir/database.url (0600) while the database
	// runs, for commands started beside it. A command that starts the database for
	// its own duration doesn't announce: whoever borrowed it would be cut off.
	Announce bool
	// Wait is how long to wait for another process that holds the folder;
	// 0: the default of 60 s, negative: not at all.
	Wait time.Duration
	// Throwaway trades durability for speed (no fsync), for tests only.
	Throwaway bool
	// SystemDir is where clusters go whose data folder can't be entered; "": /var/lib/huiying.
	SystemDir string
	// MaxConnections of the cluster; 0: 200.
	MaxConnections int
}

// defaultWait is the contract's patience with a folder in use.
const defaultWait = 60 * time.Second

// Private is a PostgreSQL of the program's own: the machine's binaries, a cluster
// in the data folder, a unix socket and no network. It lives as long as the
// process that started it, also when that one is killed, and is started again
// when it dies on its own.
type Private struct {
	opt    PrivateOptions
	log    *slog.Logger
	place  place
	bin    binaries
	url    string
	locks  []*os.File
	stderr *serverLog

	stopping chan struct{}
	done     chan struct{} // closed when the supervisor has ended
	stop     sync.Once
	stopErr  error

	mu      sync.Mutex
	process *os.Process // nil while none runs
	stopped bool
	ready   bool
}

// StartPrivate starts the private database of a data folder and returns when it
// answers. ctx bounds the start only; Stop ends the database. The error is a
// *desk.Error when somebody can do something about it: CodeUnavailable when no
// PostgreSQL ≥ 15 is installed or another process holds the folder.
func StartPrivate(ctx context.Context, opt PrivateOptions) (*Private, error) {
	p, _, err := startPrivate(ctx, opt, nil)
	return p, err
}

// startPrivate also asks borrow, if given, while another process holds the folder:
// a URL from it ends the wait.
func startPrivate(ctx context.Context, opt PrivateOptions, borrow func(context.Context) string) (*Private, string, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Wait == 0 {
		opt.Wait = defaultWait
	}
	if opt.MaxConnections == 0 {
		opt.MaxConnections = 200
	}
	if opt.SystemDir == "" {
		opt.SystemDir = "/var/lib/huiying"
	}
	// The private cluster is the only database of this process: what the shell
	// sets for psql must not bend its connections.
	if err := clearPGEnvironment(); err != nil {
		return nil, "", err
	}
	data, err := makeDataFolder(opt.Dir)
	if err != nil {
		return nil, "", err
	}
	lock, url, err := waitForFolder(ctx, data, opt, borrow)
	if err != nil || url != "" {
		return nil, url, err
	}
	p := &Private{
		opt: opt, log: opt.Log, locks: []*os.File{lock},
		stopping: make(chan struct{}), done: make(chan struct{}),
	}
	if err := p.start(ctx, data); err != nil {
		return nil, "", errors.Join(err, p.release())
	}
	return p, "", nil
}

// start does everything that needs the folder's lock.
func (p *Private) start(ctx context.Context, data string) (err error) {
	if p.place, err = choosePlace(ctx, data, p.opt.SystemDir, p.log); err != nil {
		return err
	}
	major, err := p.place.clusterMajor()
	if err != nil {
		return err
	}
	if p.bin, err = findBinaries(ctx, major); err != nil {
		return err
	}
	// A copied data folder points at the same cluster: the second lock is the
	// cluster's own.
	lock, ok, err := tryLock(p.place.lockFile())
	if err != nil {
		return err
	}
	if !ok {
		return inUse(p.place.base)
	}
	p.locks = append(p.locks, lock)
	if err := p.place.removeLeftovers(ctx, p.log); err != nil {
		return err
	}
	if err := p.prepare(ctx, major == 0); err != nil {
		return err
	}
	p.url = p.place.url(databaseName)
	started := make(chan error, 1)
	// Stop outlives the start, so the supervisor must not end with ctx.
	go p.supervise(context.WithoutCancel(ctx), started)
	if err := <-started; err != nil {
		<-p.done
		return fmt.Errorf("start postgres: %w", err)
	}
	if err := p.waitReady(ctx); err != nil {
		return errors.Join(err, p.end(context.WithoutCancel(ctx)))
	}
	if p.opt.Announce {
		if err := writeFile(p.place.addressFile(), p.url+"\n", 0o600); err != nil {
			return errors.Join(err, p.end(context.WithoutCancel(ctx)))
		}
	}
	p.log.Info("private PostgreSQL started", "version", p.bin.version, "folder", p.place.base, "account", p.place.who.name)
	return nil
}

// URL is the address of the database, for pgx and psql alike. It holds no secret:
// the server asks the kernel who is calling.
func (p *Private) URL() string { return p.url }

// AdminURL is the address of the cluster's maintenance database, from which
// others are made and dropped.
func (p *Private) AdminURL() string { return p.place.url(adminDatabase) }

// Folder is where the cluster lies.
func (p *Private) Folder() string { return p.place.base }

// Done is closed when the database has ended and won't be started again.
func (p *Private) Done() <-chan struct{} { return p.done }

// Stop ends the database cleanly: clients are cut off, what is committed is
// checkpointed. Past ctx, or 30 s, it ends less politely; nothing committed is
// lost either way. Stopping twice is harmless.
func (p *Private) Stop(ctx context.Context) error {
	p.stop.Do(func() { p.stopErr = p.close(ctx) })
	return p.stopErr
}

func (p *Private) close(ctx context.Context) error {
	err := p.end(ctx)
	if filepath.Dir(p.place.socket) != p.place.base {
		// In a shared folder; the next start makes it again.
		if gone := os.Remove(p.place.socket); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return errors.Join(err, p.release())
}

func (p *Private) end(ctx context.Context) error {
	p.mu.Lock()
	p.stopped = true
	close(p.stopping)
	process := p.process
	p.mu.Unlock()

	var errs []error
	if p.opt.Announce {
		if err := os.Remove(p.place.addressFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	// SIGINT asks for a fast shutdown, SIGQUIT for an immediate one.
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 8 * time.Second}} {
		if process != nil {
			if err := process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
				errs = append(errs, fmt.Errorf("signal postgres: %w", err))
			}
		}
		if p.waitDone(ctx, step.wait) {
			return errors.Join(errs...)
		}
		p.log.Warn("PostgreSQL doesn't stop", "asked_with", step.signal.String())
		ctx = context.WithoutCancel(ctx) // the harder step needs its own time
	}
	p.place.kill(syscall.SIGKILL)
	<-p.done
	return errors.Join(append(errs, errors.New("postgres had to be killed"))...)
}

func (p *Private) waitDone(ctx context.Context, wait time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *Private) release() error {
	var errs []error
	for _, lock := range p.locks {
		if err := lock.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// supervise runs the server until Stop, and again when it dies on its own. It
// keeps its operating system thread for good: the kernel sends Pdeathsig when the
// thread that forked ends, not the process, and Go ends threads as it likes.
func (p *Private) supervise(ctx context.Context, started chan<- error) {
	runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
	defer close(p.done)
	pause := time.Second
	for first := true; ; first = false {
		command, err := p.spawn(ctx)
		if first {
			started <- err
			if err != nil {
				return
			}
		}
		if command == nil && err == nil {
			return // stopped meanwhile
		}
		if err == nil {
			err = command.Wait()
		}
		p.mu.Lock()
		p.process = nil
		over := p.stopped || !p.ready
		p.mu.Unlock()
		if over {
			return
		}
		p.log.Error("PostgreSQL ended by itself; starting it again", "cause", err, "said", p.stderr.last(), "pause", pause)
		timer := time.NewTimer(pause)
		select {
		case <-p.stopping:
			timer.Stop()
			return
		case <-timer.C:
		}
		pause = min(2*pause, 30*time.Second)
		if err := p.place.removeLeftovers(ctx, p.log); err != nil {
			p.log.Error("leftovers of PostgreSQL", "cause", err)
		}
	}
}

// spawn starts the server process, unless the database is being stopped.
func (p *Private) spawn(ctx context.Context) (*exec.Cmd, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return nil, nil
	}
	command := exec.Command(p.bin.path("postgres"), p.place.serverArguments()...)
	p.place.who.apply(command, p.place.cluster(), p.bin)
	// SIGQUIT rather than a polite signal: what the parent's death leaves must go
	// at once, and recovery from the log is what PostgreSQL does best.
	command.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	// A session of its own, so that ctrl-C at the terminal stops the program
	// first and the database after it.
	command.SysProcAttr.Setsid = true
	p.stderr = &serverLog{ctx: ctx, log: p.log}
	command.Stderr = p.stderr
	command.Stdout = io.Discard
	command.WaitDelay = 5 * time.Second
	if err := command.Start(); err != nil {
		return nil, err
	}
	p.process = command.Process
	return command, nil
}

// ErrInUse is the cause of a refusal because another process holds the folder.
var ErrInUse = errors.New("data folder in use")

// inUse is the refusal of a folder that another process holds.
func inUse(dir string) error {
	return &desk.Error{
		Code: desk.CodeUnavailable, Field: "data",
		Text: "数据目录 %s 正由另一个 huiying 进程使用；请先停止它，或换一个数据目录（--data）",
		Args: []any{dir}, Cause: ErrInUse, RetryAfter: 10 * time.Second,
	}
}
