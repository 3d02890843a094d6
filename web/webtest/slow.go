package webtest

import (
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
)

// Slow gives the tab a poor line and a poor machine: kbit/s both ways, 100 ms to the server and back, and a processor that many
// times slower. It also empties the cache and keeps it empty, as on a first visit. Chromium's own throttling does it.
func (tab *Tab) Slow(kbit, processor float64) {
	tab.t.Helper()
	bytes := kbit * 1000 / 8
	tab.Do(network.ClearBrowserCache(), network.SetCacheDisabled(true), network.EmulateNetworkConditions(false, 100, bytes, bytes), emulation.SetCPUThrottlingRate(processor))
}

// Line gives the tab a poor line, kbit/s both ways, and nothing else: what it has, it keeps, and a page arrives in pieces. 0 is
// the line it had.
func (tab *Tab) Line(kbit float64) {
	tab.t.Helper()
	bytes := kbit * 1000 / 8
	if kbit == 0 {
		bytes = -1
	}
	tab.Do(network.EmulateNetworkConditions(false, 0, bytes, bytes))
}

// Shifts keeps, in every page that the tab opens from now on, what Chromium reports as moved without the person's doing:
// globalThis.shifts is a list of {value, moved}, moved being what moved, as selectors.
func (tab *Tab) Shifts() {
	tab.t.Helper()
	tab.Before(`globalThis.shifts = [];
new PerformanceObserver((list) => {
  for (const e of list.getEntries()) {
    if (e.hadRecentInput) continue;
    shifts.push({value: e.value, moved: e.sources.map((s) => { const n = s.node?.nodeType === 1 ? s.node : s.node?.parentElement; return n ? (n.closest("[data-row]") ? n.closest("ul,ol,tbody")?.className + " > row" : n.tagName.toLowerCase() + (n.id ? "#" + n.id : "") + "." + n.className) : "?"; })});
  }
}).observe({type: "layout-shift", buffered: true});`)
}
