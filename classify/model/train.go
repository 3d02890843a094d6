package model

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"

	"huiying/classify"
)

// Sample is a labelled text. Samples of one group say nearly the same and must
// stay together when parts are held out.
type Sample struct {
	Doc   classify.Document
	Label string
	Group string
}

// Config are the choices of a training. Default holds the ones that shipped.
type Config struct {
	Bits      uint    // 2^Bits features
	C         float64 // how dear an error is
	Smooth    float64 // added to the counts of the log-count ratios
	MinCount  int     // features in fewer texts are left out
	Crowd     float64 // how far near-duplicates share one vote: weight = size^-Crowd
	Rounds    int     // passes of the solver at most
	Tolerance float64
}

// Default is the configuration of the shipped model, chosen by grouped folds
// inside the training part.
var Default = Config{Bits: 21, C: 4, Smooth: 1, MinCount: 2, Crowd: 0.5, Rounds: 40, Tolerance: 0.05}

// corpus is the training material as rows of features.
type corpus struct {
	labels []string
	rows   [][]feature // normalised to length one
	label  []int
	group  []int
	vote   []float64 // weight of a row
}

// newCorpus extracts the features on all cores; the result doesn't depend on how
// many there are.
func newCorpus(samples []Sample, c Config) (*corpus, error) {
	if len(samples) == 0 {
		return nil, errors.New("model: no samples")
	}
	k := &corpus{rows: make([][]feature, len(samples)), label: make([]int, len(samples)), group: make([]int, len(samples)), vote: make([]float64, len(samples))}
	groups := map[string]int{}
	sizes := map[int]int{}
	for _, s := range samples {
		if !slices.Contains(k.labels, s.Label) {
			k.labels = append(k.labels, s.Label)
		}
	}
	slices.Sort(k.labels)
	if len(k.labels) < 2 || len(k.labels) > maxClasses {
		return nil, errors.New("model: between two and seven labels are needed")
	}
	for i, s := range samples {
		k.label[i] = slices.Index(k.labels, s.Label)
		g, ok := groups[s.Group]
		if !ok || s.Group == "" {
			g = len(sizes)
			groups[s.Group] = g
		}
		k.group[i] = g
		sizes[g]++
	}
	for i, g := range k.group {
		k.vote[i] = math.Pow(float64(sizes[g]), -c.Crowd)
	}
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			x := newExtractor(c.Bits)
			for i := w; i < len(samples); i += workers {
				x.read(&samples[i].Doc)
				row := slices.Clone(x.list)
				slices.SortFunc(row, func(a, b feature) int { return int(a.id) - int(b.id) })
				k.rows[i] = row
			}
		})
	}
	wg.Wait()
	return k, nil
}

// trim drops features seen in fewer texts than MinCount among the given rows and
// gives, for each feature, in how many it stands.
func count(k *corpus, rows []int, bits uint) []int32 {
	df := make([]int32, 1<<bits)
	for _, i := range rows {
		for _, f := range k.rows[i] {
			df[f.id]++
		}
	}
	return df
}

// weights are one trained model before quantising: per feature one weight per class.
type weights struct {
	labels []string
	table  []float32 // feature*classes + class
	bias   []float64
	df     []int32
	docs   int
}

// fit trains one model per class against the others on the given rows.
func fit(k *corpus, rows []int, c Config) *weights {
	df := count(k, rows, c.Bits)
	classes := len(k.labels)
	w := &weights{labels: k.labels, table: make([]float32, len(df)*classes), bias: make([]float64, classes), df: df, docs: len(rows)}
	var wg sync.WaitGroup
	gate := make(chan struct{}, runtime.GOMAXPROCS(0))
	for class := range classes {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			w.fitClass(k, rows, c, class)
		})
	}
	wg.Wait()
	return w
}

func (w *weights) fitClass(k *corpus, rows []int, c Config, class int) {
	ratio := ratios(k, rows, c, class, w.df)
	problem := solver{features: len(ratio), c: c.C, rounds: c.Rounds, tolerance: c.Tolerance, bias: 1}
	for _, i := range rows {
		y := -1.0
		if k.label[i] == class {
			y = 1
		}
		problem.add(scaled(k.rows[i], ratio), y, k.vote[i], 0)
	}
	v, bias := problem.solve()
	w.bias[class] = bias
	classes := len(w.labels)
	for f := range v {
		w.table[f*classes+class] = v[f] * ratio[f]
	}
}

// scaled is a row of length one, each feature times its ratio; those without are left out.
func scaled(row []feature, ratio []float32) []feature {
	size := length(row)
	out := make([]feature, 0, len(row))
	for _, f := range row {
		if r := ratio[f.id]; r != 0 {
			out = append(out, feature{f.id, f.weight / size * r})
		}
	}
	return out
}

// length is that of a row as a vector; never 0.
func length(row []feature) float32 {
	norm := 0.0
	for _, f := range row {
		norm += float64(f.weight) * float64(f.weight)
	}
	return float32(math.Sqrt(max(norm, 1e-12)))
}

// ratios are the naive-Bayes log-count ratios of a class against the rest; zero
// for features too rare to keep.
func ratios(k *corpus, rows []int, c Config, class int, df []int32) []float32 {
	p, q := make([]float64, len(df)), make([]float64, len(df))
	var np, nq float64
	for _, i := range rows {
		target, total := q, &nq
		if k.label[i] == class {
			target, total = p, &np
		}
		for _, f := range k.rows[i] {
			if int(df[f.id]) >= c.MinCount {
				target[f.id] += k.vote[i]
				*total += k.vote[i]
			}
		}
	}
	ratio := make([]float32, len(df))
	vocabulary := 0.0
	for _, n := range df {
		if int(n) >= c.MinCount {
			vocabulary++
		}
	}
	np += c.Smooth * vocabulary
	nq += c.Smooth * vocabulary
	for f := range ratio {
		if int(df[f]) >= c.MinCount {
			ratio[f] = float32(math.Log((p[f]+c.Smooth)/np) - math.Log((q[f]+c.Smooth)/nq))
		}
	}
	return ratio
}

// scores gives the margin of each class for a row.
func (w *weights) scores(row []feature, out []float64) {
	copy(out, w.bias)
	classes := len(w.labels)
	norm := 0.0
	for _, f := range row {
		norm += float64(f.weight) * float64(f.weight)
	}
	norm = math.Sqrt(norm)
	if norm == 0 {
		return
	}
	for _, f := range row {
		x := float64(f.weight) / norm
		for c := range classes {
			out[c] += x * float64(w.table[int(f.id)*classes+c])
		}
	}
}
