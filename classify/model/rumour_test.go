package model

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiying/classify"
)

func TestEvaluateRumour(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "rumour"), 0o755); err != nil {
		t.Fatal(err)
	}
	what := []string{"自来水", "超市的盐", "小学门口的糖", "夜班公交", "新疫苗", "河里的鱼", "地下商场", "加油站", "北街的桥", "医院血库"}
	var b strings.Builder
	b.WriteString("label,followers,text\n")
	for i := range 60 {
		fmt.Fprintf(&b, "rumor,%d,听说%s出事了%d人住院不敢报道赶紧转给家人\n", i, what[i%10], i)
		fmt.Fprintf(&b, "non-rumor,%d,周末看了%s的展览第%d张照片拍得真好心情不错\n", 1000+i, what[(i+3)%10], i)
	}
	if err := os.WriteFile(filepath.Join(folder, "rumour", "dev.csv"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	figures, err := EvaluateRumour(classify.Bigrams{}, folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(figures) != 3 || figures[0].Size != 120 || figures[0].Value < 0.9 || figures[2].Value != 1 {
		t.Errorf("%+v", figures)
	}
	if _, err := EvaluateRumour(classify.Bigrams{}, t.TempDir()); err == nil {
		t.Error("a folder without posts was measured")
	}
}
