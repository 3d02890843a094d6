package topic

import (
	"encoding/binary"
	"math"
)

// A payload is: version, number of shingles in all (uint16), number kept (uint16),
// the kept hashes in order, number of terms (uint8), the largest weight (float32),
// then per term hash and weight as a byte of the largest.
const payloadVersion = 1

func encode(hashes []uint32, total int, terms []term) []byte {
	b := make([]byte, 0, 10+4*len(hashes)+5*len(terms))
	b = append(b, payloadVersion)
	b = binary.LittleEndian.AppendUint16(b, uint16(min(total, math.MaxUint16)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(hashes)))
	for _, h := range hashes {
		b = binary.LittleEndian.AppendUint32(b, h)
	}
	b = append(b, byte(len(terms)))
	top := float32(0)
	if len(terms) > 0 {
		top = terms[0].weight
	}
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(top))
	for _, t := range terms {
		b = binary.LittleEndian.AppendUint32(b, t.hash)
		b = append(b, byte(math.Round(float64(t.weight/top)*255)))
	}
	return b
}

// sketch is a payload read back.
type sketch struct {
	hashes []uint32 // ascending
	total  int
	terms  []term // heaviest first
	length float32
}

// decode reads a payload; one that is damaged or of another version is empty, so
// that it joins nothing.
func decode(b []byte) sketch {
	var s sketch
	if len(b) < 5 || b[0] != payloadVersion {
		return s
	}
	total, n := int(binary.LittleEndian.Uint16(b[1:])), int(binary.LittleEndian.Uint16(b[3:]))
	b = b[5:]
	if len(b) < 4*n+5 {
		return s
	}
	hashes := make([]uint32, n)
	for i := range hashes {
		hashes[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	b = b[4*n:]
	count, top := int(b[0]), math.Float32frombits(binary.LittleEndian.Uint32(b[1:]))
	b = b[5:]
	if len(b) != 5*count || math.IsNaN(float64(top)) || math.IsInf(float64(top), 0) {
		return s
	}
	s.hashes, s.total, s.terms = hashes, total, make([]term, count)
	square := 0.0
	for i := range s.terms {
		w := float32(b[5*i+4]) / 255 * top
		s.terms[i] = term{binary.LittleEndian.Uint32(b[5*i:]), w}
		square += float64(w) * float64(w)
	}
	s.length = float32(math.Sqrt(square))
	return s
}

// jaccard estimates how much of their shingles two texts share; exact when both
// are kept whole.
func jaccard(a, b *sketch) float64 {
	if len(a.hashes) == 0 || len(b.hashes) == 0 {
		return 0
	}
	limit := uint32(math.MaxUint32) // beyond it one of the two isn't kept
	if a.total > len(a.hashes) {
		limit = min(limit, a.hashes[len(a.hashes)-1])
	}
	if b.total > len(b.hashes) {
		limit = min(limit, b.hashes[len(b.hashes)-1])
	}
	shared, all, i, j := 0, 0, 0, 0
	for i < len(a.hashes) || j < len(b.hashes) {
		var h uint32
		switch {
		case j == len(b.hashes) || i < len(a.hashes) && a.hashes[i] < b.hashes[j]:
			h = a.hashes[i]
			i++
		case i == len(a.hashes) || b.hashes[j] < a.hashes[i]:
			h = b.hashes[j]
			j++
		default:
			if h = a.hashes[i]; h <= limit {
				shared++
			}
			i++
			j++
		}
		if h > limit {
			break
		}
		all++
	}
	return float64(shared) / float64(max(all, 1))
}

// alike is the cosine of the weighted words of two texts.
func alike(a, b *sketch) float64 {
	if a.length == 0 || b.length == 0 {
		return 0
	}
	sum := float32(0)
	for _, x := range a.terms {
		for _, y := range b.terms {
			if x.hash == y.hash {
				sum += x.weight * y.weight
				break
			}
		}
	}
	return float64(sum / (a.length * b.length))
}
