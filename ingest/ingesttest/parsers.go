package ingesttest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest"
)

// Message is an item as the outside knows it.
type Message struct{ ID, Title, Body string }

// Messages makes n of them, numbered from the given one.
func Messages(from, n int) []Message {
	list := make([]Message, n)
	for i := range list {
		k := from + i
		list[i] = Message{ID: fmt.Sprintf("m-%d", k), Title: fmt.Sprintf("云泽市清水路第%d号路灯不亮", k),
			Body: fmt.Sprintf("家住清水路%d号，门前路灯坏了三天，晚上出行不便，请尽快修理。", k)}
	}
	return list
}

// Parsers runs the part of the suite that needs no outside: raw makes a raw as the
// source would bring it, holding the messages.
func Parsers(t *testing.T, kind ingest.Kind, src desk.Source, raw func(msgs ...Message) desk.Raw) {
	kind.Poller = nil // nothing is fetched here
	open := func(t *testing.T) *Door { return Open(t, kind, src) }

	t.Run("redelivery", func(t *testing.T) {
		t.Parallel()
		d, msgs := open(t), Messages(1, 3)
		for _, m := range msgs {
			d.Receive(raw(m))
		}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				for _, m := range msgs {
					// Errors are the sender's to repeat; what counts is what is stored.
					if _, err := d.Desk.Receive(t.Context(), d.Source, desk.Batch{Raws: []desk.Raw{raw(m)}}); err != nil {
						t.Errorf("redelivered: %v", err)
					}
				}
			})
		}
		wg.Wait()
		if got := d.Items(); len(got) != len(msgs) {
			t.Errorf("%d items of %d messages delivered 11 times", len(got), len(msgs))
		}
		for _, it := range d.Items() {
			if it.Version != 1 {
				t.Errorf("%q has version %d without having changed", it.ExternalID, it.Version)
			}
		}
	})

	t.Run("first delivery in parallel", func(t *testing.T) {
		t.Parallel()
		d, m := open(t), Messages(1, 1)[0]
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := d.Desk.Receive(t.Context(), d.Source, desk.Batch{Raws: []desk.Raw{raw(m)}}); err != nil {
					t.Errorf("delivered at once: %v", err)
				}
			})
		}
		wg.Wait()
		if got := d.Items(); len(got) != 1 {
			t.Errorf("%d items of one message delivered ten times at once", len(got))
		}
	})

	t.Run("changed content is a version", func(t *testing.T) {
		t.Parallel()
		d, m := open(t), Messages(1, 1)[0]
		d.Receive(raw(m))
		m.Body += "补充：昨晚有老人因此摔倒。"
		d.Receive(raw(m))
		items := d.Items()
		if len(items) != 1 {
			t.Fatalf("%d items", len(items))
		}
		for _, it := range items {
			if it.Version != 2 || !strings.Contains(it.Body, "摔倒") {
				t.Errorf("version %d, body %q", it.Version, it.Body)
			}
		}
	})

	t.Run("poison", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		for i, bad := range Hostile(raw(Messages(1, 1)[0])) {
			began := time.Now()
			res := d.Receive(bad)
			for _, r := range res {
				if len(bad.Bytes) == 0 && r.Status != desk.StatusQuarantined {
					t.Errorf("nothing at all became %q", r.Status)
				}
				if r.Status == desk.StatusQuarantined && (r.Err == nil || r.Err.Message() == "") {
					t.Errorf("poison %d is in quarantine without a reason", i)
				}
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("poison %d took %v", i, took)
			}
		}
		for _, q := range d.Quarantined() {
			if q.Reason == "" || q.RawID == 0 {
				t.Errorf("quarantine %d: reason %q, raw %d", q.ID, q.Reason, q.RawID)
			}
		}
		good := Messages(7, 1)[0]
		if res := d.Receive(raw(good)); len(res) != 1 || res[0].Status != desk.StatusCreated {
			t.Errorf("the next one does not flow: %+v", res)
		}
		if d.Titles()[good.Title] != 1 {
			t.Error("the next one is not there")
		}
	})

	t.Run("mutations", func(t *testing.T) {
		t.Parallel()
		whole := raw(Messages(1, 2)[0])
		rnd := rand.New(rand.NewPCG(2026, 11))
		for range 2000 {
			r := whole
			r.Bytes = mutate(rnd, whole.Bytes)
			if why := Unsound(kind.Parser, r); why != "" {
				t.Fatalf("%s\n%q", why, r.Bytes)
			}
		}
	})

	t.Run("replay", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		d.Receive(raw(Messages(1, 1)[0]))
		for _, it := range d.Items() {
			var kept desk.Raw
			err := d.Store.InTx(t.Context(), func(tx desk.Tx) (err error) {
				kept, _, err = tx.LockRaw(t.Context(), it.RawID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			parts, err := kind.Parser.Parse(d.Source, kept, mustZone(d.Policy.Office.Zone))
			if err != nil || len(parts) <= it.RawPart {
				t.Fatalf("%d parts, %v", len(parts), err)
			}
			if got := parts[it.RawPart].Incoming.Digest(); !bytes.Equal(got, it.Digest) {
				t.Errorf("the raw gives digest %x, the item has %x", got, it.Digest)
			}
		}
	})
}

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// Hostile are raws that no source should bring and each may.
func Hostile(good desk.Raw) []desk.Raw {
	bodies := [][]byte{
		nil, {}, []byte("\x00"), []byte("\xff\xfe\xfd"), []byte("null"), []byte("[]"), []byte("{"), []byte("<"), []byte("\n\n\n"),
		good.Bytes[:len(good.Bytes)/2],
		bytes.Repeat([]byte{0}, 4096),
		bytes.Repeat([]byte("["), 100_000),
		bytes.Repeat([]byte("<a>"), 100_000),
		[]byte(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><item><title>&b;&b;&b;</title></item></channel></rss>`),
		[]byte(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&f;</title></item></channel></rss>`),
		append(append([]byte{}, good.Bytes...), bytes.Repeat([]byte("长"), 4<<20)...),
		bytes.ReplaceAll(good.Bytes, []byte("路"), []byte("\xe8\xb7")),
		bytes.ReplaceAll(good.Bytes, []byte("路"), []byte{0}),
	}
	raws := make([]desk.Raw, len(bodies))
	for i, b := range bodies {
		raws[i] = desk.Raw{ContentType: good.ContentType, Note: good.Note, Bytes: b}
	}
	return raws
}

// mutate breaks bytes in one of the ways they break.
func mutate(rnd *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	for range 1 + rnd.IntN(4) {
		if len(b) < 2 {
			return b
		}
		i, j := rnd.IntN(len(b)), rnd.IntN(len(b))
		i, j = min(i, j), max(i, j)
		switch rnd.IntN(5) {
		case 0:
			b = b[:i]
		case 1:
			b[i] ^= byte(1 << rnd.IntN(8))
		case 2:
			b = append(b[:i:i], b[j:]...)
		case 3:
			b = append(append(b[:j:j], b[i:j]...), b[j:]...)
		default:
			b[i] = byte(rnd.IntN(256))
		}
	}
	return b
}

// Unsound says what is wrong with what a parser makes of a raw, or "": it must
// not panic, must give the same twice, and each part is an item or a reason.
func Unsound(p desk.Parser, raw desk.Raw) (why string) {
	defer func() {
		if v := recover(); v != nil {
			why = fmt.Sprintf("panic: %v", v)
		}
	}()
	zone := mustZone("Asia/Shanghai")
	first, err := p.Parse(desk.Source{}, raw, zone)
	again, err2 := p.Parse(desk.Source{}, raw, zone)
	if (err == nil) != (err2 == nil) || !reflect.DeepEqual(first, again) {
		return "the same raw gives different parts"
	}
	if err != nil {
		if len(first) > 0 || err.Error() == "" {
			return "an error with parts, or without words"
		}
		return ""
	}
	for i, part := range first {
		switch {
		case part.Err != nil && part.Err.Message() == "":
			return fmt.Sprintf("part %d is refused without words", i)
		case part.Err != nil && !reflect.DeepEqual(part.Incoming, desk.Incoming{}):
			return fmt.Sprintf("part %d is refused and an item", i)
		case part.Err == nil:
			if strings.ContainsRune(part.Incoming.Title, '\uFFFD') && !bytes.ContainsRune(raw.Bytes, '\uFFFD') && !bytes.Contains(raw.Bytes, []byte("fffd")) {
				return fmt.Sprintf("part %d: mojibake in the title %q", i, part.Incoming.Title)
			}
		}
	}
	return ""
}
