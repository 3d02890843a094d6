package rules

import (
	"testing"

	"huiying/desk"
)

// printers say what a set has read, in the words of its examples.
var printers = map[string]func(*desk.Verdict) string{
	"kind":        func(v *desk.Verdict) string { return v.Kind },
	"category":    func(v *desk.Verdict) string { return v.Category },
	"place":       printRegion,
	"casualties":  printCasualties,
	"loss":        printLoss,
	"crowd":       printCrowd,
	"at_risk":     printRisk,
	"occurred":    func(v *desk.Verdict) string { return v.Occurred },
	"level":       func(v *desk.Verdict) string { return v.Level },
	"group_risk":  printGroup,
	"peril":       printPeril,
	"urgency":     func(v *desk.Verdict) string { return v.Urgency },
	"departments": (*desk.Verdict).Department,
	"rumour":      printRumour,
	"sentiment":   printSentiment,
}

func table(t testing.TB) []Set {
	t.Helper()
	sets, err := Table(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sets
}

func TestExamples(t *testing.T) {
	t.Parallel()
	sets := table(t)
	for _, s := range sets {
		printed, ok := printers[s.Name]
		if !ok || len(s.Examples) < 3 {
			t.Errorf("%s: a rule set needs a printer and three examples", s.Name)
			continue
		}
		for _, e := range s.Examples {
			v := desk.Verdict{Category: e.Category, Confidence: map[string]float64{}}
			text := desk.Text{Title: e.Title, Body: e.Body, At: e.At}
			if s.Name == "level" { // reads what the sets before it have found
				for _, earlier := range sets {
					if earlier.Name == s.Name {
						break
					}
					earlier.Apply(text, &v)
				}
			}
			s.Apply(text, &v)
			if got := printed(&v); got != e.Want {
				t.Errorf("%s: %q %q: got %q, want %q", s.Name, e.Title, e.Body, got, e.Want)
			}
			for _, ev := range v.Evidence {
				source := e.Body
				if ev.In == "title" {
					source = e.Title
				}
				if ev.Start < 0 || ev.End > len(source) || ev.Start >= ev.End || source[ev.Start:ev.End] != ev.Text {
					t.Errorf("%s: evidence %+v isn't in the text", s.Name, ev)
				}
			}
		}
	}
}
