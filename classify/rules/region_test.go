package rules

import (
	"os"
	"strings"
	"testing"

	"huiying/desk"
)

// floorRegions is what of the sentences that tell a place must be placed right; the
// rest of them, and what was measured, stand in docs/model-card.md.
const floorRegions = 0.95

// TestRegions reads our own sentences: province to street, short names, names that
// many places bear, and names of places that tell no place at all.
func TestRegions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/regions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	g, err := loadPlaces()
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]Set{} // by the office's own region
	codes := map[string]string{}
	code := func(path string) string {
		if _, ok := codes[path]; !ok {
			codes[path] = codeOf(t, g, path)
		}
		return codes[path]
	}
	var told, right, silent, quiet float64
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			t.Fatalf("%q", line)
		}
		want, wantPath := code(fields[1]), fields[1]
		v := desk.Verdict{Confidence: map[string]float64{}}
		if _, ok := sets[fields[0]]; !ok {
			sets[fields[0]] = placeSet(g, code(fields[0]))
		}
		sets[fields[0]].Apply(desk.Text{Body: narrow(fields[2])}, &v)
		got := ""
		if v.Region != nil {
			got = v.Region.Code
		}
		if want == "" {
			if silent++; got == "" {
				quiet++
				continue
			}
		} else if told++; got == want {
			right++
			continue
		}
		t.Logf("%s [%s]: %s %s, want %s %s", fields[2], fields[0], got, g.names[got], want, wantPath)
	}
	t.Logf("told: %.0f of %.0f right (%.4f); not told: %.0f of %.0f left alone (%.4f)", right, told, right/told, quiet, silent, quiet/silent)
	if told < 240 || silent < 50 || right/told < floorRegions || quiet/silent < floorRegions {
		t.Errorf("below the floor of %.2f", floorRegions)
	}
}

// codeOf finds a division by the names from the top down.
func codeOf(t *testing.T, g *gazetteer, path string) string {
	code := ""
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' }) {
		found := ""
		for c, n := range g.names {
			if n == name && strings.HasPrefix(c, code) && len(c) > len(code) && (found == "" || len(c) < len(found) || len(c) == len(found) && c < found) {
				found = c
			}
		}
		if found == "" {
			t.Fatalf("%s: %s isn't a division", path, name)
		}
		code = found
	}
	return code
}
