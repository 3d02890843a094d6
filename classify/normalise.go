package classify

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/longbridgeapp/opencc"
)

// Normaliser turns a text into the form that matching works on: full-width
// letters narrowed, traditional characters simplified, control characters and
// emoji gone, white space and repeated marks folded. The text as given stays the
// truth; Plain leads every span back to it. Safe for concurrent use.
type Normaliser struct {
	simple  []rune         // simplified form of each rune from firstHan on, itself when it has none
	differs [1024]uint64   // a bit per rune that has one
	phrases *opencc.OpenCC // words whose characters alone would mislead (乾隆)
}

const (
	firstHan, lastHan = 0x3400, 0x9FFF
	sameRun           = 3 // a letter repeated more often than this says nothing more
)

// Plain is a normalised text that remembers where each rune came from.
type Plain struct {
	Text   string
	origin []int32 // rune position in the text as given, for each rune of Text; one more for the end
	bytes  []int32 // byte position in the text as given, for each rune of Text
	before []int32 // how many runes of Text begin before each stretch of it; made when asked for
}

// stretch is how many bytes of text have one count of runes.
const stretch = 64

// NewNormaliser prepares the tables; it takes some tens of milliseconds.
func NewNormaliser() (*Normaliser, error) {
	cc, err := opencc.New("t2s")
	if err != nil {
		return nil, fmt.Errorf("traditional characters: %w", err)
	}
	n := &Normaliser{simple: make([]rune, lastHan-firstHan+1), phrases: cc}
	for i := range n.simple {
		r := rune(firstHan + i)
		n.simple[i] = r
		s, err := cc.Convert(string(r))
		if err != nil {
			return nil, fmt.Errorf("traditional characters: %w", err)
		}
		if first, size := utf8.DecodeRuneInString(s); size == len(s) {
			n.simple[i] = first
		}
		if n.simple[i] != r {
			n.differs[r>>6] |= 1 << (r & 63)
		}
	}
	return n, nil
}

// Plain normalises at most limit runes of text.
func (n *Normaliser) Plain(text string, limit int) Plain {
	var p Plain
	n.into(&p, text, limit)
	return p
}

// into is Plain with the room of an earlier text.
func (n *Normaliser) into(p *Plain, text string, limit int) {
	b := make([]byte, 0, min(len(text), 4*limit))
	room := min(len(text), limit)/2 + 1
	origin, bytes := slices.Grow(p.origin[:0], room), slices.Grow(p.bytes[:0], room)
	var last rune
	run, position, traditional := 0, 0, false
	for i, r := range text {
		if position >= limit {
			break
		}
		at := position
		position++
		if r >= 0x4E00 && r < 0xA000 && r != last { // most of any text
			if n.differs[r>>6&0x3FF]>>(r&63)&1 != 0 {
				traditional = true
			}
			last, run = r, 1
			b = append(b, byte(r>>12)|0xE0, byte(r>>6)&0x3F|0x80, byte(r)&0x3F|0x80)
			origin, bytes = append(origin, int32(at)), append(bytes, int32(i))
			continue
		}
		r = fold(r)
		switch {
		case r < 0:
			continue
		case r == ' ' && (last == ' ' || last == '\n' || last == 0):
			continue
		case r == '\n' && (last == '\n' || last == 0):
			continue
		}
		if r == last {
			if run++; run > 1 && mark(r) || run > sameRun && !(r >= '0' && r <= '9') {
				continue
			}
		} else {
			run = 1
		}
		last = r
		if r >= firstHan && r <= lastHan && n.simple[r-firstHan] != r {
			traditional = true
		}
		b = utf8.AppendRune(b, r)
		origin = append(origin, int32(at))
		bytes = append(bytes, int32(i))
	}
	origin = append(origin, int32(position))
	p.Text, p.origin, p.bytes, p.before = string(b), origin, bytes, p.before[:0]
	if traditional {
		p.Text = n.simplify(p.Text, len(origin)-1)
	}
}

// simplify keeps the number of runes, so that positions stay true: by phrases
// where that holds, else character by character.
func (n *Normaliser) simplify(text string, runes int) string {
	if s, err := n.phrases.Convert(text); err == nil && utf8.RuneCountInString(s) == runes {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= firstHan && r <= lastHan {
			return n.simple[r-firstHan]
		}
		return r
	}, text)
}

// fold maps one rune: negative means that it is left out.
func fold(r rune) rune {
	switch {
	case r < 0x20:
		if r == '\n' || r == '\r' {
			return '\n'
		}
		return ' '
	case r < 0x7F:
		return r
	case r < 0xA1: // DEL, C1 controls, no-break space
		return ' '
	case r >= 0x3001 && r <= lastHan && r < 0xE000:
		return r
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x3000, r == utf8.RuneError:
		return ' '
	case r == 0xAD, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F,
		r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r >= 0xE0000 && r <= 0xE0FFF:
		return -1
	case r >= 0x2000 && r <= 0x200A, r == 0x2028, r == 0x2029, r == 0x202F, r == 0x205F:
		return ' '
	case r >= 0x2600 && r <= 0x27BF, r >= 0x2B00 && r <= 0x2BFF, r >= 0x1F000 && r <= 0x1FAFF, r >= 0xE000 && r <= 0xF8FF:
		return ' ' // emoji, dingbats, private use: the segmenter would invent words from them
	case !unicode.IsGraphic(r):
		return ' '
	}
	return r
}

// mark says whether a rune repeated says no more than once.
func mark(r rune) bool {
	switch {
	case r < 0x80:
		return !letter(r) && r != '\n'
	case r >= 0x3001 && r <= 0x303F, r >= 0x2010 && r <= 0x2027, r == '·', r == '…', r == '—':
		return true
	}
	return false
}

// Runes gives the span of the text as given for the bytes start to end of
// p.Text, end exclusive.
func (p *Plain) Runes(start, end int) (int, int) {
	from := p.runesBefore(start)
	to := from + utf8.RuneCountInString(p.Text[start:end])
	if to <= from {
		return int(p.origin[from]), int(p.origin[from])
	}
	return int(p.origin[from]), int(p.origin[to-1]) + 1
}

// given cuts the same span out of the text as given.
func (p *Plain) given(text string, start, end int) string {
	from := p.runesBefore(start)
	to := from + utf8.RuneCountInString(p.Text[start:end])
	if to <= from {
		return ""
	}
	last := int(p.bytes[to-1])
	_, size := utf8.DecodeRuneInString(text[last:])
	return text[p.bytes[from] : last+size]
}

// runesBefore counts the runes of p.Text before byte at.
func (p *Plain) runesBefore(at int) int {
	if len(p.before) == 0 {
		n := 0
		for i := 0; ; i += stretch {
			p.before = append(p.before, int32(n))
			if i+stretch > len(p.Text) {
				break
			}
			n += starts(p.Text[i : i+stretch])
		}
	}
	return int(p.before[at/stretch]) + starts(p.Text[at-at%stretch:at])
}

// starts counts the bytes at which a rune begins.
func starts(text string) int {
	n := 0
	for i := range len(text) {
		if text[i]&0xC0 != 0x80 {
			n++
		}
	}
	return n
}
