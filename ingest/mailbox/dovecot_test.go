package mailbox

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

// dovecot is a real server as the suite's outside.
type dovecot struct {
	*ingesttest.Dovecot
	stalled net.Listener
}

func startDovecot(t testing.TB, password, certificate string) *dovecot {
	t.Helper()
	return &dovecot{Dovecot: ingesttest.StartDovecotWith(t, password, certificate)}
}

func (d *dovecot) source() desk.Source {
	return desk.Source{Name: "市长信箱", URL: d.URL, Username: d.User}
}

// client is another mail program on the same mailbox.
func (d *dovecot) client(t testing.TB) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(d.Address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(d.User, d.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// deliver appends messages to a folder.
func (d *dovecot) deliver(t testing.TB, folder string, mails ...string) {
	t.Helper()
	c := d.client(t)
	defer c.Close()
	for _, m := range mails {
		cmd := c.Append(folder, int64(len(m)), nil)
		if _, err := cmd.Write([]byte(m)); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// Put implements ingesttest.Outside.
func (d *dovecot) Put(t testing.TB, msgs ...ingesttest.Message) {
	t.Helper()
	for _, m := range msgs {
		d.deliver(t, "INBOX", mailOf(m))
	}
}

// Break takes the server down.
func (d *dovecot) Break(t testing.TB) { d.Stop(t) }

// Stall puts a server in its place that takes connections and says nothing.
func (d *dovecot) Stall(t testing.TB) {
	t.Helper()
	d.Stop(t)
	l, err := net.Listen("tcp", d.Address)
	if err != nil {
		t.Fatal(err)
	}
	d.stalled = l
	t.Cleanup(func() { l.Close() })
}

// Heal brings the server back.
func (d *dovecot) Heal(t testing.TB) {
	t.Helper()
	if d.stalled != nil {
		d.stalled.Close()
	}
	d.Start(t)
}

func mailOf(m ingesttest.Message) string {
	return strings.ReplaceAll(fmt.Sprintf("From: =?utf-8?B?5byg5LiJ?= <zhang@example.com>\nMessage-ID: <%s@example.com>\nSubject: %s\nDate: Fri, 20 Nov 2026 09:00:00 +0800\n"+
		"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n", m.ID, m.Title, m.Body), "\n", "\r\n")
}

func newPoller() *Poller {
	return &Poller{Guard: &ingest.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}
}

func mailKind() ingest.Kind {
	return ingest.Kind{Name: "mailbox", Channel: desk.ChannelMailbox, Parser: Parser{}, Poller: newPoller(), Every: 30 * time.Second}
}

// uids are the numbers of what is in a folder, and its UIDVALIDITY.
func (d *dovecot) uids(t testing.TB, folder string) (uint32, []imap.UID) {
	t.Helper()
	c := d.client(t)
	defer c.Close()
	box, err := c.Select(folder, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return box.UIDValidity, found.AllUIDs()
}
