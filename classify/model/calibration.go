package model

import "math"

// Reliability says how often verdicts were right that were given with about the same
// confidence.
type Reliability struct {
	From, To float64 // confidence, From included
	Size     int
	Said     float64 // mean confidence
	Right    float64 // part that was right
}

// edges part confidences into bands: finely where most verdicts are.
var edges = []float64{0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1}

// Calibrate tells what confidences are worth on texts held out: the steepness that
// turns margins of one fold into probabilities is fitted on the other folds. gap is
// the mean distance between what bands say and how often they are right, each band
// counting by its size (expected calibration error).
func Calibrate(outcomes []Outcome) (bands []Reliability, gap float64) {
	bands = make([]Reliability, len(edges)-1)
	for b := range bands {
		bands[b].From, bands[b].To = edges[b], edges[b+1]
	}
	size := 0
	for fold, o := range outcomes {
		var margins [][]float64
		var truth []int
		for other, p := range outcomes {
			if other != fold {
				margins, truth = append(margins, p.margins...), append(truth, p.truth...)
			}
		}
		steep := likeliest(margins, truth)
		for i, margin := range o.margins {
			probability := softmax(margin, steep)
			guess := largest(probability)
			b := 0
			for b < len(bands)-1 && probability[guess] >= bands[b].To {
				b++
			}
			bands[b].Size++
			bands[b].Said += probability[guess]
			if guess == o.truth[i] {
				bands[b].Right++
			}
			size++
		}
	}
	for b := range bands {
		if r := &bands[b]; r.Size > 0 {
			gap += math.Abs(r.Said-r.Right) / float64(size)
			r.Said /= float64(r.Size)
			r.Right /= float64(r.Size)
		}
	}
	return bands, gap
}
