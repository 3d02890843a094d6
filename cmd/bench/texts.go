package main

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"huiying/desk"
)

// texts gives what is read: the messages of the evaluation data where
// HUIYING_EVALDATA names it, else as many of our own making.
func texts() ([]desk.Text, error) {
	folder := os.Getenv("HUIYING_EVALDATA")
	if folder == "" {
		return made(4000), nil
	}
	f, err := os.Open(filepath.Join(folder, "hot-topics", "messages.csv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	var list []desk.Text
	for _, r := range rows[1:] {
		list = append(list, desk.Text{Title: r[2], Body: r[4]})
	}
	return list, nil
}

// mixed gives any number of texts, put together from sentences of those given: the
// same number gives the same text, another hardly ever.
func mixed(list []desk.Text) func(i int) desk.Text {
	var sentences []string
	for _, t := range list {
		for s := range strings.FieldsFuncSeq(t.Body, func(r rune) bool { return strings.ContainsRune("。！？!?；;\n", r) }) {
			if s = strings.TrimSpace(s); len(s) > 30 && len(s) < 600 {
				sentences = append(sentences, s)
			}
		}
	}
	return func(i int) desk.Text {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		var b strings.Builder
		for size := 300 + r.IntN(1200); b.Len() < size; {
			b.WriteString(sentences[r.IntN(len(sentences))] + "。")
		}
		return desk.Text{Title: list[r.IntN(len(list))].Title, Body: b.String()}
	}
}

// made are letters put together from phrases, none like the next.
func made(n int) []desk.Text {
	places := []string{"滨江路", "锦绣家园", "河口街道", "第三中学", "化工园区", "文苑小区", "城东安置房", "新区医院"}
	matters := []string{"路灯半个多月不亮，晚上黑灯瞎火，老人摔了一跤", "从昨晚八点停水到现在，家里有老人做透析要用水", "楼下烧烤店油烟扰民，开窗就是一股味道", "工地半夜施工，吵得孩子没法睡觉",
		"物业乱收停车费，也不给发票", "拖欠二十几个工友三个月工资", "公交车一个小时才来一趟，上班总迟到", "食堂饭菜不新鲜，好几个孩子拉肚子"}
	asks := []string{"请有关部门尽快处理。", "打了三次电话都没有人管，希望领导重视！", "请问什么时候能解决？", "再不解决我们就一起去信访局。"}
	list := make([]desk.Text, n)
	for i := range list {
		var b strings.Builder
		for j := range 3 + i%5 {
			fmt.Fprintf(&b, "%s%d号，%s。%s", places[(i+j)%len(places)], 1+(i*7+j)%90, matters[(i*3+j*5)%len(matters)], asks[(i+j*3)%len(asks)])
		}
		list[i] = desk.Text{Title: fmt.Sprintf("%s%d栋的问题（%d）", places[i%len(places)], 1+i%30, i), Body: b.String()}
	}
	return list
}
