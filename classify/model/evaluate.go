package model

import (
	"fmt"
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
	figures := []classify.Figure{
		{Task: "领域 7 类 macro-F1", Data: data, Value: f1, Size: len(full)},
		{Task: "领域 7 类 macro-F1 标准差", Data: data, Value: math.Sqrt(max(square-f1*f1, 0)), Size: len(outcomes)},
		{Task: "领域 7 类正确率", Data: data, Value: accuracy, Size: len(full)},
	}
	bands, gap := Calibrate(outcomes)
	for _, b := range bands {
		if b.Size > 0 {
			task := fmt.Sprintf("领域 7 类把握 %g–%g(平均 %.2f)的正确率", b.From, b.To, b.Said)
			figures = append(figures, classify.Figure{Task: task, Data: data, Value: b.Right, Size: b.Size})
		}
	}
	return append(figures, classify.Figure{Task: "领域 7 类把握与正确率之差 (ECE)", Data: data, Value: gap, Size: len(full)}), nil
}
