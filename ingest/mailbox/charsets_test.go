package mailbox

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

const (
	gbTitle   = "清水路夜间施工噪声扰民"
	gbBody    = "每天施工到凌晨两点，老人无法休息，请有关部门查处。"
	big5Title = "清水路夜間施工噪音擾民"
	big5Body  = "每天施工到凌晨兩點，老人無法休息，請有關部門查處。"
)

func encoded(t *testing.T, enc encoding.Encoding, s string) string {
	t.Helper()
	if enc == nil {
		return s
	}
	out, err := enc.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCharsets: the title as an encoded word and raw, the body plain, in base64 and
// in quoted-printable, under the right name, a wrong one and none.
func TestCharsets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		enc         encoding.Encoding
		title, body string
		declared    []string // names under which both are still read right
	}{
		"UTF-8":   {nil, gbTitle, gbBody, []string{"utf-8", "UTF8", "", "gb2312", "iso-8859-1", "us-ascii", "x-unknown"}},
		"GBK":     {simplifiedchinese.GBK, gbTitle, gbBody, []string{"gbk", "gb2312", "GB18030", "cp936", "", "iso-8859-1", "windows-1252", "utf-8", "us-ascii", "8bit"}},
		"GB18030": {simplifiedchinese.GB18030, "𠮷野家前路灯不亮", gbBody, []string{"gb18030", "gb2312", "gbk"}},
		"Big5":    {traditionalchinese.Big5, big5Title, big5Body, []string{"big5", "big5-hkscs", "cp950", "", "iso-8859-1", "utf-8"}},
		"HZ":      {simplifiedchinese.HZGB2312, gbTitle, gbBody, []string{"hz-gb-2312", "hz", ""}},
		"UTF-16":  {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), gbTitle, gbBody, []string{"utf-16", "utf-16le"}},
	} {
		title, body := encoded(t, c.enc, c.title), encoded(t, c.enc, c.body)
		for _, declared := range c.declared {
			for _, transfer := range []string{"8bit", "base64", "quoted-printable"} {
				if transfer != "base64" && name == "UTF-16" {
					continue // has line ends inside its characters: nobody sends it otherwise
				}
				what := fmt.Sprintf("%s as %q in %s", name, declared, transfer)
				subject := title
				if declared != "" && (name != "HZ" || transfer == "base64") {
					subject = "=?" + declared + "?B?" + base64.StdEncoding.EncodeToString([]byte(title)) + "?="
				} else if name == "UTF-16" {
					continue
				}
				charset := ""
				if declared != "" {
					charset = "; charset=\"" + declared + "\""
				}
				in := parsed(t, "From: a@example.com\nSubject: "+subject+"\nContent-Type: text/plain"+charset+"\nContent-Transfer-Encoding: "+transfer+"\n\n"+wire(body, transfer)+"\n")
				if in.Title != c.title || in.Body != c.body {
					t.Errorf("%s: %q %q", what, in.Title, in.Body)
				}
			}
		}
	}
}

func wire(s, transfer string) string {
	switch transfer {
	case "base64":
		return base64.StdEncoding.EncodeToString([]byte(s))
	case "quoted-printable":
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, "=%02X", s[i])
			if i%20 == 19 {
				b.WriteString("=\n")
			}
		}
		return b.String()
	}
	return s
}

// TestSplitWords: encoded words cut inside a character, folded, mixed, with blanks
// that count and blanks that don't.
func TestSplitWords(t *testing.T) {
	t.Parallel()
	b := encoded(t, simplifiedchinese.GBK, gbTitle)
	word := func(cs, s string) string {
		return "=?" + cs + "?B?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
	}
	for cut := 1; cut < len(b); cut++ {
		for _, between := range []string{" ", "\n ", "\n\t", ""} {
			if got := words(word("GBK", b[:cut]) + strings.ReplaceAll(between, "\n", "") + word("gbk", b[cut:])); got != gbTitle {
				t.Fatalf("cut at %d with %q between: %q", cut, between, got)
			}
		}
	}
	for in, want := range map[string]string{
		word("utf-8", "清水路") + " 3 " + word("utf-8", "号"):                                                                    "清水路 3 号",
		"Re: " + word("gb2312", encoded(t, simplifiedchinese.GBK, "路灯")):                                                     "Re: 路灯",
		word("big5", encoded(t, traditionalchinese.Big5, "擾民")) + " " + word("gbk", encoded(t, simplifiedchinese.GBK, "路灯")): "擾民路灯",
		"=?utf-8?Q?=E8=B7=AF=E7=81=AF_3?=":                                                                                   "路灯 3",
		"=?utf-8*zh-CN?B?6Lev54Gv?=":                                                                                         "路灯",
		"=?utf-8?B?6Lev54Gv":                                                                                                 "=?utf-8?B?6Lev54Gv",
		"=?utf-8?X?a?=":                                                                                                      "=?utf-8?X?a?=",
	} {
		if got := words(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// TestNames2231: names of attachments as RFC 2231 has them, and as mailers do.
func TestNames2231(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`attachment; filename*=utf-8''%E7%85%A7%E7%89%87.jpg`:                              "照片.jpg",
		`attachment; filename*=GB2312'zh-cn'%D5%D5%C6%AC.jpg`:                              "照片.jpg",
		`attachment; filename*0*=utf-8''%E7%85%A7; filename*1*=%E7%89%87; filename*2=.jpg`: "照片.jpg",
		`attachment; filename*1*=%E7%89%87.jpg; filename*0*=utf-8''%E7%85%A7`:              "照片.jpg",
		`attachment; filename*0*=utf-8''%E7; filename*1*=%85%A7%E7%89%87.jpg`:              "照片.jpg",
		`attachment; filename="=?utf-8?B?54Wn54mHLmpwZw==?="`:                              "照片.jpg",
		`attachment; filename="` + encoded(t, simplifiedchinese.GBK, "照片.jpg") + `"`:       "照片.jpg",
		`attachment; filename=照片.jpg`:                                                      "照片.jpg",
		`attachment; filename="a \"b\".jpg"`:                                               "a _b_.jpg",
		`attachment`:                                                                       "附件",
	} {
		body := "From: a@b\nSubject: x\nContent-Type: application/octet-stream\nContent-Disposition: " + in + "\n\nx\n"
		if got := parsed(t, body); len(got.Files) != 1 || got.Files[0].Name != want {
			t.Errorf("%s: %+v", in, got.Files)
		}
	}
}
