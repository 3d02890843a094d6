package desk

import (
	"context"
	"time"
)

// TopicDoc is what discovery keeps of one item: enough to find what is about the
// same matter again, without its text.
type TopicDoc struct {
	Item   int64 // 0 until the item is stored
	Topic  int64 // the topic it stands in; 0 until placed
	At     time.Time
	Title  string
	Region string // code of the region, or ""
	Place  string
	// Keys are hashes under which the document is looked up: MinHash bands for
	// near-duplicates, distinctive place and matter terms for topics. Few (≤ 64)
	// and rare, so that a look-up stays short.
	Keys []int64
	// Payload is the discoverer's own encoding (sketch, weighted terms), opaque to
	// stores and ≤ 2 KiB.
	Payload []byte
}

// TopicIndex finds documents again. The desk keeps it in PostgreSQL, so that
// every node agrees and memory stays flat; the command line keeps it in memory.
type TopicIndex interface {
	// Candidates gives, for each probe, at most limit documents that share one
	// of its keys: most keys shared first, then the newest.
	Candidates(ctx context.Context, probes []TopicDoc, limit int) ([][]TopicDoc, error)
}

// Discoverer joins what is about the same matter. It is pure over the index: it
// holds no state of its own between calls.
type Discoverer interface {
	// Place says for each document, in arrival order, where it belongs. Earlier
	// documents of the batch count as candidates for later ones.
	Place(ctx context.Context, index TopicIndex, docs []TopicDoc) ([]Placement, error)
	// Title gives the words that tell best what texts of a topic are about; "" where
	// none has a word.
	Title(texts []Text) string
	// Same says whether two topics are certainly about the same matter, by documents of
	// each.
	Same(a, b []TopicDoc) bool
}

// Placement is where one document belongs.
type Placement struct {
	Topic int64   // the topic it joins; 0: none that exists
	With  int     // when Topic is 0: position in the batch of the document whose new topic it joins; -1: opens its own
	Score float64 // how sure, 0..1; 1 for a topic of its own
	Near  []Near  // near-duplicates, best first
}

// Near is a near-duplicate.
type Near struct {
	Item  int64   // 0 when it is in the same batch
	Index int     // its position in the batch, else -1
	Score float64 // estimated similarity of the texts, 0..1
}
