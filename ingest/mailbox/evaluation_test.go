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

// TestOddMails: each of the odd real-world mails becomes an item or is refused
// with a reason; none brings the reader down and no title is mojibake.
func TestOddMails(t *testing.T) {
	t.Parallel()
	root := filepath.Join(corpus.Folder(t), "mail", "enmime")
	items, refused := 0, 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !(strings.HasSuffix(path, ".raw") || strings.HasSuffix(path, ".eml")) {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		parts, perr := Parser{}.Parse(desk.Source{}, desk.Raw{Bytes: b}, zone(t))
		if perr != nil {
			refused++
			t.Logf("refused: %s: %v", filepath.Base(path), perr)
			return nil
		}
		in := parts[0].Incoming
		if bad := in.Check(); bad != nil {
			t.Errorf("%s: %v", path, bad)
		}
		if strings.ContainsRune(in.Title, '\uFFFD') {
			t.Errorf("%s: mojibake in the title %q", path, in.Title)
		}
		if testing.Verbose() {
			t.Logf("%-60s %.50q %.60q %q", filepath.Base(path), in.Title, in.Body, in.Author.Name)
		}
		items++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if items < 60 {
		t.Errorf("only %d items", items)
	}
	t.Logf("%d odd mails: %d items, %d refused with a reason", items+refused, items, refused)
}
