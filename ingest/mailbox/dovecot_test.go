package mailbox

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

// dovecot is a real server of the test's own, on loopback, with one mailbox.
type dovecot struct {
	dir, password string
	port          int
	cmd           *exec.Cmd
	stalled       net.Listener
}

// conf is all it needs. Any user name is let in with the one password.
const conf = `base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
ssl = %[4]s
%[5]sdisable_plaintext_auth = no
mail_location = maildir:%[1]s/mail
first_valid_uid = 0
first_valid_gid = 0
default_internal_user = %[2]s
default_login_user = %[2]s
default_internal_group = %[6]s
mail_fsync = never
service imap-login {
  chroot =
  inet_listener imap {
    port = %[3]d
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service imap {
  chroot =
}
service stats {
  chroot =
}
passdb {
  driver = static
  args = password=%[7]s
}
userdb {
  driver = static
  args = uid=%[2]s gid=%[6]s home=%[1]s/home
}
`

// startDovecot fails without the package dovecot-imapd: the test is worth nothing
// on a stand-in.
func startDovecot(t testing.TB, password, cert string) *dovecot {
	t.Helper()
	bin, err := exec.LookPath("dovecot")
	if err != nil {
		if bin = "/usr/sbin/dovecot"; exec.Command(bin, "--version").Run() != nil { //nolint:noctx // answers at once
			t.Fatal("dovecot is missing: install the package dovecot-imapd")
		}
	}
	// Socket paths are short: not below t.TempDir.
	dir, err := os.MkdirTemp("", "hyimap")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	owner, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if owner.Uid == "0" {
		if owner, err = user.Lookup("nobody"); err != nil { // its children don't run as root
			t.Fatal(err)
		}
	}
	group, err := user.LookupGroupId(owner.Gid)
	if err != nil {
		t.Fatal(err)
	}
	d := &dovecot{dir: dir, password: password, port: freePort(t)}
	for _, sub := range []string{"", "run", "state", "home", "mail", "mail/new", "mail/cur", "mail/tmp"} {
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, sub), 0o755), os.Chmod(filepath.Join(dir, sub), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	d.own(t, owner)
	ssl, files := "no", ""
	if cert != "" {
		ssl, files = "yes", fmt.Sprintf("ssl_cert = <%[1]s/cert.pem\nssl_key = <%[1]s/key.pem\n", cert)
	}
	text := fmt.Sprintf(conf, dir, owner.Username, d.port, ssl, files, group.Name, password)
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	d.start(t, bin)
	t.Cleanup(func() { d.stop() })
	return d
}

// own gives what the server writes to its user.
func (d *dovecot) own(t testing.TB, owner *user.User) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	uid, err := strconv.Atoi(owner.Uid)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.Atoi(owner.Gid)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(d.dir, "mail"), func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, uid, gid))
	})
	if err = errors.Join(err, os.Chown(filepath.Join(d.dir, "home"), uid, gid)); err != nil {
		t.Fatal(err)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (d *dovecot) start(t testing.TB, bin string) {
	t.Helper()
	out, err := os.Create(filepath.Join(d.dir, "out")) // with a pipe it never lets go
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	d.cmd = exec.Command(bin, "-F", "-c", filepath.Join(d.dir, "conf")) //nolint:noctx // stop ends it
	d.cmd.Stdout, d.cmd.Stderr = out, out
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(15 * time.Second)
	for {
		c, err := net.Dial("tcp", d.addr())
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(filepath.Join(d.dir, "out"))
			logged, _ := os.ReadFile(filepath.Join(d.dir, "log"))
			t.Fatalf("dovecot doesn't answer: %s %s", said, logged)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (d *dovecot) stop() {
	if d.cmd == nil {
		return
	}
	d.cmd.Process.Signal(os.Interrupt) //nolint:errcheck // it may have ended
	d.cmd.Wait()                       //nolint:errcheck // ended by us
	d.cmd = nil
}

func (d *dovecot) addr() string { return fmt.Sprintf("127.0.0.1:%d", d.port) }

func (d *dovecot) source() desk.Source {
	return desk.Source{Name: "市长信箱", URL: "imap://" + d.addr() + "/INBOX", Username: "office"}
}

// client is another mail program on the same mailbox.
func (d *dovecot) client(t testing.TB) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(d.addr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login("office", d.password).Wait(); err != nil {
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
func (d *dovecot) Break(testing.TB) { d.stop() }

// Stall puts a server in its place that takes connections and says nothing.
func (d *dovecot) Stall(t testing.TB) {
	t.Helper()
	d.stop()
	l, err := net.Listen("tcp", d.addr())
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
	bin, err := exec.LookPath("dovecot")
	if err != nil {
		bin = "/usr/sbin/dovecot"
	}
	d.start(t, bin)
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
