package ingest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"huiying/desk/desktest/corpus"
)

func encode(t testing.TB, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const letter = "市民反映：云泽市清水路夜间施工噪声扰民，请尽快处理，谢谢！"
const rare = "反映人：㛃先生，住址：䶮泽路3号𠮷祥苑。"
const trad = "市民反映：清水路夜間施工噪聲擾民，請儘快處理，謝謝！"

func TestDecode(t *testing.T) {
	t.Parallel()
	gb, gb18030, big5 := encode(t, simplifiedchinese.GBK, letter), encode(t, simplifiedchinese.GB18030, rare), encode(t, traditionalchinese.Big5, trad)
	hz := encode(t, simplifiedchinese.HZGB2312, letter)
	for _, c := range []struct {
		name, declared string
		in             []byte
		want           string
	}{
		{"as declared", "GB2312", gb, letter}, {"gbk", "\"gbk\"", gb, letter}, {"cp936", "cp936", gb, letter},
		{"gb2312 that is gb18030", "gb2312", gb18030, rare}, {"undeclared", "", gb, letter}, {"said to be utf-8", "utf-8", gb, letter}, {"said to be latin", "iso-8859-1", gb, letter},
		{"said to be ascii", "us-ascii", gb, letter}, {"said to be nonsense", "x-user-defined-9", gb, letter}, {"said to be big5", "big5", gb, letter},
		{"utf-8", "utf-8", []byte(letter), letter}, {"utf-8 undeclared", "", []byte(letter), letter}, {"utf-8 said to be gbk", "gbk", []byte(letter), letter},
		{"utf-8 said to be latin", "windows-1252", []byte(letter), letter}, {"utf-8 said to be big5", "big5", []byte(letter), letter},
		{"big5", "big5", big5, trad}, {"big5 undeclared", "", big5, trad}, {"big5 said to be gb2312", "gb2312", big5, trad},
		{"hz", "hz-gb-2312", hz, letter}, {"hz undeclared", "", hz, letter},
		{"utf-8 with a mark", "gbk", append([]byte("\xEF\xBB\xBF"), letter...), letter},
		{"utf-16", "", append([]byte("\xFF\xFE"), encode(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), letter)...), letter},
		{"utf-16 declared", "utf-16be", encode(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), letter), letter},
		{"联通, which is valid UTF-8 by chance", "gb2312", encode(t, simplifiedchinese.GBK, "联通"), "联通"},
		{"latin", "iso-8859-1", []byte("caf\xe9"), "café"}, {"latin undeclared", "", []byte("Un caf\xe9 \xe0 Paris, s'il vous pla\xeet"), "Un café à Paris, s'il vous plaît"},
		{"cyrillic", "koi8-r", encode(t, charmap.KOI8R, "Первая новость"), "Первая новость"},
		{"ascii", "gb2312", []byte("plain"), "plain"}, {"nothing", "gbk", nil, ""}, {"a price", "", []byte("~{ is no HZ"), "~{ is no HZ"},
	} {
		got, lossless := Decode(c.in, c.declared)
		if got != c.want || !lossless {
			t.Errorf("%s: %q, lossless %v", c.name, got, lossless)
		}
	}
	if got, lossless := Decode(gb[:len(gb)-1], "gbk"); lossless || !strings.HasPrefix(got, "市民反映") {
		t.Errorf("cut inside a character: %q, lossless %v", got, lossless)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(letter), "utf-8")
	f.Add(encode(f, simplifiedchinese.GB18030, rare), "gb2312")
	f.Add(encode(f, traditionalchinese.Big5, trad), "")
	f.Add(encode(f, simplifiedchinese.HZGB2312, letter), "hz")
	f.Add([]byte("\xff\xfea"), "utf-16le")
	f.Add([]byte("\x1b$B"), "iso-2022-jp")
	for _, b := range corpus.Files(f, "encodings/*/*", "feeds/miniflux/encoding/testdata/*") {
		f.Add(b, "")
	}
	for _, x := range corpus.Texts(f, 5) {
		f.Add(encode(f, simplifiedchinese.GB18030, x.Body), "gbk")
	}
	f.Fuzz(func(t *testing.T, b []byte, declared string) {
		text, lossless := Decode(b, declared)
		if !utf8.ValidString(text) {
			t.Errorf("not UTF-8: %q", text)
		}
		if lossless && strings.ContainsRune(text, utf8.RuneError) && !strings.Contains(string(b), "\uFFFD") {
			t.Errorf("%q is said to be lossless", text)
		}
		if c := Clean(text); strings.ContainsAny(c, "\x00\r\x1b") || !utf8.ValidString(c) {
			t.Errorf("not clean: %q", c)
		}
	})
}

func TestHTMLText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<p>第一段</p><p>第二段</p>": "第一段\n\n第二段", "a<br>b": "a\nb", "<b>粗</b>体": "粗体", "a &amp; b&nbsp;c&#x4e2d;": "a & b c中",
		"<style>p{}</style><script>alert('<p>')</script>正文": "正文", "<table><tr><td>甲</td><td>乙</td></tr></table>": "甲\n\n乙",
		"  多个   空格 \n 换行 ": "多个 空格 换行", "<p>没有结束": "没有结束", "1 < 2 且 3 > 2": "1 < 2 且 3 > 2", "": "",
		"<!-- 注释 -->正文<!-- 没有结束": "正文", "<img src=x onerror=alert(1)>文": "文", "<title>题</title>文": "文",
	} {
		if got := HTMLText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"&lt;p&gt;转义的&lt;/p&gt;": "转义的", "&amp;lt;b&amp;gt;": "&lt;b&gt;", "if a &lt; b": "if a < b", "纯文本": "纯文本",
	} {
		if got := PlainText(in); got != want {
			t.Errorf("PlainText(%q): %q, want %q", in, got, want)
		}
	}
	if got := HTMLText(strings.Repeat("<div>", 200_000) + "底"); got != "底" {
		t.Errorf("deep nesting: %d bytes", len(got))
	}
}

func FuzzHTMLText(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "&lt;p&gt;", "<script>", "<a href='", "a<br/>b&nbsp;"} {
		f.Add(s)
	}
	for _, b := range corpus.Files(f, "feeds/miniflux/*/testdata/*.html") {
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := PlainText(s); !utf8.ValidString(got) || strings.ContainsRune(got, 0) || strings.Contains(got, "\n\n\n") {
			t.Errorf("%q", got)
		}
	})
}
