package model

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"huiying/classify"
	"huiying/desk"
)

func document(title, body string) classify.Document {
	return classify.Document{Title: title, Body: body, TitleWords: classify.Bigrams{}.Cut(title), BodyWords: classify.Bigrams{}.Cut(body)}
}

// samples are two matters that any model must tell apart.
func samples() []Sample {
	var list []Sample
	for i := range 40 {
		list = append(list,
			Sample{Doc: document(fmt.Sprintf("环城路%d号积水", i), "雨后道路积水严重,车辆无法通行"), Label: "道路", Group: fmt.Sprint("a", i)},
			Sample{Doc: document(fmt.Sprintf("第%d小学招生咨询", i), "孩子入学需要哪些材料,学位够不够"), Label: "学校", Group: fmt.Sprint("b", i/2)})
	}
	return list
}

var quick = Config{Bits: 14, C: 1, Smooth: 1, MinCount: 2, Crowd: 0.5, Rounds: 20, Tolerance: 0.01}

func train(t testing.TB) *Model {
	t.Helper()
	m, err := Train("test", samples(), quick)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTrainTellsApart(t *testing.T) {
	t.Parallel()
	m := train(t)
	for title, want := range map[string]string{"环城街积水": "道路", "新区小学学位": "学校"} {
		doc := document(title, "")
		v := desk.Verdict{Confidence: map[string]float64{}}
		m.Judge(&doc, &v)
		if v.Category != want || v.Confidence["category"] <= 0.5 {
			t.Errorf("%s: %s at %v", title, v.Category, v.Confidence)
		}
		if len(v.Evidence) == 0 {
			t.Errorf("%s: no word explains it", title)
		}
		for _, e := range v.Evidence {
			if title[e.Start:e.End] != e.Text || e.In != "title" {
				t.Errorf("%s: evidence %+v", title, e)
			}
		}
	}
}

func TestSameSamplesSameModel(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	if err := train(t).Write(&a); err != nil {
		t.Fatal(err)
	}
	if err := train(t).Write(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two trainings on the same samples differ")
	}
	back, err := Read(&a)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back.unpack(), train(t).unpack()) || back.Name() != "test" {
		t.Error("a model read back differs")
	}
}

func TestTrainRefuses(t *testing.T) {
	t.Parallel()
	if _, err := Train("x", nil, quick); err == nil {
		t.Error("no samples were taken")
	}
	if _, err := Train("x", samples()[:1], quick); err == nil {
		t.Error("one label was taken")
	}
}

func TestCrossValidateKeepsGroupsTogether(t *testing.T) {
	t.Parallel()
	outcomes, err := CrossValidate(samples(), nil, 4, quick)
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for _, o := range outcomes {
		size += o.Size
		if o.Accuracy < 0.9 {
			t.Errorf("accuracy %.2f on what is easy", o.Accuracy)
		}
	}
	if size != len(samples()) {
		t.Errorf("%d of %d texts were scored", size, len(samples()))
	}
	if first, again := foldOf("17", 5), foldOf("17", 5); first != again || foldOf("", 1) != 0 {
		t.Error("a group changes its fold")
	}
}

func TestRarity(t *testing.T) {
	t.Parallel()
	m := train(t)
	if often, never := m.Rarity("积水"), m.Rarity("麒麟"); !(often < never && never <= 1 && m.Rarity("") == 0) {
		t.Errorf("often %v, never %v", often, never)
	}
	if often, never := m.PairRarity('积', '水'), m.PairRarity('麒', '麟'); !(often < never) {
		t.Errorf("pairs: often %v, never %v", often, never)
	}
}

func TestShipped(t *testing.T) {
	t.Parallel()
	if len(shipped) > 8<<20 {
		t.Errorf("the model file has %d bytes", len(shipped))
	}
	m, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range m.Labels() {
		if !slices.Contains(desk.Categories, l) {
			t.Errorf("%s isn't a category", l)
		}
	}
	if len(m.Labels()) != maxClasses || !strings.HasPrefix(m.Name(), "category-") {
		t.Errorf("%s: %v", m.Name(), m.Labels())
	}
	doc := document("小学招生学位不足", "孩子入学要哪些材料,学校老师让家长等通知,幼儿园也一样")
	v := desk.Verdict{Confidence: map[string]float64{}}
	m.Judge(&doc, &v)
	if v.Category != "教育文体" {
		t.Errorf("the shipped model says %s", v.Category)
	}
}

func TestJudgeSaysNothingOfNothing(t *testing.T) {
	t.Parallel()
	doc := document("!!!", "")
	v := desk.Verdict{Confidence: map[string]float64{}}
	train(t).Judge(&doc, &v)
	if v.Category != "" || len(v.Confidence) != 0 {
		t.Errorf("%+v", v)
	}
}
