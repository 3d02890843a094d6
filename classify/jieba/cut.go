package jieba

import (
	"sync"
	"unicode/utf8"
)

// cutter is the room that one text needs.
type cutter struct {
	codes  []uint16
	starts []int32 // byte at which each rune begins, and one more for the end
	weight []float64
	length []int32 // runes of the best word that begins here
	states []uint8
	path   [][4]uint8
}

var cutters = sync.Pool{New: func() any { return &cutter{} }}

// cut appends the words of a text to words, as gojieba's Cut would give them: the
// likeliest way through the dictionary, and what that leaves in single runes
// through the hidden Markov model. The sums are made in the library's order, so
// that not even the last bit differs. The text is valid UTF-8 without NUL.
func (l *lexicon) cut(words []string, text string) []string {
	c := cutters.Get().(*cutter)
	defer cutters.Put(c)
	c.codes, c.starts = c.codes[:0], c.starts[:0]
	for i := 0; i < len(text); {
		var r rune
		size := 1
		if b := text[i]; b < utf8.RuneSelf {
			r = rune(b)
		} else if b >= 0xE0 && b < 0xF0 && i+2 < len(text) {
			r, size = rune(b&0x0F)<<12|rune(text[i+1]&0x3F)<<6|rune(text[i+2]&0x3F), 3
		} else {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if separates(r) {
			words = append(l.stretch(c, words, text, i), text[i:i+size])
		} else {
			c.codes, c.starts = append(c.codes, l.code(r)), append(c.starts, int32(i))
		}
		i += size
	}
	return l.stretch(c, words, text, len(text))
}

// separates says which runes are words by themselves and part what is around them.
func separates(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '，' || r == '。'
}

// stretch cuts the runes that c holds, up to byte end, and leaves c empty.
func (l *lexicon) stretch(c *cutter, words []string, text string, end int) []string {
	n := len(c.codes)
	if n == 0 {
		return words
	}
	c.starts = append(c.starts, int32(end))
	if cap(c.weight) < n+1 {
		c.weight, c.length = make([]float64, 2*n+64), make([]int32, 2*n+64)
	}
	weight, length, codes, cells := c.weight[:n+1], c.length[:n], c.codes, l.cells
	weight[n] = 0
	for i := n - 1; i >= 0; i-- {
		cell := l.first[codes[i]]
		w := l.least
		if k := number(cell); k != 0 {
			w = l.weight[k]
		}
		best, long := weight[i+1]+w, int32(1)
		for j := i + 1; j < n; j++ {
			b := base(cell)
			if b == 0 {
				break
			}
			cell = cells[b+uint64(codes[j])]
			if cell&checkMask != b<<baseBits {
				break
			}
			if k := number(cell); k != 0 {
				if v := weight[j+1] + l.weight[k]; v > best {
					best, long = v, int32(j-i+1)
				}
			}
		}
		weight[i], length[i] = best, long
	}
	starts := c.starts
	for i := 0; i < n; {
		if long := int(length[i]); long > 1 {
			words = append(words, text[starts[i]:starts[i+long]])
			i += long
			continue
		}
		from := i
		for i++; i < n && length[i] == 1; i++ {
		}
		if i == from+1 {
			words = append(words, text[starts[from]:starts[i]])
		} else {
			words = l.singles(c, words, text, from, i)
		}
	}
	c.codes, c.starts = c.codes[:0], c.starts[:0]
	return words
}

// singles joins what the dictionary left in single runes: letters and figures in
// runs, the others by the model.
func (l *lexicon) singles(c *cutter, words []string, text string, from, to int) []string {
	left := from
	for at := from; at < to; {
		b := text[c.starts[at]]
		if b >= utf8.RuneSelf {
			at++
			continue
		}
		if left < at {
			words = l.guess(c, words, text, left, at)
		}
		end := at + 1
		switch {
		case isLetter(b):
			for end < to && (isLetter(text[c.starts[end]]) || isDigit(text[c.starts[end]])) {
				end++
			}
		case isDigit(b):
			for end < to && (isDigit(text[c.starts[end]]) || text[c.starts[end]] == '.') {
				end++
			}
		}
		words = append(words, text[c.starts[at]:c.starts[end]])
		at, left = end, end
	}
	if left < to {
		words = l.guess(c, words, text, left, to)
	}
	return words
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isDigit(b byte) bool  { return b >= '0' && b <= '9' }

// The states of the model.
const (
	atBegin = iota
	atEnd
	inside
	alone
)

// guess finds the likeliest words of a run of runes (Viterbi).
func (l *lexicon) guess(c *cutter, words []string, text string, from, to int) []string {
	if to == from+1 {
		return append(words, text[c.starts[from]:c.starts[to]])
	}
	path := c.path[:0]
	emit := &l.emit[c.codes[from]]
	var now [4]float64
	for y := range now {
		now[y] = l.start[y] + emit[y]
	}
	for i := from + 1; i < to; i++ {
		emit := &l.emit[c.codes[i]]
		before := now
		var way [4]uint8
		for y := range now {
			best, by := never, uint8(atEnd)
			for p := range before {
				if v := before[p] + l.trans[p][y] + emit[y]; v > best {
					best, by = v, uint8(p)
				}
			}
			now[y], way[y] = best, by
		}
		path = append(path, way)
	}
	c.path = path
	state := uint8(alone)
	if now[atEnd] >= now[alone] {
		state = atEnd
	}
	n := to - from
	if cap(c.states) < n {
		c.states = make([]uint8, 2*n)
	}
	states := c.states[:n]
	for i := n - 1; ; i-- {
		states[i] = state
		if i == 0 {
			break
		}
		state = path[i-1][state]
	}
	left := from
	for i, s := range states {
		if s == atEnd || s == alone {
			words = append(words, text[c.starts[left]:c.starts[from+i+1]])
			left = from + i + 1
		}
	}
	return words
}
