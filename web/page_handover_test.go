package web

import (
	"testing"

	"huiying/desk"
)

// TestHandoverPage: the sheet says what stands, with what comes next and who has it; loudly so when what presses belongs to nobody.
func TestHandoverPage(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	n.at(0, func() {
		must(n.RaiseIncident(t.Context(), c.duty, desk.Raise{Title: "河口街道供水主管爆裂", Kind: "事故灾难", Place: "锦绣家园"}))
	})
	sheet := n.visitor(c.press, "chenlu").get("/handover").want(t, 200, "超时 12分", "还剩 1小时3", "下一步：起草发布", "等待：审签领导", "新闻发布厅", "河口街道供水主管爆裂", "交班人", "接班人")
	sheet.lacks(t, "无人负责", "13912344471")
	gone := n.now()
	if _, err := n.SetPerson(t.Context(), n.person(desk.RoleSecadmin, "sec", "何志远"), desk.Person{ID: c.duty.PersonID, DisplayName: "周敏", Roles: c.duty.Roles, DisabledAt: &gone}); err != nil {
		t.Fatal(err)
	}
	n.visitor(c.press, "chenlu").get("/handover").want(t, 200, "无人负责", "以下 3 件紧急事项没有承办人", "无人办理")
	n.visitor(c.operator, "sunxiao").get("/handover").want(t, 403)
}
