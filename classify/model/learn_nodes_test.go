package model

import (
	"fmt"
	"slices"
	"testing"

	"huiying/desk"
)

// divided is an office that has divided 城乡建设, and files charging posts below it. What
// the desk reads is the class alone.
func dividedLessons() []Lesson {
	list := duty()
	for i := range list {
		l := &list[i]
		l.Fields = map[string]string{desk.FieldCategory: "城乡建设"}
		if i%3 == 0 {
			l.Fields[desk.FieldCategory] = "城乡建设/物业管理/充电桩"
		}
	}
	return list
}

// TestLearnNodes: a correction to a category below the fifteen counts for its class, so
// that the classes stay what they are, and is learnt below it.
func TestLearnNodes(t *testing.T) {
	t.Parallel()
	h, report, err := Learn(t.Context(), "learnt-nodes", dividedLessons(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Fields {
		switch f.Field {
		case desk.FieldCategory:
			if f.ChangedCount != 0 || len(f.Classes) != 1 || f.Classes[0].Name != "城乡建设" || f.Classes[0].HitAfter != 60 {
				t.Errorf("the class: %+v", f)
			}
		case desk.FieldNode:
			if f.Set.Size != 20 || f.Set.Before != 0 || f.Set.After < 14 || f.Stood.After != f.Stood.Size {
				t.Errorf("below it: %+v", f)
			}
		}
	}
	if len(report.Fields) != 2 {
		t.Errorf("fields %+v", report.Fields)
	}
	data, err := h.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if h, err = ReadHeads(data); err != nil {
		t.Fatal(err)
	}
	for class, want := range map[string]string{"城乡建设": "城乡建设/物业管理/充电桩", "环境保护": "环境保护", "": ""} {
		fresh := lesson(99, "河滨路充电桩扫码没反应", "电动车充电桩刷卡没有反应,一排充电桩全黑屏", map[string]string{desk.FieldCategory: class}, nil, false)
		v := fresh.Base.Copy()
		h.Adjust(&fresh.Doc, &v)
		if v.Category != want {
			t.Errorf("%q becomes %q, want %q: nothing is learnt across classes", class, v.Category, want)
		}
		if want != class && (len(v.Words(desk.FieldCategory)) == 0 || v.Confidence[desk.FieldCategory] <= 0 || len(v.Words(desk.FieldNode)) > 0) {
			t.Errorf("without a reason: %+v", v)
		}
	}
	other := lesson(99, "河滨路楼顶漏水", "下雨就漏,物业推诿,维修基金申请了3次", map[string]string{desk.FieldCategory: "城乡建设"}, nil, false)
	v := other.Base.Copy()
	if h.Adjust(&other.Doc, &v); v.Category != "城乡建设" {
		t.Errorf("another matter of the class becomes %s", v.Category)
	}
}

// TestLearnRefusals: departments that send items back without naming another teach what
// isn't theirs; the next one suggested takes the place, with its own reason.
func TestLearnRefusals(t *testing.T) {
	t.Parallel()
	list := duty()
	for i := range list {
		if l := &list[i]; l.Stand {
			l.Fields = map[string]string{desk.FieldDepartment: "住建局"}
		} else {
			l.Fields, l.Not = map[string]string{}, []string{"住建局"}
		}
		list[i].Base.Departments = []desk.ScoredName{{Name: "住建局", Score: 0.45}, {Name: "城管局", Score: 0.4}}
		list[i].Base.Confidence[desk.FieldDepartment] = 0.45
	}
	for i := range 12 { // the other one has lessons of its own
		l := lesson(100+i, fmt.Sprintf("人行道乱摆摊%d", i), "流动摊贩占道", map[string]string{desk.FieldDepartment: "城管局"}, map[string]string{desk.FieldDepartment: "城管局"}, true)
		list = append(list, l)
	}
	h, report, err := Learn(t.Context(), "learnt-refusals", list, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(report.Fields, func(f desk.FieldReport) bool { return f.Field == desk.FieldDepartment })
	if r := report.Fields[at].Refused; r.Size != 20 || r.Before != 20 || r.After > 6 {
		t.Errorf("sent back: %+v", r)
	}
	if s := report.Fields[at].Stood; s.After < s.Size-1 {
		t.Errorf("what stood: %+v", s)
	}
	fresh := lesson(999, "河滨路充电桩扫码没反应", "电动车充电桩刷卡没有反应,一排充电桩全黑屏", map[string]string{desk.FieldDepartment: "住建局"}, nil, false)
	fresh.Base.Departments = []desk.ScoredName{{Name: "住建局", Score: 0.45}, {Name: "城管局", Score: 0.4}}
	fresh.Base.Confidence[desk.FieldDepartment] = 0.45
	fresh.Base.Evidence = []desk.Evidence{{Field: desk.FieldDepartment, In: "title", Text: "河滨", Start: 0, End: 6}, {Field: "department/城管局", In: "title", Text: "充电桩", Start: 9, End: 18}}
	v := fresh.Base.Copy()
	h.Adjust(&fresh.Doc, &v)
	if v.Department() != "城管局" || v.Departments[0].Score < v.Departments[1].Score || len(v.Words(desk.FieldDepartment)) != 1 || v.Words(desk.FieldDepartment)[0].Text != "充电桩" {
		t.Errorf("%+v", v)
	}
}
