package mailbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"huiying/desk"
	"huiying/ingest/ingesttest"
)

const folder = "群众来信"

// open begins a server and a door on one of its folders.
func open(t *testing.T, inFolder string) (*dovecot, *ingesttest.Door) {
	t.Helper()
	d := startDovecot(t, "pw", "")
	if inFolder != "INBOX" {
		if err := d.client(t).Create(inFolder, nil).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	src := d.source()
	src.URL, src.Password = "imap://"+d.Address+"/"+url.PathEscape(inFolder), "pw"
	return d, ingesttest.Open(t, mailKind(), src)
}

// TestRow5ReadByOthers: what somebody else has seen, answered or flagged is taken all
// the same, and our reading changes no flag.
func TestRow5ReadByOthers(t *testing.T) {
	t.Parallel()
	d, door := open(t, "INBOX")
	many(t, d, door)
	d.Put(t, ingesttest.Messages(1, 4)...)
	c := d.client(t)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	before := len(door.Items())
	first, last := uint32(before+1), uint32(before+4)
	if err := c.Store(imap.SeqSetNum(first, first+1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen, imap.FlagAnswered}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	door.Poll()
	if n := len(door.Items()) - before; n != 4 {
		t.Errorf("%d of 4 letters, two of them read by others", n)
	}
	got, err := c.Fetch(imap.SeqSetNum(last-1, last), &imap.FetchOptions{Flags: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got {
		for _, f := range m.Flags {
			if f == imap.FlagSeen {
				t.Errorf("letter %d is marked seen by our reading", m.SeqNum)
			}
		}
	}
	t.Logf("figure: %d letters, a second client marking them seen while they come and are polled: 100 %% stored, no flag of ours", len(door.Items()))
}

// many delivers letters that another client marks seen, answered and flagged while
// the folder is polled; all must be there in the end.
func many(t *testing.T, d *dovecot, door *ingesttest.Door) {
	t.Helper()
	n := 20
	if os.Getenv("HUIYING_ENDURE") == "1" {
		n = 2000
	}
	other := d.client(t)
	if _, err := other.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var marking sync.WaitGroup
	marking.Go(func() {
		for ctx.Err() == nil {
			flags := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen, imap.FlagAnswered, imap.FlagFlagged}, Silent: true}
			if err := other.Noop().Wait(); err != nil {
				t.Error(err)
				return
			}
			if box := other.Mailbox(); box != nil && box.NumMessages > 0 {
				if err := other.Store(imap.SeqSet{{Start: 1, Stop: box.NumMessages}}, flags, nil).Close(); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for at := 0; at < n; at += 10 {
		d.Put(t, ingesttest.Messages(1000+at, 10)...)
		door.Poll()
	}
	stop()
	marking.Wait()
	door.Poll()
	if got := len(door.Items()); got != n {
		t.Errorf("%d of %d letters that others marked meanwhile", got, n)
	}
}

// TestRow6UIDValidity: the folder is rebuilt with the same letters and more: nothing
// lost, nothing twice.
func TestRow6UIDValidity(t *testing.T) {
	t.Parallel()
	d, door := open(t, folder)
	rebuilt := 0
	if os.Getenv("HUIYING_ENDURE") == "1" {
		rebuilt = rebuildOften(t)
	}
	noID := "From: a@example.com\r\nSubject: 没有编号的信\r\n\r\n正文\r\n"
	var first []string
	for _, m := range ingesttest.Messages(1, 20) {
		first = append(first, mailOf(m))
	}
	first = append(first, noID)
	d.deliver(t, folder, first...)
	door.Poll()
	before, _ := d.uids(t, folder)
	if n := len(door.Items()); n != 21 {
		t.Fatalf("%d of 21 letters", n)
	}
	c := d.client(t)
	if err := c.Delete(folder).Wait(); err != nil {
		t.Fatal(err)
	}
	ingesttest.NextSecond()
	if err := c.Create(folder, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	var again []string
	for _, m := range ingesttest.Messages(11, 20) { // half of the old ones, in other places
		again = append([]string{mailOf(m)}, again...)
	}
	d.deliver(t, folder, append(again, noID)...)
	if after, _ := d.uids(t, folder); after == before {
		t.Fatal("the folder has the same UIDVALIDITY: nothing is tested")
	}
	door.Poll()
	titles := door.Titles()
	for title, n := range titles {
		if n != 1 {
			t.Errorf("%q is there %d times", title, n)
		}
	}
	if len(titles) != 31 {
		t.Errorf("%d different letters, want 31", len(titles))
	}
	for _, it := range door.Items() {
		if it.Version != 1 {
			t.Errorf("%q has version %d", it.Title, it.Version)
		}
	}
	t.Logf("figure: UIDVALIDITY anew %d times: 0 lost, 0 twice", rebuilt+1)
}

// rebuildOften has the server forget what it knows of a mailbox that grows, again
// and again.
func rebuildOften(t *testing.T) int {
	t.Helper()
	d, door := open(t, "INBOX")
	const times, each = 25, 40
	for i := range times {
		d.Put(t, ingesttest.Messages(1+i*each, each)...)
		if i%2 == 0 {
			door.Poll() // else the new ones are met first under the new numbers
		}
		d.Stop(t)
		d.Rebuild(t)
		d.Start(t)
		door.Poll()
		if n := len(door.Titles()); n != (i+1)*each || len(door.Items()) != n {
			t.Fatalf("after %d rebuilds %d letters and %d items of %d", i+1, n, len(door.Items()), (i+1)*each)
		}
	}
	for _, it := range door.Items() {
		if it.Version != 1 {
			t.Errorf("%q has version %d", it.Title, it.Version)
		}
	}
	return times
}

// TestRow7Poison: broken, empty and huge letters between good ones are quarantined
// with their bytes and a reason; the good ones come in with the same poll.
func TestRow7Poison(t *testing.T) {
	t.Parallel()
	d, door := open(t, "INBOX")
	good := ingesttest.Messages(1, 3)
	huge := "Subject: 附件太大\r\nMessage-ID: <huge@example.com>\r\n\r\n" + strings.Repeat(strings.Repeat("x", 98)+"\r\n", (MaxMail+1<<20)/100)
	d.deliver(t, "INBOX", mailOf(good[0]), "\r\n\r\n", mailOf(good[1]), huge, "\x00\xff\xfe\r\n"+strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 200), mailOf(good[2]))
	door.Poll()
	titles := door.Titles()
	for _, m := range good {
		if titles[m.Title] != 1 {
			t.Errorf("%q did not come in", m.Title)
		}
	}
	bad := door.Quarantined()
	if len(bad) != 3 {
		t.Fatalf("%d in quarantine, want 3", len(bad))
	}
	reasons := ""
	for _, q := range bad {
		reasons += q.Reason + "\n"
	}
	if !strings.Contains(reasons, "超过上限 25 MB") {
		t.Errorf("reasons: %s", reasons)
	}
	door.Poll()
	if n := len(door.Quarantined()); n != 3 {
		t.Errorf("after another poll %d are in quarantine", n)
	}
	t.Logf("figure: broken, empty and %d MiB letters between good ones: %d in quarantine with their reasons, the good ones with the same poll", MaxMail>>20+1, len(bad))
}

// TestAMessageTheServerCannotGive doesn't stop the mailbox.
func TestAMessageTheServerCannotGive(t *testing.T) {
	t.Parallel()
	d, door := open(t, "INBOX")
	d.Put(t, ingesttest.Messages(1, 3)...)
	_, uids := d.uids(t, "INBOX")
	if len(uids) != 3 {
		t.Fatal(uids)
	}
	// The second message's file becomes something that can't be read as one.
	files, err := filepath.Glob(filepath.Join(d.Folder, "cur", "*"))
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	spoilt := ""
	for _, f := range files {
		if b, err := os.ReadFile(f); err != nil {
			t.Fatal(err)
		} else if bytes.Contains(b, []byte("<m-2@")) {
			spoilt = f
		}
	}
	if err := os.Remove(spoilt); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(spoilt, 0o700); err != nil {
		t.Fatal(err)
	}
	for range maxTries + 1 {
		door.Poll()
	}
	titles := door.Titles()
	for _, m := range []int{1, 3} {
		if title := ingesttest.Messages(m, 1)[0].Title; titles[title] != 1 {
			t.Errorf("letter %d did not come in: %v", m, titles)
		}
	}
	d.Put(t, ingesttest.Messages(4, 1)...)
	door.Poll()
	if title := ingesttest.Messages(4, 1)[0].Title; door.Titles()[title] != 1 {
		t.Error("the mailbox stands still")
	}
	if bad := door.Quarantined(); len(bad) != 1 || !strings.Contains(bad[0].Reason, "编号 2") {
		t.Errorf("in quarantine: %+v", bad)
	}
}

// TestRemovedMeanwhile: who moves a letter away leaves no gap that stops us.
func TestRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	d, door := open(t, "INBOX")
	d.Put(t, ingesttest.Messages(1, 3)...)
	door.Poll()
	c := d.client(t)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Store(imap.SeqSetNum(3), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Expunge().Close(); err != nil {
		t.Fatal(err)
	}
	door.Poll() // n:* now gives the second again
	d.Put(t, ingesttest.Messages(4, 1)...)
	door.Poll()
	if n := len(door.Items()); n != 4 {
		t.Errorf("%d items, want 4", n)
	}
}

// TestManyLetters come in batches, each with its bookmark.
func TestManyLetters(t *testing.T) {
	t.Parallel()
	d, door := open(t, "INBOX")
	const n = 230
	var mails []string
	for _, m := range ingesttest.Messages(1, n) {
		mails = append(mails, mailOf(m))
	}
	d.deliver(t, "INBOX", mails...)
	src := door.State()
	src.Password = "pw"
	var cursors []uint32
	total := 0
	err := newPoller().Poll(t.Context(), src, func(_ context.Context, raws []desk.Raw, c json.RawMessage) error {
		var at cursor
		if err := json.Unmarshal(c, &at); err != nil {
			return err
		}
		cursors, total = append(cursors, at.UID), total+len(raws)
		return nil
	})
	if err != nil || total != n || len(cursors) != (n+batchMails-1)/batchMails || cursors[0] != batchMails {
		t.Errorf("%d letters in batches ending at %v: %v", total, cursors, err)
	}
}

func TestWrongPasswordAndFolder(t *testing.T) {
	t.Parallel()
	d, _ := open(t, "INBOX")
	for name, c := range map[string]struct {
		change func(*desk.Source)
		says   string
	}{
		"password": {func(s *desk.Source) { s.Password = "geheim" }, "口令"},
		"folder":   {func(s *desk.Source) { s.URL = "imap://" + d.Address + "/nowhere" }, "nowhere"},
		"scheme":   {func(s *desk.Source) { s.URL = "http://" + d.Address + "/" }, "imaps://"},
		"inside":   {func(s *desk.Source) { s.URL = strings.Replace(d.URL, "127.0.0.1", "127.0.0.3", 1) }, "内部网络"},
		"no TLS":   {func(s *desk.Source) { s.URL = "imaps://" + d.Address }, ""},
	} {
		src := d.source()
		src.Password = "pw"
		c.change(&src)
		err := newPoller().Poll(t.Context(), src, func(context.Context, []desk.Raw, json.RawMessage) error { return nil })
		var e *desk.Error
		if err == nil || !errors.As(err, &e) || !strings.Contains(e.Message(), c.says) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// certificate makes one for 127.0.0.1 and writes it where dovecot reads it.
func certificate(t *testing.T) (dir string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "mail"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for name, b := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "EC PRIVATE KEY", Bytes: k}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(b), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(cert)
	return dir, pool
}

// TestStartTLS: it is taken when offered; the certificate of the first meeting is
// the only one afterwards, and nothing in the clear.
func TestStartTLS(t *testing.T) {
	t.Parallel()
	dir, pool := certificate(t)
	d := startDovecot(t, "pw", dir)
	d.Put(t, ingesttest.Messages(1, 1)...)
	src := d.source()
	src.Password = "pw"
	poll := func(p *Poller) (at cursor, err error) {
		at = cursor{}
		err = p.Poll(t.Context(), src, func(_ context.Context, _ []desk.Raw, c json.RawMessage) error {
			src.Cursor = c
			return json.Unmarshal(c, &at)
		})
		return at, err
	}
	at, err := poll(newPoller())
	if err != nil || !strings.HasPrefix(at.TLS, "sha256:") {
		t.Fatalf("the first meeting: %+v %v", at, err)
	}
	if _, err := poll(newPoller()); err != nil {
		t.Errorf("the second meeting: %v", err)
	}
	known := src.Cursor
	src.Cursor = json.RawMessage(`{"tls":"sha256:00"}`)
	if _, err := poll(newPoller()); err == nil || !strings.Contains(err.Error(), "证书") {
		t.Errorf("another certificate: %v", err)
	}
	src.Cursor = nil
	trusting := newPoller()
	trusting.Roots = pool
	if at, err := poll(trusting); err != nil || at.TLS != "verified" {
		t.Errorf("a certificate that can be verified: %+v %v", at, err)
	}
	// Somebody takes its place and offers no encryption.
	d.Stop(t)
	plain := startDovecot(t, "pw", "")
	src.URL, src.Cursor = plain.source().URL, known
	if _, err := poll(newPoller()); err == nil {
		t.Error("a known server without encryption was given the password")
	}
}

// TestCancelledAnywhere: a server that falls silent at any point of the talk
// doesn't hold a poll beyond its time.
func TestCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"", "LOGIN", "EXAMINE", "FETCH", "endless"} {
		t.Run("silent at "+at, func(t *testing.T) {
			t.Parallel()
			src := desk.Source{URL: "imap://" + silent(t, at), Username: "u", Password: "p"}
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			ended := make(chan error, 1)
			go func() {
				ended <- newPoller().Poll(ctx, src, func(context.Context, []desk.Raw, json.RawMessage) error { return nil })
			}()
			select {
			case err := <-ended:
				if err == nil || ctx.Err() == nil && at != "endless" {
					t.Errorf("it ended of itself: %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("the poll goes on")
			}
		})
	}
}

// silent is a server that speaks as much IMAP as it takes to get to a command,
// and then says nothing more; or, at "endless", never stops.
func silent(t *testing.T, at string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var talks sync.WaitGroup
	talks.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			talks.Go(func() { talk(c, at) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		talks.Wait()
	})
	return l.Addr().String()
}

func talk(c net.Conn, at string) {
	defer c.Close()
	if at == "" {
		io.Copy(io.Discard, c) //nolint:errcheck // until the client leaves
		return
	}
	fmt.Fprintf(c, "* OK [CAPABILITY IMAP4rev1] ready\r\n")
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		tag, rest, _ := strings.Cut(lines.Text(), " ")
		if strings.Contains(rest, at) {
			io.Copy(io.Discard, c) //nolint:errcheck // until the client leaves
			return
		}
		switch {
		case strings.HasPrefix(rest, "CAPABILITY"):
			fmt.Fprint(c, "* CAPABILITY IMAP4rev1\r\n")
		case strings.HasPrefix(rest, "EXAMINE"):
			fmt.Fprint(c, "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok\r\n")
		case strings.HasPrefix(rest, "UID FETCH"):
			for at == "endless" {
				if _, err := fmt.Fprintf(c, "* 1 FETCH (UID 1 RFC822.SIZE 10 BODY[] {%d}\r\n%s)\r\n", 1<<16, strings.Repeat("x", 1<<16)); err != nil {
					return
				}
			}
		}
		fmt.Fprintf(c, "%s OK done\r\n", tag)
	}
}
