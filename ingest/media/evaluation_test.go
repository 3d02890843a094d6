package media

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/ingest/ingesttest"
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

// TestCounts: each feed and page of the evaluation data goes through the door by
// itself; every entry is an item or in quarantine with its reason, and a document
// that is no feed is in quarantine whole. The counts are in the output.
func TestCounts(t *testing.T) {
	t.Parallel()
	root := corpus.Folder(t)
	door := ingesttest.Open(t, feedKind(), desk.Source{URL: "https://news.example/feed"})
	type counts struct{ files, feeds, empty, refused, items, quarantined int }
	all := map[string]counts{}
	for _, part := range []string{"feeds", "encodings/feeds"} {
		var n counts
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "LICENSE") {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			n.files++
			began := time.Now()
			results := door.Receive(desk.Raw{Bytes: b, ContentType: "text/xml"})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("%s took %v", path, took)
			}
			items, bad := 0, 0
			for _, r := range results {
				switch {
				case r.Status == desk.StatusQuarantined && r.Err != nil && r.Err.Message() != "":
					bad++
					t.Logf("quarantined: %s: %s", filepath.Base(path), r.Err.Message())
				case r.Status == desk.StatusCreated, r.Status == desk.StatusDuplicate, r.Status == desk.StatusUpdated:
					items++
				default:
					t.Errorf("%s: %+v", path, r)
				}
			}
			switch {
			case items > 0:
				n.feeds++
			case bad > 0:
				n.refused++
			default:
				n.empty++
				if entries := bytes.Count(b, []byte("<item")) + bytes.Count(b, []byte("<entry")); entries > 0 {
					t.Errorf("%s has %d entries, and nothing came of them", path, entries)
				}
				t.Logf("no entries: %s", filepath.Base(path))
			}
			n.items, n.quarantined = n.items+items, n.quarantined+bad
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		all[part] = n
	}
	for _, it := range door.Items() {
		if strings.ContainsRune(it.Title, '\uFFFD') {
			t.Errorf("mojibake in the title %q", it.Title)
		}
	}
	for part, n := range all {
		if n.files != n.feeds+n.refused+n.empty || n.files < 7 {
			t.Errorf("%s: %+v", part, n)
		}
		t.Logf("counts: %s: %d documents: %d feeds, %d refused whole with a reason, %d without an entry; %d items, %d parts in quarantine with a reason, 0 lost", part, n.files, n.feeds, n.refused, n.empty, n.items, n.quarantined)
	}
}
