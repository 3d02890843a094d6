package model

import "math"

// solver minimises ½|v|² + C Σ vote·max(0, 1−y(v·x+b))² by dual coordinate
// descent (Hsieh et al., 2008) over features scaled by ratio. It visits the rows in
// an order that depends on nothing but their number.
type solver struct {
	ratio     []float32
	c         float64
	rounds    int
	tolerance float64

	rows [][]feature
	y    []float64
	vote []float64
}

// biasInput is the value of the constant feature that carries the bias.
const biasInput = 1.0

func (s *solver) add(row []feature, y, vote float64) {
	s.rows = append(s.rows, row)
	s.y = append(s.y, y)
	s.vote = append(s.vote, vote)
}

func (s *solver) solve() ([]float64, float64) {
	v, bias := make([]float64, len(s.ratio)), 0.0
	alpha, square, scale := make([]float64, len(s.rows)), make([]float64, len(s.rows)), make([]float64, len(s.rows))
	for i, row := range s.rows {
		norm := 0.0
		for _, f := range row {
			norm += float64(f.weight) * float64(f.weight)
		}
		scale[i] = 1 / math.Sqrt(max(norm, 1e-12))
		for _, f := range row {
			x := float64(f.weight) * scale[i] * float64(s.ratio[f.id])
			square[i] += x * x
		}
		square[i] += biasInput * biasInput
	}
	order := make([]int, len(s.rows))
	for i := range order {
		order[i] = i
	}
	random := uint64(0x9E3779B97F4A7C15)
	for range s.rounds {
		for i := len(order) - 1; i > 0; i-- {
			random ^= random << 13
			random ^= random >> 7
			random ^= random << 17
			j := int(random % uint64(i+1))
			order[i], order[j] = order[j], order[i]
		}
		worst := 0.0
		for _, i := range order {
			diagonal := 0.5 / (s.c * s.vote[i])
			g := bias * biasInput
			for _, f := range s.rows[i] {
				g += float64(f.weight) * scale[i] * float64(s.ratio[f.id]) * v[f.id]
			}
			g = g*s.y[i] - 1 + diagonal*alpha[i]
			projected := g
			if alpha[i] == 0 {
				projected = min(g, 0)
			}
			worst = max(worst, math.Abs(projected))
			if math.Abs(projected) < 1e-12 {
				continue
			}
			old := alpha[i]
			alpha[i] = max(old-g/(square[i]+diagonal), 0)
			d := (alpha[i] - old) * s.y[i]
			bias += d * biasInput
			for _, f := range s.rows[i] {
				v[f.id] += d * float64(f.weight) * scale[i] * float64(s.ratio[f.id])
			}
		}
		if worst < s.tolerance {
			break
		}
	}
	return v, bias * biasInput
}
