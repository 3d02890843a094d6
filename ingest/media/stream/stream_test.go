package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
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
)

// pending is what the server has yet to hear of: not handed out, and not acknowledged.
func (b *broker) pending(t testing.TB) (waiting uint64, unacknowledged int) {
	t.Helper()
	s, err := b.js.Stream(t.Context(), streamName)
	if err != nil {
		t.Fatal(err)
	}
	for info := range s.ListConsumers(t.Context()).Info() {
		return info.NumPending, info.NumAckPending
	}
	return s.CachedInfo().State.Msgs, 0
}

// A message that can't be read is in quarantine with its bytes, acknowledged, and holds nobody up.
func TestPoison(t *testing.T) {
	t.Parallel()
	b := startBroker(t, "t")
	src := b.source()
	src.Password = "t"
	d := ingesttest.Open(t, kind(), src)
	msgs := ingesttest.Messages(1, 2)
	bad := []string{"{", "\xff\xfe", `{"title":"","text":""}`, `{"title":"有","url":"javascript:1"}`, strings.Repeat("[", 10_000), ""}
	b.Put(t, msgs[0])
	for _, s := range bad {
		b.publish(t, []byte(s))
	}
	b.publish(t, []byte(`[{"external_id":"x","title":"两条之一"},{"external_id":"y","title":7,"url":"ftp://x"}]`))
	b.Put(t, msgs[1])
	d.Poll()
	if titles := d.Titles(); len(titles) != 3 || titles[msgs[1].Title] != 1 || titles["两条之一"] != 1 {
		t.Errorf("items: %v", titles)
	}
	q := d.Quarantined()
	if len(q) != len(bad)+1 {
		t.Errorf("%d in quarantine, want %d", len(q), len(bad)+1)
	}
	held := map[string]bool{}
	for _, x := range q {
		held[string(x.Bytes)] = true
		if x.Reason == "" {
			t.Errorf("no reason: %+v", x)
		}
	}
	for _, s := range bad {
		if !held[s] {
			t.Errorf("%.40q isn't in quarantine by itself", s)
		}
	}
	if waiting, open := b.pending(t); waiting != 0 || open != 0 {
		t.Errorf("%d wait, %d aren't acknowledged", waiting, open)
	}
	for _, x := range q {
		if strings.Contains(x.Reason, "url") && !strings.Contains(string(x.Bytes), "javascript") && !strings.Contains(string(x.Bytes), "ftp") {
			t.Errorf("%q of %q", x.Reason, x.Bytes)
		}
	}
	// Mended, it comes in.
	for _, x := range q {
		if string(x.Bytes) == "{" {
			res, err := d.MendQuarantined(t.Context(), desk.System, x.ID, []byte(`{"external_id":"m","title":"补上的"}`))
			if err != nil || len(res) != 1 || res[0].Status != desk.StatusCreated {
				t.Errorf("mended: %+v %v", res, err)
			}
		}
	}
}

// An acknowledgement that never arrives: the message comes again, is acknowledged, and is
// kept no second time; with the bookmark lost too, it is a duplicate.
func TestRedelivered(t *testing.T) {
	t.Parallel()
	b := startBroker(t, "t")
	src := b.source()
	src.Password = "t"
	d := ingesttest.Open(t, kind(), src)
	b.Put(t, ingesttest.Messages(1, 30)...)
	lost := errors.New("the wire is cut behind the commit")
	keepAndDie := func(src desk.Source) ingest.Keep {
		return func(ctx context.Context, raws []desk.Raw, c json.RawMessage) error {
			if err := d.KeepAll(src)(ctx, raws, c); err != nil {
				return err
			}
			return lost
		}
	}
	now := d.Clock.Now()
	held, ok, err := d.ClaimSource(t.Context(), []string{Kind}, now, now.Add(time.Minute))
	if err != nil || !ok {
		t.Fatal(err)
	}
	if err := kind().Poller.Poll(t.Context(), held, keepAndDie(held)); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	if n := len(d.Items()); n != 30 {
		t.Fatalf("%d items", n)
	}
	if _, open := b.pending(t); open == 0 {
		if waiting, _ := b.pending(t); waiting == 0 {
			t.Fatal("acknowledged all the same")
		}
	}
	d.Poll()
	if waiting, open := b.pending(t); waiting != 0 || open != 0 {
		t.Errorf("%d wait, %d aren't acknowledged", waiting, open)
	}
	raws := map[int64]bool{}
	for _, it := range d.Items() {
		raws[it.RawID] = true
		if it.Version != 1 {
			t.Errorf("version %d", it.Version)
		}
	}
	if len(raws) != 1 || len(d.Items()) != 30 {
		t.Errorf("%d items of %d raws", len(d.Items()), len(raws))
	}
}

// What a slow desk holds back stays with the server: no more is handed out than may be
// unacknowledged, and a batch is no greater than one commit.
func TestBackPressure(t *testing.T) {
	t.Parallel()
	b := startBroker(t, "t")
	src := b.source()
	src.Password, src.Lease, src.ID = "t", "lease", 7
	const n = unacked + 3*batchMost
	for i := range n {
		if _, err := b.js.PublishAsync(streamName, fmt.Appendf(nil, `{"title":"%d"}`, i)); err != nil {
			t.Fatal(err)
		}
	}
	<-b.js.PublishAsyncComplete()
	most, batches, sum := 0, 0, 0
	err := kind().Poller.Poll(t.Context(), src, func(_ context.Context, raws []desk.Raw, c json.RawMessage) error {
		var at note
		if err := json.Unmarshal(raws[0].Note, &at); err != nil || len(raws) != 1 {
			t.Fatalf("%d raws: %v", len(raws), err)
		}
		if len(at.At) > batchMost {
			t.Errorf("a batch of %d", len(at.At))
		}
		_, open := b.pending(t)
		most, sum = max(most, open), sum+len(at.At)
		batches++
		return nil
	})
	if err != nil || sum != n {
		t.Fatalf("%d of %d: %v", sum, n, err)
	}
	if most > unacked {
		t.Errorf("%d handed out at once", most)
	}
	t.Logf("figure: %d messages in %d batches, at most %d unacknowledged", n, batches, most)
}

// A trial shows what is there and takes nothing of it.
func TestTrial(t *testing.T) {
	t.Parallel()
	b := startBroker(t, "t")
	src := b.source()
	src.Password = "t"
	k := kind()
	d := ingesttest.Open(t, k, src)
	d.Fetchers = ingest.Fetchers([]ingest.Kind{k})
	tried, err := d.TrySource(t.Context(), desk.System, d.Source.ID)
	if err != nil || len(tried.Items) != 0 {
		t.Fatalf("an empty stream: %+v %v", tried, err)
	}
	b.Put(t, ingesttest.Messages(1, 15)...)
	if tried, err = d.TrySource(t.Context(), desk.System, d.Source.ID); err != nil || len(tried.Items) != trial || tried.Items[trial-1].Item.Title != ingesttest.Messages(15, 1)[0].Title {
		t.Fatalf("%+v %v", tried, err)
	}
	if len(d.Items()) != 0 {
		t.Error("a trial stores something")
	}
	d.Poll()
	if len(d.Items()) != 15 {
		t.Errorf("%d items after a trial", len(d.Items()))
	}
}

// kill -9 of the server in the middle of it, again and again: what senders were told is
// stored is in the desk, each once.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.Addr().String()
	free.Close()
	server := startProcess(t, dir, listen)
	token, err := os.ReadFile(filepath.Join(dir, "token"))
	if err != nil {
		t.Fatal(err)
	}
	address := "nats://" + listen
	js := publisher(t, address, nats.Token(strings.TrimSpace(string(token))), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond), nats.ReconnectJitter(0, 0))
	if _, err := js.CreateStream(t.Context(), ownStream(streamName)); err != nil {
		t.Fatal(err)
	}
	src := desk.Source{URL: address + "/" + streamName, Password: strings.TrimSpace(string(token)), Settings: (&broker{wire: free}).source().Settings}
	d := ingesttest.Open(t, kind(), src)

	const n, kills = 600, 3
	told := make(chan string, n)
	var sender sync.WaitGroup
	sender.Go(func() {
		defer close(told)
		for _, m := range ingesttest.Messages(1, n) {
			for { // a sender that isn't told repeats
				ctx, stop := context.WithTimeout(t.Context(), time.Second)
				_, err := js.Publish(ctx, streamName, mention(m), jetstream.WithMsgID(m.ID))
				stop()
				if err == nil {
					told <- m.ID
					break
				}
				if t.Context().Err() != nil {
					return
				}
			}
		}
	})
	acked := map[string]bool{}
	for id := range told {
		acked[id] = true
		if len(acked)%(n/(kills+1)) == 0 && len(acked) < n {
			pollAnyhow(t, d)
			server.kill()
			pollAnyhow(t, d) // fails, and says so
			server = startProcess(t, dir, listen)
		}
	}
	sender.Wait()
	for deadline := time.Now().Add(2 * time.Minute); len(d.Items()) < len(acked) && time.Now().Before(deadline); {
		pollAnyhow(t, d)
	}
	items := d.Items()
	for id := range acked {
		if _, there := items[id]; !there {
			t.Errorf("%s was acknowledged to its sender and is lost", id)
		}
	}
	for id, it := range items {
		if it.Version != 1 || !acked[id] {
			t.Errorf("%s: version %d", id, it.Version)
		}
	}
	t.Logf("figure: %d messages, %d × kill -9 of the server: %d stored, each once", len(acked), kills, len(items))
}

// The embedded server is made when it is first needed, keeps its token to itself, takes
// no message beyond its limit, and is found by another process on the same folder.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "stream")
	s := &Server{Dir: dir, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, false) }()
	if _, err := os.Stat(dir); err == nil {
		t.Error("started though nobody needs it")
	}
	src := (&broker{wire: fakeListener{}}).source()
	src.URL = "nats://embedded/mentions"
	k := kind()
	k.Poller.(*Poller).Server = s
	d := ingesttest.Open(t, k, src)
	d.Poll()
	if st := d.State(); st.Failures != 0 {
		t.Fatalf("%s", st.LastError)
	}
	for _, name := range []string{"token", "address", "lock"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	second := &Server{Dir: dir, Log: s.Log}
	options, address, err := second.reach(t.Context())
	if err != nil || !strings.HasPrefix(address, "nats://127.0.0.1:") {
		t.Fatalf("%q %v", address, err)
	}
	js := publisher(t, address, options...)
	if _, err := js.Publish(t.Context(), "mentions.weibo", mention(ingesttest.Messages(1, 1)[0])); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "mentions", make([]byte, maxMessage+1)); err == nil {
		t.Error("a message beyond the limit is taken")
	}
	if _, err := nats.Connect(address); err == nil {
		t.Error("without the token one gets in")
	}
	d.Poll()
	if len(d.Items()) != 1 {
		t.Errorf("%d items", len(d.Items()))
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	// Started again, by the one that came second: what was stored is there.
	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	go func() { ended <- second.Run(ctx, true) }()
	k.Poller.(*Poller).Server = second
	d.Poll()
	if st := d.State(); st.Failures != 0 || len(d.Items()) != 1 {
		t.Errorf("after the restart: %s, %d items", st.LastError, len(d.Items()))
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}

	for listen, ok := range map[string]bool{"127.0.0.1:4222": true, "localhost:1": true, "[::1]:0": true, "0.0.0.0:4222": false, "10.0.0.1:4222": false, "4222": false, "127.0.0.1:x": false} {
		if err := (&Server{Listen: listen}).Check(); (err == nil) != ok {
			t.Errorf("%s: %v", listen, err)
		}
	}
	if err := (&Server{Listen: "0.0.0.0:4222", Cert: "a", Key: "b"}).Check(); err != nil {
		t.Error(err)
	}
}

type fakeListener struct{ net.Listener }

func (fakeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// Failures are told in words.
func TestWords(t *testing.T) {
	t.Parallel()
	b := startBroker(t, "t")
	poll := func(change func(*desk.Source)) string {
		src := b.source()
		src.Password, src.Lease, src.ID = "t", "x", 1
		change(&src)
		return fmt.Sprint(kind().Poller.Poll(t.Context(), src, func(context.Context, []desk.Raw, json.RawMessage) error { return nil }))
	}
	for want, change := range map[string]func(*desk.Source){
		"拒绝登录":    func(s *desk.Source) { s.Password = "wrong" },
		"没有这个消息流": func(s *desk.Source) { s.URL = strings.Replace(s.URL, streamName, "others", 1) },
		"没有自带":    func(s *desk.Source) { s.URL = "nats://embedded/x" },
		"内部网络":    func(s *desk.Source) { s.URL = "nats://[::1]:4222/x" },
		"拒绝连接":    func(s *desk.Source) { s.URL = "nats://127.0.0.1:1/x" },
		"地址形如":    func(s *desk.Source) { s.URL = "http://x/y" },
		"<nil>":   func(*desk.Source) {},
	} {
		if got := poll(change); !strings.Contains(got, want) {
			t.Errorf("want %s, got %s", want, got)
		}
	}
	b.js.DeleteConsumer(t.Context(), streamName, "huiying-1") //nolint:errcheck // it may be there or not
	if _, err := b.js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "loose", Subjects: []string{"loose"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.js.CreateConsumer(t.Context(), "loose", jetstream.ConsumerConfig{Durable: "huiying-1", AckPolicy: jetstream.AckAllPolicy}); err != nil {
		t.Fatal(err)
	}
	if got := poll(func(s *desk.Source) { s.URL = strings.Replace(s.URL, streamName, "loose", 1) }); !strings.Contains(got, "逐条确认") {
		t.Error(got)
	}
}

// pollAnyhow polls whether the server is there or not.
func pollAnyhow(t *testing.T, d *ingesttest.Door) {
	t.Helper()
	if _, err := d.Runner.RunOnce(t.Context(), d.Clock.Move(25*time.Hour)); err != nil {
		t.Fatal(err)
	}
}
