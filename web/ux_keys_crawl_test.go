package web

import (
	"fmt"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// visit is one page as one person sees it.
type visit struct{ login, path string }

// everyPage is each page with a form, a list or an act, as somebody who may do most on it, its dialogs open and shut.
func (n *evening) everyPage() []visit {
	c, rel, ungraded := n.respond()
	n.person(desk.RoleShiftLead, "banzhang", "吴班长")
	blast, red, bench := fmt.Sprintf("/incidents/%d", c.blast.ID), fmt.Sprintf("/incidents/%d", ungraded.ID), fmt.Sprintf("/releases/%d", rel.ID)
	all := []visit{{"", "/login"}}
	for _, of := range []struct {
		login string
		paths []string
	}{
		{"zhoumin", []string{"/", "/items", "/items?kind=求助", "/items/8", "/items/8?do=correct", "/items/8?do=attach", "/items/8?do=reveal", "/items/8?do=original", "/seat", "/incidents", "/incidents/new", blast, red,
			red + "?do=judge", blast + "?do=confirm", blast + "?do=facts", blast + "?do=instant", blast + "?do=attach", blast + "?do=close", "/topics", "/topics/1", "/search", "/search?q=爆炸", "/notices", "/quarantine", "/quarantine/1", "/quarantine/2", "/wall", "/nothing"}},
		{"chenlu", []string{"/releases", blast + "/releases/new", bench, bench + "?do=edit", bench + "/compare", "/briefings", "/briefings/new", "/briefings/1", "/briefings/1?do=move", "/briefings/1?do=hold", "/briefings/1?do=cancel", "/media/paste", blast + "?do=elsewhere"}},
		{"lijianping", []string{"/", blast, "/releases/1/sign"}},
		{"wangwei", []string{bench, "/releases/1"}},
		{"sunxiao", []string{"/seat", "/items"}},
		{"sys", []string{"/sources", "/sources?do=add", "/sources/1", "/sources/1?do=key", "/alerts", "/models", "/categories", "/categories?do=add&path=民政"}},
		{"sec", []string{"/people", "/people?do=add", "/people?do=edit&person=2"}},
		{"audit", []string{"/record"}},
	} {
		for _, p := range of.paths {
			all = append(all, visit{of.login, p})
		}
	}
	return all
}

// crawl opens every page, one person after the other, and looks at it.
func (n *evening) crawl(t *testing.T, look func(t *testing.T, tab *webtest.Tab, v visit)) {
	browser := webtest.Start(t)
	pages := n.everyPage()
	by := map[string][]visit{}
	var people []string
	for _, v := range pages {
		if by[v.login] == nil {
			people = append(people, v.login)
		}
		by[v.login] = append(by[v.login], v)
	}
	for _, login := range people {
		t.Run("as-"+login, func(t *testing.T) {
			var tab *webtest.Tab
			if login == "" {
				tab = browser.Tab(t)
			} else {
				tab = n.tab(t, browser, login, "/nothing")
			}
			tab.Allow("404")
			for _, v := range by[login] {
				tab.Eval(`for (const f of document.querySelectorAll("form[data-guard]")) f.removeAttribute("data-guard")`, nil) // nobody asks whether to leave
				tab.Goto(n.url + v.path)
				look(t, tab, v)
			}
		})
	}
}
