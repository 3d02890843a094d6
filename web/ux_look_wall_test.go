package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// fromAfar measures a wall for eyes three metres away: the time left at least a twelfth of the height, no text smaller than 24 px
// at 1080 lines, nothing cut off, nobody's name or number.
const fromAfar = `((names) => {
  const faults = [];
  const least = 24 * Math.min(innerWidth / 1920, innerHeight / 1080) - .1;
  if (document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth) faults.push("doesn't fit the screen");
  for (const n of document.querySelectorAll(".page *")) {
    if (!n.checkVisibility() || n.closest("svg, .unseen") || ![...n.childNodes].some((c) => c.nodeType === 3 && c.data.trim())) continue;
    const size = parseFloat(getComputedStyle(n).fontSize);
    if (size < least) faults.push("too small, " + size + " px: " + n.textContent.trim().slice(0, 30));
    const r = n.getBoundingClientRect();
    if (r.bottom > innerHeight + 1 || r.right > innerWidth + 1) faults.push("off the screen: " + n.textContent.trim().slice(0, 30));
  }
  for (const row of document.querySelectorAll(".wall-row")) {
    const box = row.getBoundingClientRect();
    for (const n of row.querySelectorAll("div, p, h2, time-left, .light")) {
      const r = n.getBoundingClientRect();
      if (r.top < box.top - 1 || r.bottom > box.bottom + 1) faults.push("a row is cut: " + n.textContent.trim().slice(0, 20));
    }
    const left = row.querySelector("time-left");
    if (parseFloat(getComputedStyle(left).fontSize) < innerHeight / 12) faults.push("the time left is too small: " + getComputedStyle(left).fontSize);
    if (left.scrollWidth > left.parentElement.clientWidth) faults.push("the time left is cut");
  }
  const text = document.body.innerText;
  for (const name of names) if (text.includes(name)) faults.push("names " + name);
  if (/1[3-9]\d{9}/.test(text.replace(/[ -]/g, ""))) faults.push("shows a number");
  const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number);
  if (r + g + b > 150) faults.push("not dark");
  return [...new Set(faults)].slice(0, 12);
})(["周敏", "陈露", "李建平", "孙晓", "王蔚", "郑女士", "何建国"])`

// TestBrowserUX31Wall: dark and readable from three metres at both sizes, without anybody's data, with as many clocks as fit and
// the rest counted; it says when it was last right, loudly so when the line is cut.
func TestBrowserUX31Wall(t *testing.T) {
	t.Parallel()
	x := tour(t, nil)
	tab := x.as("lijianping")
	tab.Allow("WebSocket")
	for _, state := range []string{"few", "many", "many-en", "cut"} {
		switch state {
		case "many":
			for i := range 6 {
				x.at(time.Duration(100+i)*time.Minute, func() {
					must(x.RaiseIncident(t.Context(), x.c.duty, desk.Raise{Title: fmt.Sprintf("滨河路第%d次燃气管线抢修期间群众投诉未按时恢复供气并反映噪声扰民的情况，联系电话13912344471", i+1), Kind: desk.KindOpinion,
						Grade: &desk.Grade{Level: desk.LevelMinor, NeedsResponse: true, At: x.now()}}))
				})
			}
		case "many-en":
			tab.Eval(`document.cookie = "huiying_lang=en; path=/"`, nil)
		case "cut":
			tab.Eval(`document.cookie = "huiying_lang=zh-CN; path=/"`, nil)
		}
		tab.Goto(x.url + "/wall")
		if state == "cut" {
			lineUp(tab)
			x.cut.Store(true)
			x.cutLines()
			tab.Wait(`document.documentElement.dataset.line === "down" && !document.getElementById("line").hidden`)
		}
		for _, size := range [][2]int64{{1920, 1080}, {3840, 2160}} {
			tab.Size(size[0], size[1])
			tab.Wait(fmt.Sprintf("innerWidth === %d", size[0]))
			var faults []string
			if tab.Eval(fromAfar, &faults); len(faults) > 0 {
				t.Errorf("%s at %d × %d:\n%s", state, size[0], size[1], strings.Join(faults, "\n"))
			}
			if folder := os.Getenv("HUIYING_SHOTS"); folder != "" {
				tab.Shot(filepath.Join(folder, fmt.Sprintf("wall-%s-%d.png", state, size[0])))
			}
		}
	}
	var frozen, later string
	tab.Eval(`document.querySelector("[data-right-at]").textContent`, &frozen)
	tab.Wait(fmt.Sprintf(`document.querySelector("office-clock b").textContent > %q`, frozen))
	if tab.Eval(`document.querySelector("[data-right-at]").textContent`, &later); later != frozen {
		t.Errorf("the line is cut, but the wall says that it was right at %s and then at %s", frozen, later)
	}
}

// TestBrowserUX31WallHeals: it takes itself anew when the line is back, each night and before memory runs out, but never
// while there is no page to be had.
func TestBrowserUX31WallHeals(t *testing.T) {
	t.Parallel()
	x := tour(t, nil)
	tab := x.as("lijianping")
	tab.Allow("WebSocket")
	tab.Goto(x.url + "/wall")
	lineUp(tab)
	fresh := func(why string, cause func()) {
		t.Helper()
		tab.Eval(`globalThis.old = true`, nil)
		cause()
		tab.Wait(`!globalThis.old && document.documentElement.dataset.line !== "down" && document.querySelector(".wall") && document.querySelector("[data-line-state]")?.textContent === "已连接"`)
		t.Log("new: " + why)
	}
	fresh("the line is back", func() {
		x.cut.Store(true)
		x.cutLines()
		tab.Wait(`document.documentElement.dataset.line === "down"`)
		x.cut.Store(false)
	})
	fresh("it is past four in the morning", func() { x.moved.Add(int64(4*time.Hour + 30*time.Minute)) })
	fresh("memory runs out", func() {
		tab.Eval(`Object.defineProperty(performance, "memory", {get: () => ({usedJSHeapSize: 2 ** 30})})`, nil)
	})
	var kept bool
	tab.Eval(`Number(sessionStorage.getItem("wall-renewed")) > 0`, &kept)
	if !kept {
		t.Error("nothing keeps a wall short of memory from going round in circles")
	}
}

// cutLines cuts every line, as a cable does; they don't come back before cut is taken off.
func (x *touring) cutLines() {
	for _, l := range x.s.lines.all() {
		l.cut(closeRestart, "")
	}
}
