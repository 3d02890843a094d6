package web

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// pinyinKeys are what a Chinese text is found by when its sounds are typed: initials and full syllables,
// "cxjs chengxiangjianshe". Letters and digits in it stand for themselves.
func pinyinKeys(text string) string {
	keep := func(r rune, _ pinyin.Args) []string {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return []string{strings.ToLower(string(r))}
		}
		return nil
	}
	full := pinyin.NewArgs()
	full.Fallback = keep
	var initials, syllables strings.Builder
	for _, p := range pinyin.Pinyin(text, full) {
		if len(p) == 0 || p[0] == "" {
			continue
		}
		initials.WriteByte(p[0][0])
		syllables.WriteString(p[0])
	}
	if syllables.Len() == 0 {
		return ""
	}
	return initials.String() + " " + syllables.String()
}

// soundsLike says whether what was typed is found in a text: its letters, or their sounds.
func soundsLike(text, query string) bool {
	query = strings.ToLower(strings.TrimSpace(query))
	if query == "" || strings.Contains(strings.ToLower(text), query) {
		return true
	}
	for i := range len(query) {
		if query[i] >= 0x80 {
			return false
		}
	}
	query = strings.ReplaceAll(query, " ", "")
	for _, k := range strings.Fields(pinyinKeys(text)) {
		if strings.Contains(k, query) {
			return true
		}
	}
	return false
}
