package media

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"huiying/desk"
	"huiying/ingest/ingesttest"
)

// laughs is the entity bomb: each entity is ten of the one before it.
func laughs(charset string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=%q?><!DOCTYPE rss [<!ENTITY a0 \"哈\">", charset)
	for i := range 12 {
		fmt.Fprintf(&b, "<!ENTITY a%d %q>", i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
	}
	b.WriteString("]><rss version=\"2.0\"><channel><item><guid>1</guid><title>&a12;</title><description>&a12;</description></item></channel></rss>")
	return b.String()
}

// feedBombs are documents that say false or far too much, up to so many bytes.
func feedBombs(size int) map[string][]byte {
	utf16 := func(s string) []byte {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return b
	}
	item := func(title, body string) string {
		return "<item><guid>" + title + "</guid><title>" + title + "</title><description>" + body + "</description></item>"
	}
	whole := func(head, items string) []byte {
		return []byte(head + `<rss version="2.0"><channel><title>x</title>` + items + `</channel></rss>`)
	}
	return map[string][]byte{
		"entities":             []byte(laughs("utf-8")),
		"entities as UTF-7":    []byte(laughs("utf-7")),
		"entities as UTF-16":   utf16(laughs("utf-16")),
		"a file":               []byte(`<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&f;</title></item></channel></rss>`),
		"nesting":              whole("", strings.Repeat("<a>", 1<<20)),
		"nesting in a text":    whole("", item("x", strings.Repeat("&lt;div&gt;", 300_000))),
		"attributes":           whole("", "<item "+strings.Repeat(`a="b" `, 1<<20)+"/>"),
		"one attribute":        whole("", `<item a="`+strings.Repeat("啊", size/3)+`"/>`),
		"one text":             whole("", item("x", strings.Repeat("啊", size/3))),
		"a tag in the middle":  whole("", strings.Repeat(item("x", "y"), 10)+"<item "+strings.Repeat(`a="b" `, 20_000)+">"),
		"many items":           whole("", strings.Repeat(item("x", "y"), 100_000)),
		"no end":               []byte(`<rss><channel>` + strings.Repeat("<item>", 1<<20)),
		"says UTF-8, is GBK":   whole(`<?xml version="1.0" encoding="utf-8"?>`, item(string([]byte{0xc2, 0xb7, 0xb5, 0xc6}), strings.Repeat("\xc2\xb7", size/2))),
		"says GBK, is UTF-8":   whole(`<?xml version="1.0" encoding="gbk"?>`, item("路灯", strings.Repeat("路", size/3))),
		"says UTF-32":          whole(`<?xml version="1.0" encoding="utf-32"?>`, item("路灯", "不亮")),
		"says what nobody can": whole(`<?xml version="1.0" encoding="`+strings.Repeat("x", 1<<20)+`"?>`, item("路灯", "不亮")),
		"escapes of ISO-2022":  whole(`<?xml version="1.0" encoding="iso-2022-jp"?>`, item("x", strings.Repeat("\x1b$B\x1b(B", size/6))),
		"nothing but zeros":    make([]byte, size),
		"JSON, deep":           []byte(`{"version":"https://jsonfeed.org/version/1","items":` + strings.Repeat("[", 1<<20)),
	}
}

// TestRow30FeedBombs is the parser's share of row 30 of the promises: what a feed
// says of itself never costs more than 64 MiB and 30 s, and what follows is read.
// Not parallel: it reads the process's counters.
func TestRow30FeedBombs(t *testing.T) {
	door := ingesttest.Open(t, feedKind(), desk.Source{URL: "https://news.example/feed"})
	most, slowest := uint64(0), time.Duration(0)
	n := 0
	for _, size := range []int{12 << 20, maxFeed - 64<<10} { // cut, and just not cut
		for name, b := range feedBombs(size) {
			n++
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			top, stop := watch()
			began := time.Now()
			parts, err := Parser{}.Parse(desk.Source{}, desk.Raw{ContentType: "text/xml", Bytes: b}, time.UTC)
			took := time.Since(began)
			stop()
			grown := (max(*top, before.HeapInuse) - before.HeapInuse) >> 20
			t.Logf("%-22s %8d bytes: +%d MiB, %v, %d parts, %v", name, len(b), grown, took.Round(time.Millisecond), len(parts), err)
			if grown > 64 || took > 30*time.Second {
				t.Errorf("%s: +%d MiB, %v", name, grown, took)
			}
			for _, p := range parts {
				if text := p.Incoming.Title + p.Incoming.Body; strings.Contains(text, "root:") || strings.Count(text, "哈") > 100 {
					t.Errorf("%s: an entity was followed: %.100q", name, text)
				}
			}
			most, slowest = max(most, grown), max(slowest, took)
		}
	}
	door.Receive(desk.Raw{ContentType: "text/xml", Bytes: []byte(laughs("utf-8"))})
	good := ingesttest.Messages(1, 1)
	door.Receive(rawFeed(good...))
	if door.Titles()[good[0].Title] != 1 {
		t.Error("the next feed doesn't flow")
	}
	t.Logf("figure: %d feed bombs (entities, nesting, attributes, false charsets, no end): at most +%d MiB and %v", n, most, slowest.Round(10*time.Millisecond))
}

// watch samples the heap until it is stopped.
func watch() (top *uint64, stop func()) {
	top = new(uint64)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			*top = max(*top, m.HeapInuse)
			select {
			case <-quit:
				return
			case <-tick.C:
			}
		}
	}()
	return top, func() { close(quit); <-done }
}
