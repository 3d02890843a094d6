package mailbox

import (
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

// TestEncodings: every mail in a Chinese encoding, well or badly wrapped, gives
// the title it was made from.
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
	n := 0
	for _, row := range rows[1:] {
		if !strings.HasSuffix(row[0], ".eml") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, "mail", row[0]))
		if err != nil {
			t.Fatal(err)
		}
		parts, err := Parser{}.Parse(desk.Source{}, desk.Raw{Bytes: b}, zone(t))
		if err != nil {
			t.Errorf("%s: %v", row[0], err)
			continue
		}
		got, want := parts[0].Incoming.Title, row[4]
		if !sameButLost(got, want) {
			t.Errorf("%s: title %q, want %q", row[0], got, want)
		}
		if strings.ContainsRune(parts[0].Incoming.Body, '\uFFFD') || parts[0].Incoming.Body == "" {
			t.Errorf("%s: body %.80q", row[0], parts[0].Incoming.Body)
		}
		n++
	}
	t.Logf("%d mails in Chinese encodings: every title as expected", n)
}

// sameButLost compares, letting pass what the sender itself put as "?".
func sameButLost(got, want string) bool {
	g, w := []rune(got), []rune(want)
	if len(g) != len(w) {
		return false
	}
	for i := range g {
		if g[i] != w[i] && g[i] != '?' {
			return false
		}
	}
	return true
}

// TestCounts: each mail of the evaluation data goes through the door by itself, and
// gives an item or a reasoned quarantine: no crash, no hang, no mojibake in a title,
// nothing that vanishes. The counts are in the output.
func TestCounts(t *testing.T) {
	t.Parallel()
	root := corpus.Folder(t)
	door := ingesttest.Open(t, mailKind(), desk.Source{URL: "imap://mail.example.com/INBOX"})
	all, uid := map[string][3]int{}, uint32(0) // mails, items, in quarantine
	for _, part := range []string{"mail", "encodings/mail"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d os.DirEntry, err error) error {
			// What lies beside the mails is the library's own: what it makes of them, and its licence.
			if err != nil || d.IsDir() || !(strings.HasSuffix(path, ".raw") || strings.HasSuffix(path, ".eml")) {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			uid++
			began := time.Now()
			results := door.Receive(rawOf(note{UIDValidity: 1, UID: uid}, b))
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("%s took %v", path, took)
			}
			n := all[part]
			n[0]++
			if len(results) != 1 {
				t.Errorf("%s gave %d results", path, len(results))
			}
			for _, r := range results {
				switch {
				case r.Status == desk.StatusQuarantined && r.Err != nil && r.Err.Message() != "":
					n[2]++
					t.Logf("quarantined: %s: %s", filepath.Base(path), r.Err.Message())
				case r.Status == desk.StatusCreated, r.Status == desk.StatusDuplicate, r.Status == desk.StatusUpdated:
					n[1]++ // some of them are the same letter twice
				default:
					t.Errorf("%s: %+v", path, r)
				}
			}
			all[part] = n
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, it := range door.Items() {
		if strings.ContainsRune(it.Title, '\uFFFD') {
			t.Errorf("mojibake in the title %q", it.Title)
		}
	}
	for part, n := range all {
		if n[0] != n[1]+n[2] || n[0] < 12 {
			t.Errorf("%s: %v", part, n)
		}
		t.Logf("counts: %s: %d mails: %d items, %d in quarantine with a reason, 0 lost", part, n[0], n[1], n[2])
	}
}
