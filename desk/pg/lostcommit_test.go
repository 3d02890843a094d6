package pg_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/pg/pgtest"
)

// faultyLine is a TCP proxy before PostgreSQL that can swallow the answer to the
// next COMMIT and cut the line: the commit happened, and nobody was told.
type faultyLine struct {
	listener net.Listener
	network  string
	address  string
	swallow  atomic.Bool
	lost     atomic.Int64
	open     sync.WaitGroup
}

func newFaultyLine(t *testing.T, databaseURL string) (*faultyLine, string) {
	t.Helper()
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	f := &faultyLine{}
	f.network, f.address = pgxNetwork(config)
	if f.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	f.open.Go(func() {
		for {
			client, err := f.listener.Accept()
			if err != nil {
				return
			}
			f.open.Go(func() { f.carry(client) })
		}
	})
	t.Cleanup(func() { f.listener.Close(); f.open.Wait() })
	at := url.URL{Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: f.listener.Addr().String(), Path: config.Database, RawQuery: "sslmode=disable"}
	return f, at.String()
}

func pgxNetwork(config *pgx.ConnConfig) (network, address string) {
	if len(config.Host) > 0 && config.Host[0] == '/' {
		return "unix", config.Host + "/.s.PGSQL." + port(config)
	}
	return "tcp", net.JoinHostPort(config.Host, port(config))
}

func port(config *pgx.ConnConfig) string {
	return (&net.TCPAddr{Port: int(config.Port)}).String()[1:]
}

func (f *faultyLine) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(f.network, f.address)
	if err != nil {
		return
	}
	defer server.Close()
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(server, client) // ends with either line
		server.Close()
	})
	defer up.Wait()
	defer client.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if f.swallow.Load() && bytes.Contains(buf[:n], []byte("COMMIT\x00")) && f.swallow.CompareAndSwap(true, false) {
			f.lost.Add(1)
			return
		}
		if n > 0 {
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// TestRow2LostCommitReplyMakesNoDuplicate is row 2: the sender repeats the same
// identity, and there is one row for it.
func TestRow2LostCommitReplyMakesNoDuplicate(t *testing.T) {
	t.Parallel()
	direct := pgtest.New(t)
	line, through := newFaultyLine(t, direct)
	seen := openURL(t, direct)
	_, raw := source(t, seen, "热线")
	s, err := pg.Open(t.Context(), through, pg.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	items := 30
	if os.Getenv("HUIYING_ENDURE") == "1" {
		items = 10_000
	}
	for i := range items {
		send := func() (created bool, err error) {
			err = s.InTx(t.Context(), func(tx desk.Tx) error {
				list := []desk.Item{item(raw, fmt.Sprint("k-", i), "一件")}
				isNew, err := tx.InsertItems(t.Context(), list)
				if err != nil || !isNew[0] {
					return err
				}
				created = true
				return tx.Record(t.Context(), event(i))
			})
			return created, err
		}
		line.swallow.Store(true)
		_, err := send()
		wantCode(t, err, desk.CodeUnavailable)
		if created, err := send(); created || err != nil {
			t.Fatalf("repeated: created %v, %v", created, err)
		}
	}
	if line.lost.Load() != int64(items) {
		t.Errorf("%d replies lost, want %d", line.lost.Load(), items)
	}
	if n, e := count(t, seen, `SELECT count(*) FROM item`), count(t, seen, `SELECT count(*) FROM event`); n != items || e != items {
		t.Errorf("%d items and %d events, want %d", n, e, items)
	}
	t.Logf("figure: a proxy dropped the reply to COMMIT %d times: %d items and %d events for as many keys, 0 duplicates", line.lost.Load(), items, items)
}

// TestUnreachableDatabaseSaysSo has the database gone for good.
func TestUnreachableDatabaseSaysSo(t *testing.T) {
	t.Parallel()
	line, through := newFaultyLine(t, pgtest.New(t))
	s, err := pg.Open(t.Context(), through, pg.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	line.listener.Close()
	s.Pool().Reset()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	wantCode(t, s.InTx(ctx, func(desk.Tx) error { return nil }), desk.CodeUnavailable)
	wantCode(t, s.Ping(ctx), desk.CodeUnavailable)
	_, err = pg.Open(ctx, through, pg.Options{})
	wantCode(t, err, desk.CodeUnavailable)
}
