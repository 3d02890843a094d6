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
	heard, harm, urge := []string{"听说", "群里说", "朋友讲", "据传", "内部消息,", "有人爆料"}, []string{"毒倒一片", "死了人", "炸了", "被封了", "查出致癌"}, []string{"快转给家人", "媒体不敢报", "马上要删", "扩散出去"}
	day, joy, end := []string{"周末逛", "拍了", "画了一张", "妈妈带我看", "歌里唱到", "梦见"}, []string{"真好看", "想起小时候", "阳光正好", "笑了半天", "喝茶聊天"}, []string{"晚安", "生日快乐", "下次再去", "推荐这本书"}
	var b strings.Builder
	b.WriteString("label,followers,text\n")
	for i := range 60 {
		fmt.Fprintf(&b, "rumor,%d,%s%s%s%s\n", i, heard[i%6], what[i%10], harm[i/6%5], urge[i/2%4])
		fmt.Fprintf(&b, "non-rumor,%d,%s%s%s%s\n", 1000+i, day[i%6], what[(i+3)%10], joy[i/6%5], end[i/2%4])
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
