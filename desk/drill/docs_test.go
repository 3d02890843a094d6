package drill

import (
	"os"
	"slices"
	"strings"
	"testing"

	"huiying/desk"
)

// What docs/scenarios.md shows is what the program reads.
func TestDocumented(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	_, rest, _ := strings.Cut(doc, "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the page shows no example")
	}
	s, err := Parse([]byte(example))
	if err != nil {
		t.Fatalf("the example: %v", err)
	}
	if s.Calls() != 1 || s.Letters() != 1 || s.Posts() != 1 || len(s.Guide) != 1 || len(s.People) != 2 {
		t.Errorf("the example is read as %+v", s)
	}
	words := strings.Fields(strings.NewReplacer(",", " ", ".\n", " ", ". ", " ", "\n", " ").Replace(doc))
	for _, act := range doneBy {
		if !slices.Contains(words, act) {
			t.Errorf("%s isn't documented", act)
		}
	}
	for _, r := range desk.RoleNames {
		if !slices.Contains(words, string(r.Role)) {
			t.Errorf("role %s isn't documented", r.Role)
		}
	}
}
