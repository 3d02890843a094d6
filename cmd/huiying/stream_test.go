package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// TestStreamKilled: messages are sent to the program's own server while the program is
// killed, again and again. What the sender was told is stored is in the desk afterwards.
func TestStreamKilled(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "--stream-listen", "127.0.0.1:0")
	p.start()
	officer := p.person("duty")
	mapping := filepath.Join(filepath.Dir(p.data), "mapping.json")
	if err := os.WriteFile(mapping, []byte(`{"title":"/title","external_id":"/id"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	p.must("", "source", "add", "stream", "--name", "舆情消息流", "--url", "nats://embedded/mentions", "--mapping", mapping)

	const n, kills = 120, 2
	acked := map[string]bool{}
	var js jetstream.JetStream
	var conn *nats.Conn
	connect := func() {
		address, token := p.kept("address"), p.kept("token")
		p.await("the message server", func() bool {
			var err error
			if conn, err = nats.Connect(address, nats.Token(token)); err == nil {
				js, err = jetstream.New(conn)
			}
			return err == nil
		})
	}
	connect()
	for i := range n {
		id := fmt.Sprintf("m-%d", i)
		if i > 0 && i%(n/(kills+1)) == 0 {
			p.stop(syscall.SIGKILL)
			conn.Close()
			p.start()
			connect()
		}
		p.await("a message to be taken", func() bool {
			ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
			defer stop()
			// The first ones find no stream: the source's first poll makes it.
			_, err := js.Publish(ctx, "mentions.weibo", fmt.Appendf(nil, `{"id":%q,"title":"云泽市第%d条"}`, id, i), jetstream.WithMsgID(id))
			return err == nil
		})
		acked[id] = true
	}
	conn.Close()
	// What a killed node had leased comes free half a minute later, what it had kept a
	// minute later.
	p.move(2 * time.Minute)
	items := map[string]int{}
	p.awaitFor(2*time.Minute, "the desk to catch up", func() bool {
		clear(items)
		for _, it := range officer.list("/api/v1/items?channel=media&limit=200") {
			items[fmt.Sprint(it["external_id"])]++
		}
		return len(items) >= len(acked)
	})
	for id := range acked {
		if items[id] != 1 {
			t.Errorf("%s is there %d times", id, items[id])
		}
	}
	t.Logf("figure: %d messages, %d × kill -9 of the program: %d stored, each once", len(acked), kills, len(items))
}

// kept is a file of the message server in the data folder.
func (p *program) kept(name string) string {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.data, "stream", name))
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}
