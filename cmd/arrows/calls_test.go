package arrows

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// forbidden are the calls that only cmd and tests make: time is a value, taken
// once and handed down, and every context comes from a caller who can end it.
var forbidden = map[string][]string{
	"time":    {"Now", "Since", "Until"},
	"context": {"Background", "TODO"},
}

// finding is what one file does that it may not.
type finding struct {
	where, what string
}

// read lists a file's forbidden calls, and whether it speaks C.
func read(name string, source any) (found []finding, cgo bool, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, false, err
	}
	names := map[string]string{} // what the file calls a package → its path
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, false, err
		}
		if importPath == "C" {
			cgo = true
		}
		local := path.Base(importPath)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == "." && forbidden[importPath] != nil {
			found = append(found, finding{files.Position(spec.Pos()).String(), "imports " + importPath + " into its own names"})
		}
		names[local] = importPath
	}
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := selector.X.(*ast.Ident); ok && slices.Contains(forbidden[names[pkg.Name]], selector.Sel.Name) {
			found = append(found, finding{files.Position(selector.Pos()).String(), names[pkg.Name] + "." + selector.Sel.Name})
		}
		return true
	})
	return found, cgo, nil
}

// exempt are the packages that may: programs, and what only tests import.
func exempt(p string) bool { return below(p, "cmd") || isTestSupport(p) }

func TestClockAndContextComeFromOutside(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, p := range list(t) {
		from := within(p.ImportPath)
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredFiles) {
			found, cgo, err := read(filepath.Join(p.Dir, name), nil)
			if err != nil {
				t.Error(err)
				continue
			}
			seen++
			if cgo && from != "classify/jieba" {
				t.Errorf("%s/%s: only classify/jieba uses cgo", from, name)
			}
			for _, f := range found {
				if !exempt(from) && !strings.HasSuffix(name, "_test.go") {
					t.Errorf("%s: %s: only cmd and tests may", f.where, f.what)
				}
			}
		}
		if slices.Contains(p.Imports, "github.com/yanyiwu/gojieba") && from != "classify/jieba" {
			t.Errorf("%s imports gojieba, which brings cgo: only classify/jieba may", from)
		}
	}
	if seen < 20 {
		t.Errorf("only %d files seen", seen)
	}
}

func TestCallsAreSeen(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`import "time"; var a = time.Now()`:                                                "time.Now",
		`import "time"; type o struct{ n func() time.Time }; var a = o{time.Now}`:          "time.Now",
		`import clock "time"; var a = clock.Since(b); var b clock.Time`:                    "time.Since",
		`import . "time"; var a = Now()`:                                                   "imports time into its own names",
		`import "context"; var a = context.Background()`:                                   "context.Background",
		`import "context"; var a = context.TODO()`:                                         "context.TODO",
		`import "time"; var a = time.Second`:                                               "",
		`import "other/time"; var a = time.Now()`:                                          "",
		`type c struct{}; func (c) Now() int { return 1 }; var time c; var a = time.Now()`: "",
	} {
		found, cgo, err := read("a.go", "package a; "+source)
		if err != nil {
			t.Fatal(err)
		}
		what := []string{}
		for _, f := range found {
			what = append(what, f.what)
		}
		if got := strings.Join(what, ","); got != want || cgo {
			t.Errorf("%s: %s, want %q", source, fmt.Sprint(what), want)
		}
	}
	if _, cgo, err := read("a.go", "package a\nimport \"C\"\n"); err != nil || !cgo {
		t.Errorf("cgo isn't seen: %v", err)
	}
}
