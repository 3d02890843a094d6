package notify

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
)

// A node is a process of its own, so that its end is a real one. These name to it
// the database, the provider, and how far its office time is.
const (
	nodeEnv     = "HUIYING_TEST_NODE"
	providerEnv = "HUIYING_TEST_PROVIDER"
	timeEnv     = "HUIYING_TEST_TIME"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(nodeEnv); url != "" {
		if err := node(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// node sends what is due until there is nothing more for it.
func node(url string) error {
	ctx := context.Background()
	store, err := pg.Open(ctx, url, pg.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	now, err := time.Parse(time.RFC3339Nano, os.Getenv(timeEnv))
	if err != nil {
		return err
	}
	policy, err := desk.DefaultPolicy()
	if err != nil {
		return err
	}
	d := &desk.Desk{Store: store, Policy: policy, Now: func() time.Time { return now }, Real: time.Now, Log: slog.New(slog.DiscardHandler)}
	fmt.Println("ready")
	var running sync.WaitGroup
	failed := make(chan error, lanesEach)
	for _, l := range Lanes(d, Table{"slack": posting{os.Getenv(providerEnv)}}) {
		running.Go(func() {
			for more, err := true, error(nil); more; {
				if more, err = l.RunOnce(ctx, d.Now()); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	running.Wait()
	close(failed)
	return <-failed
}

// posting sends the key to the provider. The provider may have told the node to
// die: it does, on the spot, after the message is out and before it is recorded.
type posting struct{ url string }

func (p posting) Send(ctx context.Context, m desk.Message) desk.Sent {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, strings.NewReader(m.Key))
	if err != nil {
		return desk.Sent{Outcome: desk.OutcomeRefuse, Err: err}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return desk.Sent{Outcome: desk.OutcomeRetry, Err: err}
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusGone {
		me, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = me.Kill()
		}
		panic(fmt.Sprint("alive after kill: ", err))
	}
	return desk.Sent{Outcome: desk.OutcomeSent}
}

// TestRow18CrashBetweenSendAndRecord is trust row 18: of three nodes one dies after each
// of its lanes has sent and before it has recorded. The provider counts: every
// message at least once, at most twice, and twice only what was in the dead one's
// hands.
func TestRow18CrashBetweenSendAndRecord(t *testing.T) {
	t.Parallel()
	const messages = 60
	var mu sync.Mutex
	got := map[string]int{}
	doomed := true // the first node's messages are its last
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		got[string(key)]++
		if doomed && len(got) >= 10 {
			w.WriteHeader(http.StatusGone)
		}
	}))
	defer provider.Close()
	o := newOffice(t, Table{"slack": hanging{}})
	alerts(t, o, messages)

	first := startNode(t, o.URL, provider.URL, o.Now())
	if err := first.Wait(); err == nil {
		t.Fatal("the first node lived on")
	}
	mu.Lock()
	doomed = false
	before := len(got)
	mu.Unlock()
	if n := states(t, o)["slack/sent"]; n >= before {
		t.Fatalf("%d recorded of %d sent: it didn't die in between", n, before)
	}
	lost := before - states(t, o)["slack/sent"]

	// The others take over, at first beside the dead one's claims and then, when
	// these have run out, with them.
	for _, later := range []time.Duration{0, desk.DeliveryHold} {
		at := o.Clock.Move(later)
		a, b := startNode(t, o.URL, provider.URL, at), startNode(t, o.URL, provider.URL, at)
		for _, n := range []*exec.Cmd{a, b} {
			if err := n.Wait(); err != nil {
				t.Fatal(err)
			}
		}
	}
	twice := 0
	for key, n := range got {
		if n > 2 {
			t.Errorf("%s came %d times", key, n)
		}
		if n == 2 {
			twice++
		}
	}
	if len(got) != messages || states(t, o)["slack/sent"] != messages {
		t.Errorf("%d of %d messages came, %d are recorded", len(got), messages, states(t, o)["slack/sent"])
	}
	if twice == 0 || twice > lost || lost > lanesEach {
		t.Errorf("%d came twice, %d were sent and not recorded, by %d lanes", twice, lost, lanesEach)
	}
}

func startNode(t *testing.T, url, provider string, now time.Time) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), nodeEnv+"="+url, providerEnv+"="+provider, timeEnv+"="+now.Format(time.RFC3339Nano))
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // gone by now, unless the test failed
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("a node says %q, %v", line, err)
	}
	return cmd
}
