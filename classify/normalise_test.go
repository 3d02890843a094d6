package classify

import (
	"strings"
	"testing"
	"unicode/utf8"

	"huiying/desk/desktest/corpus"
	"pgregory.net/rapid"
)

func normaliser(t testing.TB) *Normaliser {
	t.Helper()
	n, err := NewNormaliser()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPlain(t *testing.T) {
	t.Parallel()
	n := normaliser(t)
	for _, c := range []struct{ given, want string }{
		{"ＡＢＣ１２３，好", "ABC123,好"},
		{"環城路積水嚴重", "环城路积水严重"},
		{"乾隆年間", "乾隆年间"},
		{"好\x00坏", "好 坏"},
		{"太差了！！！！", "太差了!"},
		{"哈哈哈哈哈哈", "哈哈哈"},
		{"10000000元", "10000000元"},
		{"一  二　三\t四", "一 二 三 四"},
		{"一\r\n\r\n二", "一\n二"},
		{"零\u200b宽", "零宽"},
		{"笑😀了", "笑 了"},
		{"坏\xff\xfe字", "坏 字"},
		{"", ""},
	} {
		if got := n.Plain(c.given, 1000).Text; got != c.want {
			t.Errorf("Plain(%q) = %q, want %q", c.given, got, c.want)
		}
	}
}

func TestRunesLeadBack(t *testing.T) {
	t.Parallel()
	n := normaliser(t)
	for _, c := range []struct{ given, word, want string }{
		{"！！！環城路　　積水", "积水", "積水"},
		{"太差！！！了", "差!了", "差！！！了"},
		{"路灯坏了。。。三天", "三天", "三天"},
		{"\u200b全形ＡＢ", "AB", "ＡＢ"},
	} {
		p := n.Plain(c.given, 1000)
		at := strings.Index(p.Text, c.word)
		if at < 0 {
			t.Errorf("%q isn't in %q", c.word, p.Text)
			continue
		}
		start, end := p.Runes(at, at+len(c.word))
		if got := cut(c.given, start, end); got != c.want {
			t.Errorf("%q in %q leads back to %q, want %q", c.word, c.given, got, c.want)
		}
	}
}

func TestPlainStopsAtLimit(t *testing.T) {
	t.Parallel()
	p := normaliser(t).Plain(strings.Repeat("水", 100), 7)
	if p.Text != "水水水" { // seven read, repeats folded
		t.Errorf("got %q", p.Text)
	}
	if _, end := p.Runes(0, len(p.Text)); end > 7 {
		t.Errorf("a span ends at %d, behind what was read", end)
	}
}

func TestPlainProperties(t *testing.T) {
	t.Parallel()
	n := normaliser(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching(`[　-〿一-龥！-～\x00-\x7f]{0,80}`),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		).Draw(t, "text")
		holds(t, n, text)
	})
}

// holds checks what is true of every normalised text.
func holds(t interface{ Fatalf(string, ...any) }, n *Normaliser, text string) {
	p := n.Plain(text, 500)
	if !utf8.ValidString(p.Text) || strings.ContainsRune(p.Text, 0) {
		t.Fatalf("not clean: %q", p.Text)
	}
	if again := n.Plain(p.Text, 500).Text; again != p.Text && strings.TrimSpace(again) != strings.TrimSpace(p.Text) {
		t.Fatalf("normalising twice changes %q into %q", p.Text, again)
	}
	if len(p.origin) != utf8.RuneCountInString(p.Text)+1 {
		t.Fatalf("%d positions for %d runes", len(p.origin), utf8.RuneCountInString(p.Text))
	}
	given, last := utf8.RuneCountInString(text), -1
	for _, at := range p.origin {
		if int(at) <= last || int(at) > given {
			t.Fatalf("positions %v out of order or beyond %d", p.origin, given)
		}
		last = int(at)
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "環城路！！！", "\xff\x00", "a\u200bb", "😀😀", "乾乾"} {
		f.Add(s)
	}
	for _, x := range corpus.Texts(f, 10) {
		f.Add(x.Title + "\n" + x.Body)
	}
	n := normaliser(f)
	f.Fuzz(func(t *testing.T, text string) { holds(t, n, text) })
}

func TestBigramsJoin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if got := strings.Join(Bigrams{}.Cut(text), ""); got != text {
			t.Fatalf("joined %q, want %q", got, text)
		}
	})
	if got := strings.Join(Bigrams{}.Cut("环城路A12积水"), "|"); got != "环城|路|A12|积水" {
		t.Errorf("got %s", got)
	}
}
