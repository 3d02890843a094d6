package ferry

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// The ends of files' names.
const (
	suffixBatch   = ".hyb"
	suffixReceipt = ".hyr"
)

const (
	// maxListed bounds the files that are looked at in one round.
	maxListed = 10_000
	// quarantineName is the folder that holds what was refused, beside the reason.
	quarantineName = "quarantine"
	lockName       = ".lock"
)

// Folder is one of the watched folders.
type Folder struct {
	Dir  string
	hook func(op string) error // before each change; for tests
}

// change asks whether a change may be made.
func (f Folder) change(op string) error {
	if f.hook == nil {
		return nil
	}
	return f.hook(op)
}

// Sub is a folder within it, made when it isn't there.
func (f Folder) Sub(name string) (Folder, error) {
	dir := filepath.Join(f.Dir, name)
	return Folder{dir, f.hook}, os.MkdirAll(dir, 0o750)
}

// File is what stands in a folder.
type File struct {
	Name string
	Size int64
	Mod  time.Time
}

// Put writes a file so that it is there whole or not at all, also after a power cut.
func (f Folder) Put(name string, b []byte) error {
	if name != filepath.Base(name) {
		return fmt.Errorf("ferry: %q is no name of a file", name)
	}
	if err := f.change("put"); err != nil {
		return err
	}
	dir, err := os.Open(f.Dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	temp := filepath.Join(f.Dir, "."+name+".part")
	out, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = out.Write(b)
	err = errors.Join(err, out.Sync(), out.Close())
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := f.change("rename"); err != nil {
		return err
	}
	if err := os.Rename(temp, filepath.Join(f.Dir, name)); err != nil {
		return err
	}
	return dir.Sync()
}

// List gives the files with an end, in order of their names. What is hidden or under
// another end is still being written.
func (f Folder) List(suffix string) (files []File, err error) {
	dir, err := os.Open(f.Dir)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(maxListed)
	if err != nil && err != io.EOF {
		return nil, err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") || !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken away meanwhile
		}
		if err != nil {
			return nil, err
		}
		files = append(files, File{e.Name(), info.Size(), info.ModTime()})
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return files, nil
}

// list gives the names of all files with an end, in any order, however many.
func (f Folder) list(suffix string) (names []string, err error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if n := e.Name(); strings.HasSuffix(n, suffix) && !strings.HasPrefix(n, ".") {
			names = append(names, n)
		}
	}
	return names, nil
}

// Read gives at most limit bytes of a file and one more. A link isn't followed.
func (f Folder) Read(name string, limit int64) ([]byte, error) {
	in, err := os.OpenFile(filepath.Join(f.Dir, name), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, limit+1))
}

// Has says whether a file is there.
func (f Folder) Has(name string) bool {
	_, err := os.Lstat(filepath.Join(f.Dir, name))
	return err == nil
}

// Remove takes a file away; one that is gone is none.
func (f Folder) Remove(name string) error {
	if err := f.change("remove"); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(f.Dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Quarantine puts a file aside with the reason, under a name that tells its bytes.
func (f Folder) Quarantine(name string, b []byte, why string) error {
	aside, err := f.Sub(quarantineName)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	as := hex.EncodeToString(sum[:8]) + "-" + name
	if err := aside.Put(as+".reason.txt", []byte(why+"\n")); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(f.Dir, name), filepath.Join(aside.Dir, as)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Lock waits until nobody else works in the folder. The lock ends with the process,
// however it ends.
func (f Folder) Lock(ctx context.Context) (unlock func(), err error) {
	file, err := os.OpenFile(filepath.Join(f.Dir, lockName), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o640)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			file.Close()
			return nil, err
		}
		wait := time.NewTimer(50 * time.Millisecond)
		select {
		case <-ctx.Done():
			wait.Stop()
			file.Close()
			return nil, ctx.Err()
		case <-wait.C:
		}
	}
}

// batchName is another each time a batch is sent: a gateway that knows a name passes it once.
func batchName(b []byte, seq int64, sends int) string {
	sum := sha256.Sum256(b)
	return fmt.Sprintf("batch-%s-%012d-%d%s", hex.EncodeToString(sum[:4]), seq, sends, suffixBatch)
}

// receiptName is another each time as well.
func receiptName(r Receipt) string {
	return fmt.Sprintf("receipt-%s-%d%s", r.Stream, r.At.UnixNano(), suffixReceipt)
}
