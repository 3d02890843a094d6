package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huiying/desk"
	"huiying/desk/live"
)

// The subprotocols of /live, which are the hub's formats.
const (
	FormatJSON = live.FormatJSON   // for programs; docs/live.md, docs/asyncapi.yaml
	FormatHTML = "huiying.v1.html" // for the desk's own pages; web/static/README.md
)

// The close codes of /live, and whether to come back.
const (
	closeRestart = websocket.CloseServiceRestart // 1012: come back with the cursor
	closeSession = 4401                          // signed out, or the session is over: sign in first
	closeRevoked = 4403                          // the person is disabled: don't come back
	closeSlow    = 4408                          // too slow to read: come back with the cursor
	closeRights  = 4409                          // roles or scope have changed: come back with the cursor
	closeSomeone = 4411                          // the session is somebody else's now (in drills): load anew
	closeCursor  = 4410                          // the cursor is unknown: load anew, then come back without or with the new one
)

// pulse is the times of a line, in real time.
type pulse struct {
	tick  time.Duration // between ticks of the html line
	ping  time.Duration // between pings
	pong  time.Duration // silence after which the other end is gone
	write time.Duration // for one message to be taken
	check time.Duration // between looks at who has been revoked
}

var defaultPulse = pulse{tick: 2 * time.Second, ping: 15 * time.Second, pong: 40 * time.Second, write: 10 * time.Second, check: 2 * time.Second}

const (
	maxLines    = 10_000   // of one node
	maxIncoming = 1 << 10  // bytes of a message from the other end, which has nothing to say
	sendBuffer  = 64 << 10 // bytes in the kernel for one line: a stalled one is noticed soon and costs little
)

// live is GET /live?after=CURSOR.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	who, _, err := s.Who(r)
	proto := chosen(r)
	id := identityOf(r.Context())
	switch {
	case err != nil && proto == FormatHTML && !id.bearer && desk.CodeOf(err) == desk.CodeUnauthenticated && s.fromHere(r, true) == nil:
		// A browser sees no status of a refused upgrade, but it does see a close code.
		s.refuse(w, r, closeSession, "请重新登录")
		return
	case err != nil:
		s.Fail(w, r, err)
		return
	case who.SourceID != 0:
		s.Fail(w, r, desk.Forbidden("来源的密钥只能推送和读取本来源的来件"))
		return
	}
	if !id.bearer {
		if err := s.fromHere(r, true); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		p := ProblemOf(desk.Invalid("", "请用 WebSocket 连接"))
		p.Status = http.StatusUpgradeRequired
		s.Fail(w, r, p)
		return
	}
	if proto == "" {
		s.Fail(w, r, desk.Invalid("", "子协议须为 %s 或 %s", FormatJSON, FormatHTML))
		return
	}
	feed, err := s.join(r, who, proto)
	switch {
	case errors.Is(err, live.ErrEpoch):
		s.refuse(w, r, closeCursor, "游标无法识别，请重新载入")
		return
	case errors.Is(err, live.ErrStopped):
		s.refuse(w, r, closeRestart, "服务重启，请从游标处重新连接")
		return
	case err != nil:
		s.Fail(w, r, err)
		return
	}
	defer feed.Close()
	l := &line{s: s, who: who, session: id.session, html: proto == FormatHTML, feed: feed}
	// The request's context ends with the server, not with a hijacked connection.
	l.ctx, l.end = context.WithCancelCause(r.Context())
	defer l.end(gone)
	if !s.lines.add(l) {
		s.Fail(w, r, &desk.Error{Code: desk.CodeTooMany, Text: "实时连接过多，请稍后再试", RetryAfter: 5 * time.Second})
		return
	}
	defer s.lines.remove(l)
	conn, err := s.upgrader().Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	s.metrics.closed(l.run(conn))
}

// chosen is the first subprotocol asked for that is ours, or "".
func chosen(r *http.Request) string {
	for _, p := range websocket.Subprotocols(r) {
		if p == FormatJSON || p == FormatHTML {
			return p
		}
	}
	return ""
}

var writeBuffers sync.Pool

func (s *Server) upgrader() *websocket.Upgrader {
	return &websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second, ReadBufferSize: 512, WriteBufferSize: 4096, WriteBufferPool: &writeBuffers,
		Subprotocols: []string{FormatJSON, FormatHTML},
		CheckOrigin:  func(*http.Request) bool { return true }, // checked above, as strictly as writes are
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			p := ProblemOf(&desk.Error{Code: desk.CodeInvalid, Text: "WebSocket 连接请求有误", Cause: reason})
			p.Status = status
			s.Fail(w, r, p)
		},
	}
}

// refuse opens a line only to say why it can't be.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, code int, reason string) {
	if !websocket.IsWebSocketUpgrade(r) || chosen(r) == "" {
		s.Fail(w, r, desk.Conflict("after", "%s", reason))
		return
	}
	conn, err := s.upgrader().Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	s.hangUp(conn, code, reason)
	s.metrics.closed(code)
}

// hangUp says why, waits a moment for the other end to say that it heard, and closes.
func (s *Server) hangUp(conn *websocket.Conn, code int, reason string) {
	deadline := s.Real().Add(time.Second)
	if conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), deadline) == nil {
		_ = conn.SetReadDeadline(deadline)
		for {
			if _, _, err := conn.NextReader(); err != nil {
				break
			}
		}
	}
	_ = conn.Close() // nothing is left to be lost
}

// join begins to follow the feed.
func (s *Server) join(r *http.Request, who desk.Actor, proto string) (*live.Subscription, error) {
	a := live.AudienceOf(who, s.Desk.Policy.Office.Region, proto, LangOf(r), "")
	after := r.URL.Query().Get("after")
	if after == "" {
		return s.Hub.Subscribe(r.Context(), a, nil)
	}
	c, err := desk.ParseCursor(after)
	if err != nil {
		return nil, live.ErrEpoch
	}
	return s.Hub.Subscribe(r.Context(), a, &c)
}

// narrow keeps the kernel from holding megabytes for a reader that has stopped.
func narrow(conn *websocket.Conn) {
	if c, ok := conn.NetConn().(*net.TCPConn); ok {
		_ = c.SetWriteBuffer(sendBuffer) // only a saving
	}
}
