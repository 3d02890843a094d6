package web_test

import (
	"strings"
	"testing"

	"huiying/web/webtest"
)

// TestBrowserUX2IMEEnterDoesNotSubmit: the Enter that confirms a candidate goes to the input method alone; the next one submits.
func TestBrowserUX2IMEEnterDoesNotSubmit(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/seat")
	tab.Eval(`window.sent = 0; document.getElementById("seat").noValidate = true; document.getElementById("seat").addEventListener("submit", (e) => { e.preventDefault(); sent++; })`, nil)
	for _, field := range []string{"#f-caller", "#f-category", "#f-title"} {
		tab.Focus(field)
		tab.Compose("zheng", "郑")
		var sent int
		tab.Eval("sent", &sent)
		if sent != 0 {
			t.Errorf("%s: the candidate's Enter submitted the form", field)
		}
	}
	var title string
	tab.Eval(`document.getElementById("f-title").value`, &title)
	if title != "郑" {
		t.Errorf("the title is %q", title)
	}
	// Past the moment in which Safari's late Enter would still belong to the candidate.
	tab.Eval(`new Promise((done) => { const from = performance.now(); const look = () => performance.now() - from > 60 ? done(0) : requestAnimationFrame(look); look(); })`, nil)
	tab.Press("Enter")
	tab.Wait("sent === 1")
}

// TestBrowserUX2IMEInPalette: a candidate's Enter in the palette doesn't go anywhere.
func TestBrowserUX2IMEInPalette(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/desk")
	tab.Press("Ctrl+K")
	tab.Wait(`document.getElementById("palette").open`)
	tab.Compose("yunze", "云泽")
	tab.Wait(`[...document.querySelectorAll("#palette [role=option]")].some((n) => n.textContent.includes("爆炸事故"))`)
	var open bool
	tab.Eval(`document.getElementById("palette").open`, &open)
	if !open {
		t.Error("the candidate's Enter chose an entry")
	}
}

// TestBrowserUX22Shortcuts: a key acts, doesn't while typing, and letters can be turned off for good.
func TestBrowserUX22Shortcuts(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/")
	tab.Eval("document.activeElement.blur()", nil)
	tab.Press("o")
	tab.Wait(`document.getElementById("look-dialog").open`)
	tab.Press("Escape")
	tab.Wait(`!document.getElementById("look-dialog").open`)
	tab.Press("t") // focuses the title
	tab.Wait(`document.activeElement.id === "f-title"`)
	tab.Press("o")
	var title string
	tab.Eval(`document.getElementById("f-title").value + document.getElementById("look-dialog").open`, &title)
	if title != "ofalse" {
		t.Errorf("typing o in a field gave %q", title)
	}
	tab.Eval("document.activeElement.blur()", nil)
	tab.Press("?")
	tab.Wait(`document.getElementById("keys").open`)
	sheet := tab.Text("#keys")
	for _, want := range []string{"打开对话框", "去哪里", "实时台", "下一行", "找人、事、话、工单", "标题"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("the sheet lacks %s: %s", want, sheet)
		}
	}
	tab.Click("[data-letter-keys]")
	tab.Press("Escape")
	tab.Wait(`!document.getElementById("keys").open`)
	tab.Press("o")
	tab.Press("Ctrl+K")
	tab.Wait(`document.getElementById("palette").open`)
	var open bool
	tab.Eval(`document.getElementById("look-dialog").open`, &open)
	if open {
		t.Error("a letter acts although letters are turned off")
	}
	tab.Press("Escape")
	tab.Goto(server.URL + "/look/") // the choice is kept
	tab.Eval("document.activeElement.blur()", nil)
	tab.Press("g", "d")
	tab.Eval(`location.pathname === "/look/desk"`, &open)
	if open {
		t.Error("a sequence of letters acts although letters are turned off")
	}
}

// TestBrowserUX22RowsByKeys: J and K walk, and a key shared by rows acts in the row that has the focus.
func TestBrowserUX22RowsByKeys(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/desk")
	tab.Press("j", "j")
	tab.Wait(`document.activeElement.closest("[data-row]").id === "clock-2"`)
	tab.Press("k")
	tab.Wait(`document.activeElement.closest("[data-row]").id === "clock-1"`)
	shown := func(row string) string {
		return `[...document.querySelectorAll("[data-row] [data-key=R] kbd")].filter((n) => n.checkVisibility({ visibilityProperty: true })).map((n) => n.closest("[data-row]").id).join() === "` + row + `"`
	}
	tab.Wait(shown("clock-2")) // the first that can be seen
	tab.Press("j", "j")
	tab.Wait(shown("clock-3"))
	tab.Press("g", "s")
	tab.Wait(`location.pathname === "/look/seat"`)
}

// TestBrowserUX6Combobox: pinyin initials find, the arrow marks, Enter takes; text that is nothing's name leaves no value.
func TestBrowserUX6Combobox(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/seat")
	tab.Focus("#f-category")
	tab.Type("hjbh")
	tab.Wait(`document.querySelectorAll("#f-category-list [role=option]").length === 1`)
	tab.Press("Enter")
	tab.Wait(`document.querySelector("[name=category]").value === "环境保护" && document.getElementById("f-category").value === "环境保护"`)
	tab.Press("Backspace")
	tab.Wait(`document.querySelector("[name=category]").value === ""`)
	tab.Press("Escape")
	tab.Wait(`document.getElementById("f-category").getAttribute("aria-expanded") === "false"`)
	tab.Press("ArrowDown", "ArrowDown")
	tab.Wait(`document.getElementById(document.getElementById("f-category").getAttribute("aria-activedescendant"))?.getAttribute("aria-selected") === "true"`)
}

// TestBrowserDraftSurvives: what was typed is offered again after a crash of the page, to the same person only.
func TestBrowserDraftSurvives(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/seat")
	tab.Click(`[data-take="f-kind"]`)
	tab.Focus("#f-body")
	tab.Type("停水两个小时了")
	tab.Wait(`document.querySelector("[data-draft-state]").textContent.includes("草稿已存 23:41")`)
	tab.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil) // a crash doesn't ask
	tab.Goto(server.URL + "/look/seat")
	tab.Click(".draft-found button")
	var body, kind string
	tab.Eval(`document.getElementById("f-body").value`, &body)
	tab.Eval(`document.getElementById("f-kind").value`, &kind)
	if body != "停水两个小时了" || kind != "求助" {
		t.Errorf("restored %q and %q", body, kind)
	}
	tab.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil)
	tab.Before(`addEventListener("readystatechange", () => document.documentElement.dataset.user = "8", {capture: true, once: true})`)
	tab.Goto(server.URL + "/look/seat")
	var offered bool
	tab.Eval(`document.documentElement.dataset.user === "8" && document.querySelector(".draft-found") !== null`, &offered)
	if offered {
		t.Error("another person is offered the draft")
	}
}

// TestBrowserErrorSummary: it has the focus when the page opens, and its lines lead to the fields.
func TestBrowserErrorSummary(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/")
	tab.Wait(`document.activeElement.matches("[data-error-summary]")`)
	tab.Click(".error-summary li a")
	tab.Wait(`document.activeElement.id === "f-place"`)
}

// TestBrowserTheme: the choice is taken at once and remembered by the next page.
func TestBrowserTheme(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/desk")
	tab.Click(".rail-user summary")
	tab.Click(`[data-theme-choice][value=dark]`)
	tab.Wait(`getComputedStyle(document.body.parentElement).backgroundColor === "rgb(16, 22, 29)"`)
	tab.Goto(server.URL + "/look/desk")
	tab.Wait(`document.documentElement.dataset.theme === "dark"`)
	tab.Click(".rail-user summary")
	tab.Click(`[data-lang-choice][value=en]`)
	tab.Wait(`document.documentElement.lang === "en"`)
	if text := tab.Text("h1"); text != "Live desk" {
		t.Errorf("in English the desk is called %q", text)
	}
}

// TestBrowserFirstVisitIsLight: everything that a first visit loads is at most 300 KB on the wire.
func TestBrowserFirstVisitIsLight(t *testing.T) {
	t.Parallel()
	server := serveLook(t)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(server.URL + "/look/desk")
	const most = 300 << 10
	n := tab.Transferred()
	t.Logf("a first visit loads %d bytes", n)
	if n == 0 || n > most {
		t.Errorf("a first visit loads %d bytes, at most %d", n, most)
	}
}
