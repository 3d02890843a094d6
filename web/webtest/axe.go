package webtest

import (
	_ "embed"
	"fmt"
	"strings"
)

// axe-core 4.14.1 (MPL-2.0), unchanged; see testdata/axe-core-4.14.1/LICENSE.
//
//go:embed testdata/axe-core-4.14.1/axe.min.js
var axeSource string

// Axe fails the test when axe-core finds anything serious or critical on the page as it stands.
func (tab *Tab) Axe() {
	tab.t.Helper()
	var found []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, FailureSummary string }
	}
	// The page's own policy doesn't bind what the debugger evaluates.
	tab.Eval(axeSource+";0", nil)
	tab.Eval(`axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then((r) => r.violations.map((v) => ({ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.slice(0, 5).map((n) => ({HTML: n.html, FailureSummary: n.failureSummary}))})))`, &found)
	for _, v := range found {
		if v.Impact != "serious" && v.Impact != "critical" {
			continue
		}
		var nodes strings.Builder
		for _, n := range v.Nodes {
			fmt.Fprintf(&nodes, "\n  %.240s\n    %s", n.HTML, strings.ReplaceAll(n.FailureSummary, "\n", "\n    "))
		}
		tab.t.Errorf("webtest: axe: %s (%s): %s%s", v.ID, v.Impact, v.Help, nodes.String())
	}
}
