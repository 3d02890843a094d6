package topic

import (
	"encoding/binary"
	"math"
)

// marks are the shingles of one sketch, to count which of others' stand among them.
// That is asked some thirty times for each text that comes in: bits tell most of those
// that don't, without a guess that the processor gets wrong, and slots tell the rest.
type marks struct {
	bits  [64]uint64
	slots [markSlots]uint32 // by hash, 0 is free
	zero  bool              // the hash 0 is among them
}

// markSlots is a power of two, more than twice sketchSize.
const markSlots = 512

func (m *marks) take(s *sketch) {
	*m = marks{}
	for i := range min(s.kept(), sketchSize) {
		h := s.shingle(i)
		if h == 0 {
			m.zero = true
		}
		m.bits[h>>6&63] |= 1 << (h & 63)
		at := h % markSlots
		for m.slots[at] != 0 && m.slots[at] != h {
			at = (at + 1) % markSlots
		}
		m.slots[at] = h
	}
}

func (m *marks) has(h uint32) bool {
	if h == 0 {
		return m.zero
	}
	for at := h % markSlots; m.slots[at] != 0; at = (at + 1) % markSlots {
		if m.slots[at] == h {
			return true
		}
	}
	return false
}

// jaccard estimates how much of their shingles two texts share; exact when both
// are kept whole. in are those of a.
func jaccard(a *sketch, in *marks, b *sketch) float64 {
	na, nb := a.kept(), b.kept()
	if na == 0 || nb == 0 {
		return 0
	}
	limit := uint32(math.MaxUint32) // beyond it one of the two isn't kept
	if a.total > na {
		limit = min(limit, a.shingle(na-1))
	}
	if b.total > nb {
		limit = min(limit, b.shingle(nb-1))
	}
	na, nb = a.upTo(limit), b.upTo(limit)
	shared := 0
	for list := b.shingles[:4*nb]; len(list) >= 4; list = list[4:] {
		h := binary.LittleEndian.Uint32(list)
		if in.bits[h>>6&63]&(1<<(h&63)) != 0 && in.has(h) {
			shared++
		}
	}
	return float64(shared) / float64(max(na+nb-shared, 1))
}

// upTo is how many of the kept hashes are at most limit.
func (s *sketch) upTo(limit uint32) int {
	n := s.kept()
	for low := 0; low < n; {
		if mid := (low + n) / 2; s.shingle(mid) <= limit {
			low = mid + 1
		} else {
			n = mid
		}
	}
	return n
}
