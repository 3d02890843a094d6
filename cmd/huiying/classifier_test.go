package main

import (
	"os"
	"slices"
	"testing"
	"time"

	"huiying/classify"
	"huiying/classify/jieba"
	"huiying/classify/model"
	"huiying/classify/rules"
	"huiying/classify/topic"
	"huiying/desk"
)

// whole puts the engine together as the program does, with the real segmenter.
func whole(t testing.TB) (*classify.Engine, *topic.Discoverer, *jieba.Segmenter) {
	t.Helper()
	segmenter, err := jieba.Open()
	if err != nil {
		t.Fatal(err)
	}
	weights, err := model.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	sets, err := rules.Table(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := topic.New(topic.Options{Rarity: weights.Rarity, PairRarity: weights.PairRarity, Common: topic.Regions("云泽市人民政府办公室")})
	e, err := classify.New(classify.Options{Segmenter: segmenter, Model: weights, Rules: rules.Funcs(sets), Sketch: d.Sketch})
	if err != nil {
		t.Fatal(err)
	}
	return e, d, segmenter
}

func TestWholeEngine(t *testing.T) {
	t.Parallel()
	e, _, _ := whole(t)
	r, err := e.Read(t.Context(), desk.Text{
		Title: "投訴雲澤市長虹工業園化工廠偷排廢水", Body: "昨晚8时许，化工厂偷排废水，２人中毒送医！！！请求环保部门立即处理。", At: "2026-03-02T09:00:00+08:00",
	})
	if err != nil {
		t.Fatal(err)
	}
	v := r.Verdict
	if v.Kind != desk.KindComplaint || v.Category != "环境保护" || v.Department() != "生态环境局" || v.Facts.Poisoned == nil || *v.Facts.Poisoned != 2 || v.Occurred != "2026-03-01T20" {
		t.Errorf("%+v", v)
	}
	for _, field := range []string{"kind", "category", "department", "place", "urgency", "facts.poisoned", "occurred"} {
		if !slices.ContainsFunc(v.Evidence, func(e desk.Evidence) bool { return e.Field == field }) {
			t.Errorf("nothing explains %s", field)
		}
	}
	if !slices.Contains(r.Tokens, "废水") || len(r.Doc.Keys) == 0 || len(r.Doc.Keys) > 24 || len(r.Doc.Payload) > 2048 {
		t.Errorf("tokens %q, %d keys, %d bytes", r.Tokens, len(r.Doc.Keys), len(r.Doc.Payload))
	}
}

// The floors are under what was measured; see docs/model-card.md.
func TestEvaluationFloors(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("HUIYING_EVALDATA")
	if folder == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HUIYING_EVALDATA isn't set: verdicts weren't measured")
		}
		t.Skip("HUIYING_EVALDATA isn't set: verdicts aren't measured")
	}
	e, d, _ := whole(t)
	figures, err := classify.Evaluate(t.Context(), e, folder)
	if err != nil {
		t.Fatal(err)
	}
	topics, err := topic.Evaluate(t.Context(), e, d, folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := classify.WriteFigures(t.Output(), append(figures, topics...)); err != nil {
		t.Fatal(err)
	}
	floors := map[string]float64{
		"诉求类型 gold-messages/dev 宽": 0.80, "领域 15 类 gold-messages/dev 宽": 0.72, "责任单位首选 gold-messages/dev 宽": 0.76, "责任单位前三 gold-messages/dev 宽": 0.90,
		"事实数字（含未提及） emergency/dev": 0.97, "发生时间 emergency/dev": 0.90, "建议等级 emergency/dev": 0.95,
		"话题 F1 hot-topics 奇数号": 0.80, "近重复召回 hot-topics Jaccard≥0.3": 0.95, "近重复精确 hot-topics Jaccard≥0.3": 0.90,
	}
	for _, f := range append(figures, topics...) {
		floor, ok := floors[f.Task+" "+f.Data]
		if ok && f.Value < floor {
			t.Errorf("%s on %s: %.4f is below %.2f", f.Task, f.Data, f.Value, floor)
		}
		delete(floors, f.Task+" "+f.Data)
	}
	if len(floors) > 0 {
		t.Errorf("not measured: %v", floors)
	}
}

// BenchmarkVerdict gives the throughput of verdicts and how it stands to bare Cut.
func BenchmarkVerdict(b *testing.B) {
	e, _, segmenter := whole(b)
	texts := classify.SampleTexts(2000)
	for b.Loop() {
		s, err := classify.Measure(b.Context(), time.Now, e, segmenter.Bare(), texts, 1)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(s.Verdict/1e6, "MB/s")
		b.ReportMetric(s.Ratio(), "of-Cut")
	}
}
