package pg

import (
	"context"
	"encoding/binary"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// copyFrom is the number of rows from which COPY is quicker than a statement: it takes
// a turn more, and each row less than half the work.
const copyFrom = 16

// copyRows writes rows in COPY's binary form,
// https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4: values follow in the
// order of the columns, without a look at what type a value has.
type copyRows struct {
	b    []byte
	err  error
	next func(i int) error // writes row i
	i, n int
	sent int // of b
}

// copySignature begins every binary COPY; flags and the length of an extension follow.
const copySignature = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

// copySend is how much is written before it goes to the server, which works on it
// while the next rows are written.
const copySend = 60 << 10

// copyIn copies n rows into a table, within the transaction. into is the table with its
// columns, as SQL.
func (t *tx) copyIn(ctx context.Context, into string, n int, row func(r *copyRows, i int) error) error {
	r := &copyRows{b: append(make([]byte, 0, 2*copySend), copySignature...), n: n}
	r.next = func(i int) error { return row(r, i) }
	_, err := t.q.Conn().PgConn().CopyFrom(ctx, r, "COPY "+into+" FROM STDIN BINARY")
	if r.err != nil && r.err != io.EOF {
		return r.err
	}
	return translate(err)
}

// Read gives the server what is written, and writes more rows when that is used up.
func (r *copyRows) Read(p []byte) (int, error) {
	if r.sent == len(r.b) {
		if r.err != nil {
			return 0, r.err
		}
		r.b, r.sent = r.b[:0], 0
		r.fill()
	}
	n := copy(p, r.b[r.sent:])
	r.sent += n
	if n == 0 {
		return 0, r.err
	}
	return n, nil
}

func (r *copyRows) fill() {
	for ; len(r.b) < copySend && r.i < r.n; r.i++ {
		if r.err = r.next(r.i); r.err != nil {
			r.b = r.b[:0]
			return
		}
	}
	if r.i == r.n {
		r.b, r.err = binary.BigEndian.AppendUint16(r.b, 0xffff), io.EOF
	}
}

// row begins a row of so many columns.
func (r *copyRows) row(columns int) { r.b = binary.BigEndian.AppendUint16(r.b, uint16(columns)) }

func (r *copyRows) size(n int) { r.b = binary.BigEndian.AppendUint32(r.b, uint32(n)) }
func (r *copyRows) null()      { r.size(-1) }

func (r *copyRows) text(s string) {
	r.size(len(s))
	r.b = append(r.b, s...)
}

func (r *copyRows) bytes(b []byte) {
	r.size(len(b))
	r.b = append(r.b, b...)
}

func (r *copyRows) int4(v int) {
	r.size(4)
	r.b = binary.BigEndian.AppendUint32(r.b, uint32(int32(v)))
}

func (r *copyRows) int8(v int64) {
	r.size(8)
	r.b = binary.BigEndian.AppendUint64(r.b, uint64(v))
}

func (r *copyRows) bool(v bool) {
	r.size(1)
	if v {
		r.b = append(r.b, 1)
	} else {
		r.b = append(r.b, 0)
	}
}

// epoch is PostgreSQL's, in microseconds of Unix time.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

func (r *copyRows) time(at time.Time) { r.int8(at.UnixMicro() - epoch) }

// jsonb leads its text with the version of its form.
func (r *copyRows) jsonb(s string) {
	r.size(1 + len(s))
	r.b = append(append(r.b, 1), s...)
}

// texts is a text[].
func (r *copyRows) texts(list []string) {
	at := len(r.b)
	r.size(0)
	if len(list) == 0 {
		r.array(0)
	} else {
		r.array(1)
		r.size(len(list))
		r.size(1) // the first has number 1
		for _, s := range list {
			r.text(s)
		}
	}
	binary.BigEndian.PutUint32(r.b[at:], uint32(len(r.b)-at-4))
}

func (r *copyRows) array(dimensions int) {
	r.size(dimensions)
	r.size(0) // none is NULL
	r.size(pgtype.TextOID)
}

// vector is a tsvector: lexemes in order, each once, without positions.
func (r *copyRows) vector(lexemes []string) {
	at := len(r.b)
	r.size(0)
	r.size(len(lexemes))
	for _, w := range lexemes {
		r.b = append(append(r.b, w...), 0, 0, 0) // the word's end, and how many positions
	}
	binary.BigEndian.PutUint32(r.b[at:], uint32(len(r.b)-at-4))
}

// maybe writes what a pointer points to, or NULL.
func maybe[T any](r *copyRows, write func(T), v *T) {
	if v == nil {
		r.null()
		return
	}
	write(*v)
}
