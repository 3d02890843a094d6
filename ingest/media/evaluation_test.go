package media

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

func zone(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestEncodings: every feed in a Chinese encoding, declared rightly or wrongly,
// gives the title it was made from.
func TestEncodings(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus.Folder(t), "encodings")
	f, err := os.Open(filepath.Join(dir, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, row := range rows[1:] {
		want[row[0]] = row[4]
	}
	files, err := filepath.Glob(filepath.Join(dir, "feeds", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no feeds", err)
	}
	items, refused := 0, 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := Parser{}.Parse(desk.Source{}, desk.Raw{Bytes: b, ContentType: "text/xml"}, zone(t))
		if err != nil || len(parts) == 0 {
			t.Errorf("%s: %d parts, %v", filepath.Base(file), len(parts), err)
			continue
		}
		found := false
		for _, p := range parts {
			if p.Err != nil {
				refused++
				t.Logf("%s: %v", filepath.Base(file), p.Err)
				continue
			}
			if strings.ContainsRune(p.Incoming.Title+p.Incoming.Body, '\uFFFD') {
				t.Errorf("%s: mojibake in %q %q", filepath.Base(file), p.Incoming.Title, p.Incoming.Body)
			}
			found = found || p.Incoming.Title == want[filepath.Base(file)]
			items++
		}
		if w, ok := want[filepath.Base(file)]; ok && !found {
			t.Errorf("%s: no entry is called %q; the first is %q", filepath.Base(file), w, parts[0].Incoming.Title)
		}
	}
	if refused != 1 { // the last entry of the feed that is cut short
		t.Errorf("%d entries refused, want 1", refused)
	}
	t.Logf("%d feeds in Chinese encodings: %d items, every title as expected, %d refused with a reason", len(files), items, refused)
}

// TestOddFeeds: each odd feed or page gives items or a reason; none brings the
// reader down.
func TestOddFeeds(t *testing.T) {
	t.Parallel()
	root := filepath.Join(corpus.Folder(t), "feeds", "miniflux")
	files, items, refused := 0, 0, 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !(strings.HasSuffix(path, ".xml") || strings.HasSuffix(path, ".html")) {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		parts, perr := Parser{}.Parse(desk.Source{}, desk.Raw{Bytes: b}, zone(t))
		if perr != nil {
			refused++
			t.Logf("refused: %s: %v", filepath.Base(path), perr)
			return nil
		}
		for _, p := range parts {
			if p.Err != nil {
				t.Logf("quarantined: %s: %v", filepath.Base(path), p.Err)
				continue
			}
			if bad := p.Incoming.Check(); bad != nil {
				t.Errorf("%s: %v", path, bad)
			}
			items++
		}
		if len(parts) > 0 {
			t.Logf("%-35s %4d parts, %.40q %.40q %v", filepath.Base(path), len(parts), parts[0].Incoming.Title, parts[0].Incoming.Body, parts[0].Incoming.OccurredAt)
		} else {
			t.Logf("%-35s no entries", filepath.Base(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 25 || items < 50 {
		t.Errorf("only %d files, %d items", files, items)
	}
	t.Logf("%d odd feeds and pages: %d items, %d documents refused with a reason", files, items, refused)
}
