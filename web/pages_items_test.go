package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// TestSignIn: wrong words don't say which, five lock, the next page is one of this site.
func TestSignIn(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleDuty, "zhoumin", "周敏")
	v := n.visitor(n.person(desk.RoleOperator, "op", "孙晓"), "op")
	v.post("/logout", "").want(t, http.StatusSeeOther)
	v.get("/seat").want(t, http.StatusSeeOther)
	v.get("/login?out&next=//evil.example/").want(t, http.StatusOK, "您已退出登录", "本系统为非涉密系统").lacks(t, "evil")
	if to := v.post("/login", "name=op&password="+url.QueryEscape(password("op"))).header.Get("Location"); to != "/seat" {
		t.Errorf("an operator begins at %q", to)
	}
	if to := v.post("/login", "name=op&next=/items?kind%3Dx&password="+url.QueryEscape(password("op"))).header.Get("Location"); to != "/items?kind=x" {
		t.Errorf("led to %q", to)
	}
	v.post("/login", "name=&password=").want(t, http.StatusUnprocessableEntity, "请填写用户名", `href="#f-password"`)
	known := v.post("/login", "name=zhoumin&password=wrong").want(t, http.StatusUnprocessableEntity, "用户名或密码不正确", `value="zhoumin"`)
	unknown := v.post("/login", "name=nobody1&password=wrong").want(t, http.StatusUnprocessableEntity)
	if strings.ReplaceAll(known.body, "zhoumin", "nobody1") != unknown.body && !sameButTime(known.body, unknown.body) {
		t.Error("a known name is told from an unknown one")
	}
	for range 4 {
		v.post("/login", "name=zhoumin&password=wrong")
	}
	v.post("/login", "name=zhoumin&password="+url.QueryEscape(password("zhoumin"))).want(t, http.StatusTooManyRequests, "账号已锁定", "还要等 14分")
}

// sameButTime compares two pages without their instants.
func sameButTime(a, b string) bool {
	strip := func(s string) string {
		_, s, _ = strings.Cut(s, "<main")
		return strings.ReplaceAll(s, "zhoumin", "nobody1")
	}
	return strip(a) == strip(b)
}

// TestDeskByRole: the desk is for those who respond; others are led to where their work is.
func TestDeskByRole(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	duty := n.visitor(c.duty, "zhoumin")
	duty.get("/").want(t, http.StatusOK, "云泽化工园区爆炸事故", "发布权威信息", "发生 20:13起 5小时", "国办发〔2016〕80号", "5 项进行中", "1 项超时", "尚未起草", "待审签", "排发布会", `data-key="N"`)
	leader := n.visitor(c.leader, "lijianping")
	leader.get("/").want(t, http.StatusOK, ">去审签 <kbd>R</kbd>").lacks(t, "新建事件", "起草发布", "排发布会")
	if to := n.visitor(c.operator, "sunxiao").get("/").header.Get("Location"); to != "/seat" {
		t.Errorf("an operator is led to %q", to)
	}
	if to := n.visitor(n.person(desk.RoleSecadmin, "sec", "安保"), "sec").get("/").header.Get("Location"); to != "/people" {
		t.Errorf("the security administrator is led to %q", to)
	}
	n.visitor(n.person(desk.RoleSecrecy, "rev", "审查"), "rev").get("/").want(t, http.StatusOK, "云泽化工园区爆炸事故").lacks(t, `id="items-today"`, "锦绣家园")
}

// TestInbox: filters and place live in the address, and pages lead both ways without losing or repeating a row.
func TestInbox(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	v := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	var many []desk.Incoming
	for i := range 120 {
		many = append(many, desk.Incoming{ExternalID: fmt.Sprintf("%03d", i), Title: fmt.Sprintf("第%03d件：停水，电话13912344471", i)})
	}
	n.Push(many...)
	seen := map[string]bool{}
	p := v.get("/items?q=停水")
	for pages := 1; ; pages++ {
		p.want(t, http.StatusOK, "停水", `value="停水"`, "139****4471").lacks(t, "13912344471")
		for i := range 120 {
			if title := fmt.Sprintf("第%03d件", i); strings.Contains(p.body, title) {
				if seen[title] {
					t.Errorf("%s twice", title)
				}
				seen[title] = true
			}
		}
		next := hrefOf(p.body, `rel="next"`)
		if next == "" {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		p = v.get(next)
	}
	if len(seen) != 120 {
		t.Errorf("%d of 120 rows", len(seen))
	}
	p.want(t, http.StatusOK, "第 101–120 条")
	back := v.get(hrefOf(p.body, `rel="prev"`)).want(t, http.StatusOK, "第 51–100 条", "第069件", "第020件").lacks(t, "第070件", "第019件")
	first := v.get(hrefOf(back.body, `rel="prev"`)).want(t, http.StatusOK, "第 1–50 条", "第119件").lacks(t, "第069件")
	if hrefOf(first.body, `rel="prev"`) != "" {
		t.Error("something stands before the first page")
	}
	v.get("/items?kind=投诉&q=停水").want(t, http.StatusOK, "没有符合条件的来件", "清除筛选")
	v.get("/items?kind=咨询").want(t, http.StatusOK, "data-live-filtered", `<option value="咨询" selected>`)
	v.get("/items?after=x&before=-3&n=zz&topic=9999").want(t, http.StatusOK, "没有符合条件的来件")
}

// hrefOf is the address of the link that carries the words.
func hrefOf(body, words string) string {
	before, _, ok := strings.Cut(body, words)
	if !ok {
		return ""
	}
	_, href, _ := cutLast(before, `href="`)
	href, _, _ = strings.Cut(href, `"`)
	return strings.ReplaceAll(href, "&amp;", "&")
}

func cutLast(s, sep string) (string, string, bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// TestItem: what can be done with one item, and what can't by whom.
func TestItem(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	duty, press := n.visitor(c.duty, "zhoumin"), n.visitor(c.press, "chenlu")
	duty.get("/items/5").want(t, http.StatusOK, `<mark title="领域">刺鼻</mark>`, "139****4471", "更正", "转为事件", "并入事件", "查看个人信息").lacks(t, "13912344471")
	press.get("/items/5").want(t, http.StatusOK).lacks(t, "转为事件", "查看个人信息", `action="/items/5/correct"`)
	duty.get("/items/999").want(t, http.StatusNotFound, "没有找到这条来件")
	duty.get("/items/x").want(t, http.StatusNotFound)

	// Personal data is shown once, for a reason, and that is on the record.
	duty.post("/items/5/reveal", "why=+").want(t, http.StatusUnprocessableEntity, "data-open-now", "请写明查看个人信息的理由").lacks(t, "13912344471")
	if p := duty.post("/items/5/reveal", "why=回电核实").want(t, http.StatusOK, "13912344471", "本次查看已留痕"); p.header.Get("Cache-Control") != "no-store" {
		t.Error("personal data may be kept by the browser")
	}
	duty.get("/items/5").want(t, http.StatusOK, "查看个人信息", "理由：回电核实").lacks(t, "13912344471")
	press.post("/items/5/reveal", "why=想看").want(t, http.StatusForbidden).lacks(t, "13912344471")

	// A correction sends on only what was changed; what a colleague changed meanwhile comes back with both versions.
	was := "was-kind=投诉&was-category=政法&was-urgency=一般&was-department=&was-place=锦绣家园&was-region=539902+河口区"
	same := "category=政法&urgency=一般&place=锦绣家园&region=539902+河口区"
	duty.post("/items/5/correct", was+"&kind=求助&"+same+"&why=听录音").want(t, http.StatusSeeOther)
	duty.get("/items/5").want(t, http.StatusOK, "已由人工判定", "诉求类型：投诉 → ", "理由：听录音")
	duty.post("/items/5/correct", was+"&kind=建议&"+same).want(t, http.StatusConflict, "同事刚改过", "<b>求助</b>", "<b>建议</b>")
	duty.post("/items/5/correct", strings.Replace(was, "was-kind=投诉", "was-kind=求助", 1)+"&kind=求助&"+strings.Replace(same, "category=政法", "category=&category-text=天文", 1)).
		want(t, http.StatusUnprocessableEntity, "没有“天文”这一项", `href="#f-category"`)

	// Read, and taken back within the toast's ten seconds.
	duty.post("/items/6/settle", "to=settled").want(t, http.StatusSeeOther)
	duty.get("/items/6").want(t, http.StatusOK, "恢复为待处理", `action="/items/6/settle?to=new"`)
	duty.post("/items/6/settle?to=new", "").want(t, http.StatusSeeOther)
	duty.get("/items/6").want(t, http.StatusOK, "已阅，无需回应", "标记为“已阅”", "标记为“待处理”")

	duty.post("/items/7/attach", "incident=&incident-text=什么").want(t, http.StatusUnprocessableEntity, "请从列表中选择要并入的事件")
	duty.post("/items/7/attach", fmt.Sprintf("incident=%d", c.blast.ID)).want(t, http.StatusSeeOther)
	duty.get("/items/7").want(t, http.StatusOK, "已并入", "云泽化工园区爆炸事故").lacks(t, "转为事件")
}

// TestNotices: acknowledging one takes the earlier ones about the same clock with it, by htmx a word and no page.
func TestNotices(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	n.moved.Add(int64(31 * time.Minute))
	must2(n.FireDue(t.Context(), n.now()))
	duty := n.visitor(c.duty, "zhoumin")
	duty.get("/notices").want(t, http.StatusOK, "只在本系统提醒", "签收", "环城快速路客车追尾事故")
	open := must(n.Notices(t.Context(), c.duty, desk.NoticeFilter{Open: true}))
	late := open[len(open)-1]
	before := 0
	for _, o := range open {
		if o.ClockID == late.ClockID {
			before++
		}
	}
	if before < 2 {
		t.Fatalf("only %d notices about the clock", before)
	}
	p := duty.htmx().post(fmt.Sprintf("/notices/%d/ack", late.ID), "").want(t, http.StatusNoContent)
	var said map[string]map[string]string
	if err := json.Unmarshal([]byte(p.header.Get("HX-Trigger")), &said); err != nil || said["toast"]["text"] != "已签收" {
		t.Errorf("HX-Trigger %q, %v", p.header.Get("HX-Trigger"), err)
	}
	left := must(n.Notices(t.Context(), c.duty, desk.NoticeFilter{Open: true}))
	if len(left) != len(open)-before {
		t.Errorf("%d of %d open notices left, %d were about the clock", len(left), len(open), before)
	}
	if to := duty.post(fmt.Sprintf("/notices/%d/ack", left[0].ID), "").header.Get("Location"); to != "/" {
		t.Errorf("without scripts it leads to %q", to)
	}
	n.visitor(n.person(desk.RoleSecrecy, "rev", "审查"), "rev").post(fmt.Sprintf("/notices/%d/ack", left[0].ID), "").want(t, http.StatusForbidden)
}

// TestPalette: by letters and by pinyin, and only what the person may see.
func TestPalette(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	find := func(v *visitor, query string) (found []string) {
		t.Helper()
		began := time.Now()
		p := v.get("/palette?q="+url.QueryEscape(query)).want(t, http.StatusOK)
		if took := time.Since(began); took > time.Second { // 100 ms on a machine that does nothing else
			t.Errorf("%q took %v", query, took)
		}
		var answer struct {
			Items []struct{ Kind, Text, Hint, Href string }
		}
		if err := json.Unmarshal([]byte(p.body), &answer); err != nil {
			t.Fatal(err)
		}
		for _, i := range answer.Items {
			found = append(found, i.Kind+" "+i.Text)
		}
		return found
	}
	duty, op, sec := n.visitor(c.duty, "zhoumin"), n.visitor(c.operator, "sunxiao"), n.visitor(n.person(desk.RoleSecadmin, "sec", "安保"), "sec")
	for query, want := range map[string]string{"爆炸": "事件 云泽化工园区爆炸事故", "yzhg": "事件 云泽化工园区爆炸事故", "yunzehuagong": "事件 云泽化工园区爆炸事故",
		"停水": "来件 锦绣家园5栋停水，老人要透析", "ldbl": "来件 路灯不亮", "通报": "发布 关于云泽化工园区爆炸事故的情况通报（一）", "xwfbh": "发布会 化工园区爆炸事故新闻发布会"} {
		if got := strings.Join(find(duty, query), "\n"); !strings.Contains(got, want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	if got := find(op, "爆炸"); strings.Contains(strings.Join(got, "\n"), "事件 ") {
		t.Errorf("an operator finds %q", got)
	}
	if got := find(sec, "zm"); len(got) != 1 || got[0] != "人员 周敏" {
		t.Errorf("the security administrator finds %q", got)
	}
	if got := find(duty, "不存在的东西"); len(got) != 1 || got[0] != "检索 检索“不存在的东西”" { // the way to the search over everything
		t.Errorf("found %q", got)
	}
}
