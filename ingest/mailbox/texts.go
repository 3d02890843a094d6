package mailbox

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huiying/ingest"
)

// text is one text of a letter.
type text struct {
	s    string
	rich bool // it was HTML
}

// add puts a text behind the others.
func (l *letter) add(s string, rich bool) {
	if rich || looksHTML(s) {
		s, rich = ingest.HTMLText(s), true
	}
	if s = strings.TrimSpace(s); s != "" {
		l.join(text{s, rich})
	}
}

// join puts a text behind the others. Some programs send a letter as plain text and
// again as HTML without calling them alternatives: of such two the one with more words.
func (l *letter) join(t text) {
	if n := len(l.texts); n > 0 && l.texts[n-1].rich != t.rich {
		was := &l.texts[n-1]
		switch a, b := bare(was.s), bare(t.s); {
		case a == b && !t.rich, len(b) < len(a) && copied(b, a):
			return
		case a == b, len(a) < len(b) && copied(a, b):
			*was = t
			return
		}
	}
	l.texts = append(l.texts, t)
}

// copiedLeast is how many letters a text has of which the same stands in another by no
// accident.
const copiedLeast = 12

// copied says that a, shorter, is most of b.
func copied(a, b string) bool {
	return utf8.RuneCountInString(a) >= copiedLeast && 5*len(a) >= 4*len(b) && strings.Contains(b, a)
}

// text is all that a person would read of the letter, in the order of its parts.
func (l *letter) text() string {
	all := make([]string, len(l.texts))
	for i, t := range l.texts {
		all[i] = t.s
	}
	return strings.Join(all, "\n\n")
}

// html is what of it was HTML.
func (l *letter) html() string {
	var all []string
	for _, t := range l.texts {
		if t.rich {
			all = append(all, t.s)
		}
	}
	return strings.Join(all, "\n\n")
}

// beside are the texts that came along with the HTML, such as a file of notes, when
// the plain alternative is the one to read: it hasn't got them.
func (l *letter) beside(plain letter) (more []text) {
	said := bare(plain.text())
	for _, t := range l.texts {
		if !t.rich && !strings.Contains(said, bare(t.s)) {
			more = append(more, t)
		}
	}
	return more
}

// rich says that something of it was HTML.
func (l *letter) rich() bool {
	return slices.ContainsFunc(l.texts, func(t text) bool { return t.rich })
}

// stubs are how programs say that the letter is in the other alternative, as bare
// leaves them.
var stubs = []string{"不支持html", "无法显示html", "不能显示html", "无法查看html", "不支持超文本", "支持html的", "支持html格式", "支持html邮件", "请使用html", "请以html", "html格式的邮件", "html格式邮件", "html格式查看", "html方式查看",
	"notsupporthtml", "unabletodisplayhtml", "htmlcapable", "htmlenabled", "htmlcompatible", "supportshtml", "viewinhtml", "anhtmlmessage", "htmlemail", "viewthisemailinyour", "viewitinyourbrowser", "viewinbrowser", "在浏览器中查看"}

// stubMost is how many letters such a sentence has at most: a letter about it has more.
const stubMost = 150

// better says that of a letter's alternatives the HTML is the one to read: the plain
// text is a sentence in its place, or a small part of it. As a rule they say the same,
// and the plain one is as its writer wrote it.
func better(plain, rich string) bool {
	p, r := bare(plain), bare(rich)
	if r == "" || p == "" {
		return p == ""
	}
	stub := utf8.RuneCountInString(p) <= stubMost && slices.ContainsFunc(stubs, func(s string) bool { return strings.Contains(p, s) })
	return stub || 2*utf8.RuneCountInString(p) < utf8.RuneCountInString(r)
}

// bare is a text's letters and figures alone, small: what programs do to a text when
// they write it in another form leaves them as they are. Addresses of pages and pictures
// are no part of it.
func bare(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if n := address(s[i:]); n > 0 {
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(unicode.ToLower(r))
		}
		i += n
	}
	return b.String()
}

// address is the length of the address of a page or a picture that s begins with.
func address(s string) int {
	const longest = 2048
	if len(s) < 4 || s[0]|0x20 != 'h' && s[0] != '[' {
		return 0
	}
	for _, begin := range []string{"http://", "https://", "[cid:", "[image:"} {
		if len(s) < len(begin) || !strings.EqualFold(s[:len(begin)], begin) {
			continue
		}
		for n := len(begin); ; n++ {
			switch {
			case n == len(s) || n == longest || s[n] >= utf8.RuneSelf:
				return n
			case begin[0] == '[' && s[n] == ']':
				return n + 1
			case begin[0] != '[' && s[n] <= ' ':
				return n
			}
		}
	}
	return 0
}
