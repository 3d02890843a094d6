package mailbox

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

// inTheClear takes the place of a mail server and offers no encryption; it gives what
// it was told.
func inTheClear(t *testing.T, address string) (heard func() string) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var all strings.Builder
	var talks sync.WaitGroup
	talks.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			talks.Go(func() {
				defer c.Close()
				fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1] ready\r\n")
				for lines := bufio.NewScanner(c); lines.Scan(); {
					mu.Lock()
					all.WriteString(lines.Text() + "\n")
					mu.Unlock()
					tag, rest, _ := strings.Cut(lines.Text(), " ")
					switch {
					case rest == "STARTTLS":
						fmt.Fprintf(c, "%s BAD what?\r\n", tag)
					case strings.HasPrefix(rest, "EXAMINE"):
						fmt.Fprintf(c, "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 1] ok\r\n%s OK done\r\n", tag)
					default:
						fmt.Fprintf(c, "%s OK done\r\n", tag)
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		talks.Wait()
	})
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return all.String()
	}
}

// TestTrialKeepsTheLineSecure: a mailbox that was met with encryption is tried like it
// is polled: who stands in its place without encryption hears no password, and whoever
// tries is told what is wrong; a trial of the true one reads it from its beginning.
func TestTrialKeepsTheLineSecure(t *testing.T) {
	t.Parallel()
	dir, _ := certificate(t)
	d := startDovecot(t, "geheim-7", dir)
	src := d.source()
	src.Password = "geheim-7"
	door := ingesttest.Open(t, mailKind(), src)
	door.Fetchers = ingest.Fetchers([]ingest.Kind{door.Kind})
	d.Put(t, ingesttest.Messages(1, 2)...)
	door.Poll()
	if st := door.State(); len(door.Items()) != 2 || !strings.Contains(string(st.Cursor), `"tls": "sha256:`) {
		t.Fatalf("%d items, bookmark %s", len(door.Items()), st.Cursor)
	}
	before := string(door.State().Cursor)
	if tried, err := door.TrySource(t.Context(), desk.System, door.Source.ID); err != nil || len(tried.Items) != 2 {
		t.Errorf("a trial of the true server: %d items, %v", len(tried.Items), err)
	}
	d.Stop(t)
	heard := inTheClear(t, d.Address)
	_, err := door.TrySource(t.Context(), desk.System, door.Source.ID)
	if err == nil || !strings.Contains(err.Error(), "不再提供加密连接") || !strings.Contains(err.Error(), "imaps://") {
		t.Errorf("a trial without encryption: %v", err)
	}
	door.Poll()
	if st := door.State(); !strings.Contains(st.LastError, "不再提供加密连接") || string(st.Cursor) != before {
		t.Errorf("a poll without encryption: %q, bookmark %s", st.LastError, st.Cursor)
	}
	if h := heard(); strings.Contains(h, "geheim-7") || strings.Contains(h, "LOGIN") || strings.Count(h, "STARTTLS") != 2 {
		t.Errorf("it heard %q", h)
	}
}

func TestTrialCursor(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"uidvalidity":3,"uid":9,"taken":"1:9","tls":"sha256:00","folders":{"INBOX":{"uidvalidity":1,"uid":2}}}`: `{"uidvalidity":0,"uid":0,"tls":"sha256:00"}`,
		`{}`:       `{"uidvalidity":0,"uid":0}`,
		``:         ``,
		`{"tls":7`: `{"tls":7`, // Poll refuses it
	} {
		if got := string(newPoller().TrialCursor([]byte(in))); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
