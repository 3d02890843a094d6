package desk_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// threeReader suggests the same three departments for every text, each with a word.
type threeReader struct{}

func (threeReader) Read(context.Context, desk.Text) (desk.Reading, error) {
	return desk.Reading{Verdict: desk.Verdict{Kind: desk.KindComplaint, Category: "城乡建设", Confidence: map[string]float64{desk.FieldDepartment: 0.7},
		Departments: []desk.ScoredName{{Name: "城管局", Score: 0.6}, {Name: "住建局", Score: 0.3}, {Name: "公安局", Score: 0.1}},
		Evidence:    []desk.Evidence{{Field: "department", In: "title", Text: "路灯", Start: 0, End: 2}, {Field: "department/住建局", In: "title", Text: "小区", Start: 2, End: 4}},
		Reasons:     map[string]string{"department/公安局": desk.ReasonCategory}}}, nil
}

// TestSendBack: an item sent back goes to the department that the reason names, else to
// the next that was suggested; it is never suggested to the one that refused again, and
// that is what training is taught.
func TestSendBack(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = threeReader{}
	ctx := t.Context()
	chengguan, dispatcher := o.As(desk.RoleDepartment), o.As(desk.RoleDispatcher)
	ids := o.Push(desk.Incoming{ExternalID: "1", Title: "路灯小区甲"}, desk.Incoming{ExternalID: "2", Title: "路灯小区乙"}, desk.Incoming{ExternalID: "3", Title: "路灯小区丙"})
	back := func(who desk.Actor, in desk.SentBack) desk.Item {
		t.Helper()
		it, err := o.SendBack(ctx, who, in)
		if err != nil {
			t.Fatal(err)
		}
		return it
	}

	named := back(chengguan, desk.SentBack{Item: ids[0].ID, Why: "小区内路灯由供电公司管", Instead: "供电公司"})
	if named.Verdict.Department() != "供电公司" || !slices.Equal(named.Corrected, []string{"department", "refused"}) {
		t.Errorf("named: %+v %v", named.Verdict, named.Corrected)
	}
	if _, err := o.Item(ctx, chengguan, ids[0].ID); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("the department still sees what it sent back: %v", err)
	}
	next := back(chengguan, desk.SentBack{Item: ids[1].ID, Department: "城管局", Why: "不属我局职责"})
	if v := next.Verdict; v.Department() != "住建局" || len(v.Departments) != 2 || !slices.Equal(v.Refused, []string{"城管局"}) || !slices.Equal(next.Corrected, []string{"refused"}) {
		t.Errorf("unnamed: %+v %v", v, next.Corrected)
	}
	if words := next.Verdict.Words(desk.FieldDepartment); len(words) != 1 || words[0].Text != "小区" || next.Verdict.Confidence[desk.FieldDepartment] != 0.3 {
		t.Errorf("the next one stands by %+v", next.Verdict)
	}
	next = back(dispatcher, desk.SentBack{Item: ids[1].ID, Why: "住建局电话退回"})
	if v := next.Verdict; v.Department() != "公安局" || v.Reasons[desk.FieldDepartment] != desk.ReasonCategory || !slices.Equal(v.Refused, []string{"城管局", "住建局"}) {
		t.Errorf("sent back twice: %+v", v)
	}

	// A new text of the item is read anew; who refused isn't suggested again.
	o.Push(desk.Incoming{ExternalID: "2", Title: "路灯小区乙", Body: "补充：灯杆也歪了"})
	f, err := o.Item(ctx, dispatcher, ids[1].ID)
	if err != nil || f.Item.Version != 2 || f.Item.Verdict.Department() != "公安局" {
		t.Errorf("read anew: %+v, %v", f.Item.Verdict, err)
	}
	// Somebody who insists is heard.
	if it, err := o.CorrectItem(ctx, dispatcher, desk.Correction{Item: ids[1].ID, Fields: map[string]string{desk.FieldDepartment: "住建局"}, Why: "经协调"}); err != nil || it.Verdict.Department() != "住建局" || !slices.Equal(it.Verdict.Refused, []string{"城管局"}) {
		t.Errorf("insisted: %+v, %v", it.Verdict, err)
	}

	for name, c := range map[string]struct {
		who  desk.Actor
		in   desk.SentBack
		want desk.Code
	}{
		"without a reason":      {dispatcher, desk.SentBack{Item: ids[2].ID, Why: " "}, desk.CodeInvalid},
		"with a long one":       {dispatcher, desk.SentBack{Item: ids[2].ID, Why: strings.Repeat("长", 201)}, desk.CodeInvalid},
		"to itself":             {dispatcher, desk.SentBack{Item: ids[2].ID, Why: "不属", Instead: "城管局"}, desk.CodeInvalid},
		"by one it isn't with":  {dispatcher, desk.SentBack{Item: ids[2].ID, Why: "不属", Department: "住建局"}, desk.CodeConflict},
		"by another department": {o.Another(desk.RoleOperator, "甲"), desk.SentBack{Item: ids[2].ID, Why: "不属"}, desk.CodeForbidden},
		"what isn't there":      {dispatcher, desk.SentBack{Item: 99999, Why: "不属"}, desk.CodeNotFound},
		"what it doesn't see":   {chengguan, desk.SentBack{Item: ids[0].ID, Why: "不属"}, desk.CodeNotFound},
	} {
		if _, err := o.SendBack(ctx, c.who, c.in); desk.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for range 2 {
		back(dispatcher, desk.SentBack{Item: ids[2].ID, Why: "不属"})
	}
	if it := back(dispatcher, desk.SentBack{Item: ids[2].ID, Why: "不属"}); it.Verdict.Department() != "" || it.Verdict.Refused[2] != "公安局" {
		t.Errorf("refused by all: %+v", it.Verdict)
	}
	if _, err := o.SendBack(ctx, dispatcher, desk.SentBack{Item: ids[2].ID, Why: "不属"}); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("nobody is left to refuse: %v", err)
	}

	list, err := o.Lessons(ctx, o.As(desk.RoleSysadmin))
	if err != nil {
		t.Fatal(err)
	}
	var taught []string
	for _, l := range list {
		fields, _ := json.Marshal(l.Fields)
		taught = append(taught, l.Ref+" "+string(fields)+" not "+strings.Join(l.Not, " "))
	}
	want := []string{`来件 1 {"department":"供电公司"} not 城管局`, `来件 2 {"department":"住建局"} not 城管局`, `来件 3 {} not 城管局 住建局 公安局`}
	if !slices.Equal(taught, want) {
		t.Errorf("taught:\n%s\nwant\n%s", strings.Join(taught, "\n"), strings.Join(want, "\n"))
	}
	events, err := o.Events(ctx, o.As(desk.RoleAuditor), desk.EventFilter{Type: "item.returned"})
	if err != nil || len(events) != 6 || events[0].Department != "城管局" || events[0].Why != "小区内路灯由供电公司管" || !strings.Contains(string(events[0].After), "供电公司") {
		t.Errorf("on the record: %+v, %v", events, err)
	}
}
