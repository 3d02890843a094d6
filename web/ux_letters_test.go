package web

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserLetters: the public pages in a real browser: axe finds nothing serious in either language or theme, targets
// are 24 px and nothing slips to the side at 400 %; a letter is written, sent and asked about by keys alone.
func TestBrowserLetters(t *testing.T) {
	t.Parallel()
	x := box(t)
	tab := webtest.Start(t).Tab(t)
	tab.Allow("422")                    // of the form that comes back
	shots := os.Getenv("HUIYING_SHOTS") // a folder that pictures are kept in, to be looked at
	look := func(name string) {
		t.Helper()
		for _, dark := range []bool{false, true} {
			tab.Dark(dark)
			tab.Size(1366, 768)
			tab.Axe()
			var found []string
			if tab.Eval(small, &found); len(found) > 0 {
				t.Errorf("%s: too small:\n  %s", name, strings.Join(found, "\n  "))
			}
			if shots != "" {
				tab.ShotWhole(filepath.Join(shots, name+map[bool]string{false: ".light.png", true: ".dark.png"}[dark]))
			}
			tab.Size(320, 640)
			var wide int
			if tab.Eval(`document.documentElement.scrollWidth - innerWidth`, &wide); wide > 0 {
				t.Errorf("%s scrolls sideways by %d px at 400 %%", name, wide)
			}
		}
		tab.Dark(false)
		tab.Size(1366, 768)
	}
	tab.Goto(x.url + "/letters?lang=en")
	look("letter.en")
	tab.Goto(x.url + "/letters/query?lang=zh-CN")
	look("query")
	tab.Goto(x.url + "/letters")
	look("letter")

	tab.Press("Tab", "Enter") // past what is the same on every page
	x.Clock.Move(time.Minute)
	tab.Press("Tab")
	tab.Wait(`document.activeElement.name === "title"`)
	tab.Press("Tab")
	tab.Type("已经三天了，请修一修。")
	for range 6 { // place, name, telephone, both choices, the button: not the field that only machines see
		tab.Press("Tab")
	}
	tab.Wait(`document.activeElement.tagName === "BUTTON"`)
	tab.Press("Enter")
	tab.Wait(`document.activeElement.matches(".error-summary") && document.querySelector(".error-summary a[href='#f-title']") && document.querySelector("#f-words").value.startsWith("已经")`)
	look("letter.mistake")
	tab.Focus("#f-title")
	tab.Type("清水路路灯不亮")
	tab.Press("Enter")
	tab.Wait(`document.querySelector(".code")`)
	code := tab.Text(".code")
	look("sent")
	tab.Goto(x.url + "/letters/query")
	tab.Focus("#f-code")
	tab.Type(code)
	tab.Press("Enter")
	tab.Wait(`document.querySelector("#h-state")?.textContent.includes("已收到")`)
	look("state")
	if strings.Contains(tab.Text("body"), strings.ReplaceAll(code, " ", "")) {
		t.Error("the code stands on the answer")
	}
}

// TestBrowserItemLetters: what an item has of letters, and the dialogs for it.
func TestBrowserItemLetters(t *testing.T) {
	t.Parallel()
	x := box(t)
	x.letter(url.Values{"title": {"清水路路灯不亮"}, "words": {"已经三天了，请修一修。"}, "name": {writerName}})
	x.Parsers["mailbox"] = mails{{ExternalID: "1@x", Title: "再次反映路灯", Body: "见照片", Files: []desk.File{{Name: "照片.jpg", Kind: "image/jpeg", Size: 48_213, Digest: make([]byte, 32), Bytes: []byte("x")},
		{Name: "发票.pdf", Kind: "application/x-msdownload", Size: 3, Digest: make([]byte, 32), Bytes: []byte("x")}}},
		{ExternalID: "2@x", Title: "自动回复：再次反映路灯", Body: "我在休假", Auto: desk.AutoReply, Refs: []string{"1@x"}}}
	src, _, err := x.AddSource(t.Context(), desk.System, desk.Source{Kind: "mailbox", Channel: desk.ChannelMailbox, Name: "信箱", URL: "imaps://mail.example.com/INBOX"}, false)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		if _, err := x.Desk.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{Bytes: []byte{byte(n)}}}}); err != nil {
			t.Fatal(err)
		}
	}
	x.As(desk.RoleDuty)
	tab := webtest.Start(t).Tab(t)
	tab.Goto(x.url + "/login")
	tab.Focus("#f-name")
	tab.Type("duty")
	tab.Focus("#f-password")
	tab.Type(password("duty"))
	tab.Press("Enter")
	tab.Wait(`location.pathname === "/"`)
	shots := os.Getenv("HUIYING_SHOTS")
	for name, path := range map[string]string{"item": "/items/2", "item.auto": "/items/3", "item.file": "/items/2?do=file", "item.reply": "/items/1?do=reply", "items": "/items"} {
		for _, dark := range []bool{false, true} {
			tab.Dark(dark)
			tab.Goto(x.url + path)
			tab.Axe()
			if shots != "" {
				tab.Shot(filepath.Join(shots, name+map[bool]string{false: ".light.png", true: ".dark.png"}[dark]))
			}
		}
	}
	tab.Goto(x.url + "/items/1")
	tab.Press("r")
	tab.Wait(`document.querySelector("#reply").open`)
	tab.Type("昨晚已经修好。")
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector("#h-reply")?.closest("section").textContent.includes("昨晚已经修好。")`)
	tab.Wait(`!document.querySelector("#reply").open`)
	if shots != "" {
		tab.Shot(filepath.Join(shots, "item.replied.png"))
	}
}
