package hotline

import (
	"bufio"
	"errors"
	"io"
)

const (
	chunkLines = 500
	chunkBytes = 1 << 20
	readAhead  = 64 << 10
)

// block is complete lines as they came, or one line too long to be kept whole.
type block struct {
	bytes    []byte
	lines    int   // that carry something
	oversize int64 // its full length, when it is a line too long
	err      error // the end: io.EOF when the sender was done
}

// blocks cuts a body into blocks of whole lines, each no more than what one read
// of the network brought or what one line needs, and hands them to put until the
// body ends or put refuses. A last line without its line feed counts if the body
// ended well, and is dropped if it broke off.
func blocks(body io.Reader, put func(block) bool) {
	r := bufio.NewReaderSize(body, readAhead)
	for {
		b := block{}
		err := readBlock(r, &b)
		b.err = err
		if !put(b) || err != nil {
			return
		}
	}
}

// readBlock waits for one line, then takes what further lines are here already.
func readBlock(r *bufio.Reader, b *block) error {
	for {
		whole := len(b.bytes)
		line, size, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return err // the line broke off: nobody may be told that it was taken
		}
		if size > MaxLine {
			// Only ever the first of its block: a line that long isn't buffered.
			b.bytes, b.lines, b.oversize = line, 1, size
			return err
		}
		b.bytes = append(b.bytes[:whole], line...)
		if len(trimSpace(line)) > 0 {
			b.lines++
		}
		if err != nil || b.lines >= chunkLines || len(b.bytes) >= chunkBytes || !lineHere(r) {
			return err
		}
	}
}

// lineHere says whether a whole line is buffered, so that reading it won't wait.
func lineHere(r *bufio.Reader) bool {
	n := r.Buffered()
	if n == 0 {
		return false
	}
	b, err := r.Peek(n)
	if err != nil {
		return false
	}
	for _, c := range b {
		if c == '\n' {
			return true
		}
	}
	return false
}

// readLine reads up to and with the line feed: the bytes, of a line too long only
// its beginning, and how many there were.
func readLine(r *bufio.Reader) (line []byte, size int64, err error) {
	for {
		frag, err := r.ReadSlice('\n')
		size += int64(len(frag))
		if room := MaxLine - len(line); room > 0 {
			line = append(line, frag[:min(room, len(frag))]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, size, err
		}
	}
}
