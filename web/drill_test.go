package web

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
)

const drillKey = "drillpassword"

// playing is the drill of a test's desk, to be stopped by hand.
type playing struct {
	mu sync.Mutex
	d  desk.Drill
}

func (p *playing) now() desk.Drill { p.mu.Lock(); defer p.mu.Unlock(); return p.d }

func (p *playing) change(f func(*desk.Drill)) { p.mu.Lock(); defer p.mu.Unlock(); f(&p.d) }

// newDrill serves a desk that is a drill, with a cast and a guide; its office time is the evening's own.
func newDrill(t *testing.T) (*evening, *playing) {
	t.Helper()
	p := &playing{}
	n := newNight(t, func(n *evening) {
		began := n.began.Add(-time.Hour)
		p.d = desk.Drill{ID: 7, Scenario: "blast", Title: "化工园区之夜", Speed: 36, State: desk.DrillRunning, Begins: n.now().Add(-4 * time.Hour), Length: 48 * time.Hour,
			BeganAt: &began, Password: drillKey}
		n.Desk.Playing = &desk.Playing{Drill: p.now, Scenario: desk.Scenario{Key: "blast", Title: "化工园区之夜", TitleEN: "The night at the chemical park"}, Guide: []desk.GuideStep{
			{For: desk.RoleDuty, At: 10 * time.Minute, Happened: "第一通来电说化工园区有巨响。", HappenedEN: "The first call tells of a bang at the chemical park.", Do: "打开这件来件，转为事件。", DoEN: "Open the item and raise an incident.",
				Keys: []string{"E"}, Href: "/items", Done: "incident.raised"},
			{For: desk.RoleDuty, At: time.Hour, Happened: "应急局电话：3 人受伤。", Do: "登记核实的事实。", Keys: []string{"H"}, Href: "/incidents", Done: "incident.facts"},
			{For: desk.RolePress, At: 30 * time.Minute, Happened: "事件已初判为重大。", Do: "起草首次发布。", Href: "/releases", Done: "release.drafted"},
			{For: desk.RoleDuty, At: 47 * time.Hour, Happened: "还没有到。", Do: "还不到时候。"},
		}}
	})
	return n, p
}

// entered is somebody's browser that came in by the link.
func (n *evening) entered(login string) *visitor {
	n.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		n.t.Fatal(err)
	}
	v := &visitor{n: n, head: map[string]string{}, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	v.get("/enter?"+url.Values{"key": {drillKey}, "as": {login}}.Encode()).want(n.t, http.StatusSeeOther)
	return v
}

// TestDrillEnter: the link signs in under a session of the drill's own; the key goes no further; a wrong one is refused.
func TestDrillEnter(t *testing.T) {
	t.Parallel()
	n, _ := newDrill(t)
	n.person(desk.RoleDuty, "duty", "周敏")
	n.person(desk.RoleOperator, "operator", "孙晓")
	v := n.entered("operator")
	home := v.get("/seat")
	home.want(t, http.StatusOK, "孙晓", "换身份", "化工园区之夜", "36 倍速", `data-rate="36"`)
	a := v.get("/enter?key=" + drillKey + "&as=duty")
	a.want(t, http.StatusSeeOther)
	if a.header.Get("Location") != "/" || a.header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(a.header.Get("Set-Cookie"), "huiying_drill_7=") {
		t.Errorf("entering: %v", a.header)
	}
	for _, bad := range []string{"key=wrong&as=duty", "as=duty", "key=" + drillKey + "&as=nobody", "key=" + drillKey} {
		n.entered("duty").get("/enter?"+bad).want(t, http.StatusForbidden, "这个演练入口已失效", "演练").lacks(t, drillKey)
	}
	n.entered("duty").get("/").want(t, http.StatusOK, "周敏", "第一通来电说化工园区有巨响。").lacks(t, drillKey, "还没有到。")
}

// TestDrillRole: somebody goes on as somebody else; the old session and its rights are gone.
func TestDrillRole(t *testing.T) {
	t.Parallel()
	n, _ := newDrill(t)
	n.person(desk.RoleDuty, "duty", "周敏")
	n.person(desk.RoleOperator, "operator", "孙晓")
	v := n.entered("duty")
	v.get("/incidents").want(t, http.StatusOK)
	v.post("/drill/role", "name=nobody").want(t, http.StatusNotFound)
	before := v.client.Jar.Cookies(must(url.Parse(n.url)))[0]
	a := v.post("/drill/role", "name=operator")
	a.want(t, http.StatusSeeOther)
	if a.header.Get("Location") != "/seat" {
		t.Errorf("an operator begins at %s", a.header.Get("Location"))
	}
	v.get("/incidents").want(t, http.StatusForbidden, "演练")
	v.get("/seat").want(t, http.StatusOK, "您现在是孙晓，话务员")
	old := n.entered("duty")
	old.client.Jar.SetCookies(must(url.Parse(n.url)), []*http.Cookie{before})
	old.get("/seat").want(t, http.StatusSeeOther)
	log := must(n.Events(t.Context(), n.person(desk.RoleAuditor, "auditor", "审计"), desk.EventFilter{Type: "person.switched", Page: desk.Page{Limit: 10}}))
	if len(log) != 3 { // entered twice, switched once
		t.Errorf("%d times switched on the record", len(log))
	}
}

// TestDrillMarked: every page says that it is a drill, also to strangers, when it is refused and when it is over.
func TestDrillMarked(t *testing.T) {
	t.Parallel()
	n, p := newDrill(t)
	n.fill()
	v := n.entered("zhoumin")
	for _, rt := range n.s.routes {
		if rt.method != http.MethodGet || strings.HasPrefix(rt.path, "/api/") || rt.plain || rt.long {
			continue
		}
		path := strings.NewReplacer("{id}", "1", "{what}", "departments", "{n}", "1").Replace(rt.path)
		page := v.get(path)
		if strings.HasPrefix(page.header.Get("Content-Type"), "text/html") && strings.Contains(page.body, "<html") && !strings.Contains(page.body, `class="tag drill"`) {
			t.Errorf("%s doesn't say that it is a drill", rt.path)
		}
	}
	page{}.nobody(n, "/login").want(t, http.StatusOK, `class="tag drill"`, "化工园区之夜")
	page{}.nobody(n, "/no-such-page").want(t, http.StatusNotFound, `class="tag drill"`)
	v.get("/").want(t, http.StatusOK, "进行中")
	p.change(func(d *desk.Drill) { d.Ahead = 48 * time.Hour })
	v.get("/").want(t, http.StatusOK, "情景已播完，可以讲评", `data-rate="36"`)
	p.change(func(d *desk.Drill) { at := time.Now(); d.StoppedAt = &at })
	v.get("/").want(t, http.StatusOK, "已结束，时间停住，可以讲评", `data-rate="0"`)
}

// nobody asks for a page without a session.
func (page) nobody(n *evening, path string) page {
	v := &visitor{n: n, head: map[string]string{}, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	return v.get(path)
}

// TestDrillGuide: each of the three users is told what has happened and what to do; what was done is ticked, with by
// whom; the others get a hint; English where it is asked for.
func TestDrillGuide(t *testing.T) {
	t.Parallel()
	n, _ := newDrill(t)
	c := n.fill()
	v := n.entered("zhoumin")
	v.get("/drill/guide").want(t, http.StatusOK, `id="guide"`, `id="drill-state"`, "2 步，做到 1 步", "应急局电话：3 人受伤。", "<kbd>H</kbd>", "您守着来件和时限")
	must(n.NoteFacts(t.Context(), c.duty, c.blast.ID, desk.Facts{Injured: ptr(3)}, "应急局"))
	v.get("/drill/guide").want(t, http.StatusOK, "2 步，做到 2 步", "已做到", "周敏")
	n.entered("chenlu").get("/drill/guide").want(t, http.StatusOK, "事件已初判为重大。", "1 步，做到 1 步")
	n.entered("lijianping").get("/drill/guide").want(t, http.StatusOK, "您审签", `href="/releases"`)
	v.head["Cookie"] = langCookie + "=en"
	v.get("/drill/guide").want(t, http.StatusOK, "The first call tells of a bang at the chemical park.")
}

// TestDrillApart: a real desk has none of a drill's pages, and a drill manages no drills.
func TestDrillApart(t *testing.T) {
	t.Parallel()
	real := newNight(t)
	real.person(desk.RoleDuty, "duty", "周敏")
	v := real.visitor(desk.Actor{}, "duty")
	for _, path := range []string{"/enter?key=" + drillKey + "&as=duty", "/drill/guide", "/debrief"} {
		v.get(path).want(t, http.StatusNotFound)
	}
	v.post("/drill/role", "name=duty").want(t, http.StatusNotFound)
	v.get("/").want(t, http.StatusOK).lacks(t, `class="drill-bar"`, "data-drill", `id="guide"`)
	n, _ := newDrill(t)
	n.person(desk.RoleDuty, "duty", "周敏")
	in := n.entered("duty")
	in.get("/drills").want(t, http.StatusNotFound)
	in.post("/drills", "scenario=blast").want(t, http.StatusNotFound)
	in.get("/").want(t, http.StatusOK).lacks(t, `href="/drills"`)
}
