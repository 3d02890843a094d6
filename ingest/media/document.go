package media

import (
	"bytes"
	"encoding/xml"
	"mime"
	"regexp"
	"slices"
	"strings"

	"huiying/desk"
	"huiying/ingest"
)

const (
	// maxNesting is deeper than any feed; the reader behind recurses, and what has
	// no bound there ends the process.
	maxNesting = 100
	// declared is how far into a document its declaration may stand.
	declared = 1024
	// maxFeed bounds what of a document is read, in bytes: what lies behind it, the
	// oldest as a rule, is said to be left out. What a reader makes of a document can
	// be twenty times as large.
	maxFeed = 2 << 20
	// maxTag is longer than any tag of a feed; a document is read up to the first
	// that is longer, whose attributes alone could fill the memory.
	maxTag = 64 << 10
)

var declaration = regexp.MustCompile(`(?is)^\s*<\?xml\b[^>]{0,300}?\?>`)
var declaredEncoding = regexp.MustCompile(`(?is)\bencoding\s*=\s*["']?([A-Za-z0-9._:-]{1,40})`)

// document decodes a feed: the byte order mark first, then what the document says
// of itself, then what the server said, each as far as the bytes bear it out.
func document(b []byte, contentType string) string {
	b = begin(b)
	charset := ""
	head := b[:min(len(b), declared)]
	if d := declaration.Find(head); d != nil {
		if m := declaredEncoding.FindSubmatch(d); m != nil {
			charset = string(m[1])
		}
	}
	if charset == "" || strings.EqualFold(charset, "utf-8") {
		if _, params, err := mime.ParseMediaType(contentType); err == nil && params["charset"] != "" {
			charset = params["charset"]
		}
	}
	text, _ := ingest.Decode(b, charset)
	if m := declaration.FindStringIndex(text[:min(len(text), declared)]); m != nil {
		text = text[m[1]:] // it speaks of the bytes, which are gone
	}
	return mend(tame(strings.TrimLeft(text, " \t\r\n\uFEFF")))
}

// begin is what of a document is read. It ends behind a tag: there no charset has
// half a character.
func begin(b []byte) []byte {
	if len(b) <= maxFeed {
		return b
	}
	b = b[:maxFeed]
	if bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		return b // two bytes a unit, and the bound is even
	}
	return b[:bytes.LastIndexByte(b, '>')+1]
}

// tame cuts a document before a tag that is longer than any.
func tame(s string) string {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '<')
		if i < 0 {
			return s
		}
		at += i
		end, most := ">", maxTag
		for opens, closes := range map[string]string{"<![CDATA[": "]]>", "<!--": "-->"} {
			if strings.HasPrefix(s[at:], opens) {
				end, most = closes, len(s)
			}
		}
		j := strings.Index(s[at:], end)
		if j < 0 {
			j = len(s) - at
		}
		if j > most {
			return s[:at]
		}
		at += j
	}
}

var goodEntity = regexp.MustCompile(`^&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// mend removes what XML forbids and every reader stumbles over: control
// characters, and ampersands that begin no entity.
func mend(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "<![CDATA["); ok {
			end := strings.Index(rest, "]]>")
			if end < 0 {
				end = len(rest)
			}
			b.WriteString("<![CDATA[")
			b.WriteString(legal(rest[:end]))
			s = rest[end:]
			continue
		}
		i := strings.IndexAny(s[1:], "&<")
		if i < 0 {
			i = len(s) - 1
		}
		piece := s[:i+1]
		if piece[0] == '&' && !goodEntity.MatchString(s) {
			b.WriteString("&amp;")
			piece = piece[1:]
		}
		b.WriteString(legal(piece))
		s = s[i+1:]
	}
	return b.String()
}

func legal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < ' ' || r == 0xFFFE || r == 0xFFFF || r >= 0x7F && r < 0xA0 && r != 0x85:
			return -1
		}
		return r
	}, s)
}

var (
	errTooDeep = desk.Invalid("", "内容嵌套过深，不是正常的订阅源")
	errEmpty   = desk.Invalid("", "对方返回的内容是空的（0 字节）")
	errNoFeed  = desk.Invalid("", "不是订阅源（RSS、Atom）：可能是网页或登录页，请检查地址")
)

// outline is the shape of a document.
type outline struct {
	entries int      // that were begun
	last    int      // where the last complete one ends
	open    []string // what is open there
	// full is where the last entry ends that is read, and fullOpen what is open there;
	// 0: there are no more than are read.
	full     int
	fullOpen []string
}

// shape walks the document once, without recursion: it refuses what nests too
// deep, and notes what is needed to close a document that was cut short.
func shape(s string) (o outline, err error) {
	d := xml.NewDecoder(strings.NewReader(s))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	var stack []string
	whole := 0
	for {
		tok, end := d.RawToken()
		if end != nil {
			return o, nil
		}
		switch t := tok.(type) {
		case xml.StartElement:
			name := t.Name.Local
			if t.Name.Space != "" {
				name = t.Name.Space + ":" + name
			}
			if isEntry(t.Name.Local) {
				o.entries++
			}
			if stack = append(stack, name); len(stack) > maxNesting {
				return o, errTooDeep
			}
		case xml.EndElement:
			if len(stack) == 0 {
				continue
			}
			stack = stack[:len(stack)-1]
			if isEntry(t.Name.Local) {
				o.last, o.open = int(d.InputOffset()), slices.Clone(stack)
				if whole++; whole == maxEntries {
					o.full, o.fullOpen = o.last, o.open
				}
			}
		}
	}
}

func isEntry(name string) bool { return name == "item" || name == "entry" }

// closed cuts a broken document behind its last complete entry and closes it.
func (o outline) closed(s string) string { return closedAt(s, o.last, o.open) }

func closedAt(s string, at int, open []string) string {
	var b strings.Builder
	b.WriteString(s[:at])
	for _, name := range slices.Backward(open) {
		b.WriteString("</" + name + ">")
	}
	return b.String()
}
