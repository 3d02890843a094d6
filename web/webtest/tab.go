package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Tab is one page, in cookies of its own: two tabs are two people.
type Tab struct {
	t       testing.TB
	ctx     context.Context
	mu      sync.Mutex
	faults  []string
	allowed []string // faults that hold one of these aren't any
	bytes   map[network.RequestID]int64
}

// Tab opens a tab for the length of the test, 1366 × 768. What its console reports as an error fails the test at
// its end, unless the test took it with Faults.
func (b *Browser) Tab(t testing.TB) *Tab {
	t.Helper()
	select {
	case b.tabs <- struct{}{}:
	case <-time.After(3 * patience):
		t.Fatalf("webtest: %d tabs are open and none was closed; give each its own subtest", mostTabs)
	}
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithTargetID(b.window(t)))
	tab := &Tab{t: t, ctx: ctx, bytes: map[network.RequestID]int64{}}
	chromedp.ListenTarget(ctx, tab.listen)
	t.Cleanup(func() {
		for _, fault := range tab.Faults() {
			t.Errorf("webtest: the page's console: %s", fault)
		}
		stop()
		<-b.tabs
	})
	tab.Do(network.Enable(), log.Enable())
	tab.Size(1366, 768)
	return tab
}

// window opens a window in a browser context of its own. Chromium's headless mode opens no tab in a context
// that has no window yet, so this can't be left to chromedp.
func (b *Browser) window(t testing.TB) target.ID {
	t.Helper()
	ctx := cdp.WithExecutor(b.ctx, chromedp.FromContext(b.ctx).Browser)
	person, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
	if err != nil {
		t.Fatalf("webtest: a context for a tab: %v", err)
	}
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(person).WithNewWindow(true).Do(ctx)
	if err != nil {
		t.Fatalf("webtest: opening a tab: %v", err)
	}
	return id
}

func (tab *Tab) listen(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		tab.faults = append(tab.faults, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError {
			words := make([]string, len(e.Args))
			for i, arg := range e.Args {
				words[i] = string(arg.Value) + arg.Description
			}
			tab.faults = append(tab.faults, strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			tab.faults = append(tab.faults, e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventLoadingFinished:
		tab.bytes[e.RequestID] = int64(e.EncodedDataLength)
	}
}

// Faults takes what the console has reported so far.
func (tab *Tab) Faults() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	faults := slices.DeleteFunc(tab.faults, func(fault string) bool {
		return slices.ContainsFunc(tab.allowed, func(words string) bool { return strings.Contains(fault, words) })
	})
	tab.faults = nil
	return faults
}

// Allow says that console errors holding the words belong to the test: what is refused on purpose, for
// as long as the page goes on trying.
func (tab *Tab) Allow(words string) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.allowed = append(tab.allowed, words)
}

// Transferred is what has come over the wire so far, headers and bodies as encoded, in bytes.
func (tab *Tab) Transferred() int64 {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	var total int64
	for _, n := range tab.bytes {
		total += n
	}
	return total
}

// Do runs actions with the common deadline and fails the test when they fail.
func (tab *Tab) Do(actions ...chromedp.Action) {
	tab.t.Helper()
	// The first run makes the tab; a deadline on it would close the tab again.
	if chromedp.FromContext(tab.ctx).Target == nil {
		if err := chromedp.Run(tab.ctx); err != nil {
			tab.t.Fatalf("webtest: opening a tab: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		tab.t.Fatalf("webtest: %v", err)
	}
}

// Goto opens an address and waits until its scripts have run.
func (tab *Tab) Goto(url string) {
	tab.t.Helper()
	tab.Do(chromedp.Navigate(url))
	tab.Wait(`document.readyState === "complete" && (!document.querySelector("script[type=module]") || "ready" in document.documentElement.dataset)`)
}

// Size sets the window.
func (tab *Tab) Size(width, height int64) {
	tab.t.Helper()
	tab.Do(chromedp.EmulateViewport(width, height))
}

// Dark sets what the machine prefers.
func (tab *Tab) Dark(on bool) {
	tab.t.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	tab.Do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

// Paper shows the page as it would be printed, at the width of an A4 sheet's text.
func (tab *Tab) Paper() {
	tab.t.Helper()
	tab.Size(640, 900)
	tab.Do(emulation.SetEmulatedMedia().WithMedia("print"))
}

// Before runs a script in every page of the tab before its own scripts do.
func (tab *Tab) Before(script string) {
	tab.t.Helper()
	tab.Do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
		return err
	}))
}

// Eval runs an expression (a promise is awaited) and puts its value in out, which may be nil.
func (tab *Tab) Eval(expression string, out any) {
	tab.t.Helper()
	var raw json.RawMessage
	tab.Do(chromedp.Evaluate(expression, &raw, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
		return p.WithAwaitPromise(true).WithReturnByValue(true)
	}))
	if out == nil {
		return
	}
	if err := json.Unmarshal(raw, out); err != nil {
		tab.t.Fatalf("webtest: %s gave %s: %v", expression, raw, err)
	}
}

// Wait polls until the expression is true.
func (tab *Tab) Wait(expression string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	var last error
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		// A page that is just being left can't answer; the next one will, once it is whole.
		var yes bool
		if last = chromedp.Run(ctx, chromedp.Evaluate("document.readyState === 'complete' && !!("+expression+")", &yes)); last == nil && yes {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tab.t.Fatalf("webtest: waited in vain for %s (last error: %v)", expression, last)
		}
	}
}

// Text is the visible text of the first match.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	var s string
	tab.Eval(fmt.Sprintf("(document.querySelector(%q)?.innerText ?? '').trim()", selector), &s)
	return s
}

// Click clicks the middle of the first match.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
}

// Focus puts the focus on the first match.
func (tab *Tab) Focus(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.Focus(selector, chromedp.ByQuery))
}

// Shot writes what the window shows to a file.
func (tab *Tab) Shot(file string) {
	tab.t.Helper()
	var png []byte
	tab.Do(chromedp.CaptureScreenshot(&png))
	tab.save(file, png)
}

// ShotWhole writes the whole page, also what is scrolled away.
func (tab *Tab) ShotWhole(file string) {
	tab.t.Helper()
	var png []byte
	tab.Do(chromedp.FullScreenshot(&png, 100))
	tab.save(file, png)
}

func (tab *Tab) save(file string, png []byte) {
	tab.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		tab.t.Fatal(err)
	}
}

// Hover moves the pointer to the middle of the first match, or to the window's corner for "".
func (tab *Tab) Hover(selector string) {
	tab.t.Helper()
	var at struct{ X, Y float64 }
	if selector != "" {
		tab.Eval(fmt.Sprintf("(() => { const r = document.querySelector(%q).getBoundingClientRect(); return {X: r.x + r.width / 2, Y: r.y + r.height / 2} })()", selector), &at)
	}
	tab.Do(input.DispatchMouseEvent(input.MouseMoved, at.X, at.Y))
}
