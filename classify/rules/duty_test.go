package rules

import (
	"slices"
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
		for i, d := range v.Departments {
			field := desk.DepartmentField(&v, d.Name)
			if len(v.Words(field)) == 0 && v.Reasons[field] == "" || i > 0 && d.Score > v.Departments[i-1].Score {
				t.Errorf("%s: nothing says why %s: %+v", c.title, d.Name, v)
			}
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

// TestDutyListRanks: where several lines name departments, each stands with its own
// words, before those that only the rules know.
func TestDutyListRanks(t *testing.T) {
	t.Parallel()
	set := departmentSet(desk.Charge{Department: "数字城管中心", Words: []string{"充电桩"}}, desk.Charge{Department: "清水区城管局", Words: []string{"充电桩", "雨棚"}, Regions: []string{"530602"}},
		desk.Charge{Department: "消防支队", Words: []string{"飞线"}}, desk.Charge{Department: "住建局", Words: []string{"楼道"}})
	v := desk.Verdict{Category: "城乡建设", Region: &desk.Region{Code: "530602"}, Confidence: map[string]float64{}}
	set.Apply(desk.Text{Title: "小区充电桩雨棚破了", Body: "业主飞线充电，物业不管，城管也不管"}, &v)
	var got []string
	for i, d := range v.Departments {
		got = append(got, d.Name)
		field := desk.DepartmentField(&v, d.Name)
		if i < 3 && (v.Reasons[field] != desk.ReasonDuties || len(v.Words(field)) == 0) {
			t.Errorf("%s: %s %+v", d.Name, v.Reasons[field], v.Words(field))
		}
		if i > 0 && d.Score > v.Departments[i-1].Score {
			t.Errorf("%s scores more than the one before: %+v", d.Name, v.Departments)
		}
	}
	if len(got) < 4 || !slices.Equal(got[:4], []string{"清水区城管局", "数字城管中心", "消防支队", "住建局"}) {
		t.Errorf("ranked %v", got)
	}
	if words := v.Words(desk.FieldDepartment + "/消防支队"); len(words) != 1 || words[0].Text != "飞线" {
		t.Errorf("the third because of %+v", words)
	}
}
