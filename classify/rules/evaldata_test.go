package rules

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiying/desk"
)

// The floors are a little under what was measured; see docs/model-card.md.
const (
	floorNumbers = 0.97
	floorWhen    = 0.90
	floorLevel   = 0.95
)

// narrow is what of the engine's normalising these reports need.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == 0x3000:
			return ' '
		}
		return r
	}, s)
}

func TestEmergencyReports(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("HUIYING_EVALDATA")
	if folder == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HUIYING_EVALDATA isn't set: the reading of reports wasn't measured")
		}
		t.Skip("HUIYING_EVALDATA isn't set: the reading of reports isn't measured")
	}
	f, err := os.Open(filepath.Join(folder, "emergency", "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sets := table(t)
	var numbers, when, level, all float64
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			Title, Text, Level, Occurred string
			Deaths, Missing, Injured     *int
			Serious                      *int `json:"serious_injured"`
			Poisoned                     *int
			Note                         string `json:"affected_note"`
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		v := desk.Verdict{Confidence: map[string]float64{}}
		for _, s := range sets {
			s.Apply(desk.Text{Title: narrow(r.Title), Body: narrow(r.Text)}, &v)
		}
		vague := strings.Contains(r.Note, "[暂无报告]")
		for _, p := range [][2]*int{{r.Deaths, v.Facts.Deaths}, {r.Missing, v.Facts.Missing}, {r.Injured, v.Facts.Injured}, {r.Serious, v.Facts.SeriousInjured}, {r.Poisoned, v.Facts.Poisoned}} {
			if p[0] == nil && p[1] == nil || p[0] != nil && p[1] != nil && *p[0] == *p[1] || vague && value(p[0]) == value(p[1]) {
				numbers += 0.2
			}
		}
		if r.Level == v.Level {
			level++
		}
		if r.Occurred == strings.TrimSuffix(v.Occurred, ":00+08:00") {
			when++
		}
		all++
	}
	if err := lines.Err(); err != nil || all == 0 {
		t.Fatal(all, err)
	}
	t.Logf("numbers %.4f, when %.4f, level %.4f of %.0f", numbers/all, when/all, level/all, all)
	if numbers/all < floorNumbers || when/all < floorWhen || level/all < floorLevel {
		t.Errorf("below the floors %.2f, %.2f, %.2f", floorNumbers, floorWhen, floorLevel)
	}
}
