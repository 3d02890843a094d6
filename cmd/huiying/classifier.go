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
	model     *model.Live
	rules     *rules.Live
	segmenter *jieba.Segmenter
}

// use takes up what the office's policy says of reading: its words, its duty list, its
// own area.
func (c *classifier) use(policy desk.Policy) error {
	if err := c.segmenter.Add(policy.Reading.Words...); err != nil {
		return err
	}
	sets, err := rules.Table(rules.Options{OfficeRegion: policy.Office.Region, Location: policy.Office.Location, Duties: policy.Reading.Duties})
	if err != nil {
		return err
	}
	c.rules.Use(sets)
	return nil
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
	discoverer := topic.New(topic.Options{Rarity: weights.Rarity, PairRarity: weights.PairRarity, Common: topic.Regions(policy.Office.Name)})
	c := &classifier{model: model.NewLive(weights), rules: &rules.Live{}, segmenter: segmenter}
	if err := c.use(policy); err != nil {
		return nil, nil, err
	}
	c.Engine, err = classify.New(classify.Options{Segmenter: segmenter, Model: c.model, Rules: []classify.Rule{c.rules.Read}, Learnt: c.model.Adjust, Sketch: discoverer.Sketch})
	return c, discoverer, err
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
