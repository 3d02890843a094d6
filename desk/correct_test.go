package desk_test

import (
	"errors"
	"slices"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestACorrectionStandsAlone: a division is one that the office knows and is kept with its
// name, a department is any, and one choice drops the one before.
func TestACorrectionStandsAlone(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = sameReader{}
	o.Directory = desk.Directory{Departments: []string{"住建局", "城管局", "水务公司"}, Regions: []desk.Region{{Code: "110105", Name: "朝阳区"}, {Code: "5306", Name: "云泽市"}}}
	ctx, duty := t.Context(), o.As(desk.RoleDuty)
	id := o.Push(desk.Incoming{Title: "路灯不亮"})[0].ID
	correct := func(field, value string) (desk.Item, error) {
		return o.CorrectItem(ctx, duty, desk.Correction{Item: id, Fields: map[string]string{field: value}})
	}

	for _, value := range []string{"999999", "1101", "朝阳区"} {
		_, err := correct(desk.FieldRegion, value)
		var fault *desk.Error
		if !errors.As(err, &fault) || fault.Code != desk.CodeInvalid || fault.Field != desk.FieldRegion {
			t.Errorf("%s: %v", value, err)
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
}
