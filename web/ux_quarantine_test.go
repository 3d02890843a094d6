package web

import (
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserQuarantine: with keys alone a duty officer sees an entry as it is, mends it
// and sets another aside; every act has a key, no two the same, and nothing is amiss for
// who reads by ear.
func TestBrowserQuarantine(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleDuty, "zhoumin", "周敏")
	n.person(desk.RoleSysadmin, "hezhiyuan", "何志远")
	at := n.laid(t, `[{"Title":"路灯","Author":{"phone":13912344471}}]`, `3`, "[\"\xc2\xb7", `坏 举报`)
	browser := webtest.Start(t)
	tab := n.tab(t, browser, "zhoumin", at[0])
	looked := func() {
		t.Helper()
		tab.Axe()
		p := pressables(tab)
		for _, a := range p.Acts {
			if a.Key == "" {
				t.Errorf("%s “%s” has no key", a.What, a.Text)
			}
		}
		for _, c := range p.clashes() {
			t.Error(c)
		}
	}
	looked()
	tab.Press("v")
	tab.Wait(`document.getElementById("reveal").open && document.activeElement.id === "f-reveal-why"`)
	tab.Type("修好后重放")
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector("textarea[name=bytes]")?.value.includes("13912344471")`)
	looked()
	tab.Eval(`{ const b = document.querySelector("textarea[name=bytes]"); b.focus(); b.value = '[{"Title":"路灯"}]' } 0`, nil)
	tab.Press("Ctrl+Enter")
	tab.Wait(`location.pathname === "/items/1"`)
	for _, path := range at[2:] {
		tab.Goto(n.url + path)
		tab.Wait(`document.getElementById("h-bytes")`)
		looked()
	}
	tab.Goto(n.url + at[1])
	tab.Wait(`document.getElementById("h-bytes")`)
	tab.Eval(`document.activeElement.blur(); 0`, nil)
	tab.Press("x")
	tab.Wait(`document.getElementById("drop").open && document.activeElement.id === "f-drop-why"`)
	looked()
	tab.Type("空内容")
	tab.Press("Ctrl+Enter")
	tab.Wait(`location.pathname === "/quarantine" && document.body.innerText.includes("已搁置 1 件")`)
	admin := n.tab(t, browser, "hezhiyuan", at[3])
	admin.Axe()
	admin.Wait(`!document.body.innerText.includes("坏 举报") && document.body.innerText.includes("保密或举报内容")`)
}
