package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserUX21PaletteFindsEverything: Ctrl-K finds records of every kind, by what they are called, by initials, by
// syllables and by number; pages and acts; and what is chosen is opened or done.
func TestBrowserUX21PaletteFindsEverything(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	ask := func(typed, want, kind string) {
		t.Helper()
		tab.Eval(`document.getElementById("palette").open && document.querySelector("#palette input").select(); 0`, nil)
		var open bool
		if tab.Eval(`document.getElementById("palette").open`, &open); !open {
			tab.Press("Ctrl+K")
			tab.Wait(`document.getElementById("palette").open`)
		}
		tab.Type(typed)
		tab.Wait(fmt.Sprintf(`[...document.querySelectorAll("#palette [role=option]")].some((o) => o.textContent.includes(%q) && (() => { let g = o.previousElementSibling; while (g && !g.matches(".group")) g = g.previousElementSibling; return g?.textContent === %q; })())`, want, kind))
	}
	for _, c := range [][3]string{
		{"云泽化工", "云泽化工园区爆炸事故", "事件"}, {"yzhg", "云泽化工园区爆炸事故", "事件"}, {"huagongyuan", "云泽化工园区爆炸事故", "事件"}, {"hgong bz", "云泽化工园区爆炸事故", "事件"}, {"化g", "云泽化工园区爆炸事故", "事件"},
		{"tingshui", "停水", "来件"}, {"ts", "停水", "话题"}, {"刺鼻气味", "爆炸后小区", "来件"}, {"8", "#8", "来件"}, {"#8", "#8", "来件"}, {"qktb", "情况通报", "发布"}, {"xwfbh", "新闻发布会", "发布会"},
		{"fbh", "发布会", "页面"}, {"laijian", "来件", "页面"}, {"xjsj", "新建事件", "这一页"}, {"dengji yitong", "登记一通来电", "动作"}, {"djytld", "登记一通来电", "动作"}, {"pai fabu", "排发布会", "动作"}, {"kjj", "快捷键", "设置"}, {"tuichu", "退出登录", "设置"}, {"shense", "深色", "设置"}, {"english", "English", "设置"},
	} {
		ask(c[0], c[1], c[2])
	}
	tab.Axe()
	ask("shense", "深色", "设置")
	tab.Press("Enter")
	tab.Wait(`document.documentElement.dataset.theme === "dark" && !document.getElementById("palette").open && document.activeElement !== document.body`)
	ask("8", "#8", "来件")
	tab.Press("ArrowDown", "ArrowUp", "Enter")
	tab.Wait(`location.pathname === "/items/8" && document.readyState === "complete" && "ready" in document.documentElement.dataset`)
	// Enter that comes before the answer waits for it.
	tab.Press("Ctrl+K")
	tab.Wait(`document.getElementById("palette").open`)
	tab.Type("hqiktb")
	tab.Press("Backspace", "Backspace", "Backspace", "Backspace", "Backspace", "Backspace")
	tab.Type("qingkuangtongbao")
	tab.Press("Enter")
	tab.Wait(`location.pathname.startsWith("/releases/")`)
}

// TestUX21PaletteFindsForWhoMay: nobody finds a record, an act or a person that isn't for them, nor a hidden number.
func TestUX21PaletteFindsForWhoMay(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Push(desk.Incoming{ExternalID: "1", Title: "路灯坏了", Body: "请回电13912344471", Author: desk.Author{Name: "郑女士", Phone: "13912344471"}})
	must(x.RaiseIncident(t.Context(), x.As(desk.RoleDuty), desk.Raise{Title: "路灯大面积熄灭", Kind: "事故灾难"}))
	find := func(role desk.Role, query string) (kinds, texts []string) {
		t.Helper()
		a := x.as(role, http.MethodGet, "/palette?q="+query, "")
		var got struct{ Items []found }
		if err := json.Unmarshal([]byte(a.body), &got); err != nil {
			t.Fatalf("%s: %v: %s", role, err, a.body)
		}
		for _, f := range got.Items {
			if f.Kind == "检索" && f.Text == "检索“"+query+"”" { // the way to the search, in the asker's own words
				continue
			}
			kinds, texts = append(kinds, f.Kind), append(texts, f.Text)
		}
		return slices.Compact(kinds), texts
	}
	for role, want := range map[desk.Role]string{desk.RoleDuty: "事件 来件", desk.RoleOperator: "来件", desk.RoleSecrecy: "事件", desk.RoleAuditor: "", desk.RoleSysadmin: "", desk.RoleSecadmin: ""} {
		if kinds, texts := find(role, "ludeng"); strings.Join(kinds, " ") != want {
			t.Errorf("%s finds %v %v, want %q", role, kinds, texts, want)
		}
	}
	for _, q := range []string{"13912344471", "1234447", "2344", "郑女士", "zhengnvshi"} {
		for _, role := range []desk.Role{desk.RoleOperator, desk.RolePress, desk.RoleLeader, desk.RoleAuditor} {
			if _, texts := find(role, q); len(texts) > 0 {
				t.Errorf("%s finds %v by %s", role, texts, q)
			}
		}
	}
	if kinds, _ := find(desk.RoleSecadmin, "operator"); !slices.Contains(kinds, "人员") {
		t.Errorf("who manages people finds %v", kinds)
	}
	for _, role := range []desk.Role{desk.RoleDuty, desk.RoleOperator, desk.RoleSysadmin, desk.RoleAuditor} {
		if kinds, _ := find(role, "secadmin"); slices.Contains(kinds, "人员") {
			t.Errorf("%s finds people", role)
		}
	}
	if _, texts := find(desk.RoleOperator, "xinjianshijian"); len(texts) > 0 {
		t.Errorf("an operator is offered %v", texts)
	}
}

// TestBrowserUX21PaletteMeasured tells how long an answer takes, from the key to the drawn list, in an office of 20,000 items.
// It asserts what is found; HUIYING_MEASURE makes it fill the office, which takes a while.
func TestBrowserUX21PaletteMeasured(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	many := 1_000
	if os.Getenv("HUIYING_MEASURE") != "" {
		many = 20_000
	}
	what := []string{"路灯不亮", "小区停水", "夜间施工噪音扰民", "公交线路调整建议", "社保补缴咨询", "下水道堵塞", "违规停车占道", "学校门口拥堵"}
	where := []string{"文苑小区", "环园北路", "锦绣家园", "河口街道", "纬三路", "城北市场", "滨江花园"}
	n.Classifier = nil
	for from := 0; from < many; from += 1_000 {
		items := make([]desk.Incoming, 1_000)
		for i := range items {
			k := from + i
			title := where[k%len(where)] + what[k/len(where)%len(what)]
			items[i] = desk.Incoming{ExternalID: fmt.Sprint("m", k), Title: fmt.Sprintf("%s（%d）", title, k), Body: strings.Repeat(title+"，请尽快处理。", 12)}
		}
		if from == 0 {
			items[0].Title = "独一无二的麒麟雕像倒塌"
		}
		n.Push(items...)
	}
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/items")
	tab.Press("Ctrl+K")
	tab.Wait(`document.getElementById("palette").open`)
	var took []time.Duration
	for _, c := range [][2]string{{"qldx", "麒麟雕像"}, {"qilindiaoxiang", "麒麟雕像"}, {"麒麟", "麒麟雕像"}, {"yzhg", "云泽化工园区爆炸事故"}, {"sbbj", "社保补缴"}, {"停水", "停水"}, {"zzzzzz", ""}} {
		var each []float64 // of five times the same question
		tab.Eval(fmt.Sprintf(`(async () => {
			const dialog = document.getElementById("palette"), input = dialog.querySelector("input"), all = [];
			for (let i = 0; i < 5; i++) all.push(await new Promise((done) => {
				delete dialog.dataset.answered;
				const from = performance.now();
				new MutationObserver((_, self) => { if (dialog.dataset.answered === %[1]q) { self.disconnect(); requestAnimationFrame(() => done(performance.now() - from)); } }).observe(dialog, {attributes: true});
				input.value = %[1]q;
				input.dispatchEvent(new Event("input", {bubbles: true}));
			}));
			return all.sort((a, b) => a - b);
		})()`, c[0]), &each)
		if c[1] != "" && !strings.Contains(tab.Text("#palette-list"), c[1]) {
			t.Errorf("%s doesn't find %s: %s", c[0], c[1], tab.Text("#palette-list"))
		}
		took = append(took, time.Duration(each[2]*float64(time.Millisecond)))
		t.Logf("%-16s %5.1f ms, %5.1f–%.1f", c[0], each[2], each[0], each[4])
	}
	t.Logf("%d items: the slowest middle one of %d answers %v", many, len(took), slices.Max(took).Round(time.Millisecond))
}
