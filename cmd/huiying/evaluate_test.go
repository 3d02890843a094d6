package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEvaluateNeedsItsData(t *testing.T) {
	t.Parallel()
	half := t.TempDir()
	for _, name := range evaluated[:3] {
		path := filepath.Join(half, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for folder, missing := range map[string]string{filepath.Join(half, "nowhere"): evaluated[0], half: evaluated[3]} {
		var out, said bytes.Buffer
		if code := run(t.Context(), []string{"evaluate", folder}, streams{nil, &out, &said}); code != 1 || out.Len() > 0 || !strings.Contains(said.String(), filepath.FromSlash(missing)) {
			t.Errorf("%s: exit %d, out %q, said %q", folder, code, out.String(), said.String())
		}
	}
}

func TestEvaluatePrintsATable(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("HUIYING_EVALDATA")
	if folder == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HUIYING_EVALDATA isn't set: the table of figures wasn't printed")
		}
		t.Skip("HUIYING_EVALDATA isn't set: the table of figures isn't printed")
	}
	var out, said bytes.Buffer
	if code := run(t.Context(), []string{"evaluate", folder}, streams{nil, &out, &said}); code != 0 {
		t.Fatalf("exit %d: %s", code, said.String())
	}
	for _, task := range []string{"诉求类型", "领域 15 类", "责任单位首选", "发生时间", "话题 F1", "近重复召回", "把握（留出的来信）", "诉求类型 | 90–100%", "领域 15 类 | 90–100%", "责任单位首选 | 90–100%"} {
		if !strings.Contains(out.String(), "| "+task) {
			t.Errorf("the table lacks %s:\n%s", task, out.String())
		}
	}
}
