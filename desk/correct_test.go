package desk_test

import (
	"errors"
	"slices"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestACorrectionIsOfTheOfficesList: only departments and divisions that the office
// knows are taken, a division with its name, and one choice drops the one before.
func TestACorrectionIsOfTheOfficesList(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = sameReader{}
	o.Directory = desk.Directory{Departments: []string{"住建局", "城管局", "水务公司"}, Regions: []desk.Region{{Code: "110105", Name: "朝阳区"}, {Code: "5306", Name: "云泽市"}}}
	o.Policy.Reading.Duties = []desk.Charge{{Department: "数字城管中心", Words: []string{"充电桩"}}}
	ctx, duty := t.Context(), o.As(desk.RoleDuty)
	id := o.Push(desk.Incoming{Title: "路灯不亮"})[0].ID
	correct := func(field, value string) (desk.Item, error) {
		return o.CorrectItem(ctx, duty, desk.Correction{Item: id, Fields: map[string]string{field: value}})
	}

	for field, values := range map[string][]string{desk.FieldDepartment: {"没有的局", "住建", "局"}, desk.FieldRegion: {"999999", "1101", "朝阳区"}} {
		for _, value := range values {
			_, err := correct(field, value)
			var fault *desk.Error
			if !errors.As(err, &fault) || fault.Code != desk.CodeInvalid || fault.Field != field {
				t.Errorf("%s %s: %v", field, value, err)
			}
		}
	}
	for _, value := range []string{"城管局", " 数字城管中心 ", "水务公司", "水务公司", "住建局"} {
		it, err := correct(desk.FieldDepartment, value)
		if err != nil {
			t.Fatal(value, err)
		}
		sure := 0
		for _, d := range it.Verdict.Departments {
			if d.Score >= 1 {
				sure++
			}
		}
		if sure != 1 || it.Verdict.Departments[0].Score != 1 || !slices.Contains(it.Corrected, desk.FieldDepartment) {
			t.Errorf("%s: %+v", value, it.Verdict.Departments)
		}
	}
	for value, want := range map[string]desk.Region{"110105": {Code: "110105", Name: "朝阳区"}, "5306 别名": {Code: "5306", Name: "云泽市"}, "530699 新城管理区": {Code: "530699", Name: "新城管理区"}} {
		if it, err := correct(desk.FieldRegion, value); err != nil || it.Verdict.Region == nil || *it.Verdict.Region != want {
			t.Errorf("%s: %+v, %v", value, it.Verdict, err)
		}
	}
	if it, err := correct(desk.FieldRegion, ""); err != nil || it.Verdict.Region != nil {
		t.Errorf("cleared: %+v, %v", it.Verdict, err)
	}

	if _, err := o.SendBack(ctx, o.As(desk.RoleDispatcher), desk.SentBack{Item: id, Why: "不属", Instead: "没有的局"}); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("sent to what isn't there: %v", err)
	}
	call := desk.Incoming{ExternalID: "c1", Title: "停水", Picked: map[string]string{desk.FieldDepartment: "没有的局"}}
	if _, err := o.LogCall(ctx, o.As(desk.RoleOperator), call); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("logged for what isn't there: %v", err)
	}
}
