package ingesttest

import (
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

func TestDovecotServesWhatIsDelivered(t *testing.T) {
	t.Parallel()
	d := StartDovecot(t)
	see := func() (uint32, uint32) {
		t.Helper()
		c, err := imapclient.DialInsecure(d.Address, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Login(d.User, d.Password).Wait(); err != nil {
			t.Fatal(err)
		}
		box, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
		if err != nil {
			t.Fatal(err)
		}
		return box.NumMessages, box.UIDValidity
	}
	if n, _ := see(); n != 0 {
		t.Fatalf("%d mails in a new mailbox", n)
	}
	d.Deliver(t, []byte("Subject: one\r\n\r\nbody\r\n"))
	n, was := see()
	if n != 1 {
		t.Fatalf("%d mails, want 1", n)
	}
	d.Rebuild(t)
	if n, is := see(); n != 1 || is == was {
		t.Errorf("after the rebuild %d mails, UIDVALIDITY %d, was %d", n, is, was)
	}
}
