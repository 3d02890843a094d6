package topic

import (
	"encoding/binary"
	"math"
)

// A payload is: version, number of shingles in all (uint16), number kept (uint16),
// the kept hashes in order; the cues (uint32); number of terms (uint8), then per term
// hash, rarity of 255 and what it is (bits); number of names (uint8), then per name its
// slot and hash.
const payloadVersion = 2

// What a term is.
const (
	inTitle    = 1 << iota // it stands in the title
	ofPlace                // it stands within the name of a place
	isPair                 // two letters side by side
	isCue                  // a class of words, see cues
	timesShift = 4         // above it: how often it stands there, at most 5
)

// term is a word, a pair of letters or a cue by its hash; weight orders the terms of
// one document.
type term struct {
	hash   uint32
	weight float32
	rarity uint8 // of 255
	bits   uint8
}

const (
	termBytes = 6
	nameBytes = 5
)

func encode(hashes []uint32, total int, cues uint32, terms []term, names []name) []byte {
	b := make([]byte, 0, 11+4*len(hashes)+termBytes*len(terms)+nameBytes*len(names))
	b = append(b, payloadVersion)
	b = binary.LittleEndian.AppendUint16(b, uint16(min(total, math.MaxUint16)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(hashes)))
	for _, h := range hashes {
		b = binary.LittleEndian.AppendUint32(b, h)
	}
	b = binary.LittleEndian.AppendUint32(b, cues)
	b = append(b, byte(len(terms)))
	for _, t := range terms {
		b = binary.LittleEndian.AppendUint32(b, t.hash)
		b = append(b, t.rarity, t.bits)
	}
	b = append(b, byte(len(names)))
	for _, n := range names {
		b = append(b, byte(n.slot))
		b = binary.LittleEndian.AppendUint32(b, n.hash)
	}
	return b
}

// sketch is a payload read back. Its parts stay bytes of the payload until asked for.
type sketch struct {
	shingles []byte // hashes, ascending
	total    int
	cues     uint32
	terms    []byte
	names    []byte
}

// decode reads a payload; one that is damaged or of another version is empty, so
// that it joins nothing.
func decode(b []byte) (s sketch) {
	if len(b) < 11 || b[0] != payloadVersion {
		return s
	}
	total, n := int(binary.LittleEndian.Uint16(b[1:])), int(binary.LittleEndian.Uint16(b[3:]))
	b = b[5:]
	if len(b) < 4*n+6 {
		return s
	}
	shingles, b := b[:4*n], b[4*n:]
	cues, count := binary.LittleEndian.Uint32(b), int(b[4])
	b = b[5:]
	if len(b) < termBytes*count+1 {
		return s
	}
	terms, b := b[:termBytes*count], b[termBytes*count:]
	if len(b) != 1+nameBytes*int(b[0]) {
		return s
	}
	return sketch{shingles, total, cues, terms, b[1:]}
}

func (s *sketch) kept() int            { return len(s.shingles) / 4 }
func (s *sketch) shingle(i int) uint32 { return binary.LittleEndian.Uint32(s.shingles[4*i:]) }
func (s *sketch) termCount() int       { return len(s.terms) / termBytes }
func (s *sketch) term(i int) term {
	b := s.terms[termBytes*i:]
	return term{hash: binary.LittleEndian.Uint32(b), rarity: b[4], bits: b[5]}
}
func (s *sketch) nameCount() int { return len(s.names) / nameBytes }
func (s *sketch) name(i int) name {
	b := s.names[nameBytes*i:]
	return name{slot(b[0]), binary.LittleEndian.Uint32(b[1:])}
}
