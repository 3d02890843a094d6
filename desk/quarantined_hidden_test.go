package desk_test

import (
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// seals is a parser whose sources bring what is 保密: it reads nothing at all.
type seals struct{ shares }

func (seals) MaySeal(desk.Source) bool { return true }

func bring(t *testing.T, o *desktest.Office, raw string) int64 {
	t.Helper()
	res, err := o.Receive(t.Context(), o.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(raw)}}})
	if err != nil || len(res) != 1 || res[0].Status != desk.StatusQuarantined {
		t.Fatalf("%s: %+v, %v", raw, res, err)
	}
	return res[0].ID
}

// TestHiddenInQuarantine: what is or may be 保密, and 举报 in whatever writing, shows to
// nobody who may not see personal data, in no form, and isn't changed by them either.
func TestHiddenInQuarantine(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	admin, duty := o.As(desk.RoleSysadmin), o.As(desk.RoleDuty)
	for raw, hidden := range map[string]bool{
		`坏 路灯不亮`: false, `坏 举报张某`: true, `坏 我要检举`: true, `坏 \u4E3E\u62a5`: true, `坏 %e4%b8%be%e6%8a%a5`: true, "=E4=B8=BE=E6=8A=A5 坏": true, "\xbe\xd9\xb1\xa8 \xbb\xb5": true, "%BE%D9%B1%A8": true,
		`坏 50%`: false, `坏 \u4e3e\u6b63`: false,
	} {
		id := bring(t, o, raw)
		for _, who := range []desk.Actor{admin, duty} {
			q, err := o.QuarantinedByID(t.Context(), who, id)
			if err != nil {
				t.Fatal(err)
			}
			if none := hidden && who.PersonID == admin.PersonID; q.Hidden(who) != none || (q.Bytes == nil) != none || none && (q.Excerpt(who, 9) != "" || q.Head != nil) || q.Sealed != hidden {
				t.Errorf("%q as %s: %+v", raw, who.Name, q)
			}
			list, err := o.Quarantine(t.Context(), who, "open", desk.Page{Limit: 1, Newest: true})
			if err != nil || list[0].ID != id || (list[0].Head == nil) != (hidden && who.PersonID == admin.PersonID) {
				t.Errorf("%q in the list of %s: %+v, %v", raw, who.Name, list, err)
			}
		}
		if _, err := o.MendQuarantined(t.Context(), admin, id, []byte("[]")); (desk.CodeOf(err) == desk.CodeForbidden) != hidden {
			t.Errorf("%q mended unseen: %v", raw, err)
		}
	}
	if got := desk.RolesWith(desk.ActQuarantineSee); len(got) != 2 || got[0] != desk.RoleShiftLead || got[1] != desk.RoleDuty {
		t.Errorf("%v", got)
	}
}

// TestMaySeal: a raw that can't be read, or brings its parser down, of a source that may
// bring what is 保密 is hidden; so is one that lay there before its mark was known.
func TestMaySeal(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	admin := o.As(desk.RoleSysadmin)
	id := bring(t, o, `{"坏`)
	if q, err := o.QuarantinedByID(t.Context(), admin, id); err != nil || q.Sealed {
		t.Fatalf("%+v, %v", q, err)
	}
	o.Parsers["hotline"] = seals{}
	if again := bring(t, o, `{"坏 二`); again == id {
		t.Fatal("the same")
	}
	res, err := o.MendQuarantined(t.Context(), admin, id, nil)
	if err != nil || len(res) != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	list, err := o.Quarantine(t.Context(), admin, "open", desk.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range list {
		if q.ID == id && q.ID != res[0].ID {
			continue // with another reason it is another entry
		}
		if !q.Sealed || q.Head != nil {
			t.Errorf("%+v", q)
		}
	}
	// A part with a mark whose item is refused.
	o.Parsers["hotline"] = shares{}
	id = bring(t, o, `[{"Title":"密`+strings.Repeat("密", desk.MaxTitle)+`","Sealed":true}]`)
	if q, err := o.QuarantinedByID(t.Context(), admin, id); err != nil || !q.Sealed || q.Bytes != nil {
		t.Errorf("%+v, %v", q, err)
	}
	delete(o.Parsers, "hotline")
	id = bring(t, o, `{"坏 三`)
	if q, err := o.QuarantinedByID(t.Context(), admin, id); err != nil || !q.Sealed || q.Bytes != nil {
		t.Errorf("without a parser: %+v, %v", q, err)
	}
	for _, p := range []desk.Parser{desk.LetterParser{}} {
		if s, ok := p.(desk.Sealing); !ok || !s.MaySeal(desk.Source{}) {
			t.Errorf("%T", p)
		}
	}
}

// TestKnownBecomesSealed: what lies there already gets the mark when the same comes sealed.
func TestKnownBecomesSealed(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Parsers["hotline"] = plain{}
	admin := o.As(desk.RoleSysadmin)
	id := bring(t, o, "甲")
	o.Parsers["hotline"] = plain{true}
	if again := bring(t, o, "甲"); again != id {
		t.Fatalf("%d beside %d", again, id)
	}
	if q, err := o.QuarantinedByID(t.Context(), admin, id); err != nil || !q.Hidden(admin) {
		t.Errorf("%+v, %v", q, err)
	}
}

// plain refuses everything for one reason.
type plain struct{ sealed bool }

func (p plain) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) ([]desk.Part, error) {
	return []desk.Part{{Bytes: raw.Bytes, Err: desk.Invalid("", "读不了"), Sealed: p.sealed}}, nil
}

// TestHeadOfAWholeRaw: the list shows how a raw begins; the cut at the end shows neither
// half a character nor the first figures of a number.
func TestHeadOfAWholeRaw(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	duty := o.As(desk.RoleDuty)
	for raw, want := range map[string]string{
		`{"坏 13912344471`:                        `{"坏 139****4471`,
		strings.Repeat("坏", 300):                 strings.Repeat("坏", 160),
		strings.Repeat("𠮷", 158) + "13912344471": strings.Repeat("𠮷", 158),
		strings.Repeat("坏", 213) + "坏":           strings.Repeat("坏", 160),
	} {
		bring(t, o, raw)
		list, err := o.Quarantine(t.Context(), duty, "open", desk.Page{Limit: 1, Newest: true})
		if err != nil || list[0].Bytes != nil {
			t.Fatalf("%+v, %v", list, err)
		}
		if got := list[0].Excerpt(duty, 160); got != want {
			t.Errorf("%q: %q", raw, got)
		}
		if got := list[0].Excerpt(duty, 1000); strings.Contains(got, "1391") || strings.HasSuffix(got, "139") || !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q", raw, got)
		}
	}
}
