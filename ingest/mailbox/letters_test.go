package mailbox

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"huiying/desk"
)

func gbk(s string) string {
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return b
}

// letters are messages as mailers send them, well and badly.
var letters = map[string]string{
	"plain":                    "From: zhang@example.com\nSubject: 路灯不亮\nMessage-ID: <1@example.com>\nDate: Fri, 20 Nov 2026 09:00:00 +0800\n\n清水路的路灯坏了。\n",
	"raw GBK":                  "From: " + gbk("李四") + " <li@example.com>\nSubject: " + gbk("清水路夜间施工噪声扰民") + "\nContent-Type: text/plain\n\n" + gbk("每天施工到凌晨两点，老人无法休息。") + "\n",
	"split inside a character": "From: li@example.com\nSubject: =?gb2312?B?x+XLrsK3wrc=?=\n =?gb2312?Q?=B5=C6=B2=BB=C1?=\n =?gb2312?Q?=C1?=\n\nx\n",
	"alternatives": "Subject: =?utf-8?Q?=E6=95=99=E8=82=B2?=\nContent-Type: multipart/alternative; boundary=b1\n\npreamble\n--b1\nContent-Type: text/plain; charset=utf-8\n\n纯文本\n--b1\n" +
		"Content-Type: text/html; charset=utf-8\n\n<p>网页</p>\n--b1--\nepilogue\n",
	"empty plain": "Subject: a\nContent-Type: multipart/alternative; boundary=b1\n\n--b1\nContent-Type: text/plain\n\n \n--b1\nContent-Type: text/html; charset=gbk\n\n<div>" +
		gbk("只有网页<br>第二行") + "</div>\n--b1--\n",
	"never closed": "Subject: a\nContent-Type: multipart/mixed; boundary=\"=_x\"\n\n--=_x\nContent-Type: text/plain; charset=gbk\nContent-Transfer-Encoding: base64\n\n1f3OxNK7\n--=_x\n" +
		"Content-Type: application/octet-stream; name*0*=gbk''%B8%BD; name*1*=%BC%FE; name*2=.doc\nContent-Transfer-Encoding: base64\n\nAAAA",
	"another boundary": "Subject: a\nContent-Type: multipart/mixed; boundary=wrong\n\n--right-one\nContent-Type: text/plain\n\n正文二\n--right-one--\n",
	"no boundary":      "Subject: a\nContent-Type: multipart/mixed\n\n直接写的正文\n",
	"forwarded":        "Subject: =?utf-8?B?6L2s5Y+R?=\nContent-Type: message/rfc822\n\nSubject: 原信标题\n\n原信内容\n",
	"odd lines":        "From x Fri Nov 20\nthis is no header line\nSubject: a\n folded\nBroken Line Without Colon\nContent-Type: text/plain\n\n正文三\n",
	"quoted-printable": "Subject: a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E8=B7=AF=E7=81=\n=AF=3D=ZZ 100%\n",
	"no title":         "From: a@example.com\n\n只有正文\n",
	"deep":             strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 60) + "\nx\n",
}

func TestLetters(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ title, body, author string }{
		"plain":                    {"路灯不亮", "清水路的路灯坏了。", "zhang@example.com"},
		"raw GBK":                  {"清水路夜间施工噪声扰民", "每天施工到凌晨两点，老人无法休息。", "李四"},
		"split inside a character": {"清水路路灯不亮", "x", "li@example.com"},
		"alternatives":             {"教育", "纯文本", ""},
		"empty plain":              {"a", "只有网页\n第二行", ""},
		"never closed":             {"a", "正文一", ""},
		"another boundary":         {"a", "正文二", ""},
		"no boundary":              {"a", "直接写的正文", ""},
		"forwarded":                {"转发", "【所附邮件】原信标题\n原信内容", ""},
		"odd lines":                {"a folded", "正文三", ""},
		"quoted-printable":         {"a", "路灯==ZZ 100%", ""},
		"no title":                 {"", "只有正文", "a@example.com"},
	} {
		b := letters[name]
		for _, ends := range []string{"\n", "\r\n"} {
			parts, err := Parser{}.Parse(desk.Source{}, desk.Raw{Bytes: []byte(strings.ReplaceAll(b, "\n", ends))}, zone(t))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			in := parts[0].Incoming
			if in.Title != want.title || in.Body != want.body || in.Author.Name != want.author {
				t.Errorf("%s: %q %q %q", name, in.Title, in.Body, in.Author.Name)
			}
		}
	}
}

func TestSenders(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`张三 <a@example.com>`: "张三", `"张, 三" <a@example.com>`: "张, 三", `a@example.com`: "a@example.com", `<a@example.com>`: "a@example.com",
		`a@example.com (张三)`: "张三", `=?utf-8?B?5byg5LiJ?= <a@example.com>, b@example.com`: "张三", `"=?utf-8?B?5byg5LiJ?=" <a@example.com>`: "张三",
		`a@example.com, b@example.com`: "a@example.com", ``: "", `"A \"B\" C" <a@example.com>`: `A "B" C`, `张三`: "张三",
	} {
		if got := from(header{{"From", in}}); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"Fri, 20 Nov 2026 09:00:00 +0800": "2026-11-20T09:00:00+08:00", "Fri, 20 Nov 2026 09:00:00 +0800 (CST)": "2026-11-20T09:00:00+08:00",
		"Fri, 20 Nov 2026 09:00:00 CST": "2026-11-20T09:00:00+08:00", "Fri, 20 Nov 2026 01:00:00 GMT": "2026-11-20T09:00:00+08:00",
		"20 Nov 2026 09:00:00": "2026-11-20T09:00:00+08:00", "2026-11-20 09:00:00": "2026-11-20T09:00:00+08:00",
		"Thu, 1 Jan 1970 00:00:00 +0000": "", "Fri, 20 Nov 2099 09:00:00 +0800": "", "gestern": "", "": "",
	} {
		got := sent(header{{"Date", in}}, received, zone(t))
		switch {
		case want == "" && got != nil, want != "" && got == nil:
			t.Errorf("%q: %v", in, got)
		case got != nil && got.In(zone(t)).Format(time.RFC3339) != want:
			t.Errorf("%q: %v, want %s", in, got.In(zone(t)), want)
		}
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 300)
	for in, want := range map[string]string{"<1@example.com>": "1@example.com", " <1@example.com> (x)": "1@example.com", "1@example.com": "1@example.com",
		"": "sha256:", "<>": "sha256:", "<" + long + ">": "message-id-sha256:"} {
		if got := identity(header{{"Message-Id", in}}, []byte("x")); !strings.HasPrefix(got, want) || len(got) > desk.MaxExternalID {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`attachment; filename=a.doc`: "a.doc", `attachment; filename="a;b.doc"`: "a;b.doc", `attachment; filename*=utf-8''%E9%99%84%E4%BB%B6.doc`: "附件.doc",
		`attachment; filename*=gbk''%B8%BD%BC%FE`: "附件", `attachment; filename*1*=%BC%FE; filename*0*=gbk''%B8%BD`: "附件",
		`attachment; filename*0="a"; filename*1="b"`: "ab", `attachment; FILENAME=a`: "a", `attachment; filename="unclosed`: "unclosed", `attachment`: "",
		`attachment; filename*x=1; filename*999*=2;=3;;`: "",
	} {
		if _, p := value(in); p["filename"] != want {
			t.Errorf("%s: %q, want %q", in, p["filename"], want)
		}
	}
}
