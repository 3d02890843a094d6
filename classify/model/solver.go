package model

import "math"

// solver minimises ½|w|² + C Σ vote·max(0, 1−y(w·x + b + offset))² by dual
// coordinate descent (Hsieh et al., 2008). It visits the rows in an order that
// depends on nothing but their number.
type solver struct {
	features  int
	c         float64
	rounds    int
	tolerance float64
	bias      float64 // value of the constant feature that carries the bias; 0: there is none

	rows   [][]feature
	y      []float64
	vote   []float64
	offset []float64 // what is said already before w speaks
}

func (s *solver) add(row []feature, y, vote, offset float64) {
	s.rows = append(s.rows, row)
	s.y = append(s.y, y)
	s.vote = append(s.vote, vote)
	s.offset = append(s.offset, offset)
}

// solve gives the weights and the bias. They are added up in single precision: what
// is lost there is far below what the tolerance leaves open.
func (s *solver) solve() ([]float32, float64) {
	w, bias := make([]float32, s.features), 0.0
	alpha, square := make([]float64, len(s.rows)), make([]float64, len(s.rows))
	for i, row := range s.rows {
		for _, f := range row {
			square[i] += float64(f.weight) * float64(f.weight)
		}
		square[i] += s.bias * s.bias
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
			row := s.rows[i]
			diagonal := 0.5 / (s.c * s.vote[i])
			sum := float32(0)
			for _, f := range row {
				sum += f.weight * w[f.id]
			}
			g := (float64(sum)+bias*s.bias+s.offset[i])*s.y[i] - 1 + diagonal*alpha[i]
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
			bias += d * s.bias
			d32 := float32(d)
			for _, f := range row {
				w[f.id] += d32 * f.weight
			}
		}
		if worst < s.tolerance {
			break
		}
	}
	return w, bias * s.bias
}
