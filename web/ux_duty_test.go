package web

import (
	"io/fs"
	"regexp"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserDutyByKeyboard writes a 电话记录单 without a mouse; the last key is pressed where the hands are, in the list of who was told.
func TestBrowserDutyByKeyboard(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleDuty, "zhoumin", "周敏")
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/duty/new")
	tab.Focus("[name=unit]")
	tab.Compose("qsq", "清水区政府办")
	tab.Focus("[name=body]")
	tab.Type("环园北路一车间爆炸，有人受伤，请求支援")
	tab.Focus("main input[type=checkbox]")
	tab.Press(" ", "Ctrl+Enter")
	tab.Wait(`document.querySelector("#toasts").innerText !== "" && "ready" in document.documentElement.dataset`)
	items := must(n.Items(t.Context(), desk.System, desk.ItemFilter{Channel: string(desk.ChannelDuty)}))
	if len(items) != 1 || items[0].Extra == nil || items[0].Extra.Duty == nil || items[0].Extra.Duty.Unit != "清水区政府办" || len(items[0].Extra.Duty.Told) != 1 {
		t.Errorf("kept %+v", items)
	}
}

// A field that bears the name of a form's own property takes its place, and the form can no longer be sent by script.
func TestFieldNames(t *testing.T) {
	t.Parallel()
	clash := regexp.MustCompile(`<(?:input|select|textarea|button)[^>]* name="(form|action|method|submit|elements|target|id|parentNode|enctype|reset)"`)
	err := fs.WalkDir(viewFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(viewFiles, path)
		for _, m := range clash.FindAllSubmatch(b, -1) {
			t.Errorf("%s: a field named %s", path, m[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
