package ferry

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

// gateway is the inner end of a gateway for files: what the suite puts outside arrives as batches.
type gateway struct {
	root   string
	seq    int64
	prev   string
	unlock func()
}

func startGateway(t testing.TB) *gateway {
	t.Helper()
	g := &gateway{root: t.TempDir()}
	for _, d := range []string{"in", "out"} {
		if err := os.MkdirAll(filepath.Join(g.root, "yunze", d), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func (g *gateway) in() Folder  { return Folder{Dir: filepath.Join(g.root, "yunze", "in")} }
func (g *gateway) out() Folder { return Folder{Dir: filepath.Join(g.root, "yunze", "out")} }

func (g *gateway) source() desk.Source {
	b, err := json.Marshal(Settings{Key: PublicText(public(outerKey()))})
	if err != nil {
		panic(err)
	}
	return desk.Source{Name: "外网信箱", URL: "ferry://yunze", Settings: b}
}

func letterBytes(m ingesttest.Message) []byte {
	b, err := json.Marshal(desk.Incoming{ExternalID: "sha256:" + m.ID, Title: m.Title, Body: m.Body})
	if err != nil {
		panic(err)
	}
	return b
}

// next is the next batch of a stream, sealed.
func (g *gateway) next(t testing.TB, msgs ...ingesttest.Message) (file []byte, seq int64) {
	t.Helper()
	g.seq++
	b := Batch{Stream: "S1", Seq: g.seq, Prev: g.prev}
	for _, m := range msgs {
		b.Entries = append(b.Entries, Entry{Kind: desk.FerryLetter, ID: m.ID, Body: letterBytes(m)})
	}
	file = mustSeal(t, b, outerKey())
	g.prev = Digest(file)
	return file, g.seq
}

func (g *gateway) bring(t testing.TB, name string, file []byte) {
	t.Helper()
	if err := g.in().Put(name, file); err != nil {
		t.Fatal(err)
	}
}

// Put implements ingesttest.Outside.
func (g *gateway) Put(t testing.TB, msgs ...ingesttest.Message) {
	file, seq := g.next(t, msgs...)
	g.bring(t, batchName(file, seq, 0), file)
}

// Empty implements ingesttest.Emptier: an entry of no bytes arrives.
func (g *gateway) Empty(t testing.TB) {
	g.seq++
	file := mustSeal(t, Batch{Stream: "S1", Seq: g.seq, Prev: g.prev, Entries: []Entry{{Kind: desk.FerryLetter, ID: "empty"}}}, outerKey())
	g.prev = Digest(file)
	g.bring(t, batchName(file, g.seq, 0), file)
}

// Break takes the mount away.
func (g *gateway) Break(t testing.TB) {
	if err := os.Rename(g.in().Dir, g.in().Dir+"-away"); err != nil {
		t.Fatal(err)
	}
}

// Stall holds the folder.
func (g *gateway) Stall(t testing.TB) {
	var err error
	if g.unlock, err = g.in().Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Heal makes it well again.
func (g *gateway) Heal(t testing.TB) {
	if g.unlock != nil {
		g.unlock()
		g.unlock = nil
	}
	if _, err := os.Stat(g.in().Dir + "-away"); err == nil {
		if err := os.Rename(g.in().Dir+"-away", g.in().Dir); err != nil {
			t.Fatal(err)
		}
	}
}

func ferryKind(p *Poller) ingest.Kind {
	return ingest.Kind{Name: desk.FerryKind, Channel: desk.ChannelMailbox, Parser: Parser{}, Every: time.Minute, Poller: p, CheckURL: CheckURL, CheckSettings: Check}
}

func TestSuiteEntries(t *testing.T) {
	ingesttest.Parsers(t, ferryKind(nil), desk.Source{URL: "ferry://yunze"}, func(msgs ...ingesttest.Message) desk.Raw {
		return desk.Raw{ContentType: "application/json", Note: mustNote(note{Kind: desk.FerryLetter}), Bytes: letterBytes(msgs[0])}
	})
}

func TestSuiteGateway(t *testing.T) {
	root := t.TempDir()
	var n atomic.Int32
	ingesttest.Pollers(t, ferryKind(&Poller{Root: root, Real: time.Now}), func(t testing.TB, _ string) (ingesttest.Outside, desk.Source) {
		name := fmt.Sprintf("node-%d", n.Add(1))
		g := startGateway(t)
		if err := os.Symlink(filepath.Join(g.root, "yunze"), filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
		src := g.source()
		src.URL = "ferry://" + name
		return g, src
	})
}

func openGateway(t *testing.T) (*gateway, *ingesttest.Door) {
	t.Helper()
	g := startGateway(t)
	src := g.source()
	src.Password = innerSecret
	return g, ingesttest.Open(t, ferryKind(&Poller{Root: g.root, Real: time.Now}), src)
}

// receipts reads what stands in the outbox, the oldest first.
func (g *gateway) receipts(t testing.TB) (list []Receipt) {
	t.Helper()
	if _, err := (Inbox{Folder: g.out(), Key: public(innerKey()), Real: time.Now}).Receipts(t.Context(), func(r Receipt) error {
		list = append(list, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestGapIsAskedFor: what lies beyond a gap waits, the missing is asked for, not over and over; with it all comes in order.
func TestGapIsAskedFor(t *testing.T) {
	t.Parallel()
	g, d := openGateway(t)
	first, _ := g.next(t, ingesttest.Messages(1, 1)...)
	lost, _ := g.next(t, ingesttest.Messages(2, 1)...)
	third, _ := g.next(t, ingesttest.Messages(3, 1)...)
	g.bring(t, "c.hyb", third)
	g.bring(t, "a.hyb", first)
	d.Poll()
	if n := len(d.Items()); n != 1 {
		t.Fatalf("%d items", n)
	}
	r := g.receipts(t)
	if len(r) != 1 || r[0].Applied != 1 || len(r[0].Missing) != 1 || r[0].Missing[0] != 2 {
		t.Fatalf("%+v", r)
	}
	d.Clock.Move(time.Minute)
	d.Poll() // a day later
	if r := g.receipts(t); len(r) != 1 || r[0].Missing[0] != 2 {
		t.Errorf("it isn't asked for again: %+v", r)
	}
	g.bring(t, "b.hyb", lost)
	d.Poll()
	if r := g.receipts(t); len(r) != 1 || r[0].Applied != 3 || len(r[0].Missing) != 0 {
		t.Errorf("%+v", r)
	}
	g.bring(t, "again.hyb", lost)
	d.Poll()
	if r := g.receipts(t); len(r) != 1 || r[0].Applied != 3 || len(d.Items()) != 3 {
		t.Errorf("a batch seen twice: %+v, %d items", r, len(d.Items()))
	}
	if files, err := g.in().List(suffixBatch); err != nil || len(files) != 0 {
		t.Errorf("left in the inbox: %v %v", files, err)
	}
}

// TestRefusedFiles: what is forged, broken or too big goes to quarantine with its reason and holds nothing up; what is still
// being written is waited for.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	g, d := openGateway(t)
	good, seq := g.next(t, ingesttest.Messages(1, 1)...)
	forged := mustSeal(t, Batch{Stream: "S1", Seq: seq, Entries: []Entry{{Kind: desk.FerryLetter, ID: "x", Body: letterBytes(ingesttest.Messages(9, 1)[0])}}}, innerKey())
	g.bring(t, "a-forged.hyb", forged)
	g.bring(t, "b-noise.hyb", []byte("<html>gateway error</html>"))
	g.bring(t, "c-half.hyb", good[:len(good)-5])
	g.bring(t, "d-stale.hyb", good[:40])
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(g.in().Dir, "d-stale.hyb"), old, old); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(g.in().Dir, "e.hyb.tmp"), good[:10], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(g.in().Dir, "f.hyb")); err != nil {
		t.Fatal(err)
	}
	d.Poll()
	if n := len(d.Items()); n != 0 {
		t.Fatalf("%d items", n)
	}
	q := d.Quarantined()
	if len(q) != 3 {
		t.Fatalf("%d in quarantine: %+v", len(q), q)
	}
	all := q[0].Reason + q[1].Reason + q[2].Reason
	for _, want := range []string{"签名不符", "不是摆渡文件", "不完整", "a-forged.hyb"} {
		if !strings.Contains(all, want) {
			t.Errorf("nobody says %q: %s", want, all)
		}
	}
	if res, err := d.MendQuarantined(t.Context(), desk.System, q[0].ID, letterBytes(ingesttest.Messages(9, 1)[0])); err != nil || len(res) != 1 || res[0].Status != desk.StatusQuarantined {
		t.Errorf("what nobody vouches for was let in by mending it: %+v %v", res, err)
	}
	aside, err := os.ReadDir(filepath.Join(g.in().Dir, quarantineName))
	if err != nil || len(aside) != 6 {
		t.Errorf("%v %v", aside, err)
	}
	if err := os.WriteFile(filepath.Join(g.in().Dir, "c-half.hyb"), good, 0o600); err != nil { // the gateway comes to its end
		t.Fatal(err)
	}
	d.Poll()
	if n := len(d.Items()); n != 1 {
		t.Errorf("%d items once the file is whole", n)
	}
}

// TestEntryIsALetterOnly: an entry can bring a letter and nothing that other doors bring; what isn't known is quarantined alone.
func TestEntryIsALetterOnly(t *testing.T) {
	t.Parallel()
	g, d := openGateway(t)
	g.seq++
	b := Batch{Stream: "S1", Seq: g.seq, Entries: []Entry{
		{Kind: desk.FerryLetter, ID: "1", Body: []byte(`{"ExternalID":"sha256:1","Title":"a","Sealed":true,"Picked":{"kind":"投诉"},"Auto":"own","Extra":{"platform":"x"}}`)},
		{Kind: "command", ID: "2", Body: []byte(`{}`)}, {Kind: desk.FerryLetter, ID: "3", Body: []byte(`{`)}, {Kind: desk.FerryLetter, ID: "4", Body: []byte(`{"Title":"b"}`)}}}
	g.bring(t, "x.hyb", mustSeal(t, b, outerKey()))
	d.Poll()
	items := d.Items()
	it := items["sha256:1"]
	if len(items) != 1 || !it.Sealed || it.Auto != "" || len(it.Picked) != 0 || it.Extra == nil || it.Extra.Platform != "" || !it.FromBox() {
		t.Errorf("%+v", items)
	}
	if q := d.Quarantined(); len(q) != 3 {
		t.Errorf("%d in quarantine", len(q))
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{"ferry://yunze": true, "ferry://a-1": true, "ferry://": false, "ferry://../x": false, "ferry://a/b": false, "ferry://A": false,
		"file:///etc": false, "ferry://a?b": false, "ferry://a..b": false, "ferry://a:80": false} {
		if (CheckURL(address) == nil) != good {
			t.Errorf("%s", address)
		}
	}
}
