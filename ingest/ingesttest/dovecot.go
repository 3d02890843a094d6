package ingesttest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Dovecot is a real mail server on this machine, for one test, with one mailbox.
type Dovecot struct {
	URL      string // imap://127.0.0.1:port/INBOX
	Address  string // host:port
	TLS      string // host:port of IMAP over TLS; "" without a certificate
	User     string
	Password string
	Folder   string // the mailbox's Maildir

	base    string
	program string
	uid     int
	gid     int
	n       atomic.Int64
	cmd     *exec.Cmd // nil: it is down
	ended   chan error
}

// StartDovecot starts a mail server of its own. It fails the test where Dovecot
// isn't installed: `make test` installs it.
func StartDovecot(t testing.TB) *Dovecot {
	t.Helper()
	return StartDovecotWith(t, "letters-secret", "")
}

// StartDovecotWith also says the password, and the folder with cert.pem and
// key.pem when the server shall offer STARTTLS.
func StartDovecotWith(t testing.TB, password, certificate string) *Dovecot {
	t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		program = "/usr/sbin/dovecot"
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatal("Dovecot is not installed (package dovecot-imapd); `make test` installs it")
	}
	// Not below t.TempDir: as root the mail is another user's, who must get there,
	// and socket paths are short.
	base, err := os.MkdirTemp("/tmp", "hydc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	port := freePort(t)
	d := &Dovecot{Address: "127.0.0.1:" + port, User: "letters", Password: password, Folder: filepath.Join(base, "mail"), base: base, program: program, uid: os.Getuid(), gid: os.Getgid()}
	d.URL = "imap://" + d.Address + "/INBOX"
	login, internal := account(t), account(t)
	if d.uid == 0 {
		mail, err := user.Lookup("mail")
		if err != nil {
			t.Fatal(err)
		}
		d.uid, d.gid = atoi(t, mail.Uid), atoi(t, mail.Gid)
		login, internal = accountNamed(t, "dovenull", login), accountNamed(t, "dovecot", internal)
	}
	for _, dir := range []string{"", "cur", "new", "tmp"} {
		path := filepath.Join(d.Folder, dir)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, d.uid, d.gid); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	users := filepath.Join(base, "users")
	d.write(t, users, fmt.Sprintf("%s:{PLAIN}%s:%d:%d::%s::\n", d.User, d.Password, d.uid, d.gid, base), 0o644)
	ssl, tlsPort := "ssl = no", "0"
	if certificate != "" {
		tlsPort = freePort(t)
		d.TLS = "127.0.0.1:" + tlsPort
		ssl = fmt.Sprintf("ssl = yes\nssl_cert = <%[1]s/cert.pem\nssl_key = <%[1]s/key.pem", certificate)
	}
	d.write(t, filepath.Join(base, "dovecot.conf"), fmt.Sprintf(`base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
%[6]s
mail_fsync = never
disable_plaintext_auth = no
auth_mechanisms = plain login
default_login_user = %[3]s
default_internal_user = %[4]s
default_internal_group = %[5]s
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:%[1]s/mail
passdb {
  driver = passwd-file
  args = %[1]s/users
}
userdb {
  driver = passwd-file
  args = %[1]s/users
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[2]s
  }
  inet_listener imaps {
    port = %[7]s
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`, base, port, login, internal, group(t, internal), ssl, tlsPort), 0o644)
	t.Cleanup(func() {
		d.Stop(t)
		if t.Failed() {
			for _, name := range []string{"output", "log"} {
				if b, err := os.ReadFile(filepath.Join(base, name)); err == nil {
					t.Logf("dovecot %s:\n%s", name, b)
				}
			}
		}
	})
	d.Start(t)
	return d
}

// Start brings the server up again after Stop.
func (d *Dovecot) Start(t testing.TB) {
	t.Helper()
	output, err := os.Create(filepath.Join(d.base, "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	cmd := exec.Command(d.program, "-F", "-c", filepath.Join(d.base, "dovecot.conf"))
	cmd.Stdout, cmd.Stderr = output, output // a pipe would keep the test waiting for its children
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.cmd, d.ended = cmd, make(chan error, 1)
	go func() { d.ended <- cmd.Wait() }()
	d.await(t, d.ended)
}

// Stop takes the server down.
func (d *Dovecot) Stop(t testing.TB) {
	t.Helper()
	if d.cmd == nil {
		return
	}
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err == nil {
		<-d.ended
	}
	d.cmd = nil
}

// Deliver puts a mail into the mailbox as a delivery agent does: written beside
// it, then moved in.
func (d *Dovecot) Deliver(t testing.TB, mail []byte) {
	t.Helper()
	name := fmt.Sprintf("%d.%d.test", time.Now().UnixNano(), d.n.Add(1))
	beside := filepath.Join(d.Folder, "tmp", name)
	d.write(t, beside, string(mail), 0o600)
	if err := os.Chown(beside, d.uid, d.gid); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(beside, filepath.Join(d.Folder, "new", name)); err != nil {
		t.Fatal(err)
	}
}

// Rebuild throws away what the server knows of the mailbox, but not the mail: it
// gives new UIDs under a new UIDVALIDITY, as after a restore.
func (d *Dovecot) Rebuild(t testing.TB) {
	t.Helper()
	NextSecond()
	for _, pattern := range []string{"dovecot*"} {
		files, err := filepath.Glob(filepath.Join(d.Folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.RemoveAll(f); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// NextSecond waits for the clock to show one: a new UIDVALIDITY is the second in
// which it is given.
func NextSecond() {
	for was := time.Now().Unix(); time.Now().Unix() == was; {
		time.Sleep(20 * time.Millisecond)
	}
}

func (d *Dovecot) write(t testing.TB, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// await returns once the server greets.
func (d *Dovecot) await(t testing.TB, ended <-chan error) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for time.Now().Before(deadline) {
		if conn, err := net.DialTimeout("tcp", d.Address, time.Second); err == nil {
			_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second)) // then it isn't greeting
			line, err := bufio.NewReader(conn).ReadString('\n')
			conn.Close()
			if err == nil && strings.HasPrefix(line, "* OK") {
				return
			}
		}
		select {
		case err := <-ended:
			t.Fatalf("dovecot ended at once: %v", err)
		case <-tick.C:
		}
	}
	t.Fatal("dovecot doesn't greet")
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// account is who runs the test.
func account(t testing.TB) string {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}

// accountNamed is the account that Debian's package made, if it is there.
func accountNamed(t testing.TB, name, other string) string {
	t.Helper()
	if _, err := user.Lookup(name); err != nil {
		return other
	}
	return name
}

func group(t testing.TB, name string) string {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		t.Fatal(err)
	}
	return g.Name
}

func atoi(t testing.TB, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
