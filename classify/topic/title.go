package topic

// common is how much two texts have in common.
func common(a, b *sketch) float64 {
	sum := 0.0
	for i := range a.termCount() {
		x := a.term(i)
		for j := range b.termCount() {
			if y := b.term(j); y.hash == x.hash {
				r := float64(x.rarity) / 255
				sum += r * r
				break
			}
		}
	}
	return sum
}
