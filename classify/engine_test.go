package classify

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"huiying/desk"
)

// echo is a rule that marks every 积水 as the place.
func echo(text desk.Text, v *desk.Verdict) {
	for _, p := range [2]struct{ in, text string }{{"title", text.Title}, {"text", text.Body}} {
		if at := strings.Index(p.text, "积水"); at >= 0 {
			v.Place = "积水"
			v.Evidence = append(v.Evidence, desk.Evidence{Field: "place", In: p.in, Start: at, End: at + len("积水")})
		}
	}
}

type loud struct{}

func (loud) Judge(doc *Document, v *desk.Verdict) {
	v.Category = "城乡建设"
	v.Confidence["category"] = 0.5
}
func (loud) Name() string { return "loud" }

func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := New(Options{Segmenter: Bigrams{}, Model: loud{}, Rules: []Rule{echo}, Sketch: func(doc *Document, v *desk.Verdict) desk.TopicDoc {
		return desk.TopicDoc{Place: v.Place}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestReadLeadsEvidenceBack(t *testing.T) {
	t.Parallel()
	r, err := engine(t).Read(t.Context(), desk.Text{Title: "！！！環城路積水", Body: "又　　積水了"})
	if err != nil {
		t.Fatal(err)
	}
	want := []desk.Evidence{{Field: "place", In: "title", Text: "積水", Start: 6, End: 8, Weight: 0.5}, {Field: "place", In: "text", Text: "積水", Start: 3, End: 5, Weight: 0.5}}
	if !slices.Equal(r.Verdict.Evidence, want) {
		t.Errorf("evidence %+v, want %+v", r.Verdict.Evidence, want)
	}
	if r.Verdict.Category != "城乡建设" || r.Verdict.Model != "loud" || r.Doc.Place != "积水" || r.Doc.Title != "！！！環城路積水" {
		t.Errorf("parts didn't all speak: %+v", r)
	}
	if !slices.Contains(r.Tokens, "积水") {
		t.Errorf("tokens %q lack 积水", r.Tokens)
	}
}

func TestReadStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine(t).Read(ctx, desk.Text{Title: "水"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNewNeedsASegmenter(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{}); err == nil {
		t.Error("an engine without a segmenter was made")
	}
}

func TestReadHoldsForAnyText(t *testing.T) {
	t.Parallel()
	e := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		text := desk.Text{Title: rapid.String().Draw(t, "title"), Body: rapid.StringMatching(`[积水環！ａ　。]{0,40}`).Draw(t, "body")}
		r, err := e.Read(context.Background(), text)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range r.Verdict.Evidence {
			given := text.Body
			if ev.In == "title" {
				given = text.Title
			}
			if ev.Start < 0 || ev.End > utf8.RuneCountInString(given) || ev.Start >= ev.End || cut(given, ev.Start, ev.End) != ev.Text {
				t.Fatalf("evidence %+v isn't in %q", ev, given)
			}
		}
		for _, token := range r.Tokens {
			if token == "" || !utf8.ValidString(token) || token != strings.ToLower(token) && token[0] < 0x80 {
				t.Fatalf("token %q", token)
			}
		}
	})
}

func TestTokensTakePartsOfLongWords(t *testing.T) {
	t.Parallel()
	got := tokens(&Document{TitleWords: []string{"环城路", "ABC", ",", "积水"}})
	for _, want := range []string{"环城路", "环城", "城路", "abc", "积水"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q isn't among %q", want, got)
		}
	}
	if slices.Contains(got, ",") {
		t.Errorf("a mark is among %q", got)
	}
}
