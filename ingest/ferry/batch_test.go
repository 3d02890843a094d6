package ferry

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
)

var (
	outerKey = sync.OnceValue(func() ed25519.PrivateKey { return mustKey("outer") })
	innerKey = sync.OnceValue(func() ed25519.PrivateKey { return mustKey(innerSecret) })
)

const innerSecret = "s3cret-口令" // as the suite has it

func mustKey(secret string) ed25519.PrivateKey {
	k, err := KeyOf(secret)
	if err != nil {
		panic(err)
	}
	return k
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func mustSeal(t testing.TB, b Batch, key ed25519.PrivateKey) []byte {
	t.Helper()
	file, err := b.Seal(key)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func someBatch() Batch {
	return Batch{Stream: "S1", Seq: 7, MadeAt: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), Entries: []Entry{
		{Kind: "letter", ID: "a1", Body: []byte(`{"title":"路灯"}`)}, {Kind: "letter", ID: "a2", Body: nil}, {Kind: "letter", ID: "a3", Body: []byte("x\ny\n")}}}
}

// TestBatchFile: what is sealed opens as it was; cut anywhere it isn't whole; with any byte changed, added or under another
// key it is refused.
func TestBatchFile(t *testing.T) {
	t.Parallel()
	file := mustSeal(t, someBatch(), outerKey())
	got, err := OpenBatch(file, public(outerKey()))
	if err != nil || got.Seq != 7 || len(got.Entries) != 3 || string(got.Entries[2].Body) != "x\ny\n" {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := OpenBatch(file, public(innerKey())); err == nil || errors.Is(err, ErrShort) {
		t.Errorf("another's signature: %v", err)
	}
	if _, err := OpenReceipt(file, public(outerKey())); err == nil || errors.Is(err, ErrShort) {
		t.Errorf("a batch passes for a receipt: %v", err)
	}
	for n := range len(file) {
		if _, err := OpenBatch(file[:n], public(outerKey())); !errors.Is(err, ErrShort) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	if _, err := OpenBatch(append(bytes.Clone(file), 'x'), public(outerKey())); err == nil || errors.Is(err, ErrShort) {
		t.Errorf("something behind it: %v", err)
	}
	rapid.Check(t, func(r *rapid.T) {
		broken := bytes.Clone(file)
		i := rapid.IntRange(0, len(file)-1).Draw(r, "at")
		broken[i] ^= byte(1 << rapid.IntRange(0, 7).Draw(r, "bit"))
		if b, err := OpenBatch(broken, public(outerKey())); err == nil {
			r.Fatalf("byte %d changed, and taken: %+v", i, b)
		}
	})
}

func TestReceiptFile(t *testing.T) {
	t.Parallel()
	r := Receipt{Stream: "S1", Applied: 4, Missing: []int64{5, 6}, At: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	file, err := r.Seal(innerKey())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenReceipt(file, public(innerKey())); err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestBatchLimits(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Batch){
		"stream": func(b *Batch) { b.Stream = "../x" }, "no stream": func(b *Batch) { b.Stream = "" }, "number": func(b *Batch) { b.Seq = 0 },
		"kind": func(b *Batch) { b.Entries[0].Kind = "a/b" }, "id": func(b *Batch) { b.Entries[0].ID = "" }, "line": func(b *Batch) { b.Entries[0].ID = "a\nb" },
		"size": func(b *Batch) { b.Entries[0].Body = make([]byte, MaxEntry+1) },
		"many": func(b *Batch) { b.Entries = make([]Entry, MaxEntries+1) },
		"file": func(b *Batch) {
			b.Entries = nil
			for i := range 9 {
				b.Entries = append(b.Entries, Entry{Kind: "letter", ID: fmt.Sprint(i), Body: make([]byte, MaxEntry)})
			}
		},
	} {
		b := someBatch()
		change(&b)
		if _, err := b.Seal(outerKey()); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
	if _, err := OpenBatch(make([]byte, MaxFile+1), public(outerKey())); err == nil || errors.Is(err, ErrShort) {
		t.Errorf("a file beyond the limit: %v", err)
	}
	for _, s := range []string{"", "abc", "AAAA"} {
		if _, err := ReadPublic(s); desk.CodeOf(err) != desk.CodeInvalid {
			t.Errorf("%q is taken for a key", s)
		}
	}
	if k, err := ReadPublic(" " + PublicText(public(outerKey())) + "\n"); err != nil || !k.Equal(public(outerKey())) {
		t.Errorf("%v %v", k, err)
	}
}

// TestPlan: whatever arrives in whatever order, each number of a stream is applied once, in order, and what is missing is asked for.
func TestPlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		var at Position
		applied := map[string]int64{}
		waiting := map[string]map[int64]bool{"A": {}, "B": {}}
		for range rapid.IntRange(1, 12).Draw(r, "rounds") {
			for range rapid.IntRange(0, 6).Draw(r, "files") {
				waiting[rapid.SampledFrom([]string{"A", "B"}).Draw(r, "stream")][int64(rapid.IntRange(1, 9).Draw(r, "seq"))] = true
			}
			var arrived []Arrived
			for s, seqs := range waiting {
				for n := int64(1); n <= 9; n++ {
					if seqs[n] {
						arrived = append(arrived, Arrived{Name: fmt.Sprint(s, n), Batch: Batch{Stream: s, Seq: n, Prev: digestOf(n - 1)}, Digest: digestOf(n)})
					}
				}
			}
			plan := at.Plan(arrived, now)
			for _, a := range plan.Apply {
				if a.Batch.Seq != applied[a.Batch.Stream]+1 {
					r.Fatalf("%s %d applied after %d", a.Batch.Stream, a.Batch.Seq, applied[a.Batch.Stream])
				}
				applied[a.Batch.Stream] = a.Batch.Seq
				delete(waiting[a.Batch.Stream], a.Batch.Seq)
			}
			for _, a := range plan.Known {
				if a.Batch.Seq > applied[a.Batch.Stream] {
					r.Fatalf("%d is known and wasn't applied", a.Batch.Seq)
				}
				delete(waiting[a.Batch.Stream], a.Batch.Seq)
			}
			for s, seqs := range waiting {
				for n := range seqs {
					if n == applied[s]+1 {
						r.Fatalf("%s %d waits for nothing", s, n)
					}
				}
			}
			for _, rec := range plan.Receipts {
				if rec.Applied != applied[rec.Stream] {
					r.Fatalf("a receipt for %d, applied %d", rec.Applied, applied[rec.Stream])
				}
				for _, n := range rec.Missing {
					if n <= rec.Applied || waiting[rec.Stream][n] {
						r.Fatalf("%d is asked for", n)
					}
				}
			}
			at = plan.Next
			now = now.Add(time.Duration(rapid.IntRange(0, 10).Draw(r, "minutes")) * time.Minute)
		}
	})
}

func FuzzFile(f *testing.F) {
	f.Add(func() []byte { b, _ := someBatch().Seal(mustKey("outer")); return b }())
	f.Add(func() []byte { b, _ := Receipt{Stream: "S", Applied: 1}.Seal(mustKey("outer")); return b }())
	f.Add([]byte(magicBatch + "\n{\"stream\":\"a\",\"seq\":1,\"entries\":[{\"size\":9223372036854775807}]}\nx y\n"))
	key := public(mustKey("outer"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := OpenBatch(b, key); err == nil {
			again, err := got.Seal(mustOuter())
			if err != nil || len(again) == 0 {
				t.Fatalf("what was opened can't be sealed: %v", err)
			}
		} else {
			worded(t, err)
		}
		if _, err := OpenReceipt(b, key); err != nil {
			worded(t, err)
		}
	})
}

// FuzzSigned reads manifests that are signed well and hold anything: the other side may be wrong as well.
func FuzzSigned(f *testing.F) {
	f.Add([]byte(`{"stream":"a","seq":1,"entries":[{"kind":"k","id":"i","size":1,"sha256":""}]}`), []byte("x"))
	f.Add([]byte(`{"stream":"a","seq":1,"entries":[{"kind":"k","id":"i","size":-1}]}`), []byte(""))
	f.Add([]byte(`{"stream":"a","applied":-4,"missing":[1,2]}`), []byte(""))
	f.Fuzz(func(t *testing.T, head, rest []byte) {
		if bytes.ContainsRune(head, '\n') {
			return
		}
		for _, magic := range []string{magicBatch, magicReceipt} {
			file, err := sealed(magic, rawHead(head), rest, mustOuter())
			if err != nil {
				return // no JSON
			}
			if _, err := OpenBatch(file, public(mustOuter())); err != nil {
				worded(t, err)
			}
			if _, err := OpenReceipt(file, public(mustOuter())); err != nil {
				worded(t, err)
			}
		}
	})
}

type rawHead []byte

func (h rawHead) MarshalJSON() ([]byte, error) { return h, nil }

func mustOuter() ed25519.PrivateKey { return outerKey() }

func worded(t *testing.T, err error) {
	t.Helper()
	var e *desk.Error
	if !errors.Is(err, ErrShort) && (!errors.As(err, &e) || e.Message() == "") {
		t.Fatalf("refused without words: %v", err)
	}
}

func digestOf(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint("d", n)
}
