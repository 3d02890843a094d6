package main

import (
	"context"
	"log/slog"

	"huiying/classify"
	"huiying/classify/jieba"
	"huiying/classify/model"
	"huiying/classify/rules"
	"huiying/classify/topic"
	"huiying/desk"
)

// classifier is the reader of texts with what can be exchanged in it while it reads.
type classifier struct {
	*classify.Engine
	model *model.Live
}

// newClassifier puts the reader of texts together: segmenter, model, rules, and
// the discoverer that its sketches are for. One per process.
func newClassifier(policy desk.Policy) (*classifier, *topic.Discoverer, error) {
	segmenter, err := jieba.Open()
	if err != nil {
		return nil, nil, err
	}
	weights, err := model.Shipped()
	if err != nil {
		return nil, nil, err
	}
	sets, err := rules.Table(rules.Options{OfficeRegion: policy.Office.Region, Location: policy.Office.Location})
	if err != nil {
		return nil, nil, err
	}
	discoverer := topic.New(topic.Options{Rarity: weights.Rarity, PairRarity: weights.PairRarity, Common: topic.Regions(policy.Office.Name)})
	live := model.NewLive(weights)
	engine, err := classify.New(classify.Options{Segmenter: segmenter, Model: live, Rules: rules.Funcs(sets), Learnt: live.Adjust, Sketch: discoverer.Sketch})
	return &classifier{engine, live}, discoverer, err
}

type classifyCmd struct {
	Policy policyFlag `embed:""`
}

func (c classifyCmd) Run(ctx context.Context, std streams, _ *slog.Logger) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	engine, _, err := newClassifier(policy)
	if err != nil {
		return err
	}
	return classify.Verdicts(ctx, engine, std.in, std.out)
}

type topicsCmd struct {
	Policy policyFlag `embed:""`
}

func (c topicsCmd) Run(ctx context.Context, std streams, _ *slog.Logger) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	engine, discoverer, err := newClassifier(policy)
	if err != nil {
		return err
	}
	return topic.Lines(ctx, engine, discoverer, std.in, std.out)
}
