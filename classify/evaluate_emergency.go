package classify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"huiying/desk"
)

// report is a line of emergency/dev.jsonl.
type report struct {
	Title    string  `json:"title"`
	Text     string  `json:"text"`
	Deaths   *int64  `json:"deaths"`
	Missing  *int64  `json:"missing"`
	Injured  *int64  `json:"injured"`
	Serious  *int64  `json:"serious_injured"`
	Poisoned *int64  `json:"poisoned"`
	Loss     *int64  `json:"loss_yuan"`
	Note     string  `json:"affected_note"`
	Level    *string `json:"level"`
	Occurred *string `json:"occurred"`
}

func evaluateEmergency(ctx context.Context, reader desk.Classifier, folder string) (_ []Figure, err error) {
	f, err := os.Open(filepath.Join(folder, "emergency", "dev.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("evaluation data: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var numbers, told, whole, level, when score
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r report
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("evaluation data: %w", err)
		}
		reading, err := reader.Read(ctx, desk.Text{Title: r.Title, Body: r.Text})
		if err != nil {
			return nil, err
		}
		v := &reading.Verdict
		all := true
		// 0 and unknown are equal where the report says that nothing is reported yet.
		vague := strings.Contains(r.Note, "[暂无报告]")
		for _, pair := range [][2]*int64{
			{r.Deaths, wide(v.Facts.Deaths)}, {r.Missing, wide(v.Facts.Missing)}, {r.Injured, wide(v.Facts.Injured)},
			{r.Serious, wide(v.Facts.SeriousInjured)}, {r.Poisoned, wide(v.Facts.Poisoned)}, {r.Loss, v.Facts.LossYuan},
		} {
			hit := same(pair[0], pair[1], vague)
			numbers.count(hit)
			if pair[0] != nil && *pair[0] != 0 {
				told.count(hit)
			}
			all = all && hit
		}
		whole.count(all)
		level.count(text(r.Level) == v.Level)
		when.count(text(r.Occurred) == strings.TrimSuffix(v.Occurred, ":00+08:00"))
	}
	const data = "emergency/dev"
	return []Figure{
		numbers.figure("事实数字（含未提及）", data), told.figure("事实数字（已提及的）", data), whole.figure("一篇全部数字", data),
		when.figure("发生时间", data), level.figure("建议等级", data),
	}, lines.Err()
}

func wide(p *int) *int64 {
	if p == nil {
		return nil
	}
	x := int64(*p)
	return &x
}

func same(want, got *int64, vague bool) bool {
	if want == nil || got == nil {
		return want == got || vague && (want == nil || *want == 0) && (got == nil || *got == 0)
	}
	return *want == *got
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
