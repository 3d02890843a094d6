package topic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huiying/classify"
	"huiying/desk"
)

// common words get little weight, as a model would give them.
func rarity(w string) float64 {
	if strings.Contains("小区问题反映投诉严重请求解决关于我们领导希望居民", w) {
		return 0.25
	}
	return 0.8
}

func discoverer() *Discoverer {
	return New(Options{Rarity: rarity, PairRarity: func(a, b rune) float64 { return rarity(string([]rune{a, b})) }})
}

func sketched(d *Discoverer, title, body string) desk.TopicDoc {
	doc := classify.Document{Title: title, Body: body, TitleWords: classify.Bigrams{}.Cut(title), BodyWords: classify.Bigrams{}.Cut(body)}
	out := d.Sketch(&doc, &desk.Verdict{})
	out.Title = title
	return out
}

var letters = [][2]string{
	{"投诉栖霞里小区捆绑销售车位", "栖霞里小区开发商强制捆绑销售车位,每个十二万元,不买车位不给签约"},
	{"栖霞里小区强行捆绑车位销售是否合法", "购房必须同时购买车位,栖霞里小区的捆绑销售让人无法接受"},
	{"长虹工业园化工厂夜间偷排废水", "长虹工业园里的化工厂每到夜里就偷排废水,河水发黑"},
	{"栖霞里高层住户早晚没有自来水", "水压太小,高层洗不了澡,希望供水公司加压"},
	{"城南客运站附近施工噪音扰民", "城南客运站旁的工地凌晨还在打桩"},
}

func TestPlace(t *testing.T) {
	t.Parallel()
	d := discoverer()
	var docs []desk.TopicDoc
	for _, l := range letters {
		docs = append(docs, sketched(d, l[0], l[1]))
	}
	placed, err := d.Place(t.Context(), NewMemory(), docs)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{-1, 0, -1, -1, -1} {
		if placed[i].Topic != 0 || placed[i].With != want {
			t.Errorf("%s: %+v, want with %d", letters[i][0], placed[i], want)
		}
	}
}

func TestPlaceJoinsWhatIsStored(t *testing.T) {
	t.Parallel()
	d, index := discoverer(), NewMemory()
	first := sketched(d, letters[0][0], letters[0][1])
	first.Item, first.Topic = 7, 42
	index.Add(first)
	again := sketched(d, letters[0][0]+"!", letters[0][1])
	third := sketched(d, letters[1][0], letters[1][1])
	placed, err := d.Place(t.Context(), index, []desk.TopicDoc{again, third})
	if err != nil {
		t.Fatal(err)
	}
	if placed[0].Topic != 42 || len(placed[0].Near) != 1 || placed[0].Near[0].Item != 7 || placed[0].Near[0].Index != -1 || placed[0].Near[0].Score < 0.9 {
		t.Errorf("the duplicate: %+v", placed[0])
	}
	if placed[1].Topic != 42 {
		t.Errorf("the second letter: %+v", placed[1])
	}
}

func TestPlaceOneByOneIsPlaceAtOnce(t *testing.T) {
	t.Parallel()
	d := discoverer()
	rapid.Check(t, func(t *rapid.T) {
		picks := rapid.SliceOfN(rapid.IntRange(0, len(letters)-1), 1, 12).Draw(t, "letters")
		var docs []desk.TopicDoc
		for _, p := range picks {
			docs = append(docs, sketched(d, letters[p][0], letters[p][1]))
		}
		batch, err := d.Place(context.Background(), NewMemory(), docs)
		if err != nil {
			t.Fatal(err)
		}
		index := NewMemory()
		together := map[int]int64{} // position → topic, one by one
		for i, doc := range docs {
			p, err := d.Place(context.Background(), index, []desk.TopicDoc{doc})
			if err != nil {
				t.Fatal(err)
			}
			if doc.Topic = p[0].Topic; doc.Topic == 0 {
				doc.Topic = int64(i + 1)
			}
			doc.Item = int64(i + 1)
			index.Add(doc)
			together[i] = doc.Topic
			leader := int64(i + 1)
			if batch[i].With >= 0 {
				leader = together[batch[i].With]
			}
			if leader != doc.Topic {
				t.Fatalf("%d: topic %d one by one, %d at once", i, doc.Topic, leader)
			}
		}
	})
}

func TestSketchIsSmall(t *testing.T) {
	t.Parallel()
	d := discoverer()
	random := rand.New(rand.NewPCG(1, 2))
	var body strings.Builder
	for range 20_000 {
		body.WriteRune(rune(0x4E00 + random.IntN(6000)))
	}
	doc := sketched(d, letters[0][0], body.String())
	if len(doc.Keys) > keyTerms+bands || len(doc.Payload) > 2048 {
		t.Errorf("%d keys, %d bytes", len(doc.Keys), len(doc.Payload))
	}
	if empty := sketched(d, "", ""); len(empty.Keys) != 0 || len(decode(empty.Payload).terms) != 0 || len(decode(empty.Payload).names) != 0 {
		t.Errorf("nothing gives %+v", empty)
	}
}

func TestJaccardIsNear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SliceOfN(rapid.RuneFrom([]rune("环城路积水严重居民出行困难请求解决小区电梯停车")), 20, 900).Draw(t, "text")
		other := slices.Clone(base)
		for range rapid.IntRange(0, 60).Draw(t, "edits") {
			other[rapid.IntRange(0, len(other)-1).Draw(t, "at")] = rapid.RuneFrom([]rune("甲乙丙丁戊己")).Draw(t, "rune")
		}
		a, b := shingles(string(base), ""), shingles(string(other), "")
		cut := func(h []uint32) *sketch {
			s := decode(encode(h[:min(len(h), sketchSize)], len(h), 0, nil, nil))
			return &s
		}
		got, want := alike(cut(a), cut(b)), exact(a, b)
		limit := 1e-9 // both kept whole
		if len(a) > sketchSize || len(b) > sketchSize {
			limit = 0.15
		}
		if got-want > limit || want-got > limit {
			t.Fatalf("estimated %.3f, exact %.3f", got, want)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(encode([]uint32{1, 2}, 2, 5, []term{{3, 0.5, 200, inTitle | 2<<timesShift}}, []name{{slotRoad, 9}, {slotSite | aside, 8}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := decode(b)
		if j := alike(&s, &s); j < 0 || j > 1 {
			t.Fatalf("jaccard %v", j)
		}
		var bd board
		doc := desk.TopicDoc{Item: 1, Topic: 1}
		bd.begin(&doc, &s)
		bd.hear(&doc, &s, 1, -1, -1)
		if p := bd.choose(); math.IsNaN(p.Score) || p.Score < 0 || p.Score > 1 {
			t.Fatalf("%+v", p)
		}
	})
}

func TestMemoryOrder(t *testing.T) {
	t.Parallel()
	m := NewMemory()
	for i, keys := range [][]int64{{1, 2}, {1}, {1, 2}, {9}} {
		m.Add(desk.TopicDoc{Item: int64(i + 1), Keys: keys})
	}
	found, err := m.Candidates(t.Context(), []desk.TopicDoc{{Keys: []int64{1, 2}}}, 2)
	if err != nil || len(found[0]) != 2 || found[0][0].Item != 3 || found[0][1].Item != 1 {
		t.Errorf("%+v %v", found, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Candidates(ctx, []desk.TopicDoc{{}}, 1); err == nil {
		t.Error("an ended context was passed over")
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	d := discoverer()
	engine, err := classify.New(classify.Options{Segmenter: classify.Bigrams{}, Sketch: d.Sketch})
	if err != nil {
		t.Fatal(err)
	}
	var in, out bytes.Buffer
	for i, l := range letters {
		fmt.Fprintf(&in, "{\"id\":\"n%d\",\"title\":%q,\"text\":%q,\"at\":\"2026-03-0%dT08:00:00+08:00\"}\n", i, l[0], l[1], i+1)
	}
	in.WriteString("{bad\n{\"id\":\"last\",\"text\":\"城南客运站旁的工地凌晨还在打桩,城南客运站附近施工噪音扰民\"}\n")
	if err := Lines(t.Context(), engine, d, &in, &out); err != nil {
		t.Fatal(err)
	}
	type line struct {
		Topic int
		Title string
		Place *string
		Items []string
		Heat  float64
		Error string
	}
	var lines []line
	for text := range strings.Lines(out.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		lines = append(lines, l)
	}
	if len(lines) != 5 || lines[0].Error == "" {
		t.Fatalf("%s", out.String())
	}
	seen := map[string]int{}
	for _, l := range lines[1:] {
		for _, id := range l.Items {
			seen[id]++
		}
		if l.Title == "" || l.Heat <= 0 {
			t.Errorf("%+v", l)
		}
	}
	if len(seen) != 6 || !slices.Equal(lines[1].Items, []string{"n0", "n1"}) || !slices.Equal(lines[4].Items, []string{"n4", "last"}) || lines[1].Heat <= lines[2].Heat {
		t.Errorf("%s", out.String())
	}
}

func BenchmarkPlace(b *testing.B) {
	d, index := discoverer(), NewMemory()
	for i := range 20_000 {
		doc := sketched(d, fmt.Sprintf("%s%d", letters[i%len(letters)][0], i), letters[(i*7)%len(letters)][1])
		doc.Item, doc.Topic = int64(i+1), int64(i%97+1)
		index.Add(doc)
	}
	probe := []desk.TopicDoc{sketched(d, letters[1][0], letters[0][1])}
	for b.Loop() {
		if _, err := d.Place(b.Context(), index, probe); err != nil {
			b.Fatal(err)
		}
	}
}
