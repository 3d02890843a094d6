package web

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gorilla/websocket"

	"huiying/desk"
	"huiying/desk/live"
)

// hello is the first message of a line.
type hello struct {
	Type   string    `json:"type"`
	Cursor string    `json:"cursor"`
	Now    time.Time `json:"now"` // office time
}

// tick tells pages what time it is and how far they are.
type tick struct {
	Now    time.Time `json:"now"`
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
	feed    Line
	end     chan ending // of size 1: the first reason counts
}

// cut ends the line.
func (l *line) cut(code int, reason string) {
	select {
	case l.end <- ending{code, reason}:
	default:
	}
}

// run serves the line until it ends and gives the close code.
func (l *line) run(ctx context.Context, conn *websocket.Conn) int {
	narrow(conn)
	gone := make(chan struct{})
	go l.listen(conn, gone)
	why := l.talk(ctx, conn, gone)
	if why.code == 0 {
		_ = conn.Close() // the other end is gone
		why.code = websocket.CloseAbnormalClosure
	} else {
		l.bye(conn, why)
	}
	<-gone
	return why.code
}

// bye says why and gives the other end a second to answer; listen hears it.
func (l *line) bye(conn *websocket.Conn, why ending) {
	deadline := time.Now().Add(time.Second)
	if conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(why.code, why.reason), deadline) == nil {
		_ = conn.SetReadDeadline(deadline)
		return // listen closes
	}
	_ = conn.Close() // it can't be told
}

// listen reads what the other end says, which is nothing but pongs and a close.
func (l *line) listen(conn *websocket.Conn, gone chan<- struct{}) {
	defer close(gone)
	defer conn.Close()
	conn.SetReadLimit(maxIncoming)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(l.s.pulse.pong)) }
	_ = alive("") // a closed connection shows at the read
	conn.SetPongHandler(alive)
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return
		}
	}
}

// talk writes everything that is said on the line. It gives no code when the
// other end is gone.
func (l *line) talk(_ context.Context, conn *websocket.Conn, gone <-chan struct{}) ending {
	p := l.s.pulse
	send := func(write func() error) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(p.write)) // a closed connection shows at the write
		return write() == nil
	}
	say := func(v any) bool {
		b, err := json.Marshal(v)
		return err == nil && send(func() error { return conn.WriteMessage(websocket.TextMessage, b) })
	}
	if !say(hello{"hello", l.feed.Start().String(), l.s.Desk.Now()}) {
		return ending{}
	}
	ping := time.NewTicker(p.ping)
	defer ping.Stop()
	var ticks <-chan time.Time
	if l.html {
		t := time.NewTicker(p.tick)
		defer t.Stop()
		ticks = t.C
	}
	for {
		select {
		case m, ok := <-l.feed.Messages():
			if !ok {
				return l.lost()
			}
			frame, ok := m.Prepared(prepare).(*websocket.PreparedMessage)
			if !ok {
				return ending{closeRestart, "请重新连接"}
			}
			if !send(func() error { return conn.WritePreparedMessage(frame) }) {
				return ending{}
			}
		case <-ticks:
			if !say(tick{l.s.Desk.Now(), l.feed.Position().String()}) {
				return ending{}
			}
		case <-ping.C:
			if !send(func() error { return conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(p.write)) }) {
				return ending{}
			}
		case why := <-l.end:
			return why
		case <-gone:
			return ending{}
		}
	}
}

// prepare makes the bytes on the wire, once for all who get them.
func prepare(body []byte) any {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, body)
	if err != nil {
		return err
	}
	return m
}

// lost says why the hub ended the line.
func (l *line) lost() ending {
	switch desk.CodeOf(l.feed.Err()) {
	case desk.CodeTooMany:
		return ending{closeSlow, "接收过慢，请从游标处重新连接"}
	case desk.CodeConflict:
		return ending{closeCursor, "游标无法识别，请重新载入"}
	}
	return ending{closeRestart, "服务重启，请重新连接"}
}

// Hub fans the feed out (desk/live).
type Hub interface {
	// Join begins behind the cursor, or from now. A cursor that the feed doesn't
	// have is a CodeConflict error.
	Join(ctx context.Context, a live.Audience, after *desk.Cursor) (Line, error)
}

// Line is one reader's way through the feed: what its audience may see, in order,
// with a bounded queue.
type Line interface {
	Start() desk.Cursor             // where it begins
	Messages() <-chan *live.Message // closed when it ends
	Position() desk.Cursor          // the feed has been looked through up to here, for this reader
	Err() error                     // why it ended; CodeTooMany: too slow
	Close()
}
