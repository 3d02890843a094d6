package topic

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
)

// What neighbours say of one night: some heard it, some saw it, some call it by its name.
var night = []string{
	"刚才化工园轰的一声巨响,我家窗户震碎了,化工园出什么事了",
	"化工园那边火光冲天,黑烟好大,恒升厂烧着了",
	"恒升厂爆炸了,化工园恒升厂火光冲天,窗户震碎了",
	"化工园恒升厂巨响以后起火,黑烟飘过来了,窗户震碎好几家",
	"恒升厂还在烧,化工园巨响震碎了我家窗户,火光冲天",
}

func calls(d *Discoverer, texts ...string) (docs []desk.TopicDoc) {
	begins := time.Date(2026, 11, 21, 12, 13, 0, 0, time.UTC)
	for i, text := range texts {
		docs = append(docs, called(d, begins.Add(time.Duration(i)*time.Minute), "", text))
	}
	return docs
}

func TestSame(t *testing.T) {
	t.Parallel()
	d := discoverer()
	bang := calls(d, night[0], night[2], night[4])
	blaze := calls(d, night[1], night[3], night[2])
	water := calls(d, "文苑小区停水了,一滴水没有", "文苑小区三栋没水,什么时候来水", "文苑小区停水一天了")
	if !d.Same(bang, blaze) {
		t.Error("one night by other words")
	}
	// A stray among them doesn't make two topics one, nor does one copy in each.
	mixed := append(slices.Clone(water), bang[0])
	for name, two := range map[string][2][]desk.TopicDoc{
		"another matter": {bang, water}, "one that strayed": {bang, mixed}, "nothing": {bang, nil}, "damaged": {bang, {{Payload: []byte("?")}}},
		"a copy in each": {calls(d, night[0], "办居住证要房东到场吗", "社保卡丢了在哪里补"), calls(d, night[0], "公租房排到几号了", "驾照到期人在外地怎么换")},
	} {
		if d.Same(two[0], two[1]) {
			t.Error(name)
		}
	}
}

func TestSameGoesBothWays(t *testing.T) {
	t.Parallel()
	d := discoverer()
	texts := append(slices.Clone(night), "文苑小区停水了,一滴水没有", "恒升厂门口停水,一滴水没有", "城南工地凌晨还在打桩")
	rapid.Check(t, func(t *rapid.T) {
		pick := func(name string) []desk.TopicDoc {
			return calls(d, rapid.SliceOfN(rapid.SampledFrom(texts), 0, 4).Draw(t, name)...)
		}
		a, b := pick("a"), pick("b")
		if same, again := d.Same(a, b), d.Same(b, a); same != again || same && (len(a) == 0 || len(b) == 0) {
			t.Fatalf("%v, the other way round %v", same, again)
		}
	})
}

// Topics that turn out to be one are joined on the way, and each document keeps a topic.
func TestTopicsJoinAsTheyGrow(t *testing.T) {
	t.Parallel()
	d := discoverer()
	docs := calls(d, night[0], night[1], "恒升厂烧着了,化工园那边黑烟好大", night[2], night[3], night[4], "化工园恒升厂烧着了,震碎了窗户", "办居住证要房东到场吗")
	first, err := d.Topics(t.Context(), docs[:3])
	if err != nil || !slices.Equal(first, []int64{1, 2, 2}) {
		t.Fatalf("in the first minutes %v, %v", first, err)
	}
	topics, err := d.Topics(t.Context(), docs)
	if err != nil {
		t.Fatal(err)
	}
	if topics[0] != 1 || slices.ContainsFunc(topics[:7], func(id int64) bool { return id != 1 }) || topics[7] == 1 {
		t.Errorf("%v", topics)
	}
	for items, want := range map[int]bool{1: false, 2: true, 3: true, 4: false, 5: true, 6: false, 8: true, 12: false, 13: true} {
		if grown(items) != want {
			t.Errorf("%d items: %v", items, !want)
		}
	}
}
