package model

import (
	"math"

	"huiying/classify"
)

// Evaluate trains and scores in grouped folds on messages of an evaluation folder:
// the figure for the seven classes that doesn't flatter. It takes minutes.
func Evaluate(segmenter classify.Segmenter, folder string) ([]classify.Figure, error) {
	full, tokens, err := Load(folder, segmenter)
	if err != nil {
		return nil, err
	}
	outcomes, err := CrossValidate(full, tokens, 5, Default)
	if err != nil {
		return nil, err
	}
	n := float64(len(outcomes))
	accuracy, f1, square := 0.0, 0.0, 0.0
	for _, o := range outcomes {
		accuracy += o.Accuracy / n
		f1 += o.MacroF1 / n
		square += o.MacroF1 * o.MacroF1 / n
	}
	const data = "messages 分组五折"
	return []classify.Figure{
		{Task: "领域 7 类 macro-F1", Data: data, Value: f1, Size: len(full)},
		{Task: "领域 7 类 macro-F1 标准差", Data: data, Value: math.Sqrt(max(square-f1*f1, 0)), Size: len(outcomes)},
		{Task: "领域 7 类正确率", Data: data, Value: accuracy, Size: len(full)},
	}, nil
}
