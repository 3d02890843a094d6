package web

import (
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserSourceAsksWhatItsKindHas: the dialog that adds a source shows the fields of the kind that is chosen.
func TestBrowserSourceAsksWhatItsKindHas(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleSysadmin, "guanli", "郑凯")
	for _, kind := range []string{desk.MirrorKind, "mailbox", desk.FerryKind, "feed", kindHook, kindStream, kindHotlist} {
		if n.Parsers[kind] == nil {
			n.Parsers[kind] = desk.DutyParser{} // any
		}
	}
	tab := n.tab(t, webtest.Start(t), "guanli", "/sources?do=add")
	tab.Wait(`document.getElementById("add")?.open`)
	for kind, want := range map[string]string{
		"hotline": "name", "mailbox": "name url username password", "feed": "name url", kindHook: "name settings", kindHotlist: "name url settings",
		kindStream: "name url username password settings", desk.MirrorKind: "name url password mirror", desk.FerryKind: "name url password ferry",
	} {
		tab.Click(`#add [name="kind"][value="` + kind + `"]`)
		var got string
		tab.Eval(`[...document.querySelectorAll("#add .dialog-body :is(input:not([type=radio]), textarea)")].filter((f) => f.offsetParent).map((f) => f.name).join(" ")`, &got)
		if got != want {
			t.Errorf("%s asks for %q, want %q", kind, got, want)
		}
	}
}
