package hotline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"huiying/desk"
)

const (
	chunkLines = 500
	chunkBytes = 1 << 20
	blockLines = 100 // a chunk is filled by several blocks
	readAhead  = 64 << 10
)

// block is complete lines as they came, or one line too long to be kept whole.
type block struct {
	bytes    []byte
	lines    int   // that carry something
	oversize int64 // its full length, when it is a line too long
	err      error // the end: io.EOF when the sender was done
}

// raw is the block as the desk keeps it.
func (b block) raw() desk.Raw {
	r := desk.Raw{ContentType: TypeNDJSON, Bytes: b.bytes}
	if b.oversize > 0 {
		r.Note, _ = json.Marshal(note{Oversize: b.oversize}) // an integer always can be
	}
	return r
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
// Empty lines are left out.
func readBlock(r *bufio.Reader, b *block) error {
	for {
		whole := len(b.bytes)
		size, err := readLine(r, b)
		if err != nil && !errors.Is(err, io.EOF) {
			b.bytes = b.bytes[:whole]
			return err // the line broke off: nobody may be told that it was taken
		}
		switch {
		case size > MaxLine:
			// Only ever the first of its block: a line that long isn't buffered.
			b.lines, b.oversize = 1, size
			return err
		case len(trimSpace(b.bytes[whole:])) == 0:
			b.bytes = b.bytes[:whole]
		default:
			b.lines++
		}
		if err != nil || b.lines >= blockLines || len(b.bytes) >= chunkBytes || !lineHere(r) {
			return err
		}
	}
}

// lineHere says whether a whole line is buffered, so that reading it won't wait.
func lineHere(r *bufio.Reader) bool {
	b, err := r.Peek(r.Buffered())
	return err == nil && bytes.IndexByte(b, '\n') >= 0
}

// readLine appends a line up to and with its line feed, of one too long only the
// beginning, and says how long it is without.
func readLine(r *bufio.Reader, b *block) (size int64, err error) {
	start := len(b.bytes)
	for {
		frag, err := r.ReadSlice('\n')
		size += int64(len(frag))
		if room := MaxLine - (len(b.bytes) - start); room > 0 {
			b.bytes = append(b.bytes, frag[:min(room, len(frag))]...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == nil {
			size--
		}
		return size, err
	}
}
