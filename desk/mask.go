package desk

import (
	"regexp"
	"strings"
)

// personal finds what identifies a person inside a text: identity numbers (18
// digits, the last may be X), mobile and landline numbers, bank cards. Spaces and
// hyphens between digits are how people write them.
var personal = regexp.MustCompile(`\d{17}[\dXx]|1[3-9]\d([ -]?\d){8}|\d{16,19}|0\d{2,3}[- ]?[1-9]\d{6,7}`)

// MaskText hides numbers of phones, identity and bank cards in a text, digit by
// digit, so that offsets into it stay right.
func MaskText(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' }) < 0 {
		return s
	}
	return personal.ReplaceAllStringFunc(s, MaskPhone)
}

// MaskPhone keeps the first three and the last four of a number, as the office
// writes it: 139****4471. Short ones keep the last two.
func MaskPhone(s string) string {
	r := []rune(s)
	head, tail := 3, 4
	if len(r) < 10 {
		head, tail = 0, 2
	}
	for i := range r {
		if i >= head && i < len(r)-tail && r[i] != ' ' && r[i] != '-' {
			r[i] = '*'
		}
	}
	return string(r)
}

// MaskName keeps the family name: 郑**.
func MaskName(s string) string {
	r := []rune(strings.TrimSpace(s))
	for i := 1; i < len(r); i++ {
		r[i] = '*'
	}
	return string(r)
}
