package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"huiying/desk"
)

func TestOwnWordsWithoutARestart(t *testing.T) {
	t.Parallel()
	policy, err := desk.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	reader, _, err := newClassifier(policy)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "policy.json")
	o := &ownWords{file: policyFlag{Path: path}, reader: reader, log: slog.New(slog.DiscardHandler)}
	for _, step := range []struct{ file, want string }{
		{`{}`, "住建局"},
		{`{"reading": {"words": ["泽惠码"], "duties": [{"department": "数据局", "words": ["泽惠码"]}]}}`, "数据局"},
		{`{"reading": {"duties": [{"department": ""}]}}`, "数据局"}, // wrong: what stood goes on
		{`{"reading": {"duties": [{"department": "信息中心", "words": ["泽惠码"]}]}}`, "信息中心"},
		{`{}`, "住建局"},
	} {
		if err := os.WriteFile(path, []byte(step.file), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := o.RunOnce(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		r, err := reader.Read(t.Context(), desk.Text{Title: "小区物业不认泽惠码", Body: "业主办电梯卡被物业拒绝。"})
		if err != nil || r.Verdict.Department() != step.want {
			t.Errorf("%s: %+v, %v; want %s", step.file, r.Verdict.Departments, err, step.want)
		}
	}
}
