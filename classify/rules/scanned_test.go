package rules

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huiying/desk"
)

// pieces are what the texts of these tests are made of.
var pieces = []string{"化工车间炸了", "火很大", "三四个人受伤", "快叫救护车", "环城路积水严重", "投诉", "请问", "?", ",", "。", "小区物业乱收费", "昨晚8时许", "全体业主联名上访", "损失五六十万元", "听说", "谢谢", "路灯坏了", "12", "A", "工地夜间施工噪音扰民", "救命", "云南昭通巧家县", "死亡3人"}

func TestTogetherIsOneByOne(t *testing.T) {
	t.Parallel()
	sets := table(t)
	together := Together(sets)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string {
			text := ""
			for _, p := range rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, name) {
				text += p
			}
			return text
		}
		text := desk.Text{Title: draw("title"), Body: draw("body")}
		var a, b desk.Verdict
		together(text, &a)
		for _, s := range sets {
			s.Apply(text, &b)
		}
		if !slices.Equal(a.Evidence, b.Evidence) || !maps.Equal(a.Confidence, b.Confidence) || a.Kind != b.Kind || a.Urgency != b.Urgency || a.Category != b.Category || !slices.Equal(a.Departments, b.Departments) {
			t.Fatalf("%+v\ntogether %+v\none by one %+v", text, a, b)
		}
		if (a.Kind == "") != (!worded(text.Title) && !worded(text.Body)) {
			t.Fatalf("%+v is of kind %q", text, a.Kind)
		}
	})
}

func TestLexiconFindsWhatEachListFinds(t *testing.T) {
	t.Parallel()
	lists := []*cues{
		newCues(slicesOf(group("a", 1, "积水 积水严重 严重 水严"), group("b", 1, "积水"))),
		newCues(group("c", 1, "积水 路灯 灯坏")),
		newCues(group("d", 1, "严重积水 水严重")),
	}
	all := newLexicon(lists)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[积水严重路灯坏a,]{0,30}`).Draw(t, "text")
		x := scanned{skip: make([]int32, len(lists))}
		x.begin(desk.Text{Body: text}, len(lists))
		all.scan(&x, 1)
		for i, c := range lists {
			var want []hit
			c.scan(text, func(h hit) { want = append(want, h) })
			if !slices.Equal(x.hits[1][i], want) {
				t.Fatalf("%q, list %d: %v, alone %v", text, i, x.hits[1][i], want)
			}
		}
	})
}

func TestCountForgetsTheTextBefore(t *testing.T) {
	t.Parallel()
	words := newCues(slicesOf(group("a", 2, "积水 路灯"), group("b", 1, "噪音")))
	var x scanned
	for _, c := range []struct {
		title, body string
		a, b        float64
	}{{"积水", "积水噪音", 6.6, 1}, {"", "噪音", 0, 1}, {"", "路灯路灯", 2.6, 0}} {
		x.begin(desk.Text{Title: c.title, Body: c.body}, 1)
		for n, p := range x.parts {
			words.scan(p.text, func(h hit) { x.hits[n][0] = append(x.hits[n][0], h) })
		}
		got := x.count(words)
		if a, b := got.sum("a"), got.sum("b"); a < c.a-1e-9 || a > c.a+1e-9 || b != c.b || got.sum("none") != 0 || got.spans("none") != nil {
			t.Errorf("%s|%s: a %v, b %v", c.title, c.body, a, b)
		}
		if n := len(got.spans("b")); n != int(c.b) {
			t.Errorf("%s|%s: %d spans", c.title, c.body, n)
		}
	}
}

func TestMomentsAreNotPassedOver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9一二十零今昨前当北凌清早上中下傍晚深夜天日晨午年月号时点半分:./(),电至几百周星期礼拜本这个去后大刚才小明前儿]{0,14}`).Draw(t, "text")
		for i, r := range text {
			if noMoment(text, i, r, len(string(r))) == 0 {
				continue
			}
			if m, ok := readMoment(text, i); ok && begins.has(r) {
				t.Fatalf("%q: %+v at %d is passed over", text, m, i)
			}
		}
	})
}

// begins are the runes with which a time may begin.
var begins = runeSet("0123456789一二三四五六七八九两零〇十今昨前当北凌清早上中午下傍晚深夜周星礼本这去后大刚半明")
