package media

import (
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDoorsPage: what docs/doors.md tells a vendor is so.
func TestDoorsPage(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/doors.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	find := func(pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("the page has no %s", pattern)
		}
		return m[1]
	}
	secret, stamp, body := find(`secret='([^']+)'`), find(`stamp='([^']+)'`), find(`body='([^']+)'`)
	if got, want := hex.EncodeToString(Sign(secret, stamp, []byte(body))), find(`(?m)^# ([0-9a-f]{64})$`); got != want {
		t.Errorf("the example signs as %s, not %s", got, want)
	}
	m, err := ReadMapping([]byte(find("(?s)```json\n(.*?)```")))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := mentions([]byte(body), m)
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d mentions in the example, %v", len(docs), err)
	}
	m.ExternalID = "" // the example has none
	in, bad := m.mention(docs[0], nil)
	if bad != nil || in.Title != "河口街道停水" || in.URL != "https://news.example.com/1" || in.ExternalID != in.URL || in.Reach == nil || *in.Reach != 1204 {
		t.Errorf("the example reads as %+v, %v", in, bad)
	}
	for _, f := range mappingFields {
		if !strings.Contains(page, `"`+f+`"`) {
			t.Errorf("the page says nothing of %s", f)
		}
	}
}
