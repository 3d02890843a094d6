package topic

import (
	"cmp"
	"context"
	"slices"

	"huiying/desk"
)

// postingLimit is how many of the newest documents under one key are looked at: a
// key that more share says little.
const postingLimit = 200

// Memory is a desk.TopicIndex in memory, for the command line and for tests. It
// is not safe for concurrent use.
type Memory struct {
	docs     []desk.TopicDoc
	postings map[int64][]int32
	count    int
	shared   map[int32]int
}

// NewMemory gives an empty index.
func NewMemory() *Memory {
	return &Memory{postings: map[int64][]int32{}, shared: map[int32]int{}}
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
	clear(m.shared)
	for _, k := range keys {
		list := m.postings[k]
		for _, at := range list[max(0, len(list)-postingLimit):] {
			m.shared[at]++
		}
	}
	positions := make([]int, 0, len(m.shared))
	for at := range m.shared {
		positions = append(positions, int(at))
	}
	slices.SortFunc(positions, func(a, b int) int {
		return cmp.Or(cmp.Compare(m.shared[int32(b)], m.shared[int32(a)]), cmp.Compare(b, a))
	})
	return positions[:min(len(positions), limit)]
}
