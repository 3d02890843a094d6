package web

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/live"
	"huiying/desk/pg"
	"huiying/web/webtest"
)

// evening is a served office in the middle of a case, with people at their browsers. All of it is invented.
type evening struct {
	*desktest.Office
	t   *testing.T
	s   *Server
	hub *live.Hub
	url string
	// moved is added to office time, which otherwise runs as real time does.
	moved atomic.Int64
	began time.Time
	// cut keeps the line from coming back.
	cut    atomic.Bool
	server *httptest.Server
}

// officeStart is 2026年11月21日 23:41:07 in the office's zone.
var officeStart = time.Date(2026, 11, 21, 15, 41, 7, 0, time.UTC)

// shanghai are the views of an office in its own zone.
var shanghai = sync.OnceValues(func() (*Views, error) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return nil, err
	}
	static, err := NewStatic()
	if err != nil {
		return nil, err
	}
	return NewViews(zone, static)
})

// newNight serves an office without anything in it, changed before it is served.
func newNight(t *testing.T, change ...func(*evening)) *evening {
	t.Helper()
	n := &evening{Office: desktest.New(t), t: t, began: time.Now()}
	n.Now = n.now
	n.Real = time.Now
	n.Feed = n.PG.Feed()
	n.Classifier, n.Discoverer = keywords{}, sameKey{}
	for _, c := range change {
		c(n)
	}
	views, err := shanghai()
	if err != nil {
		t.Fatal(err)
	}
	sealer := pg.NewSealer(n.PG, pg.SealerOptions{Now: n.now})
	wake, stopWake := n.PG.Wake(pg.WakeFeed)
	t.Cleanup(stopWake)
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	n.hub = live.New(live.Options{Feed: n.Feed, Wake: wake, Real: time.Now, Log: log, Renderers: map[string]live.Renderer{FormatHTML: HTML(n.Desk, views)}})
	n.s, err = New(Options{Desk: n.Desk, Hub: n.hub, Sessions: n.PG.Sessions(time.Now), Views: views, Static: views.static, Real: time.Now, Version: "test", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	n.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/live" && n.cut.Load() {
			panic(http.ErrAbortHandler)
		}
		n.s.Handler().ServeHTTP(w, r)
	}))
	n.url = n.server.URL
	t.Cleanup(n.server.Close)
	for _, run := range []func(context.Context) error{sealer.Run, n.hub.Run, n.s.Run} {
		ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := run(ctx); err != nil {
				t.Errorf("a loop ended: %v", err)
			}
		}()
		t.Cleanup(func() { stop(); <-done })
	}
	return n
}

// testLog shows warnings of the program with the test that caused them.
type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Log(strings.TrimSpace(string(b)))
	}
	return len(b), nil
}

func (n *evening) now() time.Time {
	return officeStart.Add(time.Since(n.began) + time.Duration(n.moved.Load()))
}

// at runs something at an office time that long ago.
func (n *evening) at(ago time.Duration, do func()) {
	n.moved.Add(int64(-ago))
	do()
	n.moved.Add(int64(ago))
}

// person makes somebody with a name as it stands on a desk.
func (n *evening) person(role desk.Role, login, name string) desk.Actor {
	n.t.Helper()
	p, _, err := n.AddPerson(n.t.Context(), desk.System, desk.Person{Name: login, DisplayName: name, Roles: []desk.Role{role}}, password(login))
	if err != nil {
		n.t.Fatal(err)
	}
	return desk.ActorOf(p, "session")
}

func password(login string) string { return "a password for " + login }

// must fails the test on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ptr[T any](v T) *T { return &v }

// caseOf is what stands in the night's office.
type caseOf struct {
	duty, press, leader, operator desk.Actor
	blast, chicken                desk.Incident
}

// fill plays the evening: an explosion at 20:13 with its clocks, a text on its way, a briefing booked, a rumour, a
// burst water main that nobody has graded, and calls coming in.
func (n *evening) fill() caseOf {
	ctx := n.t.Context()
	c := caseOf{duty: n.person(desk.RoleDuty, "zhoumin", "周敏"), press: n.person(desk.RolePress, "chenlu", "陈露"),
		leader: n.person(desk.RoleLeader, "lijianping", "李建平"), operator: n.person(desk.RoleOperator, "sunxiao", "孙晓")}
	began := n.now().Add(-(3*time.Hour + 27*time.Minute + 42*time.Second))
	n.at(3*time.Hour+20*time.Minute, func() {
		first := n.Push(desk.Incoming{ExternalID: "a1", Title: "化工园区方向一声巨响", Body: "环园北路这边刚才一声巨响，窗户都震碎了，园区里冒黑烟，是不是爆炸了？赶紧派人来看看！",
			Place: "化工园区环园北路", Author: desk.Author{Name: "何建国", Phone: "13900004471"}})
		c.blast = must(n.RaiseIncident(ctx, c.duty, desk.Raise{Title: "云泽化工园区爆炸事故", Kind: "事故灾难", Place: "环园北路18号", Occurred: &began,
			Items: []int64{first[0].ID}, Grade: &desk.Grade{Level: desk.LevelMajor, At: n.now()}}))
	})
	n.at(41*time.Minute+8*time.Second, func() {
		rel := must(n.DraftRelease(ctx, c.press, c.blast.ID, desk.ReleaseFirst, "关于云泽化工园区爆炸事故的情况通报（一）", "11月21日20时13分，云泽化工园区一车间发生爆炸。"))
		rel = must(n.SubmitRelease(ctx, c.press, rel.ID, rel.Current.N))
		secrecy := n.person(desk.RoleSecrecy, "wangwei", "王蔚")
		must(n.ReviewRelease(ctx, secrecy, rel.ID, rel.Current.N, desk.ReviewPass, "不涉及国家秘密", nil))
		must(n.ScheduleBriefing(ctx, c.press, desk.Briefing{IncidentID: c.blast.ID, Title: "化工园区爆炸事故新闻发布会", Room: "新闻发布厅", Host: "陈露",
			Starts: n.now().Add(10 * time.Hour), Ends: n.now().Add(11 * time.Hour), Speakers: []desk.Speaker{{Name: "李建平", Title: "副市长"}}, Agency: "新闻办"}))
	})
	n.at(47*time.Hour, func() {
		c.chicken = must(n.RaiseIncident(ctx, c.duty, desk.Raise{Title: "第三中学食堂“发臭鸡腿”网传视频", Kind: desk.KindOpinion,
			Grade: &desk.Grade{Level: desk.LevelMinor, NeedsResponse: true, At: n.now()}}))
	})
	old := n.now().Add(-5*time.Hour - 12*time.Minute - 40*time.Second)
	n.at(5*time.Hour, func() {
		must(n.RaiseIncident(ctx, c.duty, desk.Raise{Title: "环城快速路客车追尾事故", Kind: "事故灾难", Occurred: &old,
			Grade: &desk.Grade{Level: desk.LevelMajor, Suspected: true, At: n.now()}}))
	})
	n.calls()
	return c
}

// calls are what comes in last.
func (n *evening) calls() {
	for _, in := range []struct {
		ago time.Duration
		in  desk.Incoming
	}{
		{26 * time.Hour, desk.Incoming{ExternalID: "b0", Title: "路灯不亮", Body: "文苑小区门口三盏路灯坏了一个月。", Author: desk.Author{Name: "郑女士", Phone: "13912344471"}}},
		{22 * time.Minute, desk.Incoming{ExternalID: "b1", Title: "锦绣家园5栋停水，老人要透析", Body: "锦绣家园5栋停水两个多小时，家里老人做透析要用水，何时恢复？", Place: "锦绣家园5栋", Author: desk.Author{Name: "王女士", Phone: "15800008806"}}},
		{9 * time.Minute, desk.Incoming{ExternalID: "b2", Title: "化工园区爆炸已致12人遇难、37人受伤，明火扑灭", Body: "云泽晚报消息，化工园区爆炸已致12人遇难、37人受伤，明火扑灭。", Reach: ptr(int64(1204))}},
		{4 * time.Minute, desk.Incoming{ExternalID: "b3", Title: "", Body: "爆炸后小区刺鼻气味，孩子咳嗽，没有任何通知。我家住锦绣家园，离园区不到两公里，到底要不要关窗、要不要撤离，请给一个说法，电话13912344471。"}},
		{2 * time.Minute, desk.Incoming{ExternalID: "b4", Title: "咨询灵活就业人员社保补缴截止日期", Body: "灵活就业人员社保补缴截止日期是什么时候？"}},
		{70 * time.Second, desk.Incoming{ExternalID: "b5", Title: "网传化工园区死亡60余人、有毒气体飘向城区", Body: "网传化工园区死亡60余人、有毒气体飘向城区，是真的吗？"}},
		{16 * time.Second, desk.Incoming{ExternalID: "b6", Title: "河口街道锦绣家园停水，老人做透析要用水", Body: "河口街道锦绣家园停水，老人做透析要用水，何时恢复？物业电话打不通。", Place: "河口街道锦绣家园", Author: desk.Author{Name: "郑女士", Phone: "13912344471"}}},
	} {
		n.at(in.ago, func() { n.Push(in.in) })
	}
}

// tab opens a page as somebody, signing in as people do.
func (n *evening) tab(t testing.TB, b *webtest.Browser, login, path string) *webtest.Tab {
	t.Helper()
	tab := b.Tab(t)
	tab.Goto(n.url + "/login?next=" + path)
	tab.Focus("#f-name")
	tab.Type(login)
	tab.Focus("#f-password")
	tab.Type(password(login))
	tab.Press("Enter")
	tab.Wait(fmt.Sprintf(`location.pathname === %q && document.readyState === "complete" && "ready" in document.documentElement.dataset`, strings.SplitN(path, "?", 2)[0]))
	return tab
}

// connected waits for the line.
func lineUp(tab *webtest.Tab) {
	tab.Wait(`document.querySelector("[data-line-state]")?.textContent === "已连接"`)
}

// shoot keeps pictures of a page in both themes where HUIYING_SHOTS names a folder, and asks axe in each.
func (n *evening) shoot(t testing.TB, tab *webtest.Tab, name string) {
	t.Helper()
	for _, theme := range []string{"light", "dark"} {
		tab.Eval(fmt.Sprintf(`document.documentElement.dataset.theme = %q`, theme), nil)
		tab.Axe()
		if folder := os.Getenv("HUIYING_SHOTS"); folder != "" {
			tab.Shot(filepath.Join(folder, "page-"+name+"-"+theme+".png"))
		}
	}
	var wide bool
	if tab.Eval("document.documentElement.scrollWidth > innerWidth", &wide); wide {
		t.Errorf("%s is wider than the window", name)
	}
}

// keywords reads by a handful of words: enough to see what pages do with a reading.
type keywords struct{}

func (keywords) Read(_ context.Context, text desk.Text) (desk.Reading, error) {
	v := desk.Verdict{Kind: desk.KindConsult, Urgency: desk.UrgencyNormal, Confidence: map[string]float64{"kind": .62}}
	for _, k := range []struct {
		word, field, value string
	}{
		{"停水", desk.FieldCategory, "城乡建设"}, {"停水", desk.FieldDepartment, "水务公司"}, {"路灯", desk.FieldCategory, "城乡建设"}, {"路灯", desk.FieldDepartment, "城管局"},
		{"刺鼻", desk.FieldCategory, "环境保护"}, {"社保", desk.FieldCategory, "劳动和社会保障"}, {"爆炸", desk.FieldCategory, "政法"}, {"封闭", desk.FieldCategory, "交通运输"},
		{"何时恢复", desk.FieldKind, desk.KindHelp}, {"能不能先送", desk.FieldKind, desk.KindHelp}, {"赶紧派人", desk.FieldKind, desk.KindHelp}, {"没有任何通知", desk.FieldKind, desk.KindComplaint},
		{"透析", desk.FieldUrgency, desk.UrgencyUrgent}, {"死亡60余人", "facts.deaths", ""}, {"12人遇难", "facts.deaths", ""}, {"网传", "rumour", ""},
		{"锦绣家园5栋", desk.FieldPlace, "锦绣家园5栋"}, {"锦绣家园", desk.FieldPlace, "锦绣家园"}, {"锦绣家园", desk.FieldRegion, "539902 河口区"},
	} {
		for _, in := range []struct{ name, text string }{{"title", text.Title}, {"text", text.Body}} {
			i := strings.Index(in.text, k.word)
			if i < 0 {
				continue
			}
			start := len([]rune(in.text[:i]))
			v.Evidence = append(v.Evidence, desk.Evidence{Field: k.field, In: in.name, Text: k.word, Start: start, End: start + len([]rune(k.word))})
			putField(&v, k.field, k.value)
		}
	}
	r := desk.Reading{Verdict: v, Tokens: strings.Fields(text.Title)}
	for _, word := range []string{"停水", "爆炸", "社保", "路灯"} {
		if strings.Contains(text.Title+text.Body, word) {
			h := fnv.New32a()
			h.Write([]byte(word))
			r.Doc.Keys = append(r.Doc.Keys, int64(h.Sum32()))
		}
	}
	r.Doc.Title = text.Title
	return r, nil
}

func putField(v *desk.Verdict, field, value string) {
	switch field {
	case desk.FieldKind:
		v.Kind = value
	case desk.FieldCategory:
		v.Category = value
	case desk.FieldUrgency:
		v.Urgency = value
	case desk.FieldPlace:
		if v.Place == "" {
			v.Place = value
		}
	case desk.FieldDepartment:
		v.Departments = []desk.ScoredName{{Name: value, Score: .8}}
	case desk.FieldRegion:
		code, name, _ := strings.Cut(value, " ")
		v.Region = &desk.Region{Code: code, Name: name}
	case "facts.deaths":
		v.Facts.Deaths = ptr(12)
	case "rumour":
		v.Rumour = .7
	}
}

// sameKey joins what shares a key.
type sameKey struct{}

func (sameKey) Title([]desk.Text) string { return "" }

func (sameKey) Same(a, b []desk.TopicDoc) bool { return false }

func (sameKey) Place(ctx context.Context, index desk.TopicIndex, docs []desk.TopicDoc) ([]desk.Placement, error) {
	near, err := index.Candidates(ctx, docs, 10)
	if err != nil {
		return nil, err
	}
	out := make([]desk.Placement, len(docs))
	for i := range docs {
		out[i] = desk.Placement{With: -1, Score: 1}
		for j, c := range near[i] {
			out[i].Topic = c.Topic
			out[i].Near = append(out[i].Near, desk.Near{Item: c.Item, Index: -1, Score: .92 - .21*float64(j)})
		}
	}
	return out, nil
}
