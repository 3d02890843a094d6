package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

// FuzzReadTime: an instant is read within two centuries, or refused by words.
func FuzzReadTime(f *testing.F) {
	for _, s := range []string{"2026-11-20T12:00:00+08:00", "2026-11-20 12:00", "2026-11-20t12:00:00z", "2026-02-30T00:00", "0000-00-00T00:00:00Z", "2026-11-20"} {
		f.Add(s)
	}
	zone := time.FixedZone("", 8*3600)
	f.Fuzz(func(t *testing.T, s string) {
		at, err := ReadTime("at", s, zone)
		switch {
		case err != nil && (desk.CodeOf(err) != desk.CodeInvalid || at != nil):
			t.Errorf("%q: %v %v", s, at, err)
		case err == nil && at == nil && strings.TrimSpace(s) != "":
			t.Errorf("%q is no time at all", s)
		case at != nil:
			again, err := ReadTime("at", at.Format(time.RFC3339Nano), zone)
			if err != nil || !again.Equal(*at) {
				t.Errorf("%q is %v, then %v %v", s, at, again, err)
			}
		}
	})
}

// FuzzNextPage: after signing in one stays on this site.
func FuzzNextPage(f *testing.F) {
	for _, s := range []string{"/items?q=1", "//evil.example", "/\\evil", "https://evil.example", "/%2f/evil", "javascript:1", "/\tx", "/login?next=/login", "/./", "/..//evil"} {
		f.Add(s)
	}
	base, err := url.Parse("https://desk.example/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		next := NextPage(s)
		to, err := base.Parse(next)
		if err != nil || to.Host != base.Host || to.Scheme != base.Scheme || !strings.HasPrefix(next, "/") {
			t.Errorf("%q leads to %q (%v)", s, next, to)
		}
	})
}

// FuzzForm reads forms of both encodings, with files and without: what comes out
// are the fields that were asked for, and a file is a picture or PDF or is refused.
func FuzzForm(f *testing.F) {
	multi := "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n路灯\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--b--\r\n"
	f.Add("multipart/form-data; boundary=b", multi)
	f.Add("application/x-www-form-urlencoded", "title=%E8%B7%AF&title=2&at=2026-11-20T12:00")
	f.Add("multipart/form-data", "x")
	f.Add("application/x-www-form-urlencoded", "title=%zz;a=b")
	for _, x := range corpus.Texts(f, 5) {
		f.Add("application/x-www-form-urlencoded", url.Values{"title": {x.Title}, "body": {x.Body}}.Encode())
	}
	s := &Server{}
	f.Fuzz(func(t *testing.T, kind, body string) {
		ask := func() *http.Request {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.Header.Set("Content-Type", kind)
			return r
		}
		got, err := s.readSent(httptest.NewRecorder(), ask(), "title", "at")
		if err != nil && desk.CodeOf(err) != desk.CodeInvalid {
			t.Fatal(err)
		}
		if len(got.Values) > 2 {
			t.Errorf("fields nobody asked for: %v", got.Values)
		}
		if p := got.proof; len(p.File) > 0 && (p.FileName == "" || strings.ContainsAny(p.FileName, "/\\\"\r\n") || p.FileType == "") {
			t.Errorf("a proof called %q of %q", p.FileName, p.FileType)
		}
		if strings.HasPrefix(kind, "multipart/") {
			_, name, _, err := readSheet(ask())
			if err != nil && desk.CodeOf(err) != desk.CodeInvalid || err == nil && (name == "" || !utf8.ValidString(name) || strings.ContainsAny(name, "/\\\"<>\r\n")) {
				t.Errorf("a table called %q: %v", name, err)
			}
		}
	})
}

// FuzzLookedFor: what is typed into a search is compared with texts without harm,
// and a text's own beginning is found in it.
func FuzzLookedFor(f *testing.F) {
	f.Add("化g huagong", "云泽化工厂")
	f.Add("\xff İ", "ſ")
	for _, x := range corpus.Texts(f, 5) {
		f.Add("ludeng", x.Title)
	}
	f.Fuzz(func(t *testing.T, query, text string) {
		if len(query) > 200 || len(text) > 2000 {
			return
		}
		soundsLike(text, query)
		if word := strings.Fields(strings.ToLower(text)); len(word) > 0 && utf8.ValidString(text) && !soundsLike(text, word[0]) {
			t.Errorf("%q isn't found in %q", word[0], text)
		}
	})
}

// FuzzDiff: the parts of a comparison give both texts again.
func FuzzDiff(f *testing.F) {
	f.Add("甲乙丙\n丁", "甲丙\n丁戊")
	f.Add("", "\xff")
	for _, x := range corpus.Texts(f, 3) {
		f.Add(x.Body, x.Title)
	}
	f.Fuzz(func(t *testing.T, old, new string) {
		if len(old)+len(new) > 4000 {
			return
		}
		old, new = strings.ToValidUTF8(old, "?"), strings.ToValidUTF8(new, "?") // what is stored is valid
		var was, is strings.Builder
		for _, p := range diffText(old, new) {
			if p.Kind != "ins" {
				was.WriteString(p.Text)
			}
			if p.Kind != "del" {
				is.WriteString(p.Text)
			}
		}
		if was.String() != old || is.String() != new {
			t.Errorf("%q and %q came back as %q and %q", old, new, was.String(), is.String())
		}
	})
}
