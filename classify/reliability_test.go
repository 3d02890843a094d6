package classify

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"huiying/desk"
)

// drawn are verdicts that are right as often as a curve over what they claim says.
func drawn(n int, slope, shift float64) []Judged {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]Judged, n)
	for i := range list {
		list[i].Sure = 0.3 + 0.65*r.Float64()
		list[i].Right = r.Float64() < curve(slope, shift, list[i].Sure)
		list[i].Lenient = list[i].Right || r.Float64() < 0.2
	}
	return list
}

func TestReliablyFindsTheCurve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ slope, shift float64 }{{1, 0}, {2, 0.5}, {0.5, -0.3}} {
		r := Reliably(desk.FieldKind, drawn(8000, c.slope, c.shift))
		if math.Abs(r.Slope-c.slope) > 0.12 || math.Abs(r.Shift-c.shift) > 0.12 {
			t.Errorf("%+v: found %.2f %+.2f", c, r.Slope, r.Shift)
		}
		texts := 0
		for _, b := range r.Bins {
			texts += b.Size
			if b.Said < b.From || b.Said > b.To || b.Lenient < b.Right {
				t.Errorf("%+v: %+v", c, b)
			}
			if b.Size > 100 && math.Abs(b.Said-b.Right) > 4*b.Error {
				t.Errorf("%+v: %+v isn't reliable", c, b)
			}
		}
		if texts != r.Size {
			t.Errorf("%d of %d texts are told", texts, r.Size)
		}
	}
	if r := Reliably(desk.FieldKind, nil); r.Size != 0 || len(r.Bins) != 0 || math.IsNaN(r.Slope) {
		t.Errorf("of nothing: %+v", r)
	}
	if r := Reliably(desk.FieldKind, []Judged{{0.9, true, true}, {0.9, true, true}}); math.IsNaN(r.Slope) || len(r.Bins) == 0 || r.Bins[0].Error == 0 {
		t.Errorf("of two: %+v", r)
	}
}

func TestWriteReliability(t *testing.T) {
	t.Parallel()
	var w bytes.Buffer
	if err := WriteReliability(&w, []Reliability{{Field: desk.FieldCategory, Size: 20, Slope: 1, Bins: []Bin{{0.9, 1, 20, 0.94, 0.95, 0.05, 1}}}}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"| 领域 15 类 | 90–100% | 20 | 0.94 | 0.95 | 0.05 | 1.00 |", "| 领域 15 类 | 还须调整 | 20 | 斜率 1.00 | 移位 +0.00 |"} {
		if !strings.Contains(w.String(), line) {
			t.Errorf("%q isn't among\n%s", line, w.String())
		}
	}
}
