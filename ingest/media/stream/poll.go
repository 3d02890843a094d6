package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"huiying/desk"
	"huiying/ingest"
)

const (
	// batchMost is how many messages are kept and committed at once.
	batchMost = 500
	// batchBytes bounds the same in bytes; one message may be greater, if the server takes it.
	batchBytes = 8 << 20
	// unacked is how many messages the server hands out before it waits: what a slow
	// desk holds back stays with the server.
	unacked = 4 * batchMost
	// ackWait is how long the server waits for an acknowledgement before it hands a
	// message to another node. A batch is committed in half a minute at most.
	ackWait = 45 * time.Second
	// gather is how long a batch may wait to be full.
	gather = 50 * time.Millisecond
	// turn is how long one poll goes on while messages keep coming.
	turn = 90 * time.Second
	// askFor bounds a question to the server.
	askFor = 10 * time.Second
	// linger is how long a poll waits for the next message.
	linger = 10 * time.Second
	// trial is how many of the newest messages a trial looks at.
	trial = 10
)

// Poller reads streams.
type Poller struct {
	Guard  *ingest.Guard
	Server *Server       // the embedded one; nil: there is none
	Linger time.Duration // how long a poll waits for the next message; 0 is ten seconds
}

// Poll keeps what has come, batch by batch, and acknowledges each when it is
// committed. It ends when nothing came for a while.
func (p *Poller) Poll(ctx context.Context, src desk.Source, keep ingest.Keep) error {
	to, err := parse(src.URL)
	if err != nil {
		return err
	}
	l, err := p.connect(ctx, src, to)
	if err != nil {
		return err
	}
	defer l.close()
	asking, stop := context.WithTimeout(ctx, askFor)
	defer stop()
	stream, err := l.stream(asking, to)
	if err != nil {
		return err
	}
	if src.Lease == "" {
		return peek(asking, stream, to, keep)
	}
	consumer, err := l.consumer(asking, to, src)
	if err != nil {
		return err
	}
	at, err := readCursor(src.Cursor, to.stream, stream.CachedInfo().Created)
	if err != nil {
		return err
	}
	r := reader{link: l, consumer: consumer, keep: keep, at: at.above(consumer.CachedInfo().AckFloor.Stream), stream: to.stream}
	return r.read(ctx, p.linger())
}

func (p *Poller) linger() time.Duration {
	if p.Linger > 0 {
		return p.Linger
	}
	return linger
}

// reader is one poll under way.
type reader struct {
	link     *link
	consumer jetstream.Consumer
	keep     ingest.Keep
	at       cursor
	stream   string
}

func (r *reader) read(ctx context.Context, patience time.Duration) error {
	over := time.NewTimer(turn)
	defer over.Stop()
	for {
		batch, err := r.fetch(ctx, batchMost, gather)
		if err == nil && len(batch) == 0 {
			batch, err = r.fetch(ctx, 1, patience)
			if err == nil && len(batch) == 0 {
				return nil
			}
		}
		if err == nil {
			err = r.take(ctx, batch)
		}
		if err != nil {
			return err
		}
		select {
		case <-over.C:
			return ingest.ErrMore
		default:
		}
	}
}

// fetch gives what comes within a time, up to n messages.
func (r *reader) fetch(ctx context.Context, n int, within time.Duration) (list []jetstream.Msg, err error) {
	most := max(batchBytes, int(r.link.conn.MaxPayload())+64<<10)
	got, err := r.consumer.Fetch(n, jetstream.FetchMaxWait(within), jetstream.FetchMaxBytes(most))
	if err != nil {
		return nil, r.link.failed(err)
	}
	for {
		select {
		case m, more := <-got.Messages():
			if !more {
				if err := got.Error(); err != nil && len(list) == 0 {
					return nil, r.link.failed(err)
				}
				return list, nil
			}
			list = append(list, m)
		case <-ctx.Done():
			return nil, ctx.Err() // what is on its way is handed out again
		case <-r.link.closed:
			return nil, r.link.failed(nats.ErrConnectionClosed)
		}
	}
}

// take keeps a batch and then acknowledges it.
func (r *reader) take(ctx context.Context, batch []jetstream.Msg) error {
	n := note{Stream: r.stream}
	var bytes []byte
	var seqs []uint64
	for _, m := range batch {
		meta, err := m.Metadata()
		if err != nil {
			return fmt.Errorf("a message without a number: %w", err)
		}
		if seq := meta.Sequence.Stream; !r.at.has(seq) {
			b := m.Data()
			bytes, seqs = append(bytes, b...), append(seqs, seq)
			n.At = append(n.At, [2]uint64{seq, uint64(len(b))})
		}
	}
	if len(seqs) > 0 {
		next := r.at.with(seqs)
		if err := r.keepRaw(ctx, desk.Raw{ContentType: "application/json", Bytes: bytes, Note: mustJSON(n)}, next); err != nil {
			for _, m := range batch {
				m.Nak() //nolint:errcheck // it comes again anyway, later
			}
			return errors.Join(err, r.link.flush())
		}
		r.at = next
	}
	for _, m := range batch {
		if err := m.Ack(); err != nil {
			return r.link.failed(err) // kept: it comes again, and is known
		}
	}
	if err := r.link.flush(); err != nil {
		return err
	}
	if len(r.at.Kept) < maxRuns/4 {
		return nil
	}
	asking, stop := context.WithTimeout(ctx, askFor)
	defer stop()
	info, err := r.consumer.Info(asking)
	if err != nil {
		return r.link.failed(err)
	}
	r.at = r.at.above(info.AckFloor.Stream)
	return nil
}

func (r *reader) keepRaw(ctx context.Context, raw desk.Raw, next cursor) error {
	move, err := json.Marshal(next)
	if err != nil {
		return err
	}
	return r.keep(ctx, []desk.Raw{raw}, move)
}

// peek shows the newest messages, for a trial: no consumer hears of it.
func peek(ctx context.Context, stream jetstream.Stream, to place, keep ingest.Keep) error {
	state := stream.CachedInfo().State
	n := note{Stream: to.stream}
	var bytes []byte
	for seq := max(state.FirstSeq, state.LastSeq-min(state.LastSeq, trial)+1); seq <= state.LastSeq && state.Msgs > 0; seq++ {
		m, err := stream.GetMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue // read and gone
		}
		if err != nil {
			return said(err)
		}
		if len(bytes)+len(m.Data) > batchBytes {
			break
		}
		bytes = append(bytes, m.Data...)
		n.At = append(n.At, [2]uint64{seq, uint64(len(m.Data))})
	}
	if len(n.At) == 0 {
		return nil
	}
	return keep(ctx, []desk.Raw{{ContentType: "application/json", Bytes: bytes, Note: mustJSON(n)}}, nil)
}

func mustJSON(n note) json.RawMessage {
	b, err := json.Marshal(n)
	if err != nil {
		panic("stream: a note that can't be JSON: " + err.Error())
	}
	return b
}
