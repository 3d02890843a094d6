package web

import (
	"net/url"
	"testing"

	"huiying/desk"
)

// TestCategoriesPage: the shift lead grows the tree, gets a mistake back beside its
// field, and sees what another did meanwhile; lists and pickers show it at once.
func TestCategoriesPage(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.Desk.Tree = &desk.LiveCategories{}
	lead := n.visitor(n.person(desk.RoleShiftLead, "lead", "班长"), "lead")
	lead.get("/categories").want(t, 200, "尚未在此修改", "城乡建设", "科技与信息产业", "系统自带").lacks(t, "删除")
	lead.get("/categories?do=add&path=城乡建设").want(t, 200, "新增下级领域", `name="version" value="0"`)
	lead.get("/categories").want(t, 200, `href="/categories?do=add&amp;path=%e5%9f%8e%e4%b9%a1%e5%bb%ba%e8%ae%be"`) // escaped once
	lead.get("/categories?do=drop&path=城乡建设").want(t, 200).lacks(t, "删除领域")                                         // the fifteen stay
	change := func(path, version string, more ...string) string {
		v := url.Values{"path": {path}, "version": {version}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v.Encode()
	}
	lead.post("/categories", change("城乡建设", "0", "name", "物业管理", "words", "物业费、保洁\n物业费", "why", "按职责细分")).to(t, "/categories")
	lead.post("/categories", change("城乡建设/物业管理", "1", "name", "停车收费", "words", "停车费")).to(t, "/categories")
	lead.post("/categories/edit", change("城乡建设/物业管理", "2", "display", "物业服务", "words", "物业费 保洁")).to(t, "/categories")
	lead.get("/categories").want(t, 200, "第 3 次修改后", "物业服务", "原名 物业管理", "停车费", "本单位另设 2 个")
	for _, c := range []struct {
		path, form string
		status     int
		says       string
	}{
		{"/categories", change("城乡建设", "3", "name", "物业管理"), 422, "同一上级之下不能重名"},
		{"/categories", change("城乡建设", "3", "name", "园 林"), 422, "不含空格"},
		{"/categories", change("城乡建设", "2", "name", "园林"), 409, "领域刚被同事改过"},
		{"/categories", change("城乡建设", "x", "name", "园林"), 422, "请刷新页面后重试"},
		{"/categories/edit", change("城乡建设/物业管理", "3", "words", "费"), 422, "应为 2 至 30 个字"},
		{"/categories/drop", change("城乡建设/物业管理", "3"), 409, "请先删除它的下级领域"},
		{"/categories/drop", change("城乡建设/园林", "3"), 404, ""},
	} {
		lead.post(c.path, c.form).want(t, c.status, c.says)
	}
	lead.get("/items").want(t, 200, "城乡建设 › 物业服务 › 停车收费")
	lead.get("/items?category="+url.QueryEscape("城乡建设/物业管理")).want(t, 200, "物业服务")
	lead.get("/items?category="+url.QueryEscape("城乡建设/早先的")).want(t, 200, "城乡建设 › 早先的") // what left the tree can be looked for
	lead.post("/categories/drop", change("城乡建设/物业管理/停车收费", "3", "why", "并回上级")).to(t, "/categories")
	lead.get("/categories").want(t, 200).lacks(t, "停车收费")
	n.visitor(n.person(desk.RoleAuditor, "audit", "审计"), "audit").get("/record").want(t, 200, "新增领域", "修改领域", "删除领域", "并回上级")

	duty := n.visitor(n.person(desk.RoleDuty, "dutycat", "值班"), "dutycat")
	duty.get("/categories").want(t, 403)
	duty.post("/categories", change("民政", "4", "name", "低保")).want(t, 403)
	duty.post("/categories/edit", change("民政", "4")).want(t, 403)
	duty.post("/categories/drop", change("城乡建设/物业管理", "4")).want(t, 403)
	n.visitor(n.person(desk.RoleSysadmin, "sys", "系管"), "sys").get("/categories").want(t, 200, "物业服务")
}

// TestItemReturn: a department sends an item back and doesn't see it any more; the
// dispatcher sees who refused, and where it went.
func TestItemReturn(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	dispatcher := n.visitor(n.person(desk.RoleDispatcher, "dispatch", "派单"), "dispatch")
	list, err := n.Items(t.Context(), desk.System, desk.ItemFilter{})
	if err != nil || len(list) == 0 {
		t.Fatal(len(list), err)
	}
	var it desk.Item
	for _, one := range list {
		if one.Verdict.Department() != "" {
			it = one
		}
	}
	was := it.Verdict.Department()
	path := "/items/" + id64text(it.ID)
	dispatcher.get(path+"?do=return").want(t, 200, "退单单位", was, "退单理由")
	dispatcher.post(path+"/return", typed("returns", was, "why", " ")).want(t, 422, "请填写退单理由", "f-return-why")
	dispatcher.post(path+"/return", typed("returns", "别的单位", "why", "不属")).want(t, 409, "这条来件已转给")
	dispatcher.post(path+"/return", typed("returns", was, "why", "不属本单位职责", "instead", was)).want(t, 422, "相同")
	dispatcher.post(path+"/return", typed("returns", was, "why", "不属本单位职责", "instead-text", "供电公司")).to(t, path)
	dispatcher.get(path).want(t, 200, "供电公司", was+"已退单", "理由：不属本单位职责")
	n.visitor(n.person(desk.RolePress, "pressret", "发布"), "pressret").post(path+"/return", typed("why", "不属")).want(t, 403)
}
