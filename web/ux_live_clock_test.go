package web

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"huiying/web/webtest"
)

// wrongPC sets the PC's clock three hours ahead; monotonic time, as in every browser, goes on.
const wrongPC = `{ const off = 3 * 3600e3, D = Date; window.Date = class extends D { constructor(...a) { a.length ? super(...a) : super(D.now() + off); } static now() { return D.now() + off; } }; }`

// figure is what is left as a countdown says it: whole seconds, rounded up.
func figure(left time.Duration) time.Duration {
	return time.Duration(math.Ceil(left.Seconds())) * time.Second
}

// rightToASecond checks every countdown on the page against the office's own time, and says how many there are.
func (n *evening) rightToASecond(t *testing.T, tab *webtest.Tab, when string) int {
	t.Helper()
	var shown []struct {
		Due  time.Time
		Text string
	}
	before := n.now()
	tab.Eval(`[...document.querySelectorAll("time-left")].filter((x) => x.checkVisibility()).map((x) => ({Due: x.dataset.due, Text: x.textContent}))`, &shown)
	after := n.now()
	for _, s := range shown {
		var h, m, sec int
		text, late := strings.CutPrefix(s.Text, "+")
		if _, err := fmt.Sscanf(text, "%d:%d:%d", &h, &m, &sec); err != nil {
			t.Errorf("%s: a countdown says %q", when, s.Text)
			continue
		}
		left := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second
		if late {
			left = -left
		}
		least, most := figure(s.Due.Sub(after)), figure(s.Due.Sub(before))
		if left < least-time.Second || left > most+time.Second {
			t.Errorf("%s: %s says %s, the office between %v and %v", when, s.Due, s.Text, least, most)
		}
	}
	return len(shown)
}

// TestBrowserUX10EveryPage: on every page that counts down, on a PC whose clock is three hours wrong, each figure is the
// office's to a second: as the page comes, later, and after the office's time was moved.
func TestBrowserUX10EveryPage(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	tab.Before(wrongPC)
	for _, p := range []struct {
		path  string
		least int
	}{{"/", 5}, {"/incidents", 3}, {fmt.Sprintf("/incidents/%d", c.blast.ID), 2}, {"/releases/1", 1}, {"/wall", 5}} {
		tab.Goto(n.url + p.path)
		if found := n.rightToASecond(t, tab, p.path+" at first"); found < p.least {
			t.Errorf("%s: %d countdowns, want %d", p.path, found, p.least)
		}
		lineUp(tab)
		n.rightToASecond(t, tab, p.path+" on the line")
	}
	var wall float64
	tab.Eval(`Date.now()`, &wall)
	if off := time.Until(time.UnixMilli(int64(wall))); off < 2*time.Hour {
		t.Fatalf("the PC's clock is only %v off", off)
	}
	tab.Goto(n.url + "/")
	lineUp(tab)
	n.moved.Add(int64(95 * time.Minute)) // a due moment passes
	tab.Wait(`document.querySelectorAll(".clocks > li[data-light=over]").length === 3`)
	n.rightToASecond(t, tab, "after time was moved")
	n.moved.Add(-int64(95 * time.Minute))
	tab.Wait(`document.querySelectorAll(".clocks > li[data-light=over]").length === 1`)
	n.rightToASecond(t, tab, "after time was moved back")
}

// TestBrowserUX10Frozen: the browser freezes the page, with every timer and the line in it; the moment it goes on it is right.
func TestBrowserUX10Frozen(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	tab.Before(wrongPC)
	tab.Goto(n.url + "/")
	lineUp(tab)
	state := func(s cdpage.SetWebLifecycleStateState) {
		tab.Do(chromedp.ActionFunc(func(ctx context.Context) error { return cdpage.SetWebLifecycleState(s).Do(ctx) }))
	}
	state(cdpage.SetWebLifecycleStateStateFrozen)
	until := n.now().Add(6 * time.Second)
	wait(t, "six seconds in which the page sleeps", 10*time.Second, func() bool { return n.now().After(until) })
	state(cdpage.SetWebLifecycleStateStateActive)
	if found := n.rightToASecond(t, tab, "when it goes on"); found != 5 {
		t.Errorf("%d countdowns", found)
	}
	lineUp(tab)
	tab.Wait(`!("line" in document.documentElement.dataset)`)
	n.rightToASecond(t, tab, "on the line again")
	tab.Faults() // the browser reports that it closed the line itself
}
