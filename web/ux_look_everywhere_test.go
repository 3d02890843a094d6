package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huiying/desk"
)

// notPages answer GET and are no page of their own: files, streams, fragments, redirects, and the pages of a drill, which
// have tests of their own.
var notPages = []string{"/healthz", "/readyz", "/metrics", "/openapi.json", "/live", "/palette", "/look", "/enter", "/debrief", "/login", "/views", "/items.csv", "/items/{id}/shot", "/duty/{id}/sheet", "/items.xlsx", "/imports/{id}/results"}

// TestEverywhere says which pages the tests over all pages don't see.
func TestEverywhere(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	var paths []string
	for _, p := range everywhere(caseOf{blast: desk.Incident{ID: 1}, chicken: desk.Incident{ID: 2}}, desk.Release{ID: 1}, desk.Incident{ID: 3}) {
		path, _, _ := strings.Cut(p.path, "?")
		paths = append(paths, path)
	}
	var missing []string
	for _, rt := range n.s.routes {
		if rt.method != http.MethodGet || strings.HasPrefix(rt.path, "/api/") || strings.HasPrefix(rt.path, "/static/") || strings.Contains(rt.path, "*") ||
			strings.HasPrefix(rt.path, "/choices/") || strings.HasPrefix(rt.path, "/drill/") || strings.HasSuffix(rt.path, "/proof") || slices.Contains(notPages, rt.path) {
			continue
		}
		pattern := regexp.MustCompile("^" + regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(rt.path, `[^/]+`) + "$")
		if !slices.ContainsFunc(paths, pattern.MatchString) {
			missing = append(missing, rt.path)
		}
	}
	if len(missing) > 0 {
		t.Errorf("seen by none of the tests over all pages: %v", missing)
	}
}
