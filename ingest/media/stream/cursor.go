package stream

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// maxRuns bounds the bookmark. What is dropped from it is at worst kept twice as bytes,
// and once as an item.
const maxRuns = 1000

// cursor is the bookmark: which messages of which stream are kept. Those below the
// first run are acknowledged and never come again.
type cursor struct {
	Stream  string    `json:"stream,omitempty"`
	Created time.Time `json:"created,omitzero"` // of the stream: another one by the same name counts anew
	Kept    []run     `json:"kept,omitempty"`   // in order, apart from each other
}

// run is a stretch of sequence numbers, both ends included.
type run [2]uint64

func readCursor(b json.RawMessage, stream string, created time.Time) (c cursor, err error) {
	if len(b) > 0 {
		if err := json.Unmarshal(b, &c); err != nil {
			return c, fmt.Errorf("the stream's bookmark: %w", err)
		}
	}
	if c.Stream != stream || !c.Created.Equal(created) {
		c = cursor{Stream: stream, Created: created}
	}
	return c, nil
}

// has says whether a message is kept.
func (c cursor) has(seq uint64) bool {
	i, found := slices.BinarySearchFunc(c.Kept, seq, func(r run, seq uint64) int {
		switch {
		case r[1] < seq:
			return -1
		case r[0] > seq:
			return 1
		}
		return 0
	})
	return found && i < len(c.Kept)
}

// with is the bookmark with these kept too.
func (c cursor) with(seqs []uint64) cursor {
	runs := slices.Clone(c.Kept)
	for _, seq := range seqs {
		runs = append(runs, run{seq, seq})
	}
	slices.SortFunc(runs, func(a, b run) int {
		switch {
		case a[0] < b[0]:
			return -1
		case a[0] > b[0]:
			return 1
		}
		return 0
	})
	c.Kept = runs[:0]
	for _, r := range runs {
		if n := len(c.Kept); n > 0 && r[0] <= c.Kept[n-1][1]+1 {
			c.Kept[n-1][1] = max(c.Kept[n-1][1], r[1])
			continue
		}
		c.Kept = append(c.Kept, r)
	}
	c.Kept = c.Kept[max(len(c.Kept)-maxRuns, 0):]
	return c
}

// above is the bookmark without what is below a sequence number up to which all is
// acknowledged. The newest stretch stays: it says how far reading has come.
func (c cursor) above(floor uint64) cursor {
	i := 0
	for i < len(c.Kept)-1 && c.Kept[i][1] <= floor {
		i++
	}
	c.Kept = c.Kept[i:]
	return c
}
