package pg

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// Head is a place in the chain with its digest: epoch, number and digest, one per
// line in the heads file.
type Head struct {
	Epoch  string
	Seq    int64
	Digest []byte
}

func (h Head) String() string {
	return fmt.Sprintf("%s %d %s", h.Epoch, h.Seq, hex.EncodeToString(h.Digest))
}

// parseHead reads what String wrote.
func parseHead(line string) (h Head, ok bool) {
	f := strings.Fields(line)
	if len(f) != 3 {
		return h, false
	}
	seq, err := strconv.ParseInt(f[1], 10, 64)
	digest, bad := hex.DecodeString(f[2])
	if err != nil || bad != nil || seq < 1 || len(digest) == 0 {
		return h, false
	}
	return Head{f[0], seq, digest}, true
}

// readHeads gives every head of a file and how many lines can't be read, as after
// a crash in the middle of one.
func readHeads(r io.Reader) (heads []Head, unreadable int, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if h, ok := parseHead(line); ok {
			heads = append(heads, h)
		} else {
			unreadable++
		}
	}
	return heads, unreadable, lines.Err()
}

// headsFile appends heads to a file. Several nodes may share one: each line is
// one append, and their order doesn't matter.
type headsFile struct {
	path string

	mu      sync.Mutex
	head    Head
	written int64 // the last number written by this process
}

// set notes the newest head; write writes it.
func (f *headsFile) set(h Head) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.head = h
}

func (f *headsFile) write() (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.head.Seq == 0 || f.head.Seq == f.written {
		return nil
	}
	// With an office's own database nothing else may have made the folder yet.
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	line := f.head.String() + "\n"
	if torn(file) { // a crash left half a line: don't write on behind it
		line = "\n" + line
	}
	if _, err := file.WriteString(line); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	f.written = f.head.Seq
	return nil
}

func torn(file *os.File) bool {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return false
	}
	var last [1]byte
	_, err = file.ReadAt(last[:], size-1)
	return err == nil && last[0] != '\n'
}
