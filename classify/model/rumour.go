package model

import (
	"math"
	"path/filepath"
	"strconv"

	"huiying/classify"
)

// EvaluateRumour cross-validates a text model on the rumour posts of an evaluation
// folder, near-duplicates kept together. It is measured and thrown away: nothing
// learnt from those posts ships. Beside it stands what the number of followers alone tells
// apart, which has nothing to do with truth: the posts that are no rumours come from well-known
// accounts, and much of what a text model learns here is their style.
func EvaluateRumour(segmenter classify.Segmenter, folder string) ([]classify.Figure, error) {
	normaliser, err := classify.NewNormaliser()
	if err != nil {
		return nil, err
	}
	var samples []Sample
	var texts []string
	var fans [2][]float64
	err = classify.Rows(filepath.Join(folder, "rumour", "dev.csv"), func(r map[string]string) {
		body := normaliser.Plain(r["text"], 20_000).Text
		s := Sample{Label: "other", Doc: classify.Document{Body: body, BodyWords: segmenter.Cut(body)}}
		few := math.NaN()
		if n, err := strconv.ParseFloat(r["followers"], 64); err == nil {
			few = -n
		}
		side := 0
		if r["label"] == "rumor" {
			s.Label, side = "rumor", 1
		}
		if !math.IsNaN(few) {
			fans[side] = append(fans[side], few)
		}
		samples, texts = append(samples, s), append(texts, body)
	})
	if err != nil {
		return nil, err
	}
	for i, g := range alike(texts) {
		samples[i].Group = strconv.Itoa(g)
	}
	config := Default
	config.Bits = headBits
	outcomes, err := CrossValidate(samples, nil, 5, config)
	if err != nil {
		return nil, err
	}
	var each []float64
	for _, o := range outcomes {
		var sides [2][]float64 // labels are in order: other, rumor
		for i, margin := range o.margins {
			sides[o.truth[i]] = append(sides[o.truth[i]], margin[1]-margin[0])
		}
		if len(sides[0]) > 0 && len(sides[1]) > 0 {
			each = append(each, classify.AUC(sides[1], sides[0]))
		}
	}
	mean, square := 0.0, 0.0
	for _, auc := range each {
		mean += auc / float64(len(each))
		square += auc * auc / float64(len(each))
	}
	const data = "rumour/dev 分组五折"
	return []classify.Figure{
		{Task: "传言 AUC（文本模型，不随程序发布）", Data: data, Value: mean, Size: len(samples)},
		{Task: "传言 AUC 标准差", Data: data, Value: math.Sqrt(max(square-mean*mean, 0)), Size: len(each)},
		{Task: "传言 AUC（只看粉丝少，捷径）", Data: "rumour/dev", Value: classify.AUC(fans[1], fans[0]), Size: len(fans[0]) + len(fans[1])},
	}, nil
}
