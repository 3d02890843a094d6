package desk_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

// FuzzParseCursor: a place in the feed that is taken is written again as it was meant.
func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{"0123456789ab.7", "a.+1", ".1", "a.-1", "a.b.1", "a.9223372036854775808", "\x00.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := desk.ParseCursor(s)
		if err != nil {
			if desk.CodeOf(err) != desk.CodeInvalid {
				t.Error(err)
			}
			return
		}
		if again, err := desk.ParseCursor(c.String()); err != nil || again != c || c.Seq < 0 || c.Epoch == "" {
			t.Errorf("%q is %+v, then %+v %v", s, c, again, err)
		}
	})
}

// FuzzForms reads what the office's own pages have kept: seat and letter box.
func FuzzForms(f *testing.F) {
	f.Add([]byte(`{"Title":"路灯","Body":"不亮","Author":{"Name":"郑","Phone":"1"},"Picked":{"kind":"投诉"},"Extra":{"duty":{}}}`))
	f.Add([]byte(`{"OccurredAt":"2026-11-20T12:00:00Z","Sealed":true,"Files":[{"Name":"a"}]}`))
	for _, x := range corpus.Texts(f, 5) {
		b, err := json.Marshal(desk.Incoming{Title: x.Title, Body: x.Body})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, p := range []desk.Parser{desk.SeatParser{}, desk.LetterParser{}} {
			parts, err := p.Parse(desk.Source{}, desk.Raw{Bytes: b}, time.UTC)
			if err != nil {
				continue
			}
			for _, part := range parts {
				if part.Err != nil || part.Incoming.Check() != nil {
					continue
				}
				if len(part.Incoming.Digest()) != 32 || part.Incoming.Identity() == "" || !utf8.ValidString(part.Incoming.Title+part.Incoming.Body) {
					t.Errorf("%q is taken as %+v", b, part.Incoming)
				}
			}
		}
	})
}

// What may not be left of a text, unless its figures run on beyond any number of
// a person.
var mobile, endless = regexp.MustCompile(`(^|[^0-9])1[3-9][0-9]{9}($|[^0-9])`), regexp.MustCompile(`[0-9]{20}`)

// FuzzMaskText: masking keeps every other character and the length, and no mobile
// number stays legible.
func FuzzMaskText(f *testing.F) {
	for _, s := range []string{"电话13912344471，", "530102199003071234", "0870-2123456", "139 1234 4471", "\xff13912344471", "１３９１２３４４４７１"} {
		f.Add(s)
	}
	for _, x := range corpus.Texts(f, 10) {
		f.Add(x.Body)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		masked := desk.MaskText(s)
		was, is := []rune(s), []rune(masked)
		if len(was) != len(is) {
			t.Fatalf("%q became %q", s, masked)
		}
		for i := range was {
			if was[i] != is[i] && (is[i] != '*' || !strings.ContainsRune("0123456789Xx", was[i])) {
				t.Fatalf("%q became %q", s, masked)
			}
		}
		if !endless.MatchString(s) && mobile.MatchString(masked) {
			t.Fatalf("%q shows a number: %q", s, masked)
		}
	})
}
