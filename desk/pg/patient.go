package pg

import (
	"context"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// beginWait is how long BEGIN may take: a line on which nothing comes back is
	// dead, though nobody has said so.
	beginWait = 5 * time.Second
	// answerWait is how long any answer may take. The server ends a statement after
	// 30 s by itself and says so; beyond that there is no server, or no way to it.
	answerWait = 35 * time.Second
)

// patient bounds each wait for the server. The server's own limits are of no use
// when a switch loses power or the machine is gone: no byte comes any more, TCP
// waits for a quarter of an hour, and everybody who asks waits with it.
func patient(dial pgconn.DialFunc, wait time.Duration) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &patientConn{Conn: conn, wait: wait}, nil
	}
}

// patientConn ends a read after its wait, whatever deadline the driver has set.
type patientConn struct {
	net.Conn
	wait time.Duration
}

// longPast is a deadline that ends what waits now.
var longPast = time.Unix(1, 0)

// Read implements net.Conn. After a wait in vain the connection is of no use any
// more: the driver closes it.
func (c *patientConn) Read(b []byte) (int, error) {
	end := time.AfterFunc(c.wait, func() { _ = c.Conn.SetReadDeadline(longPast) }) // fails when it is closed, which ends the read as well
	defer end.Stop()
	return c.Conn.Read(b)
}
