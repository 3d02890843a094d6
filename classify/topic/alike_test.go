package topic

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func alike(a, b *sketch) float64 {
	var in marks
	in.take(a)
	return jaccard(a, &in, b)
}

// cutOff is a text's sketch: of all its hashes the least are kept.
func cutOff(t *rapid.T, name string) (sketch, []uint32) {
	all := rapid.SliceOfN(rapid.Uint32Range(0, 500), 0, 120).Draw(t, name)
	slices.Sort(all)
	all = slices.Compact(all)
	kept := all[:rapid.IntRange(0, len(all)).Draw(t, name+" kept")]
	return decode(encode(kept, len(all), 0, nil, nil)), kept
}

// What two sketches share is counted up to the hash from which one of them is cut off.
func TestLikenessIsThatOfWhatBothKeep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, x := cutOff(t, "a")
		b, y := cutOff(t, "b")
		limit := uint32(math.MaxUint32)
		if len(x) > 0 && a.total > len(x) {
			limit = min(limit, x[len(x)-1])
		}
		if len(y) > 0 && b.total > len(y) {
			limit = min(limit, y[len(y)-1])
		}
		all, shared := map[uint32]bool{}, 0
		for _, h := range slices.Concat(x, y) {
			if h <= limit && all[h] {
				shared++
			}
			if h <= limit {
				all[h] = true
			}
		}
		want := 0.0
		if len(x) > 0 && len(y) > 0 {
			want = float64(shared) / float64(max(len(all), 1))
		}
		if got := alike(&a, &b); got != want {
			t.Fatalf("%v and %v: %v, want %v", x, y, got, want)
		}
	})
}

func BenchmarkLikeness(b *testing.B) {
	x, y := make([]uint32, 0, sketchSize), make([]uint32, 0, sketchSize)
	for i := range uint64(sketchSize) {
		x, y = append(x, uint32(finish(i))), append(y, uint32(finish(i+i%7)))
	}
	slices.Sort(x)
	slices.Sort(y)
	p, q := decode(encode(x, len(x), 0, nil, nil)), decode(encode(slices.Compact(y), len(y), 0, nil, nil))
	var in marks
	in.take(&p)
	for b.Loop() {
		jaccard(&p, &in, &q)
	}
}
