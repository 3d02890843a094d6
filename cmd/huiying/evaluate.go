package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"huiying/classify"
	"huiying/classify/jieba"
	"huiying/classify/model"
	"huiying/classify/topic"
)

type evaluateCmd struct {
	Policy policyFlag `embed:""`
	Folds  bool       `help:"Also train and score the model anew in grouped folds; takes minutes."`
	Data   string     `arg:"" help:"Folder of the evaluation data."`
}

// evaluated are the files without which there is no table.
var evaluated = []string{
	"gold-messages/dev.csv", "hot-topics/messages.csv", "hot-topics/incidents.csv", "hot-topics/hard_negatives.csv", "hot-topics/near_duplicates.csv",
	"replies/messages.csv", "emergency/dev.jsonl", "rumour/dev.csv",
}

// foldData are those that --folds needs beside them.
var foldData = []string{"messages/train.csv", "messages/tokens_only.csv", "gold-messages/overlap_train.csv"}

// Run prints the figures that the model card quotes, as one table, and beside it how often the verdict is right
// where it claims how much.
func (c evaluateCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	if err := c.present(); err != nil {
		return err
	}
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	engine, discoverer, err := newClassifier(policy)
	if err != nil {
		return err
	}
	figures, err := classify.Evaluate(ctx, engine, c.Data)
	if err != nil {
		return err
	}
	reliable, err := classify.Reliable(ctx, engine, c.Data)
	if err != nil {
		return err
	}
	topics, err := topic.Evaluate(ctx, engine, discoverer, c.Data)
	if err != nil {
		return err
	}
	figures = append(figures, topics...)
	if c.Folds {
		segmenter, err := jieba.Open()
		if err != nil {
			return err
		}
		log.Info("training in five folds; this takes minutes")
		folds, err := model.Evaluate(segmenter, c.Data)
		if err != nil {
			return err
		}
		rumour, err := model.EvaluateRumour(segmenter, c.Data)
		if err != nil {
			return err
		}
		figures = slices.Concat(figures, folds, rumour)
	}
	if err := classify.WriteFigures(std.out, figures); err != nil {
		return err
	}
	return classify.WriteReliability(std.out, reliable)
}

// present says which file is missing before anything is loaded.
func (c evaluateCmd) present() error {
	needed := evaluated
	if c.Folds {
		needed = slices.Concat(evaluated, foldData)
	}
	for _, name := range needed {
		info, err := os.Stat(filepath.Join(c.Data, filepath.FromSlash(name)))
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s is a folder", name)
		}
		if err != nil {
			return fmt.Errorf("evaluation data isn't there: %w", err)
		}
	}
	return nil
}
