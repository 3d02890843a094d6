package mailbox

import (
	"strings"
	"testing"
	"unicode/utf8"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

// FuzzWords reads encoded words as headers have them: text comes out, never longer
// than what its bytes can hold, never with a break in it.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"=?gb2312?B?wrfGusO7?=", "=?utf-8?q?=e8=b7?= =?utf-8?q?=af?=", "=?x?b?", "=?gbk?Q?=?=", "=?hz-gb-2312?B?fns=?=", "=?utf-7?Q?+ADw-?="} {
		f.Add(s)
	}
	for _, b := range corpus.Files(f, "encodings/mail/*.eml") {
		h, _ := split(b)
		f.Add(h.get("Subject"))
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := words(s)
		if !utf8.ValidString(got) || len(got) > 8*len(s)+8 {
			t.Errorf("%q gives %q", s, got)
		}
	})
}

// FuzzHeader takes a letter's head and a field's parameters apart.
func FuzzHeader(f *testing.F) {
	f.Add([]byte("Content-Type: text/plain; charset=\"gbk\"; name*0*=utf-8''%E5; name*1=x\n\nbody"))
	f.Add([]byte("From : a\n b\n: c\nX\n\n"))
	for _, b := range corpus.Files(f, "mail/enmime/testdata/low-quality/*.raw", "mail/enmime/testdata/parts/*") {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, body := split(b)
		if len(body) > len(b) {
			t.Error("a body longer than the letter")
		}
		for _, name := range []string{"Content-Type", "Content-Disposition"} {
			v, params := value(h.get(name))
			for k := range params {
				if k != strings.ToLower(k) || len(params[k]) > 8*len(b)+8 {
					t.Errorf("%q has %q: %q", v, k, params[k])
				}
			}
		}
	})
}

// FuzzAddress: an address that is taken names one server and at least one folder,
// and is refused by words otherwise.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"imaps://mail.example.com/INBOX", "imap://h/?folder=a&folder=b", "imap://[::1]:99999/*", "imaps://u:p@h/%zz", "imap:///x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parseURL(s)
		if err != nil {
			if desk.CodeOf(err) != desk.CodeInvalid {
				t.Error(err)
			}
			return
		}
		if p.host == "" || p.address == "" || len(p.folders) == 0 || len(p.folders) > maxFolders+1 {
			t.Errorf("%q is %+v", s, p)
		}
	})
}

// FuzzUIDs: a bookmark's numbers come back as they were written, in order and apart.
func FuzzUIDs(f *testing.F) {
	for _, s := range []string{"1:5,7", "0", "5:1", "1,1,2", "4294967295:4294967295,1", "x,,:,3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Count(s, ",") > 2*maxSpans {
			return
		}
		u := parseUIDs(s)
		if again := parseUIDs(u.String()); again.String() != u.String() {
			t.Errorf("%q: %s, then %s", s, u, again)
		}
		for i, span := range u {
			if span.lo == 0 || span.hi < span.lo || i > 0 && uint64(u[i-1].hi)+1 >= uint64(span.lo) || !u.has(span.lo) || !u.has(span.hi) {
				t.Errorf("%q: %s", s, u)
			}
		}
	})
}
