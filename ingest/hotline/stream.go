package hotline

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"huiying/desk"
)

// unread is how many acknowledged chunks may wait for a sender that doesn't read
// while it writes; most HTTP clients don't. Beyond that it is held back.
const unread = 256

// long past: a deadline that ends what waits now.
var expired = time.Unix(1, 0)

// stream serves NDJSON of any length. Three things run at once: reading lines,
// committing chunks, writing acknowledgements; each ends with the request.
func (h *handler) stream(w http.ResponseWriter, r *http.Request, src desk.Source) {
	rc := http.NewResponseController(w)
	// Without it the server reads the whole body before the first line goes out.
	if err := rc.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		h.Fail(w, r, unreadable(err))
		return
	}
	// One stream, one connection: when the answer ends before the body, the server
	// would otherwise go on reading the rest beside the next request.
	w.Header().Set("Connection", "close")
	// The guards' deadlines are for requests that end soon; Quiet takes their place.
	_ = rc.SetReadDeadline(time.Time{})  // not supported: then there is none to lift
	_ = rc.SetWriteDeadline(time.Time{}) // likewise

	s := &stream{h: h, r: r, src: src, blocks: make(chan block), done: make(chan struct{}), written: make(chan struct{})}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(s.blocks)
		body, err := h.body(r)
		if err != nil {
			s.put(block{err: err})
			return
		}
		blocks(&heard{body, &s.heard}, s.put)
	}()
	s.out = make(chan []byte, unread)
	err := s.take(w, rc)
	close(s.done)
	if s.started {
		if err != nil {
			s.queue(s.errorLine(err))
		}
		close(s.out)
		<-s.written
	}
	if !s.ended {
		_ = rc.SetReadDeadline(expired) // the reader may wait in Read: end that
	}
	<-read
	if err != nil && !s.started {
		h.Fail(w, r, err)
	}
}

type stream struct {
	h       *handler
	r       *http.Request
	src     desk.Source
	blocks  chan block
	done    chan struct{} // nobody takes blocks any more
	out     chan []byte   // acknowledgements to be written
	written chan struct{} // the writer has ended
	started bool          // the head of the answer is on its way
	ended   bool          // the body was read to its end
	next    int64         // index of the next item
	heard   atomic.Int64  // bytes that have come, also of a line that isn't whole yet
}

// heard counts while another goroutine looks on.
type heard struct {
	r io.Reader
	n *atomic.Int64
}

func (h *heard) Read(b []byte) (int, error) {
	n, err := h.r.Read(b)
	h.n.Add(int64(n))
	return n, err
}

func (s *stream) put(b block) bool {
	select {
	case s.blocks <- b:
		return true
	case <-s.done:
		return false
	}
}

// take commits what comes until the body ends: nil, or why it stopped. What is begun
// by then is finished and acknowledged in any case.
func (s *stream) take(w http.ResponseWriter, rc *http.ResponseController) error {
	pipe := newPipe(func(raw desk.Raw) (desk.Finish, error) { return s.h.begin(s.r, s.src, raw) },
		func(f desk.Finish) ([]desk.Result, error) { return s.h.finish(s.r, f) },
		func(results []desk.Result) error { return s.told(w, rc, results) })
	err := s.fill(pipe)
	if failed := pipe.close(); failed != nil { // of an earlier chunk than what broke off here
		err = failed
	}
	if err == nil {
		s.start(w, rc) // when nothing came at all
	}
	return err
}

// fill cuts what comes into chunks until the body ends.
func (s *stream) fill(pipe *pipe) error {
	var chunk block
	pause, quiet := time.NewTimer(s.h.Pause), time.NewTimer(s.h.Quiet)
	defer pause.Stop()
	defer quiet.Stop()
	pause.Stop()
	before := int64(0)
	commit := func() error {
		c := chunk
		chunk = block{}
		if c.lines == 0 {
			return nil
		}
		return pipe.put(c.raw())
	}
	for {
		quiet.Reset(s.h.Quiet)
		select {
		case b := <-s.blocks:
			s.ended = b.err != nil
			if b.oversize > 0 || chunk.lines+b.lines > chunkLines || len(chunk.bytes)+len(b.bytes) > chunkBytes {
				if err := commit(); err != nil {
					return err
				}
			}
			chunk.bytes, chunk.lines, chunk.oversize = append(chunk.bytes, b.bytes...), chunk.lines+b.lines, b.oversize
			if b.err != nil || b.oversize > 0 || chunk.lines >= chunkLines || len(chunk.bytes) >= chunkBytes {
				if err := commit(); err != nil {
					return err
				}
			}
			if b.err != nil {
				if errors.Is(b.err, io.EOF) {
					return nil
				}
				return unreadable(b.err)
			}
			pause.Reset(s.h.Pause)
		case <-pause.C:
			if err := commit(); err != nil {
				return err
			}
		case <-quiet.C:
			if n := s.heard.Load(); n != before {
				before = n // a long line is on its way
				continue
			}
			return desk.Invalid("", "长时间没有收到内容，连接已关闭")
		case <-s.r.Context().Done():
			return unreadable(s.r.Context().Err())
		}
	}
}

// told queues the acknowledgement of one chunk.
func (s *stream) told(w http.ResponseWriter, rc *http.ResponseController, results []desk.Result) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, res := range results {
		if err := enc.Encode(answerOf(res, s.next)); err != nil {
			return err
		}
	}
	s.next += int64(len(results))
	s.start(w, rc)
	if !s.queue(b.Bytes()) {
		return unreadable(errors.New("hotline: the sender no longer takes answers"))
	}
	return nil
}

// queue hands lines to the writer, unless that has ended.
func (s *stream) queue(b []byte) bool {
	select {
	case s.out <- b:
		return true
	case <-s.written:
		return false
	}
}

// start sends the head of the answer and begins to write what is queued.
func (s *stream) start(w http.ResponseWriter, rc *http.ResponseController) {
	if s.started {
		return
	}
	s.started = true
	w.Header().Set("Content-Type", TypeNDJSON)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	go func() {
		defer close(s.written)
		for b := range s.out {
			cut := time.AfterFunc(s.h.Quiet, func() { _ = rc.SetWriteDeadline(expired) })
			_, err := w.Write(b)
			if err == nil {
				err = rc.Flush()
			}
			if !cut.Stop() || err != nil {
				s.h.Log.Info("acknowledgements were not delivered", "source", s.src.Name, "error", err)
				return
			}
		}
	}()
}

// errorLine is the last line of a stream that broke off: it has no index.
func (s *stream) errorLine(err error) []byte {
	e := &desk.Error{Code: desk.CodeInternal, Text: "系统内部错误，请重发未确认的内容"}
	errors.As(err, &e)
	line := struct {
		Error struct {
			reason
			RetryAfter int `json:"retry_after,omitempty"` // seconds
		} `json:"error"`
	}{}
	line.Error.reason = reason{Field: e.Field, Message: e.Message()}
	line.Error.RetryAfter = int(e.RetryAfter / time.Second)
	s.h.Log.Warn("a stream of items broke off", "source", s.src.Name, "items", s.next, "error", err)
	b, _ := json.Marshal(line) // plain strings and an integer always can be
	return append(b, '\n')
}
