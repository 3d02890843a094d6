package web

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDiffText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, old, new string
		want           []DiffPart
	}{
		{"nothing", "甲乙", "甲乙", []DiffPart{{"", "甲乙"}}},
		{"a figure is one word", "造成12人死亡、39人受伤。", "造成12人死亡、37人受伤。", []DiffPart{{"", "造成12人死亡、"}, {"del", "39"}, {"ins", "37"}, {"", "人受伤。"}}},
		{"put in", "现场明火已扑灭。", "现场明火已于22时05分扑灭。", []DiffPart{{"", "现场明火已"}, {"ins", "于22时05分"}, {"", "扑灭。"}}},
		{"taken out", "事故原因系操作不当引起，正在调查。", "事故原因正在调查。", []DiffPart{{"", "事故原因"}, {"del", "系操作不当引起，"}, {"", "正在调查。"}}},
		{"paragraphs", "一\n二\n三\n", "一\n三\n四\n", []DiffPart{{"", "一\n"}, {"del", "二\n"}, {"", "三\n"}, {"ins", "四\n"}}},
		{"from nothing", "", "甲", []DiffPart{{"ins", "甲"}}},
		{"to nothing", "甲", "", []DiffPart{{"del", "甲"}}},
		{"no confetti", "将尽快公布有关的情况", "拟于明日说明具体的进展", []DiffPart{{"del", "将尽快公布有关的情况"}, {"ins", "拟于明日说明具体的进展"}}},
	} {
		if got := diffText(c.old, c.new); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// TestDiffKeepsBothTexts: whatever the texts, either can be read out of their comparison.
func TestDiffKeepsBothTexts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("甲乙丙12ab，。\n")), 0, 60, -1)
		old, new := text.Draw(t, "old"), text.Draw(t, "new")
		var before, after strings.Builder
		last := "none"
		for _, p := range diffText(old, new) {
			if p.Text == "" || p.Kind == last {
				t.Fatalf("parts %q", diffText(old, new))
			}
			last = p.Kind
			if p.Kind != diffNew {
				before.WriteString(p.Text)
			}
			if p.Kind != diffGone {
				after.WriteString(p.Text)
			}
		}
		if before.String() != old || after.String() != new {
			t.Fatalf("%q and %q are read back as %q and %q", old, new, before.String(), after.String())
		}
	})
}

// TestDiffIsBounded: two long texts that have nothing in common don't cost more than they are worth.
func TestDiffIsBounded(t *testing.T) {
	t.Parallel()
	old, new := strings.Repeat("甲乙丙丁", 5000), strings.Repeat("戊己庚辛", 5000)
	if got := diffText(old, new); len(got) != 2 {
		t.Errorf("%d parts", len(got))
	}
}
