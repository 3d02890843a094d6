package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// parkNight is a scenario as the page of drills offers it.
var parkNight = desk.Scenario{Key: "night", Title: "化工园区之夜", TitleEN: "The night at the chemical park", About: "夜间爆炸，四十通来电，两条传言。", AboutEN: "An explosion at night, forty calls, two rumours.",
	Length: 6 * time.Hour, Items: 250, Cast: []desk.Member{{Login: "operator", Name: "孙晓", Role: desk.RoleOperator}, {Login: "duty", Name: "周敏", Role: desk.RoleDuty},
		{Login: "press", Name: "陈露", Role: desk.RolePress}, {Login: "leader", Name: "李建平", Role: desk.RoleLeader}}}

// newStage is an office where drills can be held, with somebody who may.
func newStage(t *testing.T) (*evening, *visitor) {
	t.Helper()
	n := newNight(t, func(n *evening) { n.Desk.Scenarios = []desk.Scenario{parkNight} })
	duty := n.person(desk.RoleDuty, "zhoumin", "周敏")
	return n, n.visitor(duty, "zhoumin")
}

// TestDrillsPage: a drill from its beginning to its purge, as the page shows it at each step.
func TestDrillsPage(t *testing.T) {
	t.Parallel()
	n, v := newStage(t)
	v.get("/drills").want(t, http.StatusOK, "什么是演练", "化工园区之夜", "来件 250 件", "约 10分", "约 30分", "开始演练", `id="nav-drills"`)
	for form, why := range map[string]string{"scenario=no": "没有“no”这个演练情景", "scenario=night&speed=own&own=": "倍速应在", "scenario=night&speed=own&own=1e9": "倍速应在", "scenario=night&speed=own&own=NaN": "倍速应在"} {
		v.post("/drills", form).want(t, http.StatusUnprocessableEntity, why)
	}
	v.post("/drills", "scenario=night&speed=72").want(t, http.StatusSeeOther)
	v.get("/drills").want(t, http.StatusOK, "演练正在打开", "正在打开", "72 倍速").lacks(t, "/enter?")
	v.post("/drills", "scenario=night&speed=36").want(t, http.StatusConflict, "正在进行，请先结束它")
	up, err := n.DrillUp(t.Context(), 1, "http://127.0.0.1:4455")
	if err != nil {
		t.Fatal(err)
	}
	v.get("/drills").want(t, http.StatusOK, "进行中", up.Password, "以值班员身份进入", "李建平", "http://127.0.0.1:4455/enter?as=duty&amp;key="+up.Password, "to=%2Fdebrief", `rel="noopener noreferrer"`)
	v.post("/drills/1/skip", "by=1h").want(t, http.StatusSeeOther)
	v.post("/drills/1/skip", "by=25h").want(t, http.StatusUnprocessableEntity, "快进的时间应在")
	v.post("/drills/1/skip", "by=soon").want(t, http.StatusUnprocessableEntity, "快进的时间应在")
	if list := must(n.Drills(t.Context(), v.who)); list[0].Ahead != time.Hour {
		t.Errorf("skipped %v", list[0].Ahead)
	}
	v.post("/drills/1/stop", "").want(t, http.StatusSeeOther)
	v.get("/drills").want(t, http.StatusOK, "已结束，可以讲评", "讲评").lacks(t, "快进 1 小时")
	v.post("/drills/1/skip", "by=1h").want(t, http.StatusConflict)
	v.get("/drills?do=purge&drill=1").want(t, http.StatusOK, "不能恢复", "正式记录上只留两行")
	v.post("/drills/1/purge", "").want(t, http.StatusSeeOther)
	v.get("/drills").want(t, http.StatusOK, "正在清除").lacks(t, "/enter?")
	if err := n.DrillPurged(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	v.get("/drills").want(t, http.StatusOK).lacks(t, `id="drill-1"`)
	v.post("/drills/1/stop", "").want(t, http.StatusNotFound)
	v.head["Cookie"] = langCookie + "=en"
	v.get("/drills").want(t, http.StatusOK, "An explosion at night, forty calls, two rumours.", "about 10 min")
}

// TestDrillsForAll: whoever may not begin a drill sees where it is, and how to enter, but no buttons.
func TestDrillsForAll(t *testing.T) {
	t.Parallel()
	n, v := newStage(t)
	v.post("/drills", "scenario=night").want(t, http.StatusSeeOther)
	must(n.DrillUp(t.Context(), 1, "https://drill.office.example"))
	op := n.person(desk.RoleOperator, "sunxiao", "孙晓")
	w := n.visitor(op, "sunxiao")
	w.get("/drills").want(t, http.StatusOK, "https://drill.office.example/enter?", "人人都可以进入").lacks(t, "快进 1 小时", `action="/drills`, `id="nav-drills"`)
	w.get("/drills?do=purge&drill=1").want(t, http.StatusOK).lacks(t, "不能恢复")
	w.post("/drills/1/stop", "").want(t, http.StatusForbidden)
	if err := n.DrillFailed(t.Context(), 1, "端口已被占用"); err != nil {
		t.Fatal(err)
	}
	w.get("/drills").want(t, http.StatusOK, "没有打开", "端口已被占用")
}

// TestDrillsAPI: programs begin and end drills as the page does.
func TestDrillsAPI(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Desk.Scenarios = []desk.Scenario{parkNight}
	a := x.as(desk.RoleDuty, post, "/api/v1/drills", `{"scenario":"night"}`)
	d := decoded[DrillOut](t, a)
	if a.status != http.StatusCreated || d.State != "starting" || d.Speed != desk.DefaultDrillSpeed || d.Address != nil || d.Password == "" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if _, err := x.DrillUp(t.Context(), 1, "http://127.0.0.1:4455"); err != nil {
		t.Fatal(err)
	}
	if a := x.as(desk.RoleDuty, post, "/api/v1/drills/1/skip", `{"minutes":90}`); a.status != http.StatusOK || !strings.Contains(a.body, "127.0.0.1:4455") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := decoded[DrillOut](t, x.as(desk.RoleDuty, post, "/api/v1/drills/1/stop", "")); got.State != "stopped" || got.StoppedAt == nil {
		t.Errorf("%+v", got)
	}
	if got := decoded[List[DrillOut]](t, x.as(desk.RoleOperator, get, "/api/v1/drills", "")); len(got.Items) != 1 || got.Next != nil {
		t.Errorf("%+v", got)
	}
	if got := decoded[DrillOut](t, x.as(desk.RoleDuty, post, "/api/v1/drills/1/purge", "")); got.State != "purging" {
		t.Errorf("%+v", got)
	}
	for _, path := range []string{"/api/v1/drills/2/stop", "/api/v1/drills/x/stop"} {
		if a := x.as(desk.RoleDuty, post, path, ""); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// TestDrillEntry: the way in leads to the machine that the reader has reached, on the drill's port.
func TestDrillEntry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ host, address, want string }{
		{"desk.example:8443", "http://127.0.0.1:4455", "http://desk.example:4455/enter?as=duty&key=secret"},
		{"10.1.2.3", "http://0.0.0.0:4455", "http://10.1.2.3:4455/enter?as=duty&key=secret"},
		{"[fd00::7]:80", "http://[::1]:4455", "http://[fd00::7]:4455/enter?as=duty&key=secret"},
		{"desk.example", "https://drill.example", "https://drill.example/enter?as=duty&key=secret"},
		{"desk.example", "", ""},
	} {
		if got := entry(&http.Request{Host: c.host}, desk.Drill{Address: c.address, Password: "secret"}, "duty", ""); got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.address, c.host, got, c.want)
		}
	}
}
