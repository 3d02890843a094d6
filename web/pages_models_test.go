package web

import (
	"testing"

	"huiying/desk"
)

// TestModelsPage: the administrator sees how a candidate compares, switches, and goes
// back; nobody else does, and no word of a letter stands there.
func TestModelsPage(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	admin := n.visitor(n.person(desk.RoleSysadmin, "models", "系管"), "models")
	admin.get("/models").want(t, 200, "还没有学得的模型", "随程序发布")
	report := desk.ModelReport{Set: 30, Stood: 50, Fields: []desk.FieldReport{{Field: desk.FieldDepartment, Set: desk.Agreement{Size: 30, Before: 4, After: 22}, Stood: desk.Agreement{Size: 50, Before: 50, After: 49},
		Classes: []desk.ClassReport{{Name: "数字城管中心", Size: 28, SaidAfter: 22, HitAfter: 21}, {Name: "住建局", Size: 52, SaidBefore: 80, HitBefore: 52, SaidAfter: 58, HitAfter: 50}},
		Changed: []desk.ModelChange{{Ref: "来件 17", Item: 17, Want: "数字城管中心", Before: "住建局", After: "数字城管中心"}}, ChangedCount: 25, Refused: desk.Agreement{Size: 5, Before: 5, After: 1}}}}
	m, _, err := n.KeepModel(t.Context(), desk.Shell, "learnt-abc", []byte("weights"), report)
	if err != nil {
		t.Fatal(err)
	}
	admin.get("/models").want(t, 200, "learnt-abc", "候选", "更正过的 30 件：说对 4 → 22", "照办的 50 件：不变 50 → 49", "数字城管中心", "变好", "来件 17", "另有 24 件", "退单 5 件，仍会派给退单单位 5 → 1")
	admin.post("/models/1/use", typed("why", "")).to(t, "/models")
	if _, inUse, err := n.Models(t.Context(), desk.Shell); err != nil || inUse != m.ID {
		t.Errorf("in use: %d, %v", inUse, err)
	}
	admin.post("/models/0/use", typed("why", "换回")).to(t, "/models")
	if _, inUse, err := n.Models(t.Context(), desk.Shell); err != nil || inUse != 0 {
		t.Errorf("gone back to %d, %v", inUse, err)
	}
	admin.post("/models/99/use", typed()).want(t, 404)
	admin.post("/models/x/use", typed()).want(t, 404)
	duty := n.visitor(n.person(desk.RoleDuty, "dutymodels", "值班"), "dutymodels")
	duty.get("/models").want(t, 403)
	duty.post("/models/1/use", typed()).want(t, 403)
}
