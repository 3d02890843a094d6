package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"huiying/web/webtest"
)

// show is what a played drill leaves to look at: pictures of every page in both themes and languages, and the frames of
// a recording. HUIYING_SCREENS names the folder for it (make screens); without one nothing is kept.
type show struct {
	t      *testing.T
	folder string

	frames int
}

const (
	frameEach  = 250 * time.Millisecond // the pace of the recording
	sceneLasts = 13                     // frames: some three seconds
)

func newShow(t *testing.T) *show {
	s := &show{t: t, folder: os.Getenv("HUIYING_SCREENS")}
	if s.on() {
		if err := os.MkdirAll(filepath.Join(s.folder, "frames"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *show) on() bool { return s.folder != "" }

// scene records what a window shows for three seconds, with a word on what is done there.
func (s *show) scene(w window, chinese, english string) {
	s.t.Helper()
	if !s.on() {
		return
	}
	tick := time.NewTicker(frameEach)
	defer tick.Stop()
	for range sceneLasts {
		<-tick.C
		s.frames++
		w.Eval(caption(chinese+"\n"+english), nil)
		w.Shot(filepath.Join(s.folder, "frames", fmt.Sprintf("%05d.png", s.frames)))
	}
	w.Eval(`document.getElementById("caption").remove()`, nil)
}

// caption shows words above the page, for the recording only.
func caption(words string) string {
	return fmt.Sprintf(`(() => {
		let c = document.getElementById("caption") ?? document.body.appendChild(Object.assign(document.createElement("div"), {id: "caption"}));
		c.style.cssText = "position:fixed;left:50%%;bottom:26px;transform:translateX(-50%%);z-index:99999;background:#1d2733;color:#fff;padding:10px 22px;border-radius:8px;font:600 20px/1.5 'Noto Sans CJK SC',sans-serif;white-space:pre;text-align:center;pointer-events:none";
		if (c.innerText !== %q) c.innerText = %q;
		(document.querySelector("dialog[open]") ?? document.body).append(c);
	})()`, words, words)
}

// variants are the looks of a page.
var variants = []struct{ lang, theme string }{{"zh-CN", "light"}, {"zh-CN", "dark"}, {"en", "light"}, {"en", "dark"}}

// shot keeps a page in each theme and language. again, which may be nil, brings a page that was opened anew to where it was.
func (s *show) shot(name string, w window, again func()) {
	s.t.Helper()
	if !s.on() {
		return
	}
	var address string
	w.Eval(`location.href`, &address)
	for _, v := range variants {
		w.Eval(fmt.Sprintf(`document.cookie = "huiying_lang=%s; path=/"; document.cookie = "huiying_theme=%s; path=/"; for (const f of document.querySelectorAll("[data-guard]")) f.removeAttribute("data-guard")`, v.lang, v.theme), nil)
		w.Goto(address)
		if again != nil {
			again()
		}
		s.keep(fmt.Sprintf("%s.%s.%s", name, strings.TrimSuffix(v.lang, "-CN"), v.theme), w)
	}
	w.Eval(`document.cookie = "huiying_lang=zh-CN; path=/"; document.cookie = "huiying_theme=light; path=/"; for (const f of document.querySelectorAll("[data-guard]")) f.removeAttribute("data-guard")`, nil)
	w.Goto(address)
	if again != nil {
		again()
	}
}

// sized is shot at another size.
func (s *show) sized(name string, w window, width, height int64) {
	s.t.Helper()
	if !s.on() {
		return
	}
	w.Size(width, height)
	s.shot(name, w, nil)
	w.Size(1366, 768)
}

// keep writes what the window shows, as WebP: as sharp as PNG at a fifth of the size.
func (s *show) keep(name string, w window) {
	s.t.Helper()
	var b []byte
	w.Hover("")
	w.Do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		b, err = page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatWebp).WithQuality(72).Do(ctx)
		return err
	}))
	if err := os.WriteFile(filepath.Join(s.folder, name+".webp"), b, 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// rest keeps every page that the play itself didn't come by, each as somebody who may see it.
func (s *show) rest(p *program, browser *webtest.Browser, w window, incident, release, briefing string) {
	s.t.Helper()
	if !s.on() {
		return
	}
	w.Allow("403") // the page that refuses is one of them
	as := ""
	for _, page := range []struct{ who, name, path string }{
		{"duty", "items", "/items"}, {"duty", "items-search", "/items?q=停水"}, {"duty", "incidents", "/incidents"}, {"duty", "incident", incident},
		{"duty", "topics", "/topics"}, {"duty", "notices", "/notices"}, {"duty", "handover", "/handover"}, {"duty", "drill-debrief", "/debrief"},
		{"press", "releases", "/releases"}, {"press", "release-published", release}, {"press", "release-compare", release + "/compare"}, {"press", "briefings", "/briefings"},
		{"press", "briefing", briefing}, {"shift-lead", "quarantine", "/quarantine"}, {"sysadmin", "sources", "/sources"}, {"sysadmin", "alerts", "/alerts"},
		{"secadmin", "people", "/people"}, {"auditor", "record", "/record"}, {"department", "not-permitted", "/incidents"},
	} {
		if page.who != as {
			w.open("/")
			w.as(page.who)
			as = page.who
		}
		w.open(page.path)
		s.shot(page.name, w, nil)
	}
	w.open("/")
	w.as("operator")
	w.open("/seat")
	s.shot("seat", w, func() {
		w.Focus("#f-phone")
		w.Type("13900005217")
		w.Focus("#f-body")
		w.Type("锦绣家园5栋停水两个小时了，家里老人在家做腹膜透析要用水，问什么时候来水，能不能先送一桶水过来。物业电话打不通。")
		w.until(`document.querySelector("[data-suggested=kind] .chip.inside") && document.querySelector("#seat-aside .near li")`)
	})
	w.Eval(`for (const f of document.querySelectorAll("[data-guard]")) f.removeAttribute("data-guard")`, nil)
	w.open("/")
	w.as("duty")
	w.open("/incidents/new")
	s.shot("incident-new", w, nil)
	w.Eval(`for (const f of document.querySelectorAll("[data-guard]")) f.removeAttribute("data-guard")`, nil)
	w.open("/topics")
	w.until(`document.querySelector("main a[href^='/topics/']")`)
	w.Eval(`document.querySelector("main a[href^='/topics/']").click()`, nil)
	w.at(`/topics/\\d+`)
	s.shot("topic", w, nil)
	for name, size := range map[string][2]int64{"wall-1080p": {1920, 1080}, "wall-4k": {3840, 2160}} {
		w.open("/wall")
		w.Size(size[0], size[1])
		w.open("/wall")
		s.keep(name, w)
	}
	w.Size(1366, 768)

	// The real desk beside it: signing in, empty pages, drills.
	p.person("duty")
	real := window{browser.Tab(s.t), s.t, p.url}
	real.Allow("favicon")
	real.open("/login")
	s.shot("login", real, nil)
	real.fill("[name=name]", "duty")
	real.fill("[name=password]", "a password for duty")
	real.Press("Enter")
	real.until(`document.querySelector(".rail")`)
	s.shot("desk-empty", real, nil)
	for _, page := range []string{"items", "incidents", "briefings", "drills"} {
		real.open("/" + page)
		s.shot(page+map[bool]string{true: "", false: "-empty"}[page == "drills"], real, nil)
	}
}
