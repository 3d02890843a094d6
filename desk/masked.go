package desk

import (
	"regexp"
	"unicode/utf8"
)

// Masked is the item as the actor may see it outside a reveal: author always
// masked, numbers of phones and identity cards in the text for everybody but the
// source that sent it. Masking twice changes nothing, so adapters may do it to
// whatever a use case gave them.
func (it Item) Masked(who Actor) Item {
	it.mask(who)
	return it
}

// Excerpt is the beginning of what is in quarantine, at most n runes, with the
// numbers hidden for everybody but the source that sent it; "" when it isn't text, or
// nothing for these eyes.
func (q Quarantined) Excerpt(who Actor, n int) string {
	if q.Hidden(who) {
		return ""
	}
	b := q.Bytes
	if b == nil {
		b = uncut(q.Head)
	}
	if !utf8.Valid(b) {
		return ""
	}
	s := string(b)
	if who.SourceID == 0 {
		s = MaskText(s)
	}
	if r := []rune(s); len(r) > n {
		s = string(r[:n])
	}
	return s
}

// lastNumber is a number that a cut may have gone through.
var lastNumber = regexp.MustCompile(`[0-9][0-9Xx -]*$`)

// uncut is a beginning without what the cut at its end went through: a character, or a
// number, which must not show its first figures because the last are missing.
func uncut(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				b = b[:len(b)-i]
			}
			break
		}
	}
	if len(b) < headBytes-utf8.UTFMax {
		return b // nothing was cut
	}
	return lastNumber.ReplaceAll(b, nil)
}

// headBytes is how much of a whole raw a list reads: 160 characters of up to four bytes.
const headBytes = 640
