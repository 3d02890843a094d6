package desk_test

import (
	"context"
	"encoding/json"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// read gives a reading classifier that says the same of every text but a 举报.
type sameReader struct{}

func (sameReader) Read(_ context.Context, text desk.Text) (desk.Reading, error) {
	v := desk.Verdict{Kind: desk.KindComplaint, Category: "城乡建设", Departments: []desk.ScoredName{{Name: "住建局", Score: 0.6}}, Confidence: map[string]float64{}}
	if text.Title == "举报" {
		v.Kind = desk.KindReport
	}
	return desk.Reading{Verdict: v}, nil
}

func TestLessonsAreWhatPeopleSaid(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = sameReader{}
	ctx, duty := t.Context(), o.As(desk.RoleDuty)
	res := o.Push(desk.Incoming{ExternalID: "1", Title: "充电桩坏了"}, desk.Incoming{ExternalID: "2", Title: "楼顶漏水"}, desk.Incoming{ExternalID: "3", Title: "没人看过"}, desk.Incoming{ExternalID: "4", Title: "举报"})
	correct := func(id int64, fields map[string]string) {
		t.Helper()
		if _, err := o.CorrectItem(ctx, duty, desk.Correction{Item: id, Fields: fields, Why: "退单"}); err != nil {
			t.Fatal(err)
		}
	}
	correct(res[0].ID, map[string]string{desk.FieldDepartment: "数字城管中心"})
	correct(res[3].ID, map[string]string{desk.FieldDepartment: "纪委监委"})
	if _, err := o.SettleItem(ctx, duty, res[1].ID, true, "已阅"); err != nil {
		t.Fatal(err)
	}
	list, err := o.Lessons(ctx, o.As(desk.RoleSysadmin))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(list)
	want := `[{"Ref":"来件 1","Item":1,"Text":{"Title":"充电桩坏了","Body":"","At":"","Place":""},"Fields":{"department":"数字城管中心"},"Stand":false},` +
		`{"Ref":"来件 2","Item":2,"Text":{"Title":"楼顶漏水","Body":"","At":"","Place":""},"Fields":{"category":"城乡建设","department":"住建局","kind":"投诉"},"Stand":true}]`
	if string(got) != want {
		t.Errorf("lessons\n%s\nwant\n%s", got, want)
	}
	if _, err := o.Lessons(ctx, duty); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("the duty officer gathers lessons: %v", err)
	}
}

func TestModelsSwitchAndGoBack(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	ctx, admin := t.Context(), o.As(desk.RoleSysadmin)
	report := desk.ModelReport{Set: 12, Fields: []desk.FieldReport{{Field: desk.FieldKind, Set: desk.Agreement{Size: 12, Before: 3, After: 9}}}}
	first, isNew, err := o.KeepModel(ctx, desk.Shell, "learnt-a", []byte("weights a"), report)
	if err != nil || !isNew {
		t.Fatal(isNew, err)
	}
	if again, isNew, err := o.KeepModel(ctx, desk.Shell, "learnt-a", []byte("weights a"), report); err != nil || isNew || again.ID != first.ID {
		t.Errorf("the same weights twice: %v %d %v", isNew, again.ID, err)
	}
	second, _, err := o.KeepModel(ctx, desk.Shell, "learnt-b", []byte("weights b"), report)
	if err != nil {
		t.Fatal(err)
	}
	inUse := func(number int64, weights string) {
		t.Helper()
		m, changed, err := o.ModelUnless(ctx, -1)
		if err != nil || !changed || m.ID != number || string(m.Weights) != weights {
			t.Errorf("in use: %d %q %v, want %d", m.ID, m.Weights, err, number)
		}
		if _, changed, err := o.ModelUnless(ctx, number); changed || err != nil {
			t.Errorf("asked for what it has: %v %v", changed, err)
		}
	}
	inUse(0, "") // a candidate doesn't speak
	for _, step := range []struct {
		number  int64
		weights string
	}{{second.ID, "weights b"}, {first.ID, "weights a"}, {0, ""}, {second.ID, "weights b"}} {
		if err := o.UseModel(ctx, admin, step.number, "比较后换用"); err != nil {
			t.Fatal(err)
		}
		inUse(step.number, step.weights)
	}
	list, now, err := o.Models(ctx, admin)
	if err != nil || len(list) != 2 || now != second.ID || list[0].ID != second.ID || list[1].Weights != nil || list[0].Report.Fields[0].Set.After != 9 {
		t.Errorf("%+v in use %d, %v", list, now, err)
	}
	for name, err := range map[string]error{
		"a duty officer switches":          o.UseModel(ctx, o.As(desk.RoleDuty), 0, ""),
		"the security officer switches":    o.UseModel(ctx, o.As(desk.RoleSecadmin), 0, ""),
		"the auditor switches":             o.UseModel(ctx, o.As(desk.RoleAuditor), 0, ""),
		"somebody not signed in at all":    o.UseModel(ctx, desk.Actor{}, 0, ""),
		"the administrator, to what isn't": o.UseModel(ctx, admin, 99, ""),
	} {
		if err == nil {
			t.Errorf("%s", name)
		}
	}
	if _, _, err := o.KeepModel(ctx, desk.Shell, "x", make([]byte, desk.MaxModel+1), report); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("a model of more than 8 MiB: %v", err)
	}
	events, err := o.Events(ctx, o.As(desk.RoleAuditor), desk.EventFilter{Type: "model.used", Page: desk.Page{Newest: true}})
	if err != nil || len(events) != 4 || string(events[0].Before) != `{"number": 0}` && string(events[0].Before) != `{"number":0}` || events[0].Why != "比较后换用" {
		t.Errorf("on the record: %+v, %v", events, err)
	}
}
