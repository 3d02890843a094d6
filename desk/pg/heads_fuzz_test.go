package pg

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzHeads: a file of heads, whatever has become of it, gives heads that are
// written as they were read, and counts every other line.
func FuzzHeads(f *testing.F) {
	f.Add([]byte("abc 1 00ff\nabc 2 11\n"))
	f.Add([]byte("abc 1\n\n\x00\nabc -1 00\nabc 9223372036854775808 00\nabc 1 0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		heads, unreadable, err := readHeads(bytes.NewReader(b))
		if err != nil {
			return // a line without end
		}
		lines := 0
		for line := range strings.Lines(string(b)) {
			if strings.TrimSpace(line) != "" {
				lines++
			}
		}
		if len(heads)+unreadable != lines {
			t.Errorf("%d heads and %d unreadable of %d lines", len(heads), unreadable, lines)
		}
		for _, h := range heads {
			if again, ok := parseHead(h.String()); !ok || again.String() != h.String() {
				t.Errorf("%v, then %v", h, again)
			}
		}
	})
}
