package web

import (
	"strings"
	"testing"

	"huiying/desk"

	"pgregory.net/rapid"
)

// said is a row's words without their marks, and marked those that have one.
func said(phrases []Phrase) (all, marked string) {
	for _, p := range phrases {
		all += p.Text
		if p.Mark == "evidence" {
			marked += "[" + p.Text + "]"
		}
	}
	return all, marked
}

// TestParagraphsKeepEverything: whatever the text and its evidence, the page shows all of the words, in order, and marks
// only what lies within a line.
func TestParagraphsKeepEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[停水很久\n ，]{0,60}`).Draw(t, "text")
		v := &desk.Verdict{}
		n := len([]rune(text))
		for range rapid.IntRange(0, 6).Draw(t, "spans") {
			a, b := rapid.IntRange(0, n).Draw(t, "a"), rapid.IntRange(0, n+3).Draw(t, "b")
			v.Evidence = append(v.Evidence, desk.Evidence{Field: desk.FieldKind, In: "text", Start: a, End: b})
		}
		var lines []string
		for _, p := range paragraphs(text, evidence(v, "text", tellsAnItem)) {
			all, _ := said(p)
			lines = append(lines, all)
		}
		var want []string
		for _, line := range strings.Split(text, "\n") {
			if strings.TrimSpace(line) != "" {
				want = append(want, line)
			}
		}
		if strings.Join(lines, "\n") != strings.Join(want, "\n") {
			t.Fatalf("%q became %q", text, lines)
		}
	})
}

// TestExcerpt shows the stretch in which the first evidence stands, and says that there is more.
func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("前", 100) + "停水" + strings.Repeat("后", 100)
	for _, c := range []struct {
		text  string
		marks []Span
		all   string
		mark  string
	}{
		{"停水了\n怎么办", []Span{{Start: 0, End: 2}}, "停水了 怎么办", "[停水]"},
		{"", nil, "", ""},
		{long, []Span{{Start: 100, End: 102}}, "…" + strings.Repeat("前", 10) + "停水" + strings.Repeat("后", 18) + "…", "[停水]"},
		{long, nil, strings.Repeat("前", 30) + "…", ""},
	} {
		if all, mark := said(excerpt(c.text, c.marks, 30)); all != c.all || mark != c.mark {
			t.Errorf("%q %q, want %q %q", all, mark, c.all, c.mark)
		}
	}
}

// TestSoundsLike: letters, initials and syllables find a text; half of another doesn't.
func TestSoundsLike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, query string
		want        bool
	}{
		{"云泽化工园区爆炸事故", "yzhg", true}, {"云泽化工园区爆炸事故", "baozha", true}, {"云泽化工园区爆炸事故", "爆炸", true}, {"云泽化工园区爆炸事故", "Bao Zha", true},
		{"云泽化工园区爆炸事故", "tingshui", false}, {"云泽化工园区爆炸事故", "停水", false}, {"12345热线", "12345rx", true}, {"", "a", false}, {"任何", "", true}, {"💥", "x", false},
	} {
		if got := soundsLike(c.text, c.query); got != c.want {
			t.Errorf("%q by %q: %v", c.text, c.query, got)
		}
	}
}
