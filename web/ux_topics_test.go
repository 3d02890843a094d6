package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/web/webtest"
)

// matter pushes calls about one thing and gives the topic in which the last of them stands.
func (n *evening) matter(titles ...string) (ids []int64, topic int64) {
	n.t.Helper()
	for _, title := range titles {
		res := n.Push(desk.Incoming{ExternalID: fmt.Sprint("m", n.now().UnixNano()), Title: title})
		ids = append(ids, res[0].ID)
	}
	f := must(n.Item(n.t.Context(), desk.System, ids[len(ids)-1]))
	return ids, f.Item.TopicID
}

// TestBrowserTopics: an officer corrects a verdict, splits a topic, joins it again, takes that back, and makes an
// incident of a topic whose items come unusually fast; open pages follow.
func TestBrowserTopics(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleDuty, "zhoumin", "周敏")
	ids, topic := n.matter("锦绣家园停水两小时", "锦绣家园5栋停水", "文苑小区停水还没恢复")
	b := webtest.Start(t)
	tab := n.tab(t, b, "zhoumin", fmt.Sprintf("/items/%d", ids[0]))
	lineUp(tab)

	// A verdict is corrected: from then on it is a person's word.
	tab.Press("c")
	tab.Wait(`document.getElementById("correct").open`)
	tab.Focus("#f-correct-why")
	tab.Type("来电人在催")
	tab.Eval(`(() => { const f = document.querySelector("#correct form"); f.elements.kind.value = "求助"; document.getElementById("f-kind").value = "求助"; })()`, nil)
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector(".verdict")?.textContent.includes("已由人工判定") && document.querySelector("#toasts").textContent.includes("已更正")`)

	// The hottest topic stands first, and its page says why.
	tab.Goto(n.url + "/topics")
	tab.Wait(`document.querySelectorAll("table.topics tbody tr").length === 1`)
	tab.Click("table.topics a")
	tab.Wait(fmt.Sprintf(`location.pathname === "/topics/%d" && document.querySelectorAll("table.heat tbody tr").length === 7`, topic))
	lineUp(tab)
	if said := tab.Text("table.heat"); !strings.Contains(said, "共 3 件") || !strings.Contains(said, "近 1 小时 3 件") || !strings.Contains(said, "热线 3") {
		t.Errorf("the heat says %q", said)
	}
	n.shoot(t, tab, "topic-one")

	// What is ticked stays ticked while items come in.
	tab.Click(fmt.Sprintf(`#topic-item-%d input[type=checkbox]`, ids[2]))
	n.matter("停水何时恢复")
	tab.Wait(`document.querySelectorAll(".topic-items > li").length === 4`)
	tab.Wait(`document.querySelectorAll(".topic-items :checked").length === 1`)
	tab.Focus("#f-title")
	tab.Type("文苑小区停水")
	tab.Click(`button[value="split"]`)
	tab.Wait(`document.querySelector("#toasts").textContent.includes("已拆出 1 件") && document.querySelectorAll(".topic-items > li").length === 3`)
	tab.Wait(`document.querySelector("#h-apart").parentElement.parentElement.textContent.includes("文苑小区停水")`)
	split := must(n.Item(t.Context(), desk.System, ids[2])).Item.TopicID
	if split == topic {
		t.Fatal("it wasn't split off")
	}
	n.shoot(t, tab, "topic-split")

	// Joined again by a person: the old address leads on, and open pages follow.
	other := n.tab(t, b, "zhoumin", fmt.Sprintf("/topics/%d", split))
	tab.Eval(fmt.Sprintf(`location.assign("/topics/%d")`, split), nil)
	tab.Wait(fmt.Sprintf(`location.pathname === "/topics/%d" && document.readyState === "complete"`, split))
	lineUp(tab)
	tab.Press("m")
	tab.Wait(`document.getElementById("join").open`)
	tab.Type("锦绣")
	tab.Wait(`document.querySelectorAll("#f-join-into-list [role=option]").length === 1`)
	tab.Press("ArrowDown", "Enter")
	tab.Wait(fmt.Sprintf(`document.querySelector("#join [name=into]").value === "%d"`, topic))
	tab.Press("Ctrl+Enter")
	tab.Wait(fmt.Sprintf(`location.pathname === "/topics/%d" && document.querySelectorAll(".topic-items > li").length === 4`, topic))
	other.Goto(fmt.Sprintf("%s/topics/%d", n.url, split))
	other.Wait(fmt.Sprintf(`location.pathname === "/topics/%d"`, topic))
	tab.Wait(`document.querySelector("#h-acts") !== null`)
	lineUp(tab)
	tab.Click(fmt.Sprintf(`#topic-item-%d input[type=checkbox]`, ids[0])) // the keys go on from a ticked box
	tab.Press("u")
	tab.Wait(fmt.Sprintf(`location.pathname === "/topics/%d" && document.querySelectorAll(".topic-items > li").length === 1`, split))
	other.Wait(`document.querySelectorAll(".topic-items > li").length === 3`)
	for _, f := range append(tab.Faults(), other.Faults()...) {
		t.Error(f)
	}
}

// TestBrowserTopicsBurst: a topic that bursts asks on the live desk whether it is an incident, once; the answer opens the
// form filled in, and the topic says what became of it.
func TestBrowserTopicsBurst(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleDuty, "zhoumin", "周敏")
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	lineUp(tab)
	var topic int64
	for i := range 12 {
		n.moved.Add(int64(time.Minute))
		_, topic = n.matter(fmt.Sprintf("化工园区爆炸声第%d次", i+1))
	}
	must(n.SweepTopics(t.Context(), n.now()))
	tab.Wait(`document.querySelector("#desk-alerts .banner.burst")?.textContent.includes("来件骤增")`)
	if said := tab.Text("#desk-alerts"); !strings.Contains(said, "转为事件？") || !strings.Contains(said, "往常约") {
		t.Errorf("the desk says %q", said)
	}
	n.shoot(t, tab, "desk-burst")
	tab.Goto(fmt.Sprintf("%s/topics/%d", n.url, topic))
	tab.Wait(`document.querySelectorAll(".burst-card .item-row").length === 3`)
	if said := tab.Text(".burst-card"); !strings.Contains(said, "近 1 小时 12 件") || !strings.Contains(said, "渠道：热线 12") {
		t.Errorf("the topic says %q", said)
	}
	n.shoot(t, tab, "topic-burst")
	lineUp(tab)
	tab.Press("e")
	tab.Wait(`location.pathname === "/incidents/new" && document.readyState === "complete" && document.querySelectorAll(".items .item-row").length === 12`)
	if title := ""; true {
		tab.Eval(`document.getElementById("f-title").value`, &title)
		if !strings.HasPrefix(title, "化工园区爆炸声") {
			t.Errorf("title %q", title)
		}
	}
	tab.Eval(`document.querySelector("[name=kind][value=舆情]").checked = true`, nil)
	tab.Focus("#f-title")
	tab.Press("Ctrl+Enter")
	tab.Wait(`/^\/incidents\/\d+$/.test(location.pathname)`)
	f := must(n.OpenTopic(t.Context(), desk.System, topic))
	if len(f.Bursts) != 1 || f.Bursts[0].State != desk.BurstRaised {
		t.Errorf("bursts %+v", f.Bursts)
	}
	tab.Goto(n.url + "/")
	tab.Wait(`document.readyState === "complete" && !document.querySelector("#desk-alerts").textContent.includes("来件骤增")`)
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}

// TestTopicPages: what forms on a topic's page say, without scripts.
func TestTopicPages(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	duty, op := n.person(desk.RoleDuty, "zhoumin", "周敏"), n.person(desk.RoleOperator, "sunxiao", "孙晓")
	v, o := n.visitor(duty, "zhoumin"), n.visitor(op, "sunxiao")
	ids, topic := n.matter("锦绣家园停水", "文苑小区停水，电话13912344471")
	_, lamp := n.matter("路灯不亮")
	home := fmt.Sprintf("/topics/%d", topic)
	v.get(home).want(t, http.StatusOK, "139****4471", "并入其他话题", "拆成新话题").lacks(t, "13912344471")
	o.get(home).want(t, http.StatusOK, "共 2 件").lacks(t, "并入其他话题", "拆成新话题", "转为事件")
	o.post(home+"/join", fmt.Sprintf("into=%d", lamp)).want(t, http.StatusForbidden)
	v.post(home+"/arrange", "do=split").want(t, http.StatusUnprocessableEntity, "请先勾选要拆出的来件")
	v.post(home+"/arrange", fmt.Sprintf("do=split&items=%d&items=%d", ids[0], ids[1])).want(t, http.StatusUnprocessableEntity, "至少要留下一件", "checked")
	v.post(home+"/arrange", fmt.Sprintf("do=move&items=%d", ids[0])).want(t, http.StatusUnprocessableEntity, "请从列表中选择话题")
	v.post(home+"/join", fmt.Sprintf("into=%d", topic)).want(t, http.StatusUnprocessableEntity, "请选择另一个话题")
	v.post(home+"/join", "into=99999").want(t, http.StatusNotFound)
	v.post(home+"/decline", "why=").want(t, http.StatusUnprocessableEntity, "请写明为什么不是事件")
	if to := v.post(home+"/arrange", fmt.Sprintf("do=move&items=%d&into=%d", ids[0], lamp)).header.Get("Location"); to != home {
		t.Errorf("led to %q", to)
	}
	v.get(home).want(t, http.StatusOK, "移出 1 件，到", "“路灯不亮”", "撤销", "已移走 1 件")
	if to := v.post(home+"/join", fmt.Sprintf("into-text=%%23%d&why=同一件事", lamp)).header.Get("Location"); to != fmt.Sprintf("/topics/%d", lamp) {
		t.Errorf("led to %q", to)
	}
	if to := v.get(home).header.Get("Location"); to != fmt.Sprintf("/topics/%d", lamp) {
		t.Errorf("the old address leads to %q", to)
	}
	v.get("/topics").want(t, http.StatusOK, "路灯不亮").lacks(t, "锦绣家园停水</a>")
	v.get("/choices/topic?q=路灯").want(t, http.StatusOK, `"路灯不亮"`, `"3 件"`)
	v.get("/choices/topic?q=%23"+fmt.Sprint(topic)).want(t, http.StatusOK, `"路灯不亮"`)
	v.get("/choices/topic").want(t, http.StatusOK, `"路灯不亮"`)
}

// TestSearchPage: words and fields, typed or picked, without scripts.
func TestSearchPage(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	duty, op := n.person(desk.RoleDuty, "zhoumin", "周敏"), n.person(desk.RoleOperator, "sunxiao", "孙晓")
	v, o := n.visitor(duty, "zhoumin"), n.visitor(op, "sunxiao")
	ids, topic := n.matter("锦绣家园停水", "文苑小区停水，电话13912344471", "路灯不亮")
	must(n.RaiseIncident(t.Context(), duty, desk.Raise{Title: "锦绣家园停水事件", Kind: desk.KindOpinion}))
	_ = topic
	v.get("/search").want(t, http.StatusOK, "写要找的词", "领域:交通运输")
	v.get("/search?q=停水").want(t, http.StatusOK, "<mark>停水</mark>", "来件 2 件", "/incidents/1", "139****4471", fmt.Sprintf("/search?like=%d", ids[0])).lacks(t, "路灯不亮", "13912344471")
	o.get("/search?q=停水").want(t, http.StatusOK, "来件 2 件").lacks(t, "/incidents/1")
	v.get("/search?q=停水&channel=media").want(t, http.StatusOK, "没有找到", `<option value="media" selected>`)
	v.get("/search?q="+"停水+渠道:热线+日期:今天").want(t, http.StatusOK, "来件 2 件")
	v.get("/search?q="+"渠道:电报+停水").want(t, http.StatusOK, "没有“电报”这种渠道", "来件 2 件")
	v.get("/search?from=2026-11-21&to=2026-11-30").want(t, http.StatusOK, "来件 3 件", `value="2026-11-21"`)
	v.get("/search?q=13912344471").want(t, http.StatusOK, "来件 1 件")
	o.get("/search?q=13912344471").want(t, http.StatusOK, "没有找到")
	o.get("/search?q="+"号码:13912344471").want(t, http.StatusOK, "按号码查找须有查看个人信息的权限")
	v.get(fmt.Sprintf("/search?like=%d", ids[0])).want(t, http.StatusOK, "相近的", fmt.Sprintf("item-%d", ids[1])).lacks(t, fmt.Sprintf(`id="item-%d"`, ids[2]))
	v.get("/search?like=9999").want(t, http.StatusOK, "没有找到")
	v.get("/palette?q=停水").want(t, http.StatusOK, "/search?q=%E5%81%9C%E6%B0%B4")
	v.get("/items/"+fmt.Sprint(ids[0])).want(t, http.StatusOK, fmt.Sprintf("/search?like=%d", ids[0]))
	a := v.get("/api/v1/search?q=停水")
	a.want(t, http.StatusOK, `"count":2`, `"incidents":[{"id":"1"`, "139****4471").lacks(t, "13912344471")
	v.get("/api/v1/search?q=渠道:电报").want(t, http.StatusUnprocessableEntity, `"q"`)
	v.get(fmt.Sprintf("/api/v1/topics/%d", must(n.Item(t.Context(), desk.System, ids[0])).Item.TopicID)).want(t, http.StatusOK, `"part":"volume"`, `"count":2`)
}
