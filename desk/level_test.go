package desk

import (
	"encoding/json"
	"strings"
	"testing"
)

// facts reads figures as the contract writes them.
func facts(t testing.TB, text string) Facts {
	t.Helper()
	var f Facts
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSuggestLevel(t *testing.T) {
	t.Parallel()
	tables := shipped(t).Levels
	for _, c := range []struct{ nature, facts, level, why string }{
		// 国务院令第493号: 以上 includes, 以下 excludes.
		{"事故灾难", `{"deaths": 30}`, "特别重大", "死亡30人，达到特别重大标准（国务院令第493号）"},
		{"事故灾难", `{"deaths": 29}`, "重大", "死亡29人，达到重大标准"},
		{"事故灾难", `{"deaths": 10}`, "重大", "重大标准"},
		{"事故灾难", `{"deaths": 9}`, "较大", "较大标准"},
		{"事故灾难", `{"deaths": 3}`, "较大", "死亡3人"},
		{"事故灾难", `{"deaths": 2}`, "一般", "未达到"},
		{"事故灾难", `{"serious_injured": 100}`, "特别重大", "重伤100人"},
		{"事故灾难", `{"serious_injured": 99}`, "重大", "重伤99人"},
		{"事故灾难", `{"serious_injured": 50}`, "重大", "重伤50人"},
		{"事故灾难", `{"serious_injured": 49}`, "较大", "重伤49人"},
		{"事故灾难", `{"serious_injured": 10}`, "较大", "重伤10人"},
		{"事故灾难", `{"serious_injured": 9}`, "一般", "未达到"},
		{"事故灾难", `{"loss_yuan": 100000000}`, "特别重大", "直接经济损失1亿元"},
		{"事故灾难", `{"loss_yuan": 99999999}`, "重大", "直接经济损失"},
		{"事故灾难", `{"loss_yuan": 50000000}`, "重大", "5000万元"},
		{"事故灾难", `{"loss_yuan": 49999999}`, "较大", "直接经济损失"},
		{"事故灾难", `{"loss_yuan": 10000000}`, "较大", "1000万元"},
		{"事故灾难", `{"loss_yuan": 9999999}`, "一般", "未达到"},
		{"事故灾难", `{"deaths": 1, "serious_injured": 60, "loss_yuan": 2000}`, "重大", "重伤60人"},
		{"事故灾难", `{"deaths": 0, "injured": 0}`, "一般", "未达到"},
		{"事故灾难", `{}`, "", ""},
		{"事故灾难", `{"crowd": 20}`, "", ""},
		{"急性工业中毒", `{"poisoned": 10}`, "较大", "重伤10人"},
		{"急性工业中毒", `{"poisoned": 100, "serious_injured": 3}`, "特别重大", "重伤100人"},
		{"急性工业中毒", `{"poisoned": 9}`, "一般", "未达到"},
		{"急性工业中毒", `{}`, "", ""},
		// Earthquakes: 300, 50, 10 deaths.
		{"地震", `{"deaths": 300}`, "特别重大", "国家地震应急预案"},
		{"地震", `{"deaths": 299}`, "重大", "死亡299人"},
		{"地震", `{"deaths": 50}`, "重大", ""},
		{"地震", `{"deaths": 49}`, "较大", ""},
		{"地震", `{"deaths": 10}`, "较大", ""},
		{"地震", `{"deaths": 9}`, "一般", ""},
		{"地震", `{"deaths": 0}`, "一般", "国家地震应急预案"},
		{"地震", `{"injured": 900}`, "一般", ""},
		{"地震", `{"serious_injured": 900}`, "一般", ""},
		{"地震", `{}`, "", ""},
		// Food poisoning: 重大 is over 100 people with deaths, or 10 deaths.
		{"食物中毒", `{"poisoned": 101, "deaths": 1}`, "重大", "中毒101人，死亡1人"},
		{"食物中毒", `{"poisoned": 100, "deaths": 1}`, "较大", "中毒100人"},
		{"食物中毒", `{"poisoned": 500}`, "较大", "中毒500人"},
		{"食物中毒", `{"poisoned": 20, "deaths": 10}`, "重大", "死亡10人"},
		{"食物中毒", `{"poisoned": 20, "deaths": 9}`, "较大", "死亡9人"},
		{"食物中毒", `{"poisoned": 3, "deaths": 1}`, "较大", "死亡1人"},
		{"食物中毒", `{"poisoned": 99}`, "一般", "中毒99人"},
		{"食物中毒", `{"poisoned": 30}`, "一般", "中毒30人"},
		{"食物中毒", `{"poisoned": 29}`, "", ""},
		{"食物中毒", `{"poisoned": 20, "deaths": 30}`, "特别重大", "参照国务院令第493号"},
		// Unknown or without a table of its own: the accidents' figures for guidance.
		{"", `{"deaths": 3}`, "较大", "参照国务院令第493号"},
		{"", `{"deaths": 1}`, "一般", "参照"},
		{"", `{"injured": 4}`, "一般", "参照"},
		{"", `{"loss_yuan": 5000}`, "一般", "参照"},
		{"", `{"deaths": 0, "injured": 0, "loss_yuan": 0}`, "", ""},
		{"", `{"crowd": 300}`, "", ""},
		{"", `{}`, "", ""},
		{"", `{"poisoned": 120}`, "较大", "国家突发公共卫生事件应急预案"},
		{"自然灾害", `{"deaths": 12}`, "重大", "参照"},
		{"自然灾害", `{}`, "", ""},
		{"公共卫生", `{"poisoned": 40}`, "一般", "中毒40人"},
		{"公共卫生", `{"deaths": 2}`, "", ""},
		// 社会安全事件 are not graded by the statute: a person decides.
		{"社会安全", `{"deaths": 40}`, "", "由人判定"},
		{"舆情", `{"crowd": 300}`, "", "由人判定"},
	} {
		level, why := SuggestLevel(c.nature, facts(t, c.facts), tables)
		if level != c.level || !strings.Contains(strings.Join(why, "；"), c.why) {
			t.Errorf("%s %s: %q %v, want %q with %q", c.nature, c.facts, level, why, c.level, c.why)
		}
		if level != "" && len(why) == 0 {
			t.Errorf("%s %s: %s without a reason", c.nature, c.facts, level)
		}
	}
}

func TestSuggestSaysWhatIsLikely(t *testing.T) {
	t.Parallel()
	tables := shipped(t).Levels
	for _, c := range []struct{ facts, level, why string }{
		{`{"deaths": 2, "missing": 24}`, "一般", "另有失联24人，如均遇难则为重大"},
		{`{"missing": 3}`, "一般", "如均遇难则为较大"},
		{`{"deaths": 5, "missing": 1}`, "较大", ""},
		{`{"deaths": 1, "injured": 20}`, "一般", "受伤20人，重伤人数不明，如均为重伤则为较大"},
		{`{"deaths": 1, "injured": 20, "serious_injured": 2}`, "一般", ""},
	} {
		level, why := SuggestLevel("事故灾难", facts(t, c.facts), tables)
		text := strings.Join(why, "；")
		if level != c.level || (c.why != "" && !strings.Contains(text, c.why)) || (c.why == "" && strings.Contains(text, "如均")) {
			t.Errorf("%s: %q %v", c.facts, level, why)
		}
	}
}

func TestSuggestWithoutTables(t *testing.T) {
	t.Parallel()
	if level, why := SuggestLevel("事故灾难", facts(t, `{"deaths": 30}`), nil); level != "" || len(why) != 0 {
		t.Errorf("%q %v", level, why)
	}
}

func TestLevelRank(t *testing.T) {
	t.Parallel()
	for i, level := range []string{"", LevelMinor, LevelLarge, LevelMajor, LevelExtreme} {
		if LevelRank(level) != i {
			t.Errorf("%q ranks %d, want %d", level, LevelRank(level), i)
		}
	}
	for _, c := range []struct {
		from, to string
		want     bool
	}{{"", "一般", false}, {"重大", "较大", true}, {"较大", "重大", false}, {"重大", "重大", false}, {"一般", "", true}} {
		if IsDowngrade(c.from, c.to) != c.want {
			t.Errorf("%q → %q", c.from, c.to)
		}
	}
}
