package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// place is a page in one of its states, as somebody sees it.
type place struct{ name, login, path string }

// everywhere lists every page of the office with its dialogs open and its lists filtered to nothing, as somebody who may
// do most on it. A page that isn't here is seen by none of the tests over all pages; TestEverywhere says which.
func everywhere(c caseOf, rel desk.Release, ungraded desk.Incident) []place {
	blast, red, bench := fmt.Sprintf("/incidents/%d", c.blast.ID), fmt.Sprintf("/incidents/%d", ungraded.ID), fmt.Sprintf("/releases/%d", rel.ID)
	return []place{
		{"desk", "zhoumin", "/"}, {"items", "zhoumin", "/items"}, {"items-none", "zhoumin", "/items?q=没有这样的"}, {"item", "zhoumin", "/items/8"}, {"item-words", "zhoumin", "/items/5"},
		{"item-correct", "zhoumin", "/items/8?do=correct"}, {"item-attach", "zhoumin", "/items/8?do=attach"}, {"item-reveal", "zhoumin", "/items/8?do=reveal"}, {"item-original", "zhoumin", "/items/8?do=original"}, {"seat", "zhoumin", "/seat"}, {"duty", "zhoumin", "/duty/new"}, {"duty-order", "zhoumin", "/duty/new?form=order"}, {"notices", "zhoumin", "/notices"},
		{"incidents", "zhoumin", "/incidents"}, {"incidents-closed", "zhoumin", "/incidents?state=closed"}, {"incident-new", "zhoumin", "/incidents/new?items=6,7"}, {"incident", "zhoumin", blast}, {"incident-red", "zhoumin", red},
		{"incident-judge", "zhoumin", red + "?do=judge"}, {"incident-facts", "zhoumin", blast + "?do=facts"}, {"incident-instant", "zhoumin", blast + "?do=instant"}, {"incident-elsewhere", "zhoumin", blast + "?do=elsewhere"},
		{"incident-confirm", "zhoumin", blast + "?do=confirm"}, {"incident-attach", "zhoumin", blast + "?do=attach"}, {"incident-close", "zhoumin", blast + "?do=close"}, {"incident-opinion", "zhoumin", fmt.Sprintf("/incidents/%d", c.chicken.ID)},
		{"topics", "zhoumin", "/topics"}, {"topic", "zhoumin", "/topics/1"}, {"topic-join", "zhoumin", "/topics/1?do=join"}, {"topic-attach", "zhoumin", "/topics/1?do=attach"}, {"topic-decline", "zhoumin", "/topics/1?do=decline"}, {"incident-topic", "zhoumin", "/incidents/new?topic=1"},
		{"search", "zhoumin", "/search"}, {"search-found", "zhoumin", "/search?q=爆炸"}, {"search-fields", "zhoumin", "/search?q=渠道:电报&kind=求助&from=2026-11-20"}, {"search-like", "zhoumin", "/search?like=8"}, {"search-none", "zhoumin", "/search?q=没有这样的词"},
		{"quarantine", "zhoumin", "/quarantine"}, {"quarantine-one", "zhoumin", "/quarantine/1"}, {"quarantine-two", "zhoumin", "/quarantine/2"}, {"handover", "zhoumin", "/handover"},
		{"change", "lijianping", blast}, {"sign", "lijianping", "/releases/1/sign"}, {"wall", "lijianping", "/wall"},
		{"releases", "chenlu", "/releases"}, {"release-new", "chenlu", blast + "/releases/new"}, {"release-clarify", "chenlu", blast + "/releases/new?kind=clarify"}, {"release", "chenlu", bench}, {"release-edit", "chenlu", bench + "?do=edit"},
		{"release-compare", "chenlu", bench + "/compare"}, {"release-waiting", "chenlu", "/releases/1"}, {"release-review", "wangwei", "/releases/1"}, {"briefings", "chenlu", "/briefings"}, {"briefing", "chenlu", "/briefings/1"},
		{"briefing-new", "chenlu", "/briefings/new?incident=" + fmt.Sprint(c.blast.ID)}, {"briefing-move", "chenlu", "/briefings/1?do=move"}, {"briefing-hold", "chenlu", "/briefings/1?do=hold"}, {"briefing-cancel", "chenlu", "/briefings/1?do=cancel"},
		{"sources", "sys", "/sources"}, {"sources-add", "sys", "/sources?do=add"}, {"source", "sys", "/sources/1"}, {"source-key", "sys", "/sources/1?do=key"}, {"paste", "chenlu", "/media/paste"}, {"imports", "sys", "/imports"}, {"import", "sys", "/imports/1"}, {"import-done", "sys", "/imports/2"}, {"alerts", "sys", "/alerts"}, {"models", "sys", "/models"}, {"categories", "sys", "/categories"}, {"categories-add", "sys", "/categories?do=add&path=民政"}, {"people", "sec", "/people"}, {"people-add", "sec", "/people?do=add"}, {"people-edit", "sec", "/people?do=edit&person=2"},
		{"record", "audit", "/record"}, {"record-none", "audit", "/record?q=没人"}, {"drills", "zhoumin", "/drills"},
	}
}

// touring is an office in the middle of a night and one tab for each person in it.
type touring struct {
	*evening
	c        caseOf
	rel      desk.Release
	ungraded desk.Incident
	browser  *webtest.Browser
	t        *testing.T
	tabs     map[string]*webtest.Tab
	setUp    func(*webtest.Tab)
}

// tour serves the night, with what is due told, and calls setUp on each person's tab once it is signed in.
func tour(t *testing.T, setUp func(*webtest.Tab)) *touring {
	t.Helper()
	n := newNight(t, withSheets)
	x := &touring{evening: n, browser: webtest.Start(t), t: t, tabs: map[string]*webtest.Tab{}, setUp: setUp}
	x.c, x.rel, x.ungraded = n.respond()
	if _, _, err := n.FireDue(t.Context(), n.now()); err != nil {
		t.Fatal(err)
	}
	n.bringIn()
	n.rush(1)
	return x
}

// rush leaves the question whether a topic is an incident.
func (n *evening) rush(topic int64) {
	n.t.Helper()
	must(0, n.Store.InTx(n.t.Context(), func(tx desk.Tx) error {
		items, err := tx.ListItems(n.t.Context(), desk.Scope{}, desk.ItemFilter{Topic: topic, Page: desk.Page{Limit: 3}})
		if err != nil {
			return err
		}
		b := desk.TopicBurst{TopicID: topic, At: n.now(), Count: 12, Hour: 11, Evidence: desk.BurstEvidence{Minutes: 30, Had: 9, Expected: 0.2, Hour: 11, Usual: 0.4,
			Channels: map[string]int{"hotline": 8, "media": 4}, Place: "化工园区"}}
		for _, it := range items {
			b.Evidence.Items = append(b.Evidence.Items, it.ID)
		}
		if _, err := tx.NewBurst(n.t.Context(), &b); err != nil {
			return err
		}
		notice := desk.Notice{Key: "burst/1", Kind: "burst", TopicID: topic, At: n.now(), Text: "话题“化工园区异味”来件骤增：30 分钟内 9 件，往常约 0.2 件。转为事件？", Outside: "话题 1 号来件骤增，请回值班室"}
		if _, err := tx.NewNotice(n.t.Context(), &notice); err != nil {
			return err
		}
		return tx.SetBurstNotice(n.t.Context(), b.ID, notice.ID)
	}))
}

// bringIn leaves a table to be confirmed, and one that came in.
func (n *evening) bringIn() {
	n.t.Helper()
	for range 2 {
		must(n.NewImport(n.t.Context(), desk.System, n.Source.ID, "云泽热线导出.csv", []byte(sheetSample)))
	}
	must(n.StartImport(n.t.Context(), desk.System, 2))
	for more := true; more; {
		more = must(n.RunImports(n.t.Context(), n.now()))
	}
}

// as is somebody's tab; everybody signs in once.
func (x *touring) as(login string) *webtest.Tab {
	x.t.Helper()
	if x.tabs[login] == nil {
		x.tabs[login] = x.tab(x.t, x.browser, login, x.first(login))
		if x.setUp != nil {
			x.setUp(x.tabs[login])
		}
	}
	return x.tabs[login]
}

// each opens every page, a person at a time, in a tab of theirs.
func (x *touring) each(look func(t *testing.T, p place, tab *webtest.Tab)) {
	x.t.Helper()
	all := everywhere(x.c, x.rel, x.ungraded)
	var logins []string
	for _, p := range all {
		if !slices.Contains(logins, p.login) {
			logins = append(logins, p.login)
		}
	}
	for _, login := range logins {
		x.t.Run(login, func(t *testing.T) {
			tab := x.tab(t, x.browser, login, x.first(login))
			if x.setUp != nil {
				x.setUp(tab)
			}
			for _, p := range all {
				if p.login == login {
					tab.Goto(x.url + p.path)
					look(t, p, tab)
				}
			}
		})
	}
}

// first is a page that somebody may open.
func (x *touring) first(login string) string {
	for _, p := range everywhere(x.c, x.rel, x.ungraded) {
		if p.login == login {
			path, _, _ := strings.Cut(p.path, "?")
			return path
		}
	}
	return "/"
}

// incomingOf is something that comes in.
func incomingOf(id, title, body string) desk.Incoming {
	return desk.Incoming{ExternalID: id, Title: title, Body: body}
}

// jsonOf is a value as a script takes it.
func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
