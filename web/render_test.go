package web

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func testViews(t testing.TB) *Views {
	t.Helper()
	static, err := NewStatic()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewViews(zone, static)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var night = time.Date(2026, 11, 21, 15, 41, 7, 0, time.UTC)

// TestLookRenders: every part runs with its sample, in both languages, and no English page keeps a Chinese label.
func TestLookRenders(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	for view, body := range lookBodies(night) {
		for _, lang := range Langs {
			p := lookPage(night, view)
			p.Body, p.Lang = body, lang
			w := httptest.NewRecorder()
			if err := v.Render(w, 200, view, p); err != nil {
				t.Errorf("%s in %s: %v", view, lang, err)
				continue
			}
			out := w.Body.String()
			for _, want := range []string{`<html lang="` + lang + `"`, `data-now="2026-11-21T15:41:07.000Z"`, `id="main"`, "</html>"} {
				if !strings.Contains(out, want) {
					t.Errorf("%s in %s lacks %s", view, lang, want)
				}
			}
			for _, bad := range []string{"<no value>", "ZgotmplZ", "%!", " style=", "onclick="} {
				if strings.Contains(out, bad) {
					t.Errorf("%s in %s contains %s", view, lang, bad)
				}
			}
			if lang == LangEnglish && strings.Contains(out, "实时台") {
				t.Errorf("%s in English keeps a Chinese label", view)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s: Cache-Control %q", view, got)
			}
		}
	}
}

// TestRenderWritesWholeOrNothing: a view that fails half-way leaves the answer untouched.
func TestRenderWritesWholeOrNothing(t *testing.T) {
	t.Parallel()
	v := testViews(t)
	w := httptest.NewRecorder()
	if err := v.Render(w, 200, "look/desk", &Page{Title: "实时台", Lang: LangChinese, Body: 7}); err == nil {
		t.Error("a wrong body is rendered")
	}
	if w.Body.Len() != 0 || len(w.Header()) != 0 {
		t.Errorf("something was written: %q %v", w.Body, w.Header())
	}
	if err := v.Render(w, 200, "no such view", &Page{}); err == nil {
		t.Error("an unknown view is rendered")
	}
}

func TestPartEscapes(t *testing.T) {
	t.Parallel()
	row := ItemRow{ID: "item-1", At: night, Channel: "热线", Href: "/items/1", Text: []Phrase{{Text: `<img src=x onerror="alert(1)">`, Mark: "evidence"}}, Facts: []string{"<b>"}}
	out, err := testViews(t).Part(LangChinese, "item-row", row)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out, "<img") || strings.Contains(out, "<b>") || !strings.Contains(out, "<mark>&lt;img") {
		t.Errorf("not escaped: %s", out)
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	zh, en := dates{zone, LangChinese}, dates{zone, LangEnglish}
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04:05", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	now := at("2026-11-21 23:41:07")
	for _, c := range []struct{ got, want string }{
		{zh.minute(now), "2026年11月21日 23:41"},
		{en.minute(now), "21 Nov 2026 23:41"},
		{zh.near(at("2026-11-21 23:59:00"), now), "23:59"},
		{zh.near(at("2026-11-22 01:13:25"), now), "次日 01:13"},
		{zh.near(at("2026-11-20 08:00:00"), now), "昨日 08:00"},
		{zh.near(at("2026-11-23 21:46:00"), now), "11月23日 21:46"},
		{zh.near(at("2027-01-01 00:00:00"), now), "2027年1月1日 00:00"},
		{zh.left(at("2026-11-22 01:13:25"), now), "还剩 1小时32分"},
		{en.left(at("2026-11-22 01:13:25"), now), "1 h 32 min left"},
		{zh.left(at("2026-11-21 23:28:27"), now), "超时 12分"},
		{zh.left(now.Add(42*time.Second), now), "还剩 42秒"},
		{zh.span(76 * time.Hour), "3天4小时"},
		{zh.counter(at("2026-11-22 01:13:25"), now), "01:32:18"},
		{zh.counter(at("2026-11-21 23:28:27"), now), "+00:12:40"},
		{zh.counter(now, now), "00:00:00"},
		{zh.counter(now.Add(time.Millisecond), now), "00:00:01"},
		{zh.counter(now.Add(124*time.Hour+time.Minute), now), "5天 04:01"},
		{zh.minute(time.Time{}), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestLightFollowsInstants: lights only ever go from green towards overdue.
func TestLightFollowsInstants(t *testing.T) {
	t.Parallel()
	order := map[string]int{LightGreen: 0, LightYellow: 1, LightRed: 2, LightOver: 3}
	rapid.Check(t, func(t *rapid.T) {
		whole := time.Duration(rapid.Int64Range(1, int64(72*time.Hour)).Draw(t, "whole"))
		a := time.Duration(rapid.Int64Range(-int64(whole), 2*int64(whole)).Draw(t, "a"))
		b := a + time.Duration(rapid.Int64Range(0, int64(whole)).Draw(t, "later"))
		row := ClockRow{Start: night, Yellow: night.Add(whole / 2), Red: night.Add(whole * 3 / 4), Due: night.Add(whole)}
		early, late := row, row
		early.Now, late.Now = night.Add(a), night.Add(b)
		if order[early.Light()] > order[late.Light()] {
			t.Fatalf("%s at %v, then %s at %v", early.Light(), a, late.Light(), b)
		}
		if (late.Light() == LightOver) != !late.Now.Before(row.Due) {
			t.Fatalf("overdue too early or too late: %s at %v of %v", late.Light(), b, whole)
		}
		if f := late.Filled(); f == "" || f[len(f)-1] != '%' || strings.HasPrefix(f, "-") {
			t.Fatalf("bar of %q", f)
		}
	})
}

func TestHighlight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("停水透析a1，𠮷")), 0, 30, -1).Draw(t, "text")
		spans := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Span {
			return Span{Start: rapid.IntRange(-3, 35).Draw(t, "start"), End: rapid.IntRange(-3, 35).Draw(t, "end")}
		})).Draw(t, "spans")
		var whole strings.Builder
		for _, p := range Highlight(text, spans) {
			if p.Text == "" {
				t.Fatal("an empty phrase")
			}
			whole.WriteString(p.Text)
		}
		if whole.String() != text {
			t.Fatalf("%q became %q", text, whole.String())
		}
	})
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"13912344471": "139****4471", "530602199001011234": "530***********1234", "郑晓芳": "郑**", "郑": "郑", "": "", "0870-2123456": "087****3456", "82351234": "823****1234", "12345": "1***5",
	} {
		if got := Mask(in); got != want {
			t.Errorf("%q is masked as %q, want %q", in, got, want)
		}
	}
}

func TestFieldRefusesUnknownNames(t *testing.T) {
	t.Parallel()
	for _, pairs := range [][]any{{"nmae", "x"}, {"name"}, {7, "x"}, {"options", "x"}, {"required", 3}} {
		if f, err := newField(pairs...); err == nil {
			t.Errorf("%v is taken as %+v", pairs, f)
		}
	}
	f, err := newField("name", "place", "hint", "h", "error", "e", "required", true)
	if err != nil || f.ID != "f-place" || f.Described() != "f-place-error f-place-hint" {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"初报":      "初报",
		"<a> · b": "<span class=\"phrase\">&lt;a&gt;\u00a0·</span> <span class=\"phrase\">b</span>",
		"甲 · ":    "<span class=\"phrase\">甲\u00a0·</span> ",
	} {
		if got := fmt.Sprint(tidy(in)); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
