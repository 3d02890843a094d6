package mailbox

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"imaps://mail.example.com":                                      {"INBOX"},
		"imaps://mail.example.com/INBOX/网站":                             {"INBOX/网站"},
		"imap://mail.example.com:1143/%E7%BD%91%E7%AB%99":               {"网站"},
		"imaps://mail.example.com/?folder=INBOX&folder=a%2Fb&folder=网站": {"INBOX", "a/b", "网站"},
		"imaps://mail.example.com/INBOX?folder=INBOX&folder=a":          {"INBOX", "a"},
		"imaps://mail.example.com/*":                                    {"*"},
	} {
		if p, err := parseURL(in); err != nil || !slices.Equal(p.folders, want) {
			t.Errorf("%s: %q %v", in, p.folders, err)
		}
	}
	for _, in := range []string{"", "http://mail.example.com", "imaps:///INBOX", "imaps://a/*?folder=b", "imaps://a/?x=1", "imaps://a/?folder=%zz", "imaps://a/?folder=b&uid=1"} {
		if CheckURL(in) == nil {
			t.Errorf("%q is let pass", in)
		}
	}
}

// account opens a door on several folders of one account.
func account(t *testing.T, path string, folders ...string) (*dovecot, *ingesttest.Door) {
	t.Helper()
	d := startDovecot(t, "pw", "")
	c := d.client(t)
	for _, f := range folders {
		if err := c.Create(f, nil).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	src := d.source()
	src.URL, src.Password = "imap://"+d.Address+path, "pw"
	return d, ingesttest.Open(t, mailKind(), src)
}

// TestSeveralFolders: one account, each folder with its own bookmark; a letter that
// somebody moves between them is one letter, also when it was moved before we looked.
func TestSeveralFolders(t *testing.T) {
	t.Parallel()
	d, door := account(t, "/*", "网站来信", "已办结", "Trash", "垃圾邮件")
	d.Put(t, ingesttest.Messages(1, 3)...)
	d.deliver(t, "网站来信", mailOf(ingesttest.Messages(4, 1)[0]))
	d.deliver(t, "Trash", mailOf(ingesttest.Messages(90, 1)[0]))
	d.deliver(t, "垃圾邮件", mailOf(ingesttest.Messages(91, 1)[0]))
	c := d.client(t)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Move(imap.SeqSetNum(1), "已办结").Wait(); err != nil { // before we ever looked
		t.Fatal(err)
	}
	door.Poll()
	wantItems(t, door, 4)
	if _, err := c.Move(imap.SeqSetNum(1), "已办结").Wait(); err != nil { // and behind our back
		t.Fatal(err)
	}
	door.Poll()
	wantItems(t, door, 4)
	var at cursor
	if err := json.Unmarshal(door.State().Cursor, &at); err != nil || len(at.Folders) != 3 || at.Folders["已办结"].UID != 2 || at.Folders["INBOX"].UID != 3 {
		t.Errorf("the bookmark is %s, %v", door.State().Cursor, err)
	}
}

// TestSentFolder: what lies where the account keeps what it sent is its own, by the
// server's mark or the folder's name; the same address in the inbox is anybody's.
func TestSentFolder(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/*", "/?folder=INBOX&folder=" + url.QueryEscape("办公.已发送")} {
		d, door := account(t, path, "办公.已发送")
		ours := func(id string) string {
			return "From: " + door.Source.Username + "\r\nMessage-ID: <" + id + "@example.com>\r\nSubject: " + id + "\r\n\r\n正文\r\n"
		}
		d.deliver(t, "办公.已发送", ours("sent"))
		d.deliver(t, "INBOX", ours("forged"))
		src := door.State()
		src.Password = "pw"
		got := map[string]bool{}
		if err := newPoller().Poll(t.Context(), src, func(_ context.Context, raws []desk.Raw, _ json.RawMessage) error {
			for _, r := range raws {
				var n note
				if err := json.Unmarshal(r.Note, &n); err != nil {
					return err
				}
				h, _ := split(r.Bytes)
				got[title(h)] = n.Sent
			}
			return nil
		}); err != nil || len(got) != 2 || !got["sent"] || got["forged"] {
			t.Errorf("%s: %v, %v", path, got, err)
		}
	}
	for name, want := range map[string]bool{"Sent Items": true, "SENT": true, "已发送邮件": true, "INBOX": false, "已发送的来信": false} {
		if sentName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

// TestOneFolderGone: the others are read all the same, and the failure is told.
func TestOneFolderGone(t *testing.T) {
	t.Parallel()
	d, door := account(t, "/?folder="+url.QueryEscape("没有的")+"&folder=INBOX")
	d.Put(t, ingesttest.Messages(1, 2)...)
	door.Poll()
	wantItems(t, door, 2)
	if s := door.State(); !strings.Contains(s.LastError, "没有的") {
		t.Errorf("what failed isn't told: %q", s.LastError)
	}
}

func wantItems(t *testing.T, door *ingesttest.Door, n int) {
	t.Helper()
	items := door.Items()
	if len(items) != n {
		t.Errorf("%d items, want %d; quarantined %v", len(items), n, door.Quarantined())
	}
	for _, it := range items {
		if it.Version != 1 {
			t.Errorf("%q has version %d", it.Title, it.Version)
		}
	}
}

// TestReconcile: letters that the bookmark has passed without taking them are taken
// by the next poll, once, and a letter taken before isn't fetched again.
func TestReconcile(t *testing.T) {
	t.Parallel()
	d, door := open(t, "INBOX")
	d.Put(t, ingesttest.Messages(1, 6)...)
	src := door.State()
	src.Password = "pw"
	validity, _ := d.uids(t, "INBOX")
	// The bookmark of a server that numbered 2 and 4 late, or listed them and gave nothing.
	start := cursor{mark: mark{UIDValidity: validity, UID: 5, Taken: "1,3,5"}, TLS: "none"}
	src.Cursor = start.json()
	var took []uint32
	poll := func() {
		t.Helper()
		took = nil
		err := newPoller().Poll(t.Context(), src, func(_ context.Context, raws []desk.Raw, c json.RawMessage) error {
			for _, r := range raws {
				var n note
				if err := json.Unmarshal(r.Note, &n); err != nil {
					t.Error(err)
				}
				took = append(took, n.UID)
			}
			src.Cursor = c
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	poll()
	if !slices.Equal(took, []uint32{6, 2, 4}) {
		t.Errorf("fetched %v", took)
	}
	poll()
	if len(took) != 0 {
		t.Errorf("fetched again: %v", took)
	}
	var at cursor
	if err := json.Unmarshal(src.Cursor, &at); err != nil || at.Taken != "1:6" || at.UID != 6 {
		t.Errorf("the bookmark is %s %v", src.Cursor, err)
	}
	// A bookmark from before there was a record of gaps.
	src.Cursor = json.RawMessage(`{"uidvalidity":` + string(mustNumber(t, validity)) + `,"uid":6,"tls":"none"}`)
	if poll(); len(took) != 0 {
		t.Errorf("an old bookmark has everything fetched again: %v", took)
	}
}

func mustNumber(t *testing.T, n uint32) []byte {
	t.Helper()
	b, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestIMAPS: TLS from the first byte, with a certificate that can be verified or not at all.
func TestIMAPS(t *testing.T) {
	t.Parallel()
	dir, pool := certificate(t)
	d := startDovecot(t, "pw", dir)
	d.Put(t, ingesttest.Messages(1, 2)...)
	src := d.source()
	src.URL, src.Password = "imaps://"+d.TLS+"/INBOX", "pw"
	n := 0
	var at cursor
	keep := func(_ context.Context, raws []desk.Raw, c json.RawMessage) error {
		n += len(raws)
		return json.Unmarshal(c, &at)
	}
	if err := newPoller().Poll(t.Context(), src, keep); err == nil || n != 0 {
		t.Errorf("an unknown certificate was taken: %v", err)
	}
	trusting := newPoller()
	trusting.Roots = pool
	if err := trusting.Poll(t.Context(), src, keep); err != nil || n != 2 || at.TLS != "verified" {
		t.Errorf("%d letters, %+v, %v", n, at, err)
	}
}

// TestIdle: with polls an hour apart a new letter is there as soon as the server says so.
func TestIdle(t *testing.T) {
	t.Parallel()
	d := startDovecot(t, "pw", "")
	src := d.source()
	src.Password = "pw"
	kind := mailKind()
	kind.Every = time.Hour
	door := ingesttest.Open(t, kind, src)
	door.Poll() // finds out how the line is secured
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 2)
	hastened := make(chan struct{}, 100)
	w := &Watch{Poller: newPoller(), Log: door.Log,
		Sources: func(ctx context.Context) ([]desk.Source, error) { return door.SourcesOf(ctx, kind.Name) },
		Hasten: func(ctx context.Context, id int64) (bool, error) {
			ok, err := door.Hasten(ctx, id)
			if ok {
				hastened <- struct{}{}
			}
			return ok, err
		}}
	go func() { done <- w.Run(ctx) }()
	wait(t, hastened) // what came between the poll and the first word of IDLE
	node := &ingest.Runner{Desk: door.Desk, Kinds: door.Runner.Kinds, Log: door.Log}
	round := func() int {
		n, err := node.RunOnce(t.Context(), door.Clock.Now())
		if err != nil {
			t.Error(err)
		}
		return n
	}
	round()
	if n := round(); n != 0 {
		t.Fatalf("%d polls without news: nothing is tested", n)
	}
	for i := 1; i <= 2; i++ {
		d.Put(t, ingesttest.Messages(i, 1)...)
		wait(t, hastened)
		round()
		wantItems(t, door, i)
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("listening doesn't end")
	}
}

func wait(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatal("the server's word isn't heard")
	}
}
