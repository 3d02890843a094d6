package mailbox

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// TestCost: a letter that was made to be expensive costs seconds at most, not minutes.
func TestCost(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	word := "=?gbk?B?wrc=?= "
	for name, raw := range map[string]string{
		"encoded words":    "Subject: " + strings.Repeat(word, 900<<10/len(word)) + "\n\nx\n",
		"opened words":     "Subject: " + strings.Repeat("=?", 450<<10) + "\n\nx\n",
		"folded":           "Subject: a\n" + strings.Repeat(" "+strings.Repeat("b", 240)+"\n", 3900) + "\nx\n",
		"addresses":        "From: " + strings.Repeat("<", 900<<10) + "\nReferences: " + strings.Repeat("<a@b>", 10<<10) + "\n\nx\n",
		"parameters":       "Content-Type: text/plain; " + strings.Repeat("a*1*=b; ", 100<<10) + "\nSubject: x\n\nx\n",
		"boundaries":       "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 2*mb),
		"parts in parts":   "Subject: x\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 200_000),
		"quoted-printable": "Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=", 12*mb),
		"HTML":             "Subject: x\nContent-Type: text/html\n\n" + strings.Repeat("<div><!--", mb),
		"one line":         "Subject: x\nContent-Type: text/html\n\n" + strings.Repeat("<a href='", 2*mb),
		"HZ":               "Subject: x\nContent-Type: text/plain; charset=hz-gb-2312\n\n" + strings.Repeat("~{\n", 4*mb),
		"alternatives":     "Subject: x\n" + nested(9, strings.Repeat("清水路", 100<<10)),
		"copies":           "Subject: x\n" + multi("mixed", "b", slices.Repeat([]string{plainPart(strings.Repeat("ab ", mb/2)), htmlPart(strings.Repeat("ab ", mb/2) + "c")}, 8)...),
		"attachments":      mixed([2]string{"Content-Type: application/zip; name=a.zip", "PK\x03\x04" + string(bytes.Repeat([]byte("PK\x01\x02"), 3*mb))}),
	} {
		start := time.Now()
		_, _ = Parser{}.Parse(desk.Source{}, desk.Raw{Bytes: []byte(raw)}, zone(t)) // what becomes of it isn't the question
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		} else if took > time.Second {
			t.Logf("%s: %v", name, took)
		}
	}
}

// nested is a letter in alternatives of alternatives, each with its own long text.
func nested(depth int, words string) string {
	if depth == 0 {
		return htmlPart(words)
	}
	return multi("alternative", fmt.Sprint("b", depth), plainPart(words), nested(depth-1, words))
}
