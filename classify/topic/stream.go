package topic

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"huiying/desk"
)

// stream places documents one by one and joins topics that turn out to be the same,
// as the desk does: for the command line and for measuring.
type stream struct {
	d       *Discoverer
	index   *Memory
	members map[int64][]int // positions of documents by topic, in order of arrival
	topics  int64
}

func newStream(d *Discoverer) *stream {
	return &stream{d: d, index: NewMemory(), members: map[int64][]int{}}
}

const (
	sameDocs  = 12 // documents of a topic that are compared, of the first and of the newest half each
	sameAmong = 5  // neighbours that it is compared with
)

// take places a document; its item is its position and one.
func (s *stream) take(ctx context.Context, doc desk.TopicDoc) ([]desk.Near, error) {
	placed, err := s.d.Place(ctx, s.index, []desk.TopicDoc{doc})
	if err != nil {
		return nil, err
	}
	if doc.Topic = placed[0].Topic; doc.Topic == 0 {
		s.topics++
		doc.Topic = s.topics
	}
	at := s.index.count
	doc.Item = int64(at + 1)
	s.index.Add(doc)
	s.members[doc.Topic] = append(s.members[doc.Topic], at)
	if grown(len(s.members[doc.Topic])) {
		for id := doc.Topic; id != 0; {
			id = s.join(id)
		}
	}
	return placed[0].Near, nil
}

// Topics places documents one by one, joins topics that turn out to be the same, and
// gives the topic of each document, numbered from 1.
func (d *Discoverer) Topics(ctx context.Context, docs []desk.TopicDoc) ([]int64, error) {
	s := newStream(d)
	for _, doc := range docs {
		if _, err := s.take(ctx, doc); err != nil {
			return nil, err
		}
	}
	topics := make([]int64, len(docs))
	for i := range docs {
		topics[i] = s.index.docs[i].Topic
	}
	return topics, nil
}

// grown says whether a topic comes to another stage with its newest item: it is
// compared at 2, 3, 5, 8, 13 … items.
func grown(items int) bool {
	a, b := 2, 3
	for a < items {
		a, b = b, a+b
	}
	return a == items
}

// join puts a topic and a neighbour that is the same together and gives the older of
// the two; 0: none is the same.
func (s *stream) join(id int64) int64 {
	own := s.members[id]
	rank := map[int64]int{} // of a neighbour's best document
	for _, at := range own[max(0, len(own)-sameAmong):] {
		for n, other := range s.index.positions(s.index.docs[at].Keys, probeLimit) {
			topic := s.index.docs[other].Topic
			if was, known := rank[topic]; topic != id && (!known || n < was) {
				rank[topic] = n
			}
		}
	}
	near := slices.SortedFunc(maps.Keys(rank), func(a, b int64) int { return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(b, a)) })
	docs := s.some(id)
	for _, other := range near[:min(len(near), sameAmong)] {
		if !s.d.Same(docs, s.some(other)) {
			continue
		}
		into, from := min(id, other), max(id, other)
		for _, at := range s.members[from] {
			s.index.docs[at].Topic = into
		}
		s.members[into] = append(s.members[into], s.members[from]...)
		slices.Sort(s.members[into])
		delete(s.members, from)
		return into
	}
	return 0
}

// some gives the documents of a topic that are compared.
func (s *stream) some(topic int64) []desk.TopicDoc {
	own := s.members[topic]
	if len(own) > sameDocs {
		own = append(slices.Clone(own[:sameDocs/2]), own[len(own)-sameDocs/2:]...)
	}
	docs := make([]desk.TopicDoc, len(own))
	for i, at := range own {
		docs[i] = s.index.docs[at]
	}
	return docs
}
