package web

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/web/webtest"
)

// draft is a text with something for every check.
const draft = "11月21日20时13分，云泽化工园区环园北路18号云泽恒升化工有限公司一车间发生爆炸。截至23时，事故造成12人死亡、39人受伤，伤者均已送医救治。现场明火已于22时05分扑灭。\n" +
	"事故发生后，市委、市政府主要负责同志赶赴现场指挥处置，启动突发事件应急响应，组织周边群众1,260人转移安置。生态环境部门在下风向设置6个监测点，截至22时30分各项指标【填：监测结果】。\n" +
	"事故原因系操作不当引起，正在进一步调查。环园北路、纬三路实行交通管制，请市民绕行。救助咨询电话：12345（24小时）。\n" +
	"有关情况将尽快续报。\n云泽市人民政府新闻办公室\n2026年11月21日"

// respond adds to the evening what the pages of the response show: facts, a draft in its third version, a second
// incident that nobody has graded, a change that waits, another body's release, a quarantined item.
func (n *evening) respond() (c caseOf, rel desk.Release, ungraded desk.Incident) {
	ctx := n.t.Context()
	n.Parsers["mailbox"], n.Parsers["feed"] = desktest.Lines{}, desktest.Lines{}
	n.Channels = []string{"slack"}
	c = n.fill()
	n.at(70*time.Minute, func() {
		deaths, injured, missing := 12, 37, 0
		must(n.NoteFacts(ctx, c.duty, c.blast.ID, desk.Facts{Deaths: &deaths, Injured: &injured, Missing: &missing}, "应急局 赵刚"))
	})
	n.at(20*time.Minute, func() {
		rel = must(n.DraftRelease(ctx, c.press, c.blast.ID, desk.ReleaseFirst, "关于云泽化工园区爆炸事故的情况通报（一）", "11月21日20时13分，云泽化工园区一车间发生爆炸，已造成人员伤亡。"))
		rel = must(n.EditRelease(ctx, c.press, rel.ID, 1, rel.Current.Title, draft))
	})
	n.at(8*time.Minute, func() {
		ungraded = must(n.RaiseIncident(ctx, c.duty, desk.Raise{Title: "河口街道供水主管爆裂", Kind: "事故灾难", Place: "河口街道锦绣家园"}))
	})
	n.at(5*time.Minute, func() {
		later := n.now().Add(-2 * time.Hour)
		must(n.SetInstant(ctx, c.duty, c.blast.ID, desk.Instant{Kind: "occurred", At: &later}, "消防接警记录为准"))
	})
	n.at(3*time.Minute, func() {
		at := n.now().Add(-30 * time.Minute)
		must(n.RegisterElsewhere(ctx, c.press, desk.Elsewhere{Incident: c.chicken.ID, Meets: "response", Issuer: "省市场监督管理局", Publish: desk.Publish{Channel: "官网", ActedAt: &at,
			Proof: desk.Proof{Address: "https://example.org/1", FileName: "a.png", FileType: "image/png", File: []byte("\x89PNG\r\n\x1a\n")}}}))
		must(n.Receive(ctx, n.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(`[{"Title":"","Body":""}]`)}}}))
		must(n.Receive(ctx, n.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(`{"title": 缺引号，联系 13912344471}`)}}}))
	})
	n.person(desk.RoleSysadmin, "sys", "马骏")
	n.person(desk.RoleSecadmin, "sec", "何志远")
	n.person(desk.RoleAuditor, "audit", "林静")
	n.person(desk.RoleSecrecy, "secrecy2", "丁一")
	return c, rel, ungraded
}

// TestBrowserResponseLook opens every page of the response and of running the office: nothing serious for axe in either theme,
// nothing wider than the window, no console error.
func TestBrowserResponseLook(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	browser := webtest.Start(t)
	t.Run("empty", func(t *testing.T) {
		n.person(desk.RoleDuty, "first", "周敏")
		tab := n.tab(t, browser, "first", "/incidents")
		for _, p := range []string{"incidents", "releases", "briefings", "topics", "quarantine", "incidents/new", "wall"} {
			tab.Goto(n.url + "/" + p)
			n.shoot(t, tab, "empty-"+filepath.Base(p))
		}
	})
	c, rel, ungraded := n.respond()
	all := func(name, login string, pages [][2]string) {
		t.Run(name, func(t *testing.T) {
			tab := n.tab(t, browser, login, pages[0][1])
			for _, p := range pages {
				tab.Goto(n.url + p[1])
				n.shoot(t, tab, p[0])
				if folder := os.Getenv("HUIYING_SHOTS"); folder != "" {
					tab.ShotWhole(filepath.Join(folder, "whole-"+p[0]+".png"))
				}
			}
		})
	}
	blast, red, bench := fmt.Sprintf("/incidents/%d", c.blast.ID), fmt.Sprintf("/incidents/%d", ungraded.ID), fmt.Sprintf("/releases/%d", rel.ID)
	all("incidents", "zhoumin", [][2]string{{"incidents", "/incidents"}, {"incidents-closed", "/incidents?state=closed"}, {"incident-new", "/incidents/new?items=6,7"}, {"incident", blast}, {"incident-red", red},
		{"incident-judge", red + "?do=judge"}, {"incident-facts", blast + "?do=facts"}, {"incident-instant", blast + "?do=instant"}, {"incident-elsewhere", blast + "?do=elsewhere"}, {"incident-confirm", blast + "?do=confirm"}, {"incident-chicken", fmt.Sprintf("/incidents/%d", c.chicken.ID)}})
	all("leader", "lijianping", [][2]string{{"incident-change", blast}, {"release-sign", "/releases/1/sign"}, {"wall", "/wall"}})
	all("releases", "chenlu", [][2]string{{"releases", "/releases"}, {"release-new", blast + "/releases/new"}, {"release-clarify", blast + "/releases/new?kind=clarify"}, {"release", bench}, {"release-edit", bench + "?do=edit"}, {"release-compare", bench + "/compare"}, {"release-waiting", "/releases/1"},
		{"briefings", "/briefings"}, {"briefing", "/briefings/1"}, {"briefing-new", fmt.Sprintf("/briefings/new?incident=%d", c.blast.ID)}, {"briefing-move", "/briefings/1?do=move"}, {"briefing-hold", "/briefings/1?do=hold"}})
	all("run", "zhoumin", [][2]string{{"topics", "/topics"}, {"topic", "/topics/1"}, {"quarantine", "/quarantine"}, {"quarantine-one", "/quarantine/1"}, {"quarantine-two", "/quarantine/2"}})
	all("sources", "sys", [][2]string{{"sources", "/sources"}, {"sources-add", "/sources?do=add"}, {"alerts", "/alerts"}})
	all("people", "sec", [][2]string{{"people", "/people"}, {"people-add", "/people?do=add"}, {"people-edit", "/people?do=edit&person=2"}})
	all("record", "audit", [][2]string{{"record", "/record"}, {"record-none", "/record?q=%E6%B2%A1%E4%BA%BA"}})
	t.Run("screens", func(t *testing.T) {
		tab := n.tab(t, browser, "lijianping", "/wall")
		tab.Size(1920, 1080)
		tab.Goto(n.url + "/wall")
		n.shoot(t, tab, "wall-1920")
		tab.Size(360, 740)
		for _, p := range [][2]string{{"sign-360", "/releases/1/sign"}, {"incident-360", blast}, {"incidents-360", "/incidents"}, {"bench-360", bench}, {"briefings-360", "/briefings"}} {
			tab.Goto(n.url + p[1])
			n.shoot(t, tab, p[0])
			if folder := os.Getenv("HUIYING_SHOTS"); folder != "" {
				tab.ShotWhole(filepath.Join(folder, "whole-"+p[0]+".png"))
			}
		}
		tab.Size(1366, 768)
		tab.Eval(`document.cookie = "huiying_lang=en; path=/"`, nil)
		for _, p := range [][2]string{{"en-incident", blast}, {"en-release", bench}, {"en-briefings", "/briefings"}} {
			tab.Goto(n.url + p[1])
			n.shoot(t, tab, p[0])
		}
	})
}
