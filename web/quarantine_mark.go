package web

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Marked is a text with the place in it that was at fault.
type Marked struct{ Before, Fault, After string }

var lineSaid = regexp.MustCompile(`第 ?(\d{1,9}) ?行`)

// markFault finds what a refusal speaks of: the line it names, else the field, as
// JSON, XML, a header or a form has it. Where neither is found nothing is marked.
func markFault(text, field, reason string) Marked {
	if m := lineSaid.FindStringSubmatch(reason); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			lines := strings.SplitAfter(text, "\n")
			if n <= len(lines) {
				return Marked{strings.Join(lines[:n-1], ""), lines[n-1], strings.Join(lines[n:], "")}
			}
		}
	}
	if i := strings.LastIndexByte(field, '.'); i >= 0 {
		field = field[i+1:]
	}
	if field == "" || len(field) > 60 || !utf8.ValidString(field) {
		return Marked{Before: text}
	}
	name := regexp.QuoteMeta(field)
	for _, shape := range []string{
		`(?i)"` + name + `"\s*:\s*("(\\.|[^"\\])*"?|[^,}\]\n]*)`,
		`(?is)<` + name + `\b[^>]{0,200}>.*?</` + name + `>`,
		`(?im)^` + name + `\s*[:=].*$`,
		`(?i)\b` + name + `=[^&\s]*`,
	} {
		if at := regexp.MustCompile(shape).FindStringIndex(text); at != nil && at[1] > at[0] {
			return Marked{text[:at[0]], text[at[0]:at[1]], text[at[1]:]}
		}
	}
	return Marked{Before: text}
}

// badByte is where bytes stop being UTF-8; -1: nowhere.
func badByte(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return -1
}
