// Package webtest drives the pages in a real Chromium: one browser per test, a bounded number of tabs, helpers that
// wait on conditions instead of sleeping. A missing Chromium fails the test; it never skips it.
package webtest

import (
	"context"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long any one thing may take in the browser before the test fails.
const patience = 20 * time.Second

// mostTabs bounds what one browser holds open: each tab is a process of some 100 MB.
const mostTabs = 6

// programs are the names under which Chromium is installed, best first.
var programs = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}

// Browser is one Chromium with a profile of its own.
type Browser struct {
	ctx  context.Context
	tabs chan struct{}
}

// Start runs a fresh Chromium for the length of the test. HUIYING_CHROMIUM names the program when it isn't
// on the path.
func Start(t testing.TB) *Browser {
	t.Helper()
	program := os.Getenv("HUIYING_CHROMIUM")
	for _, name := range programs {
		if program != "" {
			break
		}
		if found, err := exec.LookPath(name); err == nil {
			program = found
		}
	}
	if program == "" {
		t.Fatal("webtest: no Chromium found; install the package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox,
		chromedp.WindowSize(1366, 768),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("hide-scrollbars", false),
		chromedp.Flag("force-device-scale-factor", "1"),
		chromedp.Flag("lang", "zh-CN"),
		chromedp.Flag("font-render-hinting", "none"),
		chromedp.Env("LANGUAGE=zh_CN"),
		chromedp.WSURLReadTimeout(patience),
	)
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator, chromedp.WithErrorf(quiet))
	t.Cleanup(func() {
		// Cancel waits for the browser to close, so that its profile can be removed.
		if err := chromedp.Cancel(ctx); err != nil && ctx.Err() == nil {
			t.Logf("webtest: closing the browser: %v", err)
		}
		stop()
		stopAllocator()
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("webtest: starting %s: %v", program, err)
	}
	return &Browser{ctx: ctx, tabs: make(chan struct{}, mostTabs)}
}

// quiet drops what chromedp says about events that are newer than it.
func quiet(format string, args ...any) {
	if !strings.Contains(format, "unhandled") {
		log.Printf(format, args...)
	}
}
