package model

import (
	"math"
	"slices"
	"sync"
)

// Train builds a model: weights from all samples, steepness of its probabilities
// from grouped folds inside them. The same samples give the same model.
func Train(name string, samples []Sample, c Config) (*Model, error) {
	k, err := newCorpus(samples, c)
	if err != nil {
		return nil, err
	}
	all := make([]int, len(samples))
	for i := range all {
		all[i] = i
	}
	m := quantise(name, fit(k, all, c), c)
	m.head.Steep = steepness(k, samples, c)
	return m, nil
}

// steepness fits the one parameter that turns margins into probabilities, by the
// likelihood of labels held out.
func steepness(k *corpus, samples []Sample, c Config) float64 {
	const folds = 3
	var margins [][]float64
	var truth []int
	for fold := range folds {
		var train, test []int
		for i := range samples {
			if foldOf(samples[i].Group, folds) == fold {
				test = append(test, i)
			} else {
				train = append(train, i)
			}
		}
		if len(train) == 0 || len(test) == 0 {
			continue
		}
		o := score(k, fit(k, train, c), test)
		margins, truth = append(margins, o.margins...), append(truth, o.truth...)
	}
	return likeliest(margins, truth)
}

// likeliest is the steepness under which the labels are likeliest.
func likeliest(margins [][]float64, truth []int) float64 {
	best, least := 1.0, math.Inf(1)
	for steep := 0.5; steep < 20; steep *= 1.05 {
		loss := 0.0
		for i, m := range margins {
			loss -= math.Log(max(softmax(m, steep)[truth[i]], 1e-9))
		}
		if loss < least {
			best, least = steep, loss
		}
	}
	return best
}

// steps is how finely weights are kept: a feature matters down to a ten-thousandth of
// the strongest one.
const steps = 16383

// quantise turns weights into small integers, one scale per class.
func quantise(name string, w *weights, c Config) *Model {
	classes := len(w.labels)
	m := &Model{head: head{Name: name, Labels: w.labels, Bits: c.Bits, Bias: w.bias, Texts: w.docs}}
	table := make([]int16, line<<c.Bits)
	m.pool = sync.Pool{New: func() any { return newExtractor(c.Bits) }}
	for class := range classes {
		top := 0.0
		for f := class; f < len(w.table); f += classes {
			top = max(top, math.Abs(float64(w.table[f])))
		}
		scale := top / steps
		if scale == 0 {
			scale = 1
		}
		m.head.Scale = append(m.head.Scale, scale)
		for f := range w.df {
			x := math.Round(float64(w.table[f*classes+class]) / scale)
			table[f*line+class] = int16(x)
		}
	}
	top := math.Log(float64(w.docs) + 1)
	for f, n := range w.df {
		table[f*line+maxClasses] = int16(math.Round(rarest * (1 - math.Log(float64(n)+1)/top)))
	}
	m.pack(table)
	return m
}

// Check gives the outcome of a finished model on samples that it wasn't trained on.
func (m *Model) Check(samples []Sample) Outcome {
	x := newExtractor(m.head.Bits)
	o := Outcome{Labels: m.head.Labels, Size: len(samples)}
	for i := range samples {
		x.read(&samples[i].Doc)
		o.margins = append(o.margins, m.margins(x.list))
		o.truth = append(o.truth, slices.Index(m.head.Labels, samples[i].Label))
	}
	o.settle()
	return o
}
