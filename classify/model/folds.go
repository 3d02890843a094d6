package model

import (
	"hash/fnv"
	"slices"
)

// Outcome is how a model did on texts that it hadn't seen.
type Outcome struct {
	Labels   []string
	Accuracy float64
	MacroF1  float64
	F1       []float64 // by label
	Size     int

	margins [][]float64
	truth   []int
}

// CrossValidate trains on all folds but one and scores on that one, groups kept
// together; tokens help in training where their group isn't held out.
func CrossValidate(full, tokens []Sample, folds int, c Config) ([]Outcome, error) {
	k, err := newCorpus(append(slices.Clone(full), tokens...), c)
	if err != nil {
		return nil, err
	}
	var outcomes []Outcome
	for fold := range folds {
		var train, test []int
		for i := range k.rows {
			s := tokens
			at := i - len(full)
			if i < len(full) {
				s, at = full, i
			}
			switch in := foldOf(s[at].Group, folds) == fold; {
			case !in:
				train = append(train, i)
			case i < len(full):
				test = append(test, i)
			}
		}
		outcomes = append(outcomes, score(k, fit(k, train, c), test))
	}
	return outcomes, nil
}

// foldOf gives the fold of a group: by its name alone, so that it never changes.
func foldOf(group string, folds int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(group)) // a hash never fails to write
	x := h.Sum32()
	x ^= x >> 15
	x *= 0x85EBCA6B
	x ^= x >> 13
	return int(x % uint32(folds))
}

func score(k *corpus, w *weights, test []int) Outcome {
	o := Outcome{Labels: k.labels, Size: len(test)}
	for _, i := range test {
		margin := make([]float64, len(k.labels))
		w.scores(k.rows[i], margin)
		o.margins = append(o.margins, margin)
		o.truth = append(o.truth, k.label[i])
	}
	o.settle()
	return o
}

// settle computes the figures from margins and truth.
func (o *Outcome) settle() {
	n := len(o.Labels)
	hit, said, there := make([]float64, n), make([]float64, n), make([]float64, n)
	right := 0.0
	for i, margin := range o.margins {
		guess := largest(margin)
		said[guess]++
		there[o.truth[i]]++
		if guess == o.truth[i] {
			hit[guess]++
			right++
		}
	}
	o.Accuracy = right / float64(max(len(o.truth), 1))
	o.F1 = make([]float64, n)
	for c := range n {
		if said[c]+there[c] > 0 {
			o.F1[c] = 2 * hit[c] / (said[c] + there[c])
		}
		o.MacroF1 += o.F1[c] / float64(n)
	}
}

func largest(margin []float64) int {
	best := 0
	for c := range margin {
		if margin[c] > margin[best] {
			best = c
		}
	}
	return best
}
