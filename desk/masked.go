package desk

import "unicode/utf8"

// Masked is the item as the actor may see it outside a reveal: author always
// masked, numbers of phones and identity cards in the text for everybody but the
// source that sent it. Masking twice changes nothing, so adapters may do it to
// whatever a use case gave them.
func (it Item) Masked(who Actor) Item {
	it.mask(who)
	return it
}

// Excerpt is the beginning of what is in quarantine, at most n runes, with the
// numbers hidden for everybody but the source that sent it; "" when it isn't text.
func (q Quarantined) Excerpt(who Actor, n int) string {
	if !utf8.Valid(q.Bytes) {
		return ""
	}
	s := string(q.Bytes)
	if who.SourceID == 0 {
		s = MaskText(s)
	}
	if r := []rune(s); len(r) > n {
		s = string(r[:n])
	}
	return s
}
