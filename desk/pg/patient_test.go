package pg

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// TestPatientLine: a server that takes everything and says nothing is given up
// after a while; one that is slow isn't.
func TestPatientLine(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	const wait = 200 * time.Millisecond
	var d net.Dialer
	conn, err := patient(d.DialContext, wait)(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	b := make([]byte, 8)
	for range 3 {
		late := time.AfterFunc(wait/4, func() { _, _ = server.Write([]byte("x")) }) // what it says is read below
		if n, err := conn.Read(b); n != 1 || err != nil {
			t.Errorf("a slow answer: %d %v", n, err)
		}
		late.Stop()
	}
	// The driver's own deadline isn't taken away.
	if err := conn.SetDeadline(longPast); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("beyond the driver's deadline: %v", err)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { _, err := conn.Read(b); ended <- err }()
	select {
	case err := <-ended:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("silence: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("silence is waited for without end")
	}
	if _, err := patient(func(context.Context, string, string) (net.Conn, error) { return nil, io.EOF }, wait)(t.Context(), "tcp", ""); !errors.Is(err, io.EOF) {
		t.Errorf("nobody there: %v", err)
	}
}
