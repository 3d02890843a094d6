package rules

import (
	"testing"

	"huiying/desk"
)

func TestDutyListSpeaksFirst(t *testing.T) {
	t.Parallel()
	duties := []desk.Charge{
		{Department: "数字城管中心", Words: []string{"充电桩", "共享单车"}},
		{Department: "清水区城管局", Words: []string{"充电桩"}, Regions: []string{"530602"}},
		{Department: "应急局", Words: []string{"充电桩"}, Categories: []string{"环境保护"}},
	}
	set := departmentSet(duties...)
	for _, c := range []struct {
		title, category, region, want string
	}{
		{"小区充电桩坏了", "城乡建设", "", "数字城管中心"},
		{"小区充电桩坏了", "城乡建设", "530602003", "清水区城管局"},
		{"小区充电桩坏了", "城乡建设", "530621", "数字城管中心"},
		{"小区物业乱收费", "城乡建设", "", "住建局"}, // the list says nothing: the rules do
		{"共享单车乱停", "", "", "数字城管中心"},
	} {
		v := desk.Verdict{Category: c.category, Confidence: map[string]float64{}}
		if c.region != "" {
			v.Region = &desk.Region{Code: c.region}
		}
		set.Apply(desk.Text{Title: c.title}, &v)
		if v.Department() != c.want || len(v.Departments) > 5 {
			t.Errorf("%s in %q: %+v, want %s", c.title, c.region, v.Departments, c.want)
		}
		told := false
		for _, e := range v.Evidence {
			told = told || e.Field == "department" && c.title[e.Start:e.End] == e.Text
		}
		if !told {
			t.Errorf("%s: nothing says why: %+v", c.title, v.Evidence)
		}
		for i := 1; i < len(v.Departments); i++ {
			if v.Departments[i].Score > v.Departments[i-1].Score || v.Departments[i].Name == v.Departments[0].Name {
				t.Errorf("%s: not in order: %+v", c.title, v.Departments)
			}
		}
	}
}

func TestLiveRulesExchange(t *testing.T) {
	t.Parallel()
	var live Live
	v := desk.Verdict{Confidence: map[string]float64{}}
	live.Read(desk.Text{Title: "充电桩坏了"}, &v)
	if v.Department() != "" {
		t.Errorf("without rules: %+v", v)
	}
	for _, who := range []string{"甲局", "乙局"} {
		live.Use([]Set{departmentSet(desk.Charge{Department: who, Words: []string{"充电桩"}})})
		v := desk.Verdict{Confidence: map[string]float64{}}
		live.Read(desk.Text{Title: "充电桩坏了"}, &v)
		if v.Department() != who {
			t.Errorf("%+v, want %s", v.Departments, who)
		}
	}
}
