package topic

import (
	"math/bits"
	"slices"
	"unicode"
)

// shingles hashes every run of five letters of title and body, sorted and each
// once; marks and spaces don't count.
func shingles(title, body string) []uint32 { return newTally().shingles(title, body) }

func (t *tally) shingles(title, body string) []uint32 {
	runes := t.runes[:0]
	for _, s := range [2]string{title, body} {
		for _, r := range s {
			if r >= 0x3400 && r <= 0x9FFF || r < 0x80 && letterOrDigit(r) || r >= 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				runes = append(runes, r)
				if len(runes) > bodyRunes {
					break
				}
			}
		}
	}
	t.runes = runes
	if len(runes) == 0 {
		return nil
	}
	hashes := t.raw[:0]
	for i := 0; i == 0 || i+shingle <= len(runes); i++ {
		h := uint64(14695981039346656037)
		for _, r := range runes[i:min(i+shingle, len(runes))] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		hashes = append(hashes, uint32(finish(h)>>32))
	}
	t.raw = hashes
	return slices.Compact(t.sort(hashes))
}

func letterOrDigit(r rune) bool {
	return r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
}

// sort orders hashes, which lie evenly: by their first bits into as many boxes as
// there are hashes, then within the boxes, which hold one or two each.
func (t *tally) sort(hashes []uint32) []uint32 {
	if len(hashes) < 24 {
		slices.Sort(hashes)
		return hashes
	}
	width := bits.Len(uint(len(hashes)))
	shift := 32 - width
	t.boxes = slices.Grow(t.boxes[:0], 1<<width+1)[:1<<width+1]
	clear(t.boxes)
	for _, h := range hashes {
		t.boxes[h>>shift+1]++
	}
	for i := 1; i < len(t.boxes); i++ {
		t.boxes[i] += t.boxes[i-1]
	}
	t.sorted = slices.Grow(t.sorted[:0], len(hashes))[:len(hashes)]
	for _, h := range hashes {
		at := &t.boxes[h>>shift]
		t.sorted[*at] = h
		*at++
	}
	for i := 1; i < len(t.sorted); i++ {
		for j := i; j > 0 && t.sorted[j] < t.sorted[j-1]; j-- {
			t.sorted[j], t.sorted[j-1] = t.sorted[j-1], t.sorted[j]
		}
	}
	return t.sorted
}

func hash(w string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(w); i++ {
		c := w[i]
		if c >= 'A' && c <= 'Z' {
			c += 32
		}
		h = (h ^ uint64(c)) * 1099511628211
	}
	return finish(h)
}

func finish(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	return h ^ h>>32
}
