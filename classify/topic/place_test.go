package topic

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/classify"
	"huiying/desk"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"锦绣家园9栋停水": "2锦绣家园",
		"来电人反映青石街与柳林巷交叉口有一窨井盖缺失": "1青石街 1柳林巷",
		"第三中学北教学楼玻璃碎了":           "4第三中学",
		"河口街道文苑路一处主管爆裂":          "3河口街道 1文苑路",
		"锦绣家园小区的物业":              "2锦绣家园",
		"修路修了半年，马路都挖了":           "",
		"我们小区门口":                 "",
		"望江大道安澜大桥":               "1望江大道 6安澜大桥",
	} {
		var got []string
		r := []rune(text)
		names(r, func(n name, from, to int) {
			if n.aside() {
				t.Errorf("%s: aside is the gatherer's to say", text)
			}
			got = append(got, fmt.Sprintf("%d%s", n.slot, string(r[from:to])))
		})
		got = slices.DeleteFunc(got, func(s string) bool { return strings.HasSuffix(s, "街") && strings.Contains(text, s[1:]+"道") }) // the street within 街道
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestCues(t *testing.T) {
	t.Parallel()
	if len(cues) > maxCues {
		t.Fatalf("%d cues don't fit into %d bits", len(cues), maxCues)
	}
	for text, want := range map[string]string{
		"炸了炸了！来人哪": "爆炸", "刚才那一声是什么": "爆炸", "家里一滴水没有": "停水", "自来水能不能喝": "",
		"暖气片冰凉": "停暖", "建国路涵洞又淹了": "积水", "问一下老年卡怎么办": "",
	} {
		got := map[string]bool{}
		findCues([]rune(text), func(c, from, to int) {
			if c >= 0 {
				got[cues[c].name] = true
			}
		})
		if want == "" && len(got) > 0 || want != "" && !got[want] {
			t.Errorf("%s: %v, want %q", text, got, want)
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	if got := Regions("云泽市东城区人民政府"); !slices.Equal(got, []string{"云泽市", "云泽", "东城区", "东城"}) {
		t.Errorf("%q", got)
	}
	if got := Regions("信访局"); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func called(d *Discoverer, at time.Time, place, body string) desk.TopicDoc {
	doc := classify.Document{Body: body, BodyWords: classify.Bigrams{}.Cut(body), Place: place}
	out := d.Sketch(&doc, &desk.Verdict{})
	out.At = at
	return out
}

// What a caller says within the hour is heard with the burst; the same words a year
// later aren't, nor those about another place.
func TestPlaceHeedsTimeAndPlace(t *testing.T) {
	t.Parallel()
	d := discoverer()
	night := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	first := called(d, night, "文苑小区3栋", "家里突然没水了,水龙头一滴水没有,文苑小区停水怎么没人通知")
	for name, c := range map[string]struct {
		doc  desk.TopicDoc
		join bool
	}{
		"a neighbour":        {called(d, night.Add(20*time.Minute), "文苑小区8栋", "文苑小区停水了,一滴水没有,几点来水"), true},
		"another estate":     {called(d, night.Add(300*24*time.Hour), "翠湖花园2栋", "翠湖花园停水,什么原因"), false},
		"another matter":     {called(d, night.Add(20*time.Minute), "文苑小区3栋", "文苑小区门口烧烤摊油烟扰民"), false},
		"nothing like it":    {called(d, night.Add(time.Minute), "", "驾照到期了怎么换证"), false},
		"the same a year on": {called(d, night.Add(400*24*time.Hour), "翠湖花园3栋", "家里没水了,水龙头一滴水没有"), false},
	} {
		placed, err := d.Place(t.Context(), NewMemory(), []desk.TopicDoc{first, c.doc})
		if err != nil {
			t.Fatal(err)
		}
		if joined := placed[1].With == 0; joined != c.join {
			t.Errorf("%s: joined %v (%+v)", name, joined, placed[1])
		}
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	d := discoverer()
	texts := []desk.Text{
		{Body: "喂?喂?能听见吗,我跑外卖的,化工园区爆炸了,救护车快来"},
		{Title: "突发：化工园区一车间爆炸起火", Body: "今晚化工园区一车间爆炸起火"},
		{Body: "来电人称化工园区爆炸,玻璃震碎"},
	}
	if got := d.Title(texts); !strings.Contains(got, "化工园区") || !strings.Contains(got, "爆炸") {
		t.Errorf("%q", got)
	}
	if got := d.Title([]desk.Text{{Body: "来电人反映青石街窨井盖缺失,请尽快处理"}}); !strings.HasPrefix(got, "青石街窨井盖") {
		t.Errorf("%q", got)
	}
	// One clause says where, the next what; who wrote it down says neither.
	for body, want := range map[string]string{
		"来电人反映翠湖路那个工地,凌晨两点还在打桩,请尽快处理": "翠湖路那个工地，凌晨两点还在打桩",
		"喂?喂?你好,文苑小区停水了,几点来水":         "文苑小区停水了，几点来水",
		"来电人反映锦绣家园8栋22:45左右突然停水,未见通知": "锦绣家园8栋22:45左右突然停水，未见通知",
		"青石街PM2.5测点坏了。物业(锦绣)不管":       "青石街PM2.5测点坏了，物业(锦绣)不管",
	} {
		if got := d.Title([]desk.Text{{Body: body}}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	long := strings.Repeat("积水严重", 30)
	if got := []rune(d.Title([]desk.Text{{Title: long}})); len(got) != titleLong {
		t.Errorf("%d runes", len(got))
	}
	if got := d.Title(nil); got != "" {
		t.Errorf("%q", got)
	}
	if got := d.Title([]desk.Text{{}, {Body: "在吗"}}); got != "在吗" {
		t.Errorf("%q", got)
	}
}

func BenchmarkTitleOfOne(b *testing.B) {
	d := discoverer()
	texts := []desk.Text{{Body: "喂你好,我是翠湖路锦绣家园的,楼下那个工地凌晨两点还在打桩," + strings.Repeat("我打过好几次电话也没有人来管,孩子明天还要考试,", 12)}}
	for b.Loop() {
		if d.Title(texts) == "" {
			b.Fatal("no title")
		}
	}
}
