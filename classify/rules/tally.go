package rules

import (
	"slices"
	"strings"

	"huiying/desk"
)

// span is a word found in a part.
type span struct {
	p part
	h hit
}

// note adds a span as evidence, with what its word weighs.
func (s span) note(v *desk.Verdict, field string) {
	w := s.h.weight
	if s.loud() {
		w *= titleVoice
	}
	s.p.weigh(v, field, s.h.start, s.h.end, w)
}

const (
	titleVoice = 3   // how much louder the title speaks than the body
	opening    = 300 // bytes of a body without a title that are heard as one would be
)

// loud says whether a word stands where the writer says what it is about: in the
// title; without one, as in calls and short messages, in what is said first, for the
// sets that hear it so.
func (s span) loud() bool {
	return s.p.in == "title" || s.p.alone && s.h.start < opening
}

// tallied is what the words of one list sum to, by tag; it is reused.
type tallied struct {
	words *cues
	sums  []float64
	first [][3]span // up to three spans of each tag
	noted []int8    // how many of them there are
	seen  []int8    // how often each word was said, up to five times
	said  []int32   // the words said
}

// count sums the weights of the set's first list by tag: the title's count
// threefold, a word said again adds little. It is good until the next count.
func (x *scanned) count(words *cues) *tallied { return x.tallied(words, x.parts) }

// countOpening is count where without a title the opening counts threefold.
func (x *scanned) countOpening(words *cues) *tallied { return x.tallied(words, x.opened()) }

// opened gives the parts, the body with an opening where the title is empty.
func (x *scanned) opened() [2]part {
	p := x.parts
	p[1].alone = strings.TrimSpace(x.Title) == ""
	return p
}

func (x *scanned) tallied(words *cues, parts [2]part) *tallied {
	t, tags := &x.tally, len(words.tags)
	for _, at := range t.said {
		t.seen[at] = 0
	}
	t.words, t.said = words, t.said[:0]
	t.sums = slices.Grow(t.sums[:0], tags)[:tags]
	t.first = slices.Grow(t.first[:0], tags)[:tags]
	t.noted = slices.Grow(t.noted[:0], tags)[:tags]
	clear(t.sums)
	clear(t.noted)
	for len(t.seen) < len(words.words) {
		t.seen = append(t.seen, 0)
	}
	for n, p := range parts {
		for _, h := range x.hits[n][x.base] {
			w := h.weight
			if (span{p, h}).loud() {
				w *= titleVoice
			}
			if t.seen[h.at] < 5 {
				t.seen[h.at]++
			}
			switch k := t.seen[h.at]; {
			case k > 4:
				w = 0
			case k > 1:
				w *= 0.3
			default:
				t.said = append(t.said, h.at)
				if t.noted[h.no] < 3 {
					t.first[h.no][t.noted[h.no]] = span{p, h}
					t.noted[h.no]++
				}
			}
			t.sums[h.no] += w
		}
	}
	return t
}

func (t *tallied) number(tag string) int {
	i, ok := slices.BinarySearch(t.words.tags, tag)
	if !ok {
		return -1
	}
	return i
}

// sum gives the weight of a tag.
func (t *tallied) sum(tag string) float64 {
	if i := t.number(tag); i >= 0 {
		return t.sums[i]
	}
	return 0
}

// spans gives the first words of a tag.
func (t *tallied) spans(tag string) []span {
	if i := t.number(tag); i >= 0 {
		return t.first[i][:t.noted[i]]
	}
	return nil
}

// loud says whether one of those speaks as the title does.
func (t *tallied) loud(i int) bool { return t.noted[i] > 0 && t.first[i][0].loud() }

// said are the words met so far: few, so that a list serves.
type said []string

// again says whether a word was met before, and takes it.
func (s *said) again(word string) bool {
	if slices.Contains(*s, word) {
		return true
	}
	*s = append(*s, word)
	return false
}
