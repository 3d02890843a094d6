package pg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"huiying/desk"
)

// makeDataFolder gives the absolute path of the data folder, made when missing.
// Its mode lets the server's account pass through to its own folder; everything
// else in it has a mode of its own.
func makeDataFolder(dir string) (string, error) {
	if dir == "" {
		return "", desk.Invalid("data", "没有给出数据目录")
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return "", folderError(dir, err)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", folderError(dir, err)
	}
	// PostgreSQL's processes are found again by their working folder, which the
	// kernel reports with links resolved.
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", folderError(dir, err)
	}
	return abs, nil
}

func folderError(dir string, cause error) error {
	return &desk.Error{
		Code: desk.CodeUnavailable, Field: "data", Cause: cause,
		Text: "数据目录 %s 不能读写；请检查目录的归属和权限，或换一个目录（--data）",
		Args: []any{dir},
	}
}

// tryLock takes an exclusive lock that the kernel drops with the process, however
// that ends.
func tryLock(path string) (*os.File, bool, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, false, folderError(filepath.Dir(path), err)
	}
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return file, true, nil
	}
	closing := file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false, closing
	}
	return nil, false, errors.Join(fmt.Errorf("lock %s: %w", path, err), closing)
}

// waitForFolder takes the folder's lock, waiting for whoever holds it and saying
// so. While it waits, borrow may give the address of the database that runs.
func waitForFolder(ctx context.Context, data string, opt PrivateOptions, borrow func(context.Context) string) (*os.File, string, error) {
	patience, cancel := context.WithTimeout(ctx, max(opt.Wait, 0))
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for tries := 0; ; tries++ {
		lock, ok, err := tryLock(filepath.Join(data, "postgres.lock"))
		if err != nil || ok {
			return lock, "", err
		}
		if borrow != nil {
			if url := borrow(ctx); url != "" {
				return nil, url, nil
			}
		}
		if opt.Wait > 0 && tries%100 == 0 { // at once, then each 10 s
			opt.Log.Warn("另一个 huiying 进程正在使用数据目录，等待它结束", "data", data, "at_most", opt.Wait.String())
		}
		select {
		case <-patience.Done():
			if err := ctx.Err(); err != nil {
				return nil, "", err
			}
			return nil, "", inUse(data)
		case <-again.C:
		}
	}
}

// writeFile replaces a file as a whole, so that a reader never sees half of it.
func writeFile(path, text string, mode os.FileMode) error {
	next, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = next.WriteString(text)
	err = errors.Join(err, next.Chmod(mode), next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next.Name()))
	}
	return nil
}

// clearPGEnvironment removes the variables that libpq and pgx mix into every
// address.
func clearPGEnvironment() error {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "PG") {
			if err := os.Unsetenv(name); err != nil {
				return fmt.Errorf("unset %s: %w", name, err)
			}
		}
	}
	return nil
}
