package main

import (
	"context"
	"log/slog"
	"reflect"
	"sync"

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
	tree      *desk.LiveCategories // of this process: its desks go by it too

	mu     sync.Mutex // of what follows
	policy desk.Policy
	own    []desk.CategoryNode // of the tree that the rules in use were made for
}

// use takes up what the office's policy says of reading: its words, its duty list, its
// categories, its own area.
func (c *classifier) use(policy desk.Policy) error {
	if err := c.segmenter.Add(policy.Reading.Words...); err != nil {
		return err
	}
	c.tree.UseFile(policy.Reading.Tree())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.policy = policy
	return c.rule()
}

// regrow takes up the tree of categories in use, if it isn't the one that rules know.
func (c *classifier) regrow() (changed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if reflect.DeepEqual(c.own, c.tree.Tree().Own()) {
		return false, nil
	}
	return true, c.rule()
}

func (c *classifier) rule() error {
	tree := c.tree.Tree()
	sets, err := rules.Table(rules.Options{OfficeRegion: c.policy.Office.Region, Location: c.policy.Office.Location, Duties: c.policy.Reading.Duties, Categories: tree})
	if err != nil {
		return err
	}
	c.rules.Use(sets)
	c.own = tree.Own()
	return nil
}

// adjust lets what was learnt speak. It may have learnt a category that has left the
// tree since: what is left of it above is said.
func (c *classifier) adjust(doc *classify.Document, v *desk.Verdict) {
	c.model.Adjust(doc, v)
	v.Category = c.tree.Tree().Nearest(v.Category)
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
	c := &classifier{model: model.NewLive(weights), rules: &rules.Live{}, segmenter: segmenter, tree: &desk.LiveCategories{}}
	if err := c.use(policy); err != nil {
		return nil, nil, err
	}
	c.Engine, err = classify.New(classify.Options{Segmenter: segmenter, Model: c.model, Rules: []classify.Rule{c.rules.Read}, Learnt: c.adjust, Sketch: discoverer.Sketch})
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
