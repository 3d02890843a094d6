package hotline

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/ingest/ingesttest"
)

// FuzzBlocks: a stream is cut into blocks of whole lines; put together again they
// are the stream without its empty lines.
func FuzzBlocks(f *testing.F) {
	f.Add([]byte("{}\n\n{}\r\n \n{}"), uint8(3))
	f.Add([]byte("\n\n"), uint8(1))
	for _, x := range corpus.Texts(f, 5) {
		f.Add(rawLines(ingesttest.Message{ID: "1", Title: x.Title, Body: x.Body}).Bytes, uint8(200))
	}
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		var got []byte
		lines, ended := 0, false
		blocks(&pieces{b: b, size: int(size)%64 + 1}, func(k block) bool {
			if ended {
				t.Error("a block after the end")
			}
			if k.err != nil && !errors.Is(k.err, io.EOF) {
				t.Error(k.err)
			}
			ended = k.err != nil
			got, lines = append(got, k.bytes...), lines+k.lines
			return true
		})
		var want []byte
		n := 0
		for line := range bytes.Lines(b) {
			if len(trimSpace(line)) > 0 {
				want, n = append(want, line...), n+1
			}
		}
		if !bytes.Equal(got, want) || lines != n || !ended {
			t.Errorf("%q: %q in %d lines, want %q in %d", b, got, lines, want, n)
		}
	})
}

// pieces gives a few bytes at a time.
type pieces struct {
	b    []byte
	size int
}

func (p *pieces) Read(to []byte) (int, error) {
	if len(p.b) == 0 {
		return 0, io.EOF
	}
	n := copy(to, p.b[:min(p.size, len(p.b))])
	p.b = p.b[n:]
	return n, nil
}

// FuzzFilter reads the query of a list of requests: it is refused, or the span is
// bounded.
func FuzzFilter(f *testing.F) {
	f.Add("start_date=2026-11-20T08:00:00+08:00&end_date=2026-11-21&status=open,closed&service_code=01,02")
	f.Add("service_request_id=1,2,x,99999999999999999999&start_date=%zz")
	f.Add("end_date=0001-01-01&status=gone")
	policy, err := desk.DefaultPolicy()
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	h := &open311{Open311: Open311{Desk: &desk.Desk{Policy: policy, Now: func() time.Time { return now }}}}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		got, bad := h.filter(q)
		if len(bad) > 0 {
			return
		}
		if len(got.IDs) > 1000 {
			t.Errorf("%d numbers", len(got.IDs))
		}
		to := now // an open end
		if got.To != nil {
			to = *got.To
		}
		if got.IDs == nil && (got.From == nil || to.Before(*got.From) || to.Sub(*got.From) > span) {
			t.Errorf("%q asks for %v to %v", query, got.From, got.To)
		}
	})
}
