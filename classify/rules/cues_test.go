package rules

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

func TestScanFindsTheLongest(t *testing.T) {
	t.Parallel()
	c := newCues(slicesOf(group("a", 1, "积水"), group("b", 1, "积水严重"), group("c", 1, "严重"), group("d", 1, "路灯"), group("e", 1, "路灯")))
	var got []string
	c.scan("路灯旁积水严重,积水", func(h hit) { got = append(got, h.tag) })
	if s := strings.Join(got, ""); s != "deba" {
		t.Errorf("got %s", s)
	}
}

func TestScanFindsWhatIsThere(t *testing.T) {
	t.Parallel()
	words := []string{"积水", "路灯", "灯坏", "环城路", "ab", "水积"}
	var list []cue
	for _, w := range words {
		list = append(list, cue{word: w, tag: w, weight: 1})
	}
	c := newCues(list)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[积水路灯坏环城ab,]{0,30}`).Draw(t, "text")
		c.scan(text, func(h hit) {
			if text[h.start:h.end] != h.word {
				t.Fatalf("%q at %d isn't %q", text, h.start, h.word)
			}
		})
		found := c.any(text)
		want := false
		for _, w := range words {
			want = want || strings.Contains(text, w)
		}
		if found != want {
			t.Fatalf("%q: found %v, want %v", text, found, want)
		}
	})
}

// FuzzSets runs every rule set over any text: nothing may panic, and every span
// must lie in the text.
func FuzzSets(f *testing.F) {
	for _, s := range []string{"3死2伤", "死亡人数", "损失", "云南昭通", "昨晚", "全体业主", "伤5人", "\n", "((("} {
		f.Add(s, s)
	}
	for _, x := range corpus.Texts(f, 20) {
		f.Add(x.Title, x.Body)
	}
	sets := table(f)
	f.Fuzz(func(t *testing.T, title, body string) {
		title, body = strings.ToValidUTF8(title, " "), strings.ToValidUTF8(body, " ")
		v := desk.Verdict{Confidence: map[string]float64{}}
		for _, s := range sets {
			s.Apply(desk.Text{Title: title, Body: body}, &v)
		}
		for _, e := range v.Evidence {
			source := body
			if e.In == "title" {
				source = title
			}
			if e.Start < 0 || e.Start >= e.End || e.End > len(source) || source[e.Start:e.End] != e.Text {
				t.Fatalf("%+v isn't in %q", e, source)
			}
		}
		for field, c := range v.Confidence {
			if !(c >= 0 && c <= 1) {
				t.Fatalf("%s is %v sure", field, c)
			}
		}
	})
}

func TestOfficeRegionSettlesNames(t *testing.T) {
	t.Parallel()
	sets, err := Table(Options{OfficeRegion: "530102"}) // 昆明市五华区
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		if s.Name != "place" {
			continue
		}
		for text, want := range map[string]string{"盘龙区停水三天": "530103 盘龙区", "护国街道路灯坏了": "530102", "云泽市路灯坏了": ""} {
			v := desk.Verdict{Confidence: map[string]float64{}}
			s.Apply(desk.Text{Body: text}, &v)
			if got := printRegion(&v); !strings.HasPrefix(got, want) || want == "" && got != "" {
				t.Errorf("%s: got %q, want %q", text, got, want)
			}
		}
	}
}
