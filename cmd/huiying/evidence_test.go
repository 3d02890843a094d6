package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"huiying/classify"
	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

// reasons are those that may stand in place of words, and for which fields.
var reasons = map[string][]string{
	desk.ReasonUsual:    {desk.FieldKind, desk.FieldUrgency},
	desk.ReasonWhole:    {desk.FieldCategory, desk.FieldKind, desk.FieldDepartment},
	desk.ReasonCategory: {desk.FieldDepartment},
	desk.ReasonDuties:   {desk.FieldDepartment},
}

// unproven says what of a verdict stands without evidence, or with evidence that
// isn't in the text as given.
func unproven(text desk.Text, v *desk.Verdict) (faults []string) {
	given := map[string][]rune{"title": []rune(text.Title), "text": []rune(text.Body)}
	sum := map[string]float64{}
	words := map[string]int{}
	for _, e := range v.Evidence {
		source, ok := given[e.In]
		switch {
		case !ok || e.Start < 0 || e.Start >= e.End || e.End > len(source):
			faults = append(faults, fmt.Sprintf("%+v lies outside the text", e))
			continue
		case string(source[e.Start:e.End]) != e.Text && !strings.ContainsRune(e.Text, 0xFFFD):
			faults = append(faults, fmt.Sprintf("%+v: the text says %q there", e, string(source[e.Start:e.End])))
		case e.Weight > 1 || e.Weight < -1:
			faults = append(faults, fmt.Sprintf("%+v has no share", e))
		}
		if words[e.Field]++; e.Weight == 0 {
			sum[e.Field]++ // the only words
		}
		sum[e.Field] += math.Abs(e.Weight)
	}
	for field, share := range sum {
		if n := float64(words[field]); share < 1-0.011*n || share > 1+0.011*n {
			faults = append(faults, fmt.Sprintf("the shares of %s make %.2f", field, share))
		}
	}
	filled := v.Filled()
	for _, field := range filled {
		plain, _, _ := strings.Cut(field, "/")
		why, named := v.Reasons[field]
		if named && !slices.Contains(reasons[why], plain) {
			faults = append(faults, fmt.Sprintf("%s stands for the reason %q", field, why))
		}
		if !named && words[field] == 0 {
			faults = append(faults, field+" stands without a word or a reason")
		}
	}
	for field := range words {
		if !slices.Contains(filled, field) {
			faults = append(faults, "words speak for "+field+", of which nothing is said")
		}
	}
	for field := range v.Reasons {
		if !slices.Contains(filled, field) {
			faults = append(faults, "a reason is named for "+field+", of which nothing is said")
		}
	}
	return faults
}

// proven are texts of our own writing, with the fields that must be read from each and
// words that must be among their evidence.
var proven = []struct {
	title, body, at string
	want            map[string]string // field: a word; "=reason": the reason
}{
	{"投诉工地夜间施工扰民", "云泽市环城路12号工地每天凌晨还在打桩，老人无法入睡，全体业主联名要求停工。", "", map[string]string{
		"kind": "投诉", "category": "施工", "department": "施工", "place": "环城路12号", "urgency": "凌晨", "group_risk": "联名", "sentiment": "投诉"}},
	{"长虹化工厂爆炸致3死2伤", "昨晚8时许，化工厂车间爆炸，3人死亡，2人受伤，直接经济损失约800万元，另有1人失联。", "2026-11-20T09:00:00+08:00", map[string]string{
		"facts.deaths": "3", "facts.injured": "2", "facts.missing": "1人失联", "facts.loss_yuan": "800万元", "level": "爆炸", "occurred": "昨晚8时", "urgency": "爆炸"}},
	{"", "事故造成3人重伤，14人轻微伤。", "", map[string]string{"facts.serious_injured": "3人重伤", "facts.injured": "14人轻微伤"}},
	{"一中学生食物中毒", "三十二名学生食物中毒，上吐下泻。", "", map[string]string{"facts.poisoned": "三十二名学生食物中毒", "level": "中毒"}},
	{"", "200多名業主聚集在售樓部門口，準備集體上訪！快來！都來！", "", map[string]string{"facts.crowd": "200多名業主", "group_risk": "集體上訪", "rumour": "！"}},
	{"", "环城路口的灯灭了一排。", "", map[string]string{"kind": "=usual", "urgency": "=usual"}},
	{"", "婚姻登记处周六上班吗？", "", map[string]string{"kind": "？"}},
	{"", "工钱再不给，我就从塔吊上跳楼，不想活了，同归于尽。", "", map[string]string{"self_harm": "跳楼", "threat": "同归于尽", "urgency": "跳楼"}},
	{"紧急通知", "听说城西有人贩子偷小孩，请转发扩散！", "", map[string]string{"rumour": "请转发"}},
	{"杭州市西湖区停水", "西湖区连续停水三天，自来水公司没人管。", "", map[string]string{"region": "西湖区", "department": "停水"}},
	{"清河一中旁边的泽惠码亭坏了", "办不了泽惠码。", "", map[string]string{"department": "泽惠码", "department=": "=duties"}},
}

// dutiful reads texts with a duty list.
var dutiful = sync.OnceValues(func() (*classifier, error) {
	policy, err := desk.DefaultPolicy()
	if err != nil {
		return nil, err
	}
	policy.Reading.Duties = []desk.Charge{{Department: "数据局", Words: []string{"泽惠码"}}}
	reader, _, err := newClassifier(policy)
	return reader, err
})

// Every field that a verdict fills says by which words of the text, with how much of
// the say, or names a reason of another sort.
func TestEveryFieldHasEvidence(t *testing.T) {
	t.Parallel()
	reader, err := dutiful()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range proven {
		text := desk.Text{Title: c.title, Body: c.body, At: c.at}
		r, err := reader.Read(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		v := &r.Verdict
		for _, fault := range unproven(text, v) {
			t.Errorf("%s %s: %s", c.title, c.body, fault)
		}
		for field, want := range c.want {
			field = strings.TrimSuffix(field, "=")
			if why, ok := strings.CutPrefix(want, "="); ok {
				if v.Reasons[field] != why {
					t.Errorf("%s %s: the reason of %s is %q, want %q", c.title, c.body, field, v.Reasons[field], why)
				}
			} else if !slices.ContainsFunc(v.Words(field), func(e desk.Evidence) bool { return strings.Contains(e.Text, want) }) {
				t.Errorf("%s %s: %q isn't among the words of %s: %+v", c.title, c.body, want, field, v.Words(field))
			}
		}
	}
	if t.Failed() {
		return
	}
	parts := []string{"化工厂", "爆炸", "３人死亡", "2人受傷", "昨晚8时许", "  ", "！！！", "😀", "投诉", "环城路", "停水", "\u200b", "举报", "全体业主", "？", "跳楼", "損失800萬元", "不", "\x00", "网传", "自来水", "\n"}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string {
			return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(parts), rapid.StringN(0, 4, -1)), 0, 8).Draw(t, name), "")
		}
		text := desk.Text{Title: draw("title"), Body: draw("body")}
		r, err := reader.Read(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if faults := unproven(text, &r.Verdict); len(faults) > 0 {
			t.Fatalf("%q: %s", text, strings.Join(faults, "; "))
		}
	})
}

// The same over real letters and reports.
func TestEveryFieldHasEvidenceInRealText(t *testing.T) {
	t.Parallel()
	folder := corpus.Folder(t)
	reader, err := dutiful()
	if err != nil {
		t.Fatal(err)
	}
	var texts []desk.Text
	for _, name := range []string{"hot-topics", "replies"} {
		n := 0
		if err := classify.Rows(filepath.Join(folder, name, "messages.csv"), func(r map[string]string) {
			if n++; n%12 == 0 {
				texts = append(texts, desk.Text{Title: r["title"], Body: r["detail"], At: r["time"] + "+08:00"})
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	reports, err := os.ReadFile(filepath.Join(folder, "emergency", "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(reports)) {
		l := classify.ParseLine([]byte(line))
		if l.Err != nil {
			t.Fatal(l.Err)
		}
		texts = append(texts, l.Text)
	}
	faulty := 0
	for _, text := range texts {
		r, err := reader.Read(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if faults := unproven(text, &r.Verdict); len(faults) > 0 {
			if faulty++; faulty <= 10 {
				t.Errorf("%s: %s", text.Title, strings.Join(faults, "; "))
			}
		}
	}
	if len(texts) < 300 || faulty > 0 {
		t.Errorf("%d of %d texts", faulty, len(texts))
	}
}
