package stream

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
	"huiying/ingest/media"
)

// TestMain lets the test's own program be a server that can be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("HUIYING_TEST_STREAM_DIR"); dir != "" {
		s := &Server{Dir: dir, Listen: os.Getenv("HUIYING_TEST_STREAM_LISTEN"), Log: slog.New(slog.DiscardHandler)}
		if _, _, err := s.reach(context.Background()); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		fmt.Println("ready")
		select {}
	}
	os.Exit(m.Run())
}

const streamName = "mentions"

// broker is a server with a wire to it that can be cut.
type broker struct {
	server *Server
	direct string // address of the server itself
	wire   net.Listener
	mu     sync.Mutex
	state  string // "", "broken", "stalled"
	open   []net.Conn
	js     jetstream.JetStream
}

func startBroker(t testing.TB, token string) *broker {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &broker{server: &Server{Dir: dir, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}}
	options, inside, err := b.server.reach(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.server.stop)
	b.js = publisher(t, inside, options...)
	if _, err := b.js.CreateStream(t.Context(), ownStream(streamName)); err != nil {
		t.Fatal(err)
	}
	address, err := os.ReadFile(b.server.addressFile())
	if err != nil {
		t.Fatal(err)
	}
	b.direct = strings.TrimPrefix(strings.TrimSpace(string(address)), "nats://")
	if b.wire, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() { b.serve(&all) })
	t.Cleanup(func() {
		b.wire.Close()
		b.set("broken")
		all.Wait()
	})
	return b
}

func publisher(t testing.TB, address string, options ...nats.Option) jetstream.JetStream {
	t.Helper()
	conn, err := nats.Connect(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// serve passes bytes on, or doesn't.
func (b *broker) serve(all *sync.WaitGroup) {
	for {
		in, err := b.wire.Accept()
		if err != nil {
			return
		}
		b.mu.Lock()
		b.open = append(b.open, in)
		state := b.state
		b.mu.Unlock()
		switch state {
		case "broken":
			in.Close()
		case "":
			out, err := net.Dial("tcp", b.direct)
			if err != nil {
				in.Close()
				continue
			}
			all.Go(func() { io.Copy(out, in); out.Close() })
			all.Go(func() { io.Copy(in, out); in.Close() })
		}
	}
}

// set changes what the wire does, and ends what went over it.
func (b *broker) set(state string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state = state
	for _, c := range b.open {
		c.Close()
	}
	b.open = nil
}

func (b *broker) Break(testing.TB) { b.set("broken") }
func (b *broker) Stall(testing.TB) { b.set("stalled") }
func (b *broker) Heal(testing.TB)  { b.set("") }

func (b *broker) Put(t testing.TB, msgs ...ingesttest.Message) {
	t.Helper()
	for _, m := range msgs {
		b.publish(t, mention(m))
	}
}

// Empty implements ingesttest.Emptier.
func (b *broker) Empty(t testing.TB) {
	t.Helper()
	b.publish(t, nil)
}

func (b *broker) publish(t testing.TB, data []byte) {
	t.Helper()
	if _, err := b.js.Publish(t.Context(), streamName+".weibo", data); err != nil {
		t.Fatal(err)
	}
}

func (b *broker) source() desk.Source {
	return desk.Source{URL: "nats://" + b.wire.Addr().String() + "/" + streamName, Settings: json.RawMessage(media.DefaultMapping)}
}

func mention(m ingesttest.Message) []byte {
	b, err := json.Marshal(map[string]any{"external_id": m.ID, "title": m.Title, "text": m.Body, "platform": "微博", "url": "https://weibo.example/" + m.ID})
	if err != nil {
		panic(err)
	}
	return b
}

// mapped is the parser with settings, which the suite's sources don't have.
type mapped struct{}

func (mapped) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	src.Settings = json.RawMessage(media.DefaultMapping)
	return Parser{}.Parse(src, raw, zone)
}

func kind() ingest.Kind {
	here := netip.MustParsePrefix("127.0.0.1/32")
	return ingest.Kind{Name: Kind, Channel: desk.ChannelMedia, Parser: mapped{}, Every: time.Second, CheckURL: CheckURL, CheckSettings: media.CheckHook,
		Poller: &Poller{Guard: &ingest.Guard{Allow: []netip.Prefix{here}}, Linger: 100 * time.Millisecond}}
}

// process is a server in a process of its own.
type process struct {
	cmd *exec.Cmd
}

func startProcess(t testing.TB, dir, listen string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), "HUIYING_TEST_STREAM_DIR="+dir, "HUIYING_TEST_STREAM_LISTEN="+listen)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line := make([]byte, 200)
	if n, err := out.Read(line); err != nil || !strings.HasPrefix(string(line[:n]), "ready") {
		t.Fatalf("the server didn't start: %s %v", line[:n], err)
	}
	return p
}

// kill is kill -9.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	}
}
