package web

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/gorilla/websocket"

	"huiying/desk"
	"huiying/desk/live"
)

// tick tells pages what time it is and how far they are.
type tick struct {
	Now    time.Time `json:"now"`
	Rate   *float64  `json:"rate,omitempty"` // in a drill, whose time may be stopped at any moment
	Cursor string    `json:"cursor"`
}

// ending is why a line is cut.
type ending struct {
	code   int
	reason string
}

// line is one socket: one goroutine writes, one reads.
type line struct {
	s       *Server
	who     desk.Actor
	session string // "" for a bearer token
	html    bool
	feed    *live.Subscription
	ctx     context.Context // ends with the line; its cause is an ending, or gone
	end     context.CancelCauseFunc
}

// Error lets an ending be the cause of a context's end.
func (e ending) Error() string { return e.reason }

// gone is the ending of a line whose other end went away: there is nobody to tell.
var gone = ending{code: websocket.CloseAbnormalClosure}

// cut ends the line; the first reason counts.
func (l *line) cut(code int, reason string) { l.end(ending{code, reason}) }

// run serves the line until it ends and gives the close code.
func (l *line) run(conn *websocket.Conn) int {
	narrow(conn)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		l.listen(conn)
	}()
	why := l.talk(conn)
	if why == gone {
		_ = conn.Close() // nothing is left to be lost
	} else {
		l.bye(conn, why)
	}
	<-listening
	return why.code
}

// bye says why and gives the other end a second to answer; listen hears it.
func (l *line) bye(conn *websocket.Conn, why ending) {
	deadline := l.s.Real().Add(time.Second)
	if conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(why.code, why.reason), deadline) == nil {
		_ = conn.SetReadDeadline(deadline)
		return // listen closes
	}
	_ = conn.Close() // it can't be told
}

// listen reads what the other end says, which is nothing but pongs and a close.
func (l *line) listen(conn *websocket.Conn) {
	defer conn.Close()
	defer l.end(gone)
	conn.SetReadLimit(maxIncoming)
	alive := func(string) error { return conn.SetReadDeadline(l.s.Real().Add(l.s.pulse.pong)) }
	_ = alive("") // a closed connection shows at the read
	conn.SetPongHandler(alive)
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return
		}
	}
}

// talk writes everything that is said on the line.
func (l *line) talk(conn *websocket.Conn) ending {
	v := voice{l, conn}
	if !v.write(live.Hello(l.feed.Start(), l.s.Desk.Now())) {
		return gone
	}
	pulse := l.s.pulse
	ping := l.s.Real().Add(pulse.ping)
	tock := ping
	if l.html {
		tock = l.s.Real().Add(pulse.tick)
	}
	for {
		m, err := l.next(min(l.s.until(ping), l.s.until(tock)))
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return l.why(err)
		}
		if m != nil && !v.pass(m) {
			return gone
		}
		if l.html && l.s.until(tock) <= 0 {
			tock = l.s.Real().Add(pulse.tick)
			if !v.say(tick{l.s.Desk.Now(), l.s.rate(), l.feed.At().String()}) {
				return gone
			}
		}
		if l.s.until(ping) <= 0 {
			ping = l.s.Real().Add(pulse.ping)
			if !l.html {
				tock = ping
			}
			if !v.ping() {
				return gone
			}
		}
	}
}

func (s *Server) until(t time.Time) time.Duration { return t.Sub(s.Real()) }

// next waits for a message, no longer than that.
func (l *line) next(wait time.Duration) (*live.Message, error) {
	ctx, stop := context.WithTimeout(l.ctx, max(wait, 0))
	defer stop()
	m, err := l.feed.Next(ctx)
	if l.ctx.Err() != nil {
		return nil, context.Cause(l.ctx)
	}
	return m, err
}

// why is the ending that follows from an error.
func (l *line) why(err error) ending {
	var e ending
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, live.ErrSlow):
		return ending{closeSlow, "接收过慢，请从游标处重新连接"}
	case errors.Is(err, live.ErrEpoch):
		return ending{closeCursor, "游标无法识别，请重新载入"}
	}
	return ending{closeRestart, "请从游标处重新连接"}
}

// voice writes on a line, each message within its time.
type voice struct {
	l    *line
	conn *websocket.Conn
}

func (v voice) within() time.Time {
	t := v.l.s.Real().Add(v.l.s.pulse.write)
	_ = v.conn.SetWriteDeadline(t) // a closed connection shows at the write
	return t
}

func (v voice) say(value any) bool {
	b, err := json.Marshal(value)
	return err == nil && v.write(b)
}

func (v voice) write(b []byte) bool {
	v.within()
	return v.conn.WriteMessage(websocket.TextMessage, b) == nil
}

func (v voice) ping() bool { return v.conn.WriteControl(websocket.PingMessage, nil, v.within()) == nil }

// pass sends a message of the hub, whose bytes on the wire are made once for all
// who get it.
func (v voice) pass(m *live.Message) bool {
	frame, ok := m.Prepared(prepare).(*websocket.PreparedMessage)
	v.within()
	return ok && v.conn.WritePreparedMessage(frame) == nil
}

func prepare(body []byte) any {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, body)
	if err != nil {
		return err
	}
	return m
}
