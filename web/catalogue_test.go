package web

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	han      = regexp.MustCompile(`\p{Han}`)
	action   = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	note     = regexp.MustCompile(`(?s)\{\{/\*.*?\*/\}\}`)
	saidIn   = regexp.MustCompile(`(?:\bt |"(?:label|hint|placeholder)" )"((?:[^"\\]|\\.)*)"`)
	literal  = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	jsNote   = regexp.MustCompile(`(?m)^\s*//.*$| // .*$|/\*.*?\*/`)
	jsUnits  = map[string]bool{"天": true, "小时": true, "分": true, "秒": true} // countdown.js has both languages' units
	iconIn   = regexp.MustCompile(`\bicon "([a-z]+)"`)
	verb     = regexp.MustCompile(`%[ds]`)
	bothSets = []string{"views/en.json", "views/en-js.json"}
)

// TestViewsTranslated: every text that a view says has its English, and none stands outside the catalogue.
func TestViewsTranslated(t *testing.T) {
	t.Parallel()
	english, err := loadCatalogue(bothSets[0])
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = fs.WalkDir(viewFiles, "views", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" {
			return err
		}
		raw, err := viewFiles.ReadFile(name)
		if err != nil {
			return err
		}
		body := note.ReplaceAllString(string(raw), "")
		for _, act := range action.FindAllString(body, -1) {
			for _, m := range saidIn.FindAllStringSubmatch(act, -1) {
				seen++
				if _, ok := english[m[1]]; !ok && han.MatchString(m[1]) {
					t.Errorf("%s: %q has no English in en.json", name, m[1])
				}
			}
		}
		for i, line := range strings.Split(action.ReplaceAllString(body, ""), "\n") {
			// Samples show what people wrote, which isn't translated.
			if han.MatchString(line) && !strings.HasPrefix(name, "views/look/") {
				t.Errorf("%s:%d: text outside the catalogue: %s", name, i+1, strings.TrimSpace(line))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 80 {
		t.Errorf("only %d texts found; the pattern no longer finds them", seen)
	}
}

// TestScriptsTranslated: every Chinese text in a script has its English.
func TestScriptsTranslated(t *testing.T) {
	t.Parallel()
	english, err := loadCatalogue(bothSets[1])
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(staticFiles, "static/js/*.js")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	used := map[string]bool{}
	for _, name := range files {
		raw, err := staticFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(jsNote.ReplaceAllString(string(raw), ""), -1) {
			if !han.MatchString(m[1]) || jsUnits[m[1]] {
				continue
			}
			used[m[1]] = true
			if _, ok := english[m[1]]; !ok {
				t.Errorf("%s: %q has no English in en-js.json", name, m[1])
			}
		}
	}
	for key := range english {
		if !used[key] {
			t.Errorf("en-js.json: no script says %q any more", key)
		}
	}
}

// TestCatalogueVerbs: a translation takes the same values in the same order.
func TestCatalogueVerbs(t *testing.T) {
	t.Parallel()
	for _, file := range bothSets {
		english, err := loadCatalogue(file)
		if err != nil {
			t.Fatal(err)
		}
		for key, text := range english {
			if a, b := strings.Join(verb.FindAllString(key, -1), ""), strings.Join(verb.FindAllString(text, -1), ""); a != b {
				t.Errorf("%s: %q takes %q, its English %q", file, key, a, b)
			}
			if han.MatchString(text) || strings.TrimSpace(text) == "" {
				t.Errorf("%s: %q is not translated: %q", file, key, text)
			}
		}
	}
}
