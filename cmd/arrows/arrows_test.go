// Package arrows holds the layout's arrows as a test: who may import whom, who
// may speak C, who may ask the clock. It has no code of its own, so that it runs
// whatever state the program is in.
package arrows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "huiying"

// listed is one package as `go list -json` tells of it.
type listed struct {
	ImportPath   string
	Dir          string
	Imports      []string
	TestImports  []string
	XTestImports []string
	GoFiles      []string
	CgoFiles     []string
	IgnoredFiles []string `json:"IgnoredGoFiles"`
}

func list(t *testing.T) []listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-e", "-json", module+"/...")
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, complaints.String())
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("only %d packages seen", len(packages))
	}
	return packages
}

// testSupport may be imported by tests of every package, and by no program but
// those under cmd.
var testSupport = []string{"desk/desktest", "desk/desktest/corpus", "desk/pg", "desk/pg/pgtest", "ingest/ingesttest", "web/webtest"}

// allowed says whether the package from may import to, both within the module
// and without its name.
func allowed(from, to string, test bool) bool {
	test = test || isTestSupport(from) // what only tests import is judged as a test
	switch {
	case below(from, "cmd"):
		return true // only cmd sees everything
	case below(to, "cmd"):
		return false
	case test && (from == to || slices.Contains(testSupport, to)):
		return true
	case !test && isTestSupport(to):
		return false
	case from == "desk":
		return to == "desk/timeline"
	case from == "desk/timeline", from == "migrations":
		return false
	case from == "classify/rules":
		return to == "desk"
	case to == "migrations":
		return from == "desk/pg" // which runs them
	case below(from, "web") && (to == "desk/live" || to == "desk/report"):
		return true
	}
	// All arrows point at desk; children may import their parents, never the
	// reverse; siblings don't import each other.
	return to == "desk" || ancestor(to, from)
}

func isTestSupport(p string) bool { return p != "desk/pg" && slices.Contains(testSupport, p) }

func below(p, top string) bool { return p == top || strings.HasPrefix(p, top+"/") }

func ancestor(a, p string) bool { return strings.HasPrefix(p, a+"/") }

// stdlibOnly are the packages that no third party may enter; their tests may use
// what they like.
var stdlibOnly = []string{"desk", "desk/timeline", "classify/rules", "migrations"}

// violations names every import that the layout forbids.
func violations(packages []listed) []string {
	var found []string
	for _, p := range packages {
		from := within(p.ImportPath)
		for _, group := range []struct {
			imports []string
			test    bool
		}{{p.Imports, false}, {p.TestImports, true}, {p.XTestImports, true}} {
			for _, to := range group.imports {
				if broken := judge(from, to, group.test); broken != "" {
					found = append(found, broken)
				}
			}
		}
	}
	return found
}

func judge(from, to string, test bool) string {
	kind := ""
	if test {
		kind = " (test)"
	}
	switch {
	case to == module || strings.HasPrefix(to, module+"/"):
		if !allowed(from, within(to), test) {
			return fmt.Sprintf("%s%s imports %s", from, kind, within(to))
		}
	case thirdParty(to) && !test && slices.Contains(stdlibOnly, from):
		return fmt.Sprintf("%s imports %s: the standard library only", from, to)
	}
	return ""
}

func within(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// thirdParty goes by the dot that every host name has and no standard package.
func thirdParty(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".")
}

func TestArrows(t *testing.T) {
	t.Parallel()
	for _, broken := range violations(list(t)) {
		t.Error(broken)
	}
}

// TestNoUnknownRoom keeps the top level as the layout has it.
func TestNoUnknownRoom(t *testing.T) {
	t.Parallel()
	rooms := []string{"cmd", "desk", "ingest", "classify", "web", "migrations"}
	for _, p := range list(t) {
		top, _, _ := strings.Cut(within(p.ImportPath), "/")
		if !slices.Contains(rooms, top) {
			t.Errorf("%s stands outside the layout", p.ImportPath)
		}
		switch path.Base(p.ImportPath) {
		case "util", "utils", "helpers", "common", "misc":
			t.Errorf("%s is named for nothing", p.ImportPath)
		}
	}
}

// TestArrowsAreSeen proves that the test above can fail, and doesn't fail for
// what the layout allows.
func TestArrowsAreSeen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		test     bool
		ok       bool
	}{
		{from: "desk", to: "fmt", ok: true},
		{from: "desk", to: "huiying/desk/timeline", ok: true},
		{from: "desk", to: "huiying/desk/pg"},
		{from: "desk", to: "huiying/classify"},
		{from: "desk", to: "github.com/jackc/pgx/v5"},
		{from: "desk", to: "pgregory.net/rapid", test: true, ok: true},
		{from: "desk", to: "huiying/desk/pg/pgtest", test: true, ok: true},
		{from: "desk", to: "huiying/desk/desktest", test: true, ok: true},
		{from: "desk", to: "huiying/desk/desktest"},
		{from: "desk", to: "huiying/desk", test: true, ok: true},
		{from: "desk", to: "huiying/desk/sweep", test: true},
		{from: "desk/timeline", to: "huiying/desk"},
		{from: "desk/timeline", to: "golang.org/x/text/width"},
		{from: "desk/sweep", to: "huiying/desk", ok: true},
		{from: "desk/sweep", to: "huiying/desk/live"},
		{from: "desk/sweep", to: "huiying/desk/live", test: true},
		{from: "desk/sweep", to: "huiying/desk/pg"},
		{from: "desk/sweep", to: "huiying/desk/pg", test: true, ok: true},
		{from: "desk/notify/slack", to: "huiying/desk/notify", ok: true},
		{from: "desk/notify/slack", to: "github.com/slack-go/slack", ok: true},
		{from: "desk/notify/slack", to: "huiying/desk/notify/webhook"},
		{from: "desk/notify", to: "huiying/desk/notify/slack"},
		{from: "desk/pg", to: "huiying/migrations", ok: true},
		{from: "desk/live", to: "huiying/migrations"},
		{from: "desk/pg/pgtest", to: "huiying/desk/pg", ok: true},
		{from: "desk/pg", to: "huiying/desk/pg/pgtest"},
		{from: "desk/pg", to: "huiying/desk/pg/pgtest", test: true, ok: true},
		{from: "desk/desktest", to: "huiying/desk", ok: true},
		{from: "desk/desktest", to: "huiying/desk/pg/pgtest", ok: true},
		{from: "desk/desktest", to: "huiying/desk/sweep"},
		{from: "ingest", to: "huiying/desk", ok: true},
		{from: "ingest", to: "huiying/desk/pg"},
		{from: "ingest", to: "huiying/classify"},
		{from: "ingest/mailbox", to: "huiying/ingest", ok: true},
		{from: "ingest/mailbox", to: "huiying/ingest/media"},
		{from: "ingest/mailbox", to: "huiying/ingest/ingesttest", test: true, ok: true},
		{from: "ingest", to: "huiying/ingest/mailbox"},
		{from: "classify", to: "huiying/classify/jieba"},
		{from: "classify/model", to: "huiying/classify", ok: true},
		{from: "classify/rules", to: "huiying/desk", ok: true},
		{from: "classify/rules", to: "huiying/classify"},
		{from: "classify/rules", to: "huiying/desk/timeline"},
		{from: "classify/rules", to: "github.com/longbridgeapp/opencc"},
		{from: "web", to: "huiying/desk/live", ok: true},
		{from: "web", to: "huiying/desk/report", ok: true},
		{from: "web", to: "huiying/desk/pg"},
		{from: "web", to: "huiying/desk/sweep"},
		{from: "web", to: "huiying/ingest"},
		{from: "web", to: "huiying/cmd/huiying"},
		{from: "cmd/huiying", to: "huiying/desk/pg", ok: true},
		{from: "cmd/testdb", to: "huiying/desk/pg/pgtest", ok: true},
		{from: "migrations", to: "huiying/desk"},
	} {
		p := listed{ImportPath: module + "/" + c.from, Imports: []string{c.to}}
		if c.test {
			p.Imports, p.XTestImports = nil, []string{c.to}
		}
		if found := violations([]listed{p}); (len(found) == 0) != c.ok {
			t.Errorf("%s → %s (test %v): %v", c.from, c.to, c.test, found)
		}
	}
}
