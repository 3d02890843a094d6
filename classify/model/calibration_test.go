package model

import (
	"math"
	"testing"
)

// honest makes outcomes whose labels fall as often as a steepness of 2 says, or always
// as guessed, which no steepness fitted on honest folds expects.
func honest(sure bool) []Outcome {
	random := uint64(7)
	draw := func() float64 {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		return float64(random>>11) / (1 << 53)
	}
	var list []Outcome
	for fold := range 3 {
		o := Outcome{Labels: []string{"a", "b"}}
		for range 2000 {
			margin := []float64{2 * draw(), 2 * draw()}
			truth := largest(margin)
			if p := softmax(margin, 2)[truth]; !(sure && fold == 0) && draw() > p {
				truth = 1 - truth
			}
			o.margins, o.truth = append(o.margins, margin), append(o.truth, truth)
		}
		o.settle()
		list = append(list, o)
	}
	return list
}

func TestCalibrateTellsHonestFromShy(t *testing.T) {
	t.Parallel()
	bands, gap := Calibrate(honest(false))
	size := 0
	for _, b := range bands {
		size += b.Size
		if b.Size > 300 && (b.Said < b.From || b.Said > b.To || math.Abs(b.Said-b.Right) > 0.06) {
			t.Errorf("honest band %+v", b)
		}
	}
	if size != 6000 || gap > 0.03 {
		t.Errorf("%d verdicts, gap %.3f", size, gap)
	}
	if _, shy := Calibrate(honest(true)); shy < 0.05 {
		t.Errorf("a fold that is always right has gap %.3f", shy)
	}
}

func TestCalibrateOfNothing(t *testing.T) {
	t.Parallel()
	if bands, gap := Calibrate(nil); len(bands) != len(edges)-1 || gap != 0 {
		t.Errorf("%v %v", bands, gap)
	}
}
