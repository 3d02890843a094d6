package topic

import (
	"context"
	"slices"

	"huiying/desk"
)

// postingLimit is how many of the newest documents under one key are looked at: a
// key that more share says little. The desk's index in PostgreSQL looks at as many; from
// 16 to 1,000 the figures of discovery are the same.
const postingLimit = 32

// Memory is a desk.TopicIndex in memory, for the command line and for tests. It
// is not safe for concurrent use.
type Memory struct {
	docs     []desk.TopicDoc
	postings map[int64][]int32
	count    int
	shared   []int32 // by position: how many keys of the probe it has; nought between calls
	seen     []int32 // the positions that have one
	ranked   []uint64
}

// NewMemory gives an empty index.
func NewMemory() *Memory {
	return &Memory{postings: map[int64][]int32{}}
}

// Add takes a placed document.
func (m *Memory) Add(doc desk.TopicDoc) {
	m.docs = append(m.docs, doc)
	m.add(doc.Keys)
}

func (m *Memory) add(keys []int64) {
	for _, k := range keys {
		m.postings[k] = append(m.postings[k], int32(m.count))
	}
	m.count++
}

// Candidates implements desk.TopicIndex.
func (m *Memory) Candidates(ctx context.Context, probes []desk.TopicDoc, limit int) ([][]desk.TopicDoc, error) {
	found := make([][]desk.TopicDoc, len(probes))
	for i, p := range probes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, at := range m.positions(p.Keys, limit) {
			found[i] = append(found[i], m.docs[at])
		}
	}
	return found, nil
}

// positions gives what shares most keys, then the newest.
func (m *Memory) positions(keys []int64, limit int) []int {
	m.shared = append(m.shared, make([]int32, m.count-len(m.shared))...)
	seen, ranked := m.seen[:0], m.ranked[:0]
	for _, k := range keys {
		list := m.postings[k]
		for _, at := range list[max(0, len(list)-postingLimit):] {
			if m.shared[at] == 0 {
				seen = append(seen, at)
			}
			m.shared[at]++
		}
	}
	for _, at := range seen {
		ranked = append(ranked, uint64(m.shared[at])<<32|uint64(at))
		m.shared[at] = 0
	}
	m.seen, m.ranked = seen, ranked
	slices.Sort(ranked)
	positions := make([]int, 0, min(len(ranked), limit))
	for i := len(ranked) - 1; i >= 0 && len(positions) < limit; i-- {
		positions = append(positions, int(uint32(ranked[i])))
	}
	return positions
}
