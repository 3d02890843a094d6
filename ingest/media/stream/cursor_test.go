package stream

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The bookmark knows exactly what was kept, however it came, above what is acknowledged.
func TestCursor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		c, err := readCursor(nil, "s", made)
		if err != nil {
			t.Fatal(err)
		}
		kept := map[uint64]bool{}
		floor := uint64(0)
		for range rapid.IntRange(1, 20).Draw(t, "batches") {
			seqs := rapid.SliceOfN(rapid.Uint64Range(1, 60), 1, 12).Draw(t, "batch")
			c = c.with(seqs)
			for _, s := range seqs {
				kept[s] = true
			}
			if rapid.Bool().Draw(t, "acknowledged") {
				floor = max(floor, slices.Min(seqs)-1)
				c = c.above(floor)
			}
			b, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			if c, err = readCursor(b, "s", made); err != nil {
				t.Fatal(err)
			}
			for seq := range uint64(62) {
				if c.has(seq) && !kept[seq] || seq > floor && c.has(seq) != kept[seq] {
					t.Fatalf("%d: %v, kept %v, floor %d: %v", seq, c.has(seq), kept[seq], floor, c.Kept)
				}
			}
			for i := 1; i < len(c.Kept); i++ {
				if c.Kept[i][0] <= c.Kept[i-1][1]+1 {
					t.Fatalf("not apart: %v", c.Kept)
				}
			}
		}
		if other, err := readCursor([]byte(`{"stream":"s","kept":[[1,9]]}`), "s", made); err != nil || other.has(3) {
			t.Fatal("another stream by the same name counts anew")
		}
	})
}

func TestCursorBounded(t *testing.T) {
	t.Parallel()
	var c cursor
	for i := range uint64(3 * maxRuns) {
		c = c.with([]uint64{2 * i})
	}
	if len(c.Kept) != maxRuns || !c.has(2*(3*maxRuns-1)) {
		t.Errorf("%d stretches", len(c.Kept))
	}
	if _, err := readCursor([]byte(`[`), "s", time.Time{}); err == nil {
		t.Error("a broken bookmark is read")
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]place{
		"nats://embedded/mentions":                                           {stream: "mentions"},
		"nats://mq.yunze.example/MENTIONS":                                   {server: "nats://mq.yunze.example:4222", stream: "MENTIONS"},
		"tls://mq.yunze.example:4443/M_1?durable=hy-1&subject=a.>&subject=b": {server: "tls://mq.yunze.example:4443", stream: "M_1", durable: "hy-1", subjects: []string{"a.>", "b"}},
		"nats://[::1]:4222/M":                                                {server: "nats://[::1]:4222", stream: "M"},
	} {
		got, err := parse(s)
		if err != nil || got.server != want.server || got.stream != want.stream || got.durable != want.durable || !slices.Equal(got.subjects, want.subjects) {
			t.Errorf("%s: %+v %v", s, got, err)
		}
	}
	for _, s := range []string{"", "http://a/b", "nats://a", "nats://a/", "nats:///b", "nats://a/b/c", "nats://a/b%20c", "nats://a/消息", "nats://embedded:4222/a", "tls://embedded/a", "nats://a/b?x=1",
		"nats://a/b?durable=", "nats://a/b?durable=a&durable=b", "nats://a/b?subject=a..b", "nats://a/b?subject=a%20b", "nats://a/b?%zz", "://"} {
		if err := CheckURL(s); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}
