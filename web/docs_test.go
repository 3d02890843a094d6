package web

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestDocs: what programs are told in docs/ is what the line does.
func TestDocs(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		b, err := os.ReadFile("../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	words, machine := read("live.md"), read("asyncapi.yaml")
	for _, code := range []int{closeRestart, closeSession, closeRevoked, closeSlow, closeRights, closeCursor} {
		if !strings.Contains(words, strconv.Itoa(code)) {
			t.Errorf("live.md doesn't know close code %d", code)
		}
	}
	for _, want := range []string{FormatJSON, FormatHTML, "every " + strconv.Itoa(int(defaultPulse.check.Seconds())) + " s",
		"pings every " + strconv.Itoa(int(defaultPulse.ping.Seconds())) + " s", "for " + strconv.Itoa(int(defaultPulse.pong.Seconds())) + " s"} {
		if !strings.Contains(words, want) {
			t.Errorf("live.md doesn't say %q", want)
		}
	}
	for _, want := range []string{FormatJSON, cookieName, "address: /live"} {
		if !strings.Contains(machine, want) {
			t.Errorf("asyncapi.yaml doesn't say %q", want)
		}
	}
	if strings.Contains(machine, "\t") {
		t.Error("asyncapi.yaml holds a tab")
	}
}
