package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// typed writes pairs as a browser sends them.
func typed(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// upload sends a form with a file.
func (v *visitor) upload(path, name string, file []byte, pairs ...string) page {
	v.n.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = m.WriteField(pairs[i], pairs[i+1]) // a buffer takes all
	}
	w := must(m.CreateFormFile("file", name))
	_, _ = w.Write(file)
	_ = m.Close()
	c := *v
	c.head = map[string]string{"Content-Type": m.FormDataContentType()}
	return c.do(http.MethodPost, path, b.String())
}

// to is where a page leads.
func (p page) to(t testing.TB, want string) page {
	t.Helper()
	if got := p.header.Get("Location"); p.status != http.StatusSeeOther || !strings.HasPrefix(got, want) {
		t.Errorf("%s: %d to %q, want %q: %.200s", p.path, p.status, got, want, p.body)
	}
	return p
}

// people are a visitor of each kind that responds.
type people struct{ duty, second, press, leader, secrecy *visitor }

func (n *evening) people() people {
	one := func(role desk.Role, login, name string) *visitor {
		return n.visitor(n.person(role, login, name), login)
	}
	return people{one(desk.RoleDuty, "zhoumin", "周敏"), one(desk.RoleDuty, "xuqing", "徐青"), one(desk.RolePress, "chenlu", "陈露"),
		one(desk.RoleLeader, "lijianping", "李建平"), one(desk.RoleSecrecy, "wangwei", "王蔚")}
}

// TestResponseByForms walks the whole path without scripts: raise, judge, facts, draft, edit, submit, review, sign, publish
// with a screenshot, the clock met; then the proof comes back as a download.
func TestResponseByForms(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	p := n.people()
	item := n.Push(desk.Incoming{ExternalID: "1", Title: "化工园区死亡60余人？网传", Body: "网传12人遇难，联系 13912344471"})[0].ID
	p.duty.get(fmt.Sprintf("/incidents/new?items=%d", item)).want(t, 200, "本系统为非涉密系统，严禁处理国家秘密", "系统初判建议", "重大").lacks(t, "13912344471")
	began := n.now().Add(-time.Hour).In(n.Policy.Office.Location).Format(formTime)
	p.duty.post("/incidents", typed("title", "", "kind", "事故灾难", "summary", "打字的内容")).want(t, 422, "请填写事件名称", `href="#f-title"`, "打字的内容")
	p.duty.post("/incidents", typed("title", "园区爆炸事故", "kind", "事故灾难", "place", "环园北路", "occurred", began, "items", fmt.Sprint(item))).to(t, "/incidents/1")
	p.duty.get("/incidents").want(t, 200, "尚未定级", "1 件突发事件未定级", "incident-row red", "请先初判")
	p.duty.get("/incidents/1").want(t, 200, "时限未起算", "系统初判建议", "死亡12人，达到重大标准")
	p.duty.post("/incidents/1/judge", typed("level", "", "reason", "说不清")).want(t, 422, "请选择事件等级", `href="#f-judge-level"`, "data-open-now", "说不清")
	p.duty.post("/incidents/1/judge", typed("level", "重大", "suspected", "1", "needs", "1")).to(t, "/incidents/1")
	p.duty.get("/incidents/1").want(t, 200, "已初判为“重大”", "疑似", "发布权威信息", "新闻发布会", "国办发〔2016〕80号", "起算")
	p.duty.post("/incidents/1/facts", typed("deaths", "12", "injured", "x", "from", "应急局")).want(t, 422, "请填写整数", `href="#f-facts-injured"`)
	p.duty.post("/incidents/1/facts", typed("deaths", "12", "injured", "37", "from", "应急局 赵刚", "version", "2")).to(t, "/incidents/1")
	// Somebody who looked at the figures before is shown both.
	p.second.post("/incidents/1/facts", typed("deaths", "3", "from", "医院", "version", "2")).want(t, 409, "死亡 12 · 受伤 37", `value="3"`)

	p.press.get("/incidents/1/releases/new").want(t, 200, "关于园区爆炸事故的情况通报（一）", "12人死亡、37人受伤", "【填：电话】")
	p.press.post("/incidents/1/releases", typed("kind", "first", "title", "", "body", "甲")).want(t, 422, "请填写标题", "甲")
	p.press.post("/incidents/1/releases", typed("kind", "first", "title", "情况通报", "body", draft)).to(t, "/releases/1")
	p.press.get("/releases/1").want(t, 200, "与核实事实不符", "改为“37人受伤”", "慎报原因", "承诺无期限", "未填写", "核对码")
	p.press.post("/releases/1/mend", typed("version", "1", "in", "text", "start", "0", "was", "不在那里", "with", "x")).want(t, 409, "文稿已改动")
	start := strings.Index(draft, "39人受伤")
	p.press.post("/releases/1/mend", typed("version", "1", "in", "text", "start", fmt.Sprint(len([]rune(draft[:start]))), "was", "39人受伤", "with", "37人受伤")).to(t, "/releases/1")
	p.press.get("/releases/1").want(t, 200, "第 2 稿", "37人受伤").lacks(t, "39人受伤")
	p.press.get("/releases/1/compare").want(t, 200, "<del>39</del><ins>37</ins>")
	p.second.post("/releases/1/edit", typed("version", "1", "title", "情况通报", "body", "另一人的稿")).want(t, 409, "陈露 已存了第 2 稿", "另一人的稿", "<ins>")
	p.press.post("/releases/1/edit", typed("version", "2", "title", "情况通报", "body", "11月21日，环园北路发生爆炸，12人死亡、37人受伤。")).to(t, "/releases/1")
	p.secrecy.post("/releases/1/review", typed("version", "3", "conclusion", desk.ReviewPass, "basis", "甲")).want(t, 409, "不在保密审查环节")
	p.press.post("/releases/1/submit", typed("version", "3")).to(t, "/releases/1")
	p.press.get("/releases/1").want(t, 200, "待保密审查员审查")
	p.secrecy.post("/releases/1/review", typed("version", "3", "conclusion", desk.ReviewPass, "basis", "")).want(t, 422, "请写明审查依据", `href="#f-review-basis"`)
	p.secrecy.post("/releases/1/review", typed("version", "3", "conclusion", desk.ReviewPass, "basis", "不涉密")).to(t, "/releases/1")
	p.leader.get("/releases/1/sign").want(t, 200, "签发第 3 稿", "可以公开", "不涉密")
	p.leader.post("/releases/1/return", typed("version", "3", "reason", " ")).want(t, 422, "退回须写明理由", `href="#f-return-reason"`)
	p.leader.post("/releases/1/sign", typed("version", "2")).want(t, 409, "文稿已改为第 3 稿")
	p.leader.post("/releases/1/sign", typed("version", "3")).to(t, "/releases/1")
	png := append([]byte("\x89PNG\r\n\x1a\n"), 1, 2, 3)
	p.press.upload("/releases/1/publish", "截图.png", []byte("<script>alert(1)</script>"), "version", "3", "channel", "门户", "address", "https://x.example").want(t, 422, "只收图片", "门户")
	p.press.upload("/releases/1/publish", `..\..\"截图".exe`, png, "version", "3", "channel", "门户", "address", "https://x.example").to(t, "/releases/1")
	p.press.get("/releases/1").want(t, 200, "已登记发布", "门户", "/publications/1/proof", "已完成")
	got := p.press.get("/publications/1/proof").want(t, 200)
	if got.body != string(png) || got.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment;") ||
		strings.Contains(got.header.Get("Content-Disposition"), ".exe") || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the proof comes as %v", got.header)
	}
	p.duty.get("/incidents/1").want(t, 200, "持续发布", "提前")
	p.duty.post("/incidents/1/close", typed("why", "完")).want(t, 409, "“新闻发布会”还没有完成，不能办结")
}

// TestSecondPerson: a delay is asked for by one and decided by another; meanwhile the stricter time holds.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	p := n.people()
	began := n.now().Add(-3 * time.Hour)
	in := must(n.RaiseIncident(t.Context(), p.duty.who, desk.Raise{Title: "事故", Kind: "事故灾难", Occurred: &began, Grade: &desk.Grade{Level: desk.LevelMajor, At: n.now()}}))
	room := incidentHome(in.ID)
	later := n.now().Add(-time.Hour).In(n.Policy.Office.Location).Format(formTime)
	p.duty.post(room+"/instant", typed("anchor", "occurred", "at", later)).want(t, 422, "须写明理由", `href="#f-instant-reason"`)
	p.duty.post(room+"/instant", typed("anchor", "occurred", "at", "昨晚", "reason", "甲")).want(t, 422, "时间无法识别", "昨晚")
	p.duty.post(room+"/instant", typed("anchor", "occurred", "at", later, "reason", "接警记录")).to(t, room)
	p.duty.get(room).want(t, 200, "待第二人确认", "接警记录", "须由您以外的第二人确认").lacks(t, `value="approve"`)
	p.duty.post(room+"/decide", typed("change", "1", "decide", "approve")).want(t, 403)
	p.second.get(room).want(t, 200, `value="approve"`, "同意前按原来更严的办")
	p.second.post(room+"/decide", typed("change", "1", "decide", "refuse", "why", "以现场为准")).to(t, room)
	p.second.get(room).want(t, 200, "未同意，维持原来的时限", "以往变更 1 项").lacks(t, `value="approve"`)
	p.duty.post(room+"/judge", typed("level", "一般", "needs", "1", "reason", "伤者均轻伤")).to(t, room)
	p.leader.post(room+"/decide", typed("change", "2", "decide", "approve")).to(t, room)
	p.duty.get(room).want(t, 200, "已撤销的时限", "一般舆情回应")
	p.duty.post(room+"/confirm", typed("level", "重大", "document", "")).want(t, 422, "请填写核定文件的文号", `href="#f-confirm-document"`)
	p.duty.post(room+"/confirm", typed("level", "重大", "document", "云应急〔2026〕12号", "body", "市应急局")).to(t, room)
	p.duty.get(room).want(t, 200, "云应急〔2026〕12号", "市应急局")
	at := n.now().Add(-20 * time.Minute).In(n.Policy.Office.Location).Format(formTime)
	p.press.upload(room+"/elsewhere", "", nil, "meets", "release", "issuer", "省应急管理厅", "channel", "官网", "address", "https://p.example", "acted_at", at).to(t, room)
	p.duty.get(room).want(t, 200, "由 省应急管理厅 完成", "其他单位发布", "补录")
}

// TestBriefingForms: a clash names the other booking and keeps what was typed; holding with proof meets the clock.
func TestBriefingForms(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	p := n.people()
	in := must(n.RaiseIncident(t.Context(), p.duty.who, desk.Raise{Title: "事故", Kind: "事故灾难", Grade: &desk.Grade{Level: desk.LevelMajor, At: n.now()}}))
	p.press.get("/briefings").want(t, 200, "还没有排发布会", "排发布会")
	p.press.get(fmt.Sprintf("/briefings/new?incident=%d", in.ID)).want(t, 200, "“事故”新闻发布会", "新闻发布厅", "主要负责人首先发言")
	booking := func(title, speakers string) string {
		return typed("incident", fmt.Sprint(in.ID), "title", title, "room", "新闻发布厅", "starts", "2026-11-22T10:00", "ends", "2026-11-22T11:00", "host", "陈露", "speakers", speakers)
	}
	p.press.post("/briefings", booking("第一场", "")).want(t, 422, "请填写至少一位新闻发言人", `href="#f-new-speakers"`, "第一场")
	p.press.post("/briefings", booking("第一场", "李建平 副市长\n赵刚，局长")).to(t, "/briefings/1")
	p.press.post("/briefings", booking("第二场", "孙某")).want(t, 409, "已排“第一场”", `href="#f-new-room"`, "第二场")
	p.press.get("/briefings/1").want(t, 200, "李建平 副市长、赵刚 局长")
	p.press.get("/briefings").want(t, 200, "at-6 for-2", "第一场")
	p.press.post("/briefings/1/move", typed("version", "9", "title", "第一场", "room", "二号厅", "starts", "2026-11-22T10:00", "host", "陈露", "speakers", "李建平")).want(t, 409, "刚被改过")
	p.press.post("/briefings/1/move", typed("version", "1", "title", "第一场", "room", "二号厅", "starts", "2026-11-22T10:00", "host", "陈露", "speakers", "李建平 副市长")).to(t, "/briefings/1")
	p.press.post("/briefings", booking("第二场", "孙某\n钱某")).want(t, 409, "陈露")
	p.press.upload("/briefings/1/hold", "a.jpg", []byte("\xff\xd8\xff\xe0abc"), "spoke", "", "address", "").want(t, 422, "请填写首位发言人")
	p.press.upload("/briefings/1/hold", "a.jpg", []byte("\xff\xd8\xff\xe0abc"), "spoke", "李建平", "address", "https://live.example").to(t, "/briefings/1")
	p.press.get("/briefings/1").want(t, 200, "已召开", "首位发言", "/briefings/1/proof").lacks(t, "登记召开 ")
	if got := p.press.get("/briefings/1/proof"); got.header.Get("Content-Type") != "image/jpeg" || !strings.Contains(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the proof comes as %v", got.header)
	}
	p.duty.get(incidentHome(in.ID)).want(t, 200, "提前")
	p.press.post("/briefings", booking("第三场", "孙某")).want(t, 409, "陈露") // the host sits in the one that was held
	third := p.press.post("/briefings", typed("incident", fmt.Sprint(in.ID), "title", "第三场", "room", "三号厅", "starts", "2026-11-23T10:00", "host", "甲", "speakers", "乙")).to(t, "/briefings/").header.Get("Location")
	p.press.post(third+"/cancel", typed("why", "")).want(t, 422, "请写明取消的理由", `href="#f-cancel-why"`)
	p.press.post(third+"/cancel", typed("why", "改为书面发布")).to(t, third)
	p.press.get(third).want(t, 200, "已取消")
}

// TestRunningTheOffice: keys and passwords are shown on one answer and on no other; what goes out needs two administrators.
func TestRunningTheOffice(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.Channels = []string{"slack"}
	sys, sec, audit := n.person(desk.RoleSysadmin, "sys", "马骏"), n.person(desk.RoleSecadmin, "sec", "何志远"), n.person(desk.RoleAuditor, "audit", "林静")
	s, p, a := n.visitor(sys, "sys"), n.visitor(sec, "sec"), n.visitor(audit, "audit")

	s.post("/sources", typed("kind", "hotline", "name", "")).want(t, 422, "请填写来源名称", `href="#f-add-name"`)
	made := s.post("/sources", typed("kind", "hotline", "name", "城管热线")).want(t, 200, "只显示这一次", "hy_")
	s.get("/sources").want(t, 200, "城管热线").lacks(t, "hy_")
	if made.header.Get("Cache-Control") != "no-store" {
		t.Error("the key may be kept by the browser")
	}
	s.post("/sources/2/state", typed("to", "paused")).to(t, "/sources")
	s.get("/sources").want(t, 200, "已停用，来源不再读取或接收", "启用")
	s.get("/people").want(t, 403)

	p.post("/people", typed("name", "newcomer", "role", "sysadmin", "role", "auditor")).want(t, 422, "须由不同的人担任", `href="#f-add-role"`, "newcomer")
	p.post("/people", typed("name", "newcomer", "display", "新人", "role", "duty")).want(t, 200, "newcomer", "初始密码", `id="password"`)
	p.get("/people").want(t, 200, "newcomer").lacks(t, `id="password"`)
	p.get("/people?do=edit&person=4").want(t, 200, "修改人员", `value="新人"`)
	p.post("/people/4", typed("display", "老人", "role", "press", "region", "城里")).want(t, 422, "属地须为行政区划代码", "老人")
	p.post("/people/4", typed("display", "老人", "role", "press")).to(t, "/people")
	p.post("/people/4", typed("do", "disable")).to(t, "/people")
	p.get("/people").want(t, 200, "老人", "已停用")

	s.post("/alerts/slack", typed("to", "on", "why", "")).want(t, 422, "请写明理由", `href="#f-slack-why"`)
	s.post("/alerts/slack", typed("to", "on", "why", "值班室没人")).to(t, "/alerts")
	s.get("/alerts").want(t, 200, "待第二位管理员同意", "须由另一位管理员")
	s.post("/alerts/slack", typed("to", "on", "why", "再按一次")).want(t, 403)
	p.get("/alerts").want(t, 200, "同意外发事件内容")
	p.post("/alerts/slack", typed("to", "on", "why", "同意")).to(t, "/alerts")
	p.get("/alerts").want(t, 200, "含事件内容", "马骏 提请", "何志远 同意")
	p.post("/alerts/nosuch", typed("to", "on", "why", "x")).want(t, 404)

	a.get("/record").want(t, 200, "外发内容开关", "新增人员", "huiying audit verify", "roles duty").lacks(t, "hy_")
	a.get("/record?type=source.added").want(t, 200, "新增来源").lacks(t, "新增人员</td>")
	s.get("/record").want(t, 403)
}

// TestQuarantinePages: bytes are shown as text and never as a page; what is mended goes in.
func TestQuarantinePages(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	v := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	must(n.Receive(t.Context(), n.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(`[{"Title":"","Body":"","URL":"<script>alert(1)</script>"}]`)}}}))
	v.get("/quarantine").want(t, 200, "标题和内容至少要有一项")
	v.get("/quarantine/1").want(t, 200, "原样重放").lacks(t, "<script>alert(1)")
	if res := must(n.Receive(t.Context(), n.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte("{\"<b>坏\": 13912344471")}}})); len(res) != 1 {
		t.Fatal(res)
	}
	v.get("/quarantine/2").want(t, 200, "&lt;b&gt;坏", "139****4471").lacks(t, "13912344471")
	v.get("/quarantine/99").want(t, 404)
	v.post("/quarantine/1/mend", typed("as", "mended", "bytes", "")).want(t, 422, "内容不能为空")
	v.post("/quarantine/1/mend", typed("as", "mended", "bytes", `[{"Title":"修好的","Body":"内容"}]`)).to(t, "/items/1")
	v.get("/quarantine?state=mended").want(t, 200, "已修复")
	v.post("/quarantine/1/mend", typed("as", "same")).want(t, 409, "已经处理过了")
}

// TestWallSaysNothingPersonal: numbers in titles are hidden, staff aren't named.
func TestWallSaysNothingPersonal(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	duty := n.person(desk.RoleDuty, "zhoumin", "周敏")
	must(n.RaiseIncident(t.Context(), duty, desk.Raise{Title: "来电 13912344471 称园区爆炸", Kind: "事故灾难", Grade: &desk.Grade{Level: desk.LevelMajor, At: n.now()}}))
	must(n.RaiseIncident(t.Context(), duty, desk.Raise{Title: "桥 13912344471", Kind: "事故灾难"}))
	got := n.visitor(duty, "zhoumin").get("/wall").want(t, 200, "139****4471", "1 件突发事件未定级", "最后更新", `data-theme="dark"`)
	got.lacks(t, "13912344471")
	if main := got.body[strings.Index(got.body, "<main"):strings.Index(got.body, "</main>")]; strings.Contains(main, "周敏") {
		t.Error("the wall names people")
	}
}

// TestPagesByRole asks every page of this table as every role: who may not is refused, and nobody may without signing in.
func TestPagesByRole(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	visitors := map[desk.Role]*visitor{}
	for _, r := range desk.RoleNames {
		login := "r-" + string(r.Role)
		p := desk.Person{Name: login, Roles: []desk.Role{r.Role}}
		if r.Role == desk.RoleDepartment {
			p.Department = "城管局"
		}
		made, _, err := n.AddPerson(t.Context(), desk.System, p, password(login))
		if err != nil {
			t.Fatal(err)
		}
		visitors[r.Role] = n.visitor(desk.ActorOf(made, "session"), login)
	}
	stranger := &visitor{n: n, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, head: map[string]string{}}
	for _, rt := range n.s.routesPagesResponse() {
		path := strings.NewReplacer("{id}", "999999", "{channel}", "slack").Replace(rt.path)
		for role, v := range visitors {
			may := false
			for _, act := range rt.acts {
				may = may || v.who.May(act)
			}
			if got := v.do(rt.method, path, typed("level", "重大")); (got.status == http.StatusForbidden) == may {
				t.Errorf("%s %s as %s: %d, but may is %v", rt.method, rt.path, role, got.status, may)
			}
		}
		if got := stranger.do(rt.method, path, ""); got.status != http.StatusSeeOther && got.status != http.StatusForbidden || got.status == http.StatusSeeOther && !strings.HasPrefix(got.header.Get("Location"), "/login") {
			t.Errorf("%s %s as nobody: %d", rt.method, rt.path, got.status)
		}
	}
}
