package jieba

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes a text safe for the library: a NUL would truncate it silently and
// invalid UTF-8 would lose words. Most texts pass untouched.
func clean(text string) string {
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", " ")
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return text
}

func hasSpace(word string) bool { return strings.IndexFunc(word, unicode.IsSpace) >= 0 }

// boundary finds where to part a long text: after the last sentence mark in the
// first chunk, else after a whole rune.
func boundary(text string) int {
	if len(text) <= chunk {
		return len(text)
	}
	head := text[:chunk]
	for i := range 4 { // a cut rune at the end would make the search below miss
		if r, size := utf8.DecodeLastRuneInString(head[:chunk-i]); r != utf8.RuneError || size != 1 {
			head = head[:chunk-i]
			break
		}
	}
	if i := strings.LastIndexAny(head, "。！？!?；;\n ，,"); i > 0 {
		_, size := utf8.DecodeRuneInString(head[i:])
		return i + size
	}
	return len(head)
}
