package model

import (
	"slices"
	"unicode/utf8"
)

// alike gives each text the number of its group: texts that say nearly the same
// (a third of the runs of five letters in common) are in one, so that no copy of a
// text stands on both sides of a comparison.
func alike(texts []string) []int {
	const sketch, bands = 48, 16
	parent := make([]int, len(texts))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	runs := make([][]uint64, len(texts))
	tables := make([]map[[sketch / bands]uint64]int, bands)
	for b := range tables {
		tables[b] = map[[sketch / bands]uint64]int{}
	}
	for i, text := range texts {
		runs[i] = fives(text)
		if len(runs[i]) == 0 {
			continue
		}
		var least [sketch]uint64
		for k := range least {
			least[k] = ^uint64(0)
			salt := uint64(k+1) * 0x9E3779B97F4A7C15
			for _, r := range runs[i] {
				x := (r ^ salt) * 0xD6E8FEB86659FD93
				x ^= x >> 32
				x *= 0xD6E8FEB86659FD93
				least[k] = min(least[k], x)
			}
		}
		for b := range tables {
			key := [sketch / bands]uint64(least[b*sketch/bands : (b+1)*sketch/bands])
			j, ok := tables[b][key]
			if !ok {
				tables[b][key] = i
				continue
			}
			if find(i) != find(j) && jaccard(runs[i], runs[j]) >= 0.3 {
				parent[max(find(i), find(j))] = min(find(i), find(j))
			}
		}
	}
	group := make([]int, len(texts))
	for i := range group {
		group[i] = find(i)
	}
	return group
}

// fives are hashes of the runs of five letters of a text, sorted, each once.
func fives(text string) []uint64 {
	var window [5]rune
	var list []uint64
	n := 0
	for _, r := range text {
		if skip(r) || r == utf8.RuneError {
			continue
		}
		copy(window[:], window[1:])
		window[4] = lower(r)
		if n++; n < 5 {
			continue
		}
		h := uint64(14695981039346656037)
		for _, w := range window {
			h = (h ^ uint64(w)) * 1099511628211
		}
		list = append(list, h)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// jaccard is what two sorted lists share, of all that is in either.
func jaccard(a, b []uint64) float64 {
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			both++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(both) / float64(max(len(a)+len(b)-both, 1))
}
