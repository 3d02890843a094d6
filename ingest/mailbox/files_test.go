package mailbox

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

func TestFileNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"照片.jpg":                               "照片.jpg",
		`C:\用户\桌面\证据.docx`:                     "证据.docx",
		"../../etc/passwd":                     "passwd",
		"账单\u202Egpj.exe":                      "账单gpj.exe",
		"a\x00b\r\nX-Evil: 1.txt":              "ab X-Evil_ 1.txt",
		"\u200B\u2066名\u2069.pdf":              "名.pdf",
		"=?utf-8?B?6Lev54Gv54Wn54mHLnBuZw==?=": "路灯照片.png",
		"=?gb2312?B?1dXGrC5qcGc=?=":            "照片.jpg",
		gbk("照片二.jpg"):                         "照片二.jpg",
		"  . ":                                 "附件",
		"":                                     "附件",
		"<script>.html":                        "_script_.html",
		strings.Repeat("长", 300) + ".docx":     strings.Repeat("长", 194) + "….docx",
	} {
		if got := fileName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("a/b\u202E.exe")
	f.Add("=?gbk?B?1dXGrC5qcGc=?=")
	for _, x := range corpus.Texts(f, 10) {
		f.Add(x.Title + ".docx")
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := fileName(s)
		bad := strings.IndexFunc(n, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/\"<>`, r)
		})
		if n == "" || bad >= 0 || !utf8.ValidString(n) || utf8.RuneCountInString(n) > desk.MaxFileName {
			t.Errorf("%q gives %q", s, n)
		}
	})
}

func zipOf(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := z.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for want, b := range map[string][]byte{
		"image/png": []byte("\x89PNG\r\n\x1a\n0000"), "image/jpeg": []byte("\xff\xd8\xff\xe0aaaa"), "application/pdf": []byte("%PDF-1.7\n"),
		"application/x-msdownload": []byte("MZ\x90\x00"), "text/html": []byte("<!DOCTYPE html><p>"), "text/plain": []byte("只是文字"),
		"application/zip": zipOf(t, "a.txt"), "application/octet-stream": {0, 1, 2, 3}, "application/x-empty": {},
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": zipOf(t, "[Content_Types].xml", "word/document.xml"),
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       zipOf(t, "xl/workbook.xml"),
		"application/vnd.ms-office.macroenabled":                                  zipOf(t, "word/document.xml", "word/vbaProject.bin"),
		"application/vnd.android.package-archive":                                 zipOf(t, "META-INF/MANIFEST.MF", "AndroidManifest.xml"),
		"application/ofd": zipOf(t, "OFD.xml"), "application/x-ole-storage": []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...."),
	} {
		if got := sniff(b); got != want {
			t.Errorf("%q: %s", want, got)
		}
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("MZ"))
	for _, b := range corpus.Files(f, "mail/enmime/testdata/attach/*", "encodings/feeds/*.xml", "feeds/miniflux/encoding/testdata/*") {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if k := sniff(b); !strings.Contains(k, "/") || strings.ContainsAny(k, " ;\r\n") {
			t.Errorf("%q", k)
		}
	})
}

// mixed is a letter with attachments, each a header and its bytes.
func mixed(files ...[2]string) string {
	var b strings.Builder
	b.WriteString("From: zhang@example.com\nSubject: 有附件\nMessage-ID: <files@example.com>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n见附件\n")
	for _, f := range files {
		fmt.Fprintf(&b, "--b\n%s\nContent-Transfer-Encoding: base64\n\n%s\n", f[0], base64.StdEncoding.EncodeToString([]byte(f[1])))
	}
	return b.String() + "--b--\n"
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	in := parsed(t, mixed(
		[2]string{"Content-Type: image/jpeg; name=\"=?gb2312?B?1dXGrC5qcGc=?=\"", "\xff\xd8\xff\xe0照片"},
		[2]string{"Content-Type: application/pdf\nContent-Disposition: attachment; filename*0*=utf-8''%E5%8F%91; filename*1*=%E7%A5%A8; filename*2=.pdf", "MZ\x90\x00 no pdf"},
		[2]string{"Content-Type: application/octet-stream", "\x00\x01"},
	))
	want := []desk.File{{Name: "照片.jpg", Kind: "image/jpeg"}, {Name: "发票.pdf", Kind: "application/x-msdownload"}, {Name: "附件", Kind: "application/octet-stream"}}
	if len(in.Files) != len(want) || in.Body != "见附件" {
		t.Fatalf("%d files, body %q", len(in.Files), in.Body)
	}
	for i, f := range in.Files {
		sum := sha256.Sum256(f.Bytes)
		if f.Name != want[i].Name || f.Kind != want[i].Kind || !bytes.Equal(f.Digest, sum[:]) || f.Size != int64(len(f.Bytes)) || f.Refused != "" {
			t.Errorf("file %d: %+v", i, f)
		}
	}
	var many [][2]string
	for range desk.MaxFiles + 3 {
		many = append(many, [2]string{"Content-Type: image/png", "x"})
	}
	in = parsed(t, mixed(many...))
	if n := len(in.Files); n != desk.MaxFiles+3 || in.Files[n-1].Refused == "" || in.Files[n-1].Bytes != nil || in.Files[0].Refused != "" {
		t.Errorf("%d of %d files, the last %+v", n, desk.MaxFiles+3, in.Files[n-1].Refused)
	}
	in = parsed(t, mixed([2]string{"Content-Type: image/png", strings.Repeat("x", desk.MaxFileSize+1)}))
	if len(in.Files) != 1 || in.Files[0].Refused == "" || in.Files[0].Bytes != nil || in.Files[0].Size != desk.MaxFileSize+1 {
		t.Errorf("one too large: %d", len(in.Files))
	}
	in = parsed(t, "From: a@b\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n")
	if len(in.Files) != 1 || !strings.Contains(in.Body, "a.png") {
		t.Errorf("a letter that is one picture: %q", in.Body)
	}
}

// TestUIDs: spans are the set of what was added, whatever the order.
func TestUIDs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		model := map[uint32]bool{}
		var u uids
		for range rapid.IntRange(0, 60).Draw(t, "n") {
			lo := rapid.Uint32Range(1, 300).Draw(t, "lo")
			hi := lo + rapid.Uint32Range(0, 5).Draw(t, "more")
			u = u.with(lo, hi)
			for n := lo; n <= hi; n++ {
				model[n] = true
			}
		}
		again := parseUIDs(u.String())
		for n := uint32(0); n < 320; n++ {
			if u.has(n) != model[n] || again.has(n) != model[n] {
				t.Fatalf("%d: %v, want %v in %s", n, u.has(n), model[n], u)
			}
		}
		for i := 1; i < len(u); i++ {
			if u[i].lo <= u[i-1].hi+1 {
				t.Fatalf("spans touch: %s", u)
			}
		}
	})
	var u uids
	for n := uint32(1); n < 4*maxSpans; n += 2 {
		u = u.with(n, n)
	}
	if len(u) > maxSpans || !u.has(4*maxSpans-1) || u.has(4*maxSpans-2) || !u.has(2) {
		t.Errorf("%d spans", len(u))
	}
	for _, s := range []string{"", "0", "x", "5:1", "1:4294967295", ",,7,"} {
		_ = parseUIDs(s).with(1, 1).String()
	}
	if u := parseUIDs("1:4294967295").with(4294967295, 4294967295); len(u) != 1 || !u.has(4294967295) {
		t.Errorf("the last number: %s", u)
	}
}
