// Package corpus gives fuzz targets real text to start from. The text isn't part
// of the repository: it is read at run time from the folder that HUIYING_EVALDATA
// names, and where that is unset there are only the seeds of our own writing. It
// imports nothing of the module, so that every test may use it.
package corpus

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Env names the folder of evaluation data.
const Env = "HUIYING_EVALDATA"

const (
	// maxSeed bounds a seed in bytes: longer ones slow the search down.
	maxSeed = 8 << 10
	// maxLine bounds a line of the reports.
	maxLine = 1 << 20
)

// Text is a message or a report.
type Text struct{ Title, Body string }

// Folder is where the evaluation data lies; a test that needs it is skipped
// without it, and fails where CI=true.
func Folder(t testing.TB) string {
	t.Helper()
	dir := os.Getenv(Env)
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(Env + " is not set: the evaluation data must be there in CI")
		}
		t.Skip(Env + " is not set: not run on real text")
	}
	return dir
}

// Files gives the files of the patterns, the short ones; none when there is no
// evaluation data.
func Files(t testing.TB, patterns ...string) (list [][]byte) {
	t.Helper()
	dir := os.Getenv(Env)
	if dir == "" {
		return nil
	}
	for _, p := range patterns {
		names, err := filepath.Glob(filepath.Join(dir, p))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", p, len(names), err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if len(b) < maxSeed {
				list = append(list, b)
			}
		}
	}
	return list
}

// Texts gives n messages of citizens and n reports of accidents, spread over all
// of them; none when there is no evaluation data.
func Texts(t testing.TB, n int) []Text {
	t.Helper()
	dir := os.Getenv(Env)
	if dir == "" {
		return nil
	}
	return append(spread(messages(t, filepath.Join(dir, "hot-topics", "messages.csv")), n),
		spread(reports(t, filepath.Join(dir, "emergency", "dev.jsonl")), n)...)
}

// spread takes n short texts at even distances.
func spread(all []Text, n int) (list []Text) {
	for i := 0; i < len(all) && len(list) < n; i += max(len(all)/n, 1) {
		if len(all[i].Title)+len(all[i].Body) < maxSeed {
			list = append(list, all[i])
		}
	}
	return list
}

func messages(t testing.TB, name string) (list []Text) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const title, body = 2, 4
	for _, r := range rows[1:] {
		list = append(list, Text{r[title], r[body]})
	}
	return list
}

func reports(t testing.TB, name string) (list []Text) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var e struct{ Title, Text string }
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, Text{e.Title, e.Text})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
