package migrations

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var (
	update = flag.Bool("update", false, "write digests.txt (make digests)")
	redo   = flag.Bool("redo", false, "let -update change digests that stand; only before the first release")
)

const listName = "digests.txt"

var fileName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.sql$`)

// TestReleasedFilesStand fails when a released file was edited, renamed or
// removed, and when numbers have gaps or repeat.
func TestReleasedFilesStand(t *testing.T) {
	if err := contiguous(FS); err != nil {
		t.Error(err)
	}
	list, err := os.ReadFile(listName)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		next, err := extend(FS, string(list), *redo)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(listName, []byte(next), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := stands(FS, string(list)); err != nil {
		t.Errorf("%v\nwrite a new numbered file instead", err)
	}
}

// contiguous wants 0001, 0002, … each once, and every file a migration forward.
func contiguous(files fs.FS) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	var errs []error
	for i, name := range names {
		match := fileName.FindStringSubmatch(name)
		if match == nil {
			errs = append(errs, fmt.Errorf("%s: want a name like 0001_what_it_does.sql", name))
		} else if want := fmt.Sprintf("%04d", i+1); match[1] != want {
			errs = append(errs, fmt.Errorf("%s: want number %s, without gap or repeat", name, want))
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if !strings.Contains(string(text), "-- +goose Up\n") || strings.Contains(string(text), "-- +goose Down") {
			errs = append(errs, fmt.Errorf("%s: want `-- +goose Up` and no way down", name))
		}
	}
	return errors.Join(errs...)
}

// stands says which released files differ from the list.
func stands(files fs.FS, list string) error {
	var errs []error
	for _, line := range entries(list) {
		want, name, _ := strings.Cut(line, "  ")
		if got, err := digest(files, name); err != nil {
			errs = append(errs, fmt.Errorf("released %s: %w", name, err))
		} else if got != want {
			errs = append(errs, fmt.Errorf("released %s was edited", name))
		}
	}
	return errors.Join(errs...)
}

// extend adds the files that aren't listed yet. Listed ones must stand, unless redo.
func extend(files fs.FS, list string, redo bool) (string, error) {
	if redo {
		list = strings.Join(comments(list), "")
	}
	if err := stands(files, list); err != nil {
		return "", err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		sum, err := digest(files, name)
		if err != nil {
			return "", err
		}
		if line := sum + "  " + name; !slices.Contains(entries(list), line) {
			list += line + "\n"
		}
	}
	return list, nil
}

func entries(list string) []string {
	return slices.DeleteFunc(strings.Split(list, "\n"), func(line string) bool {
		return line == "" || line[0] == '#'
	})
}

func comments(list string) []string {
	return slices.DeleteFunc(strings.SplitAfter(list, "\n"), func(line string) bool {
		return line == "" || line[0] != '#'
	})
}

func digest(files fs.FS, name string) (string, error) {
	text, err := fs.ReadFile(files, name)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// TestGuardSees proves that the guard above can fail.
func TestGuardSees(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)} }
	released := fstest.MapFS{"0001_a.sql": file("SELECT 1;"), "0002_b.sql": file("SELECT 2;")}
	list, err := extend(released, "# head\n", false)
	if err != nil || len(entries(list)) != 2 || !strings.HasPrefix(list, "# head\n") {
		t.Fatalf("extend: %q, %v", list, err)
	}
	for name, c := range map[string]struct {
		files fstest.MapFS
		stand bool
	}{
		"same":    {released, true},
		"added":   {fstest.MapFS{"0001_a.sql": released["0001_a.sql"], "0002_b.sql": released["0002_b.sql"], "0003_c.sql": file("")}, true},
		"edited":  {fstest.MapFS{"0001_a.sql": released["0001_a.sql"], "0002_b.sql": file("SELECT 3;")}, false},
		"removed": {fstest.MapFS{"0001_a.sql": released["0001_a.sql"]}, false},
		"renamed": {fstest.MapFS{"0001_a.sql": released["0001_a.sql"], "0002_c.sql": released["0002_b.sql"]}, false},
	} {
		if err := stands(c.files, list); (err == nil) != c.stand {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := extend(c.files, list, false); (err == nil) != c.stand {
			t.Errorf("%s: extend: %v", name, err)
		}
		if next, err := extend(c.files, list, true); err != nil || len(entries(next)) != len(c.files) {
			t.Errorf("%s: redo: %q, %v", name, next, err)
		}
	}
	for name, files := range map[string]fstest.MapFS{
		"gap":      {"0001_a.sql": file(""), "0003_c.sql": file("")},
		"repeat":   {"0001_a.sql": file(""), "0001_b.sql": file("")},
		"name":     {"1_a.sql": file("")},
		"no up":    {"0001_a.sql": {Data: []byte("SELECT 1;")}},
		"way down": {"0001_a.sql": file("-- +goose Down\n")},
	} {
		if contiguous(files) == nil {
			t.Errorf("%s: not seen", name)
		}
	}
}
