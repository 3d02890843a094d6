package classify

import (
	"unicode"
	"unicode/utf8"
)

// Segmenter cuts a text into words. Joined, the words are the text. It is safe
// for concurrent use. classify/jieba holds the real one.
type Segmenter interface {
	Cut(text string) []string
}

// Bigrams is a segmenter without a dictionary: Han characters in pairs, other
// letters and digits in runs. It needs no C++ and serves tests and builds where
// the real one can't be linked; verdicts made with it are weaker.
type Bigrams struct{}

// Cut gives the pieces in order.
func (Bigrams) Cut(text string) []string {
	var words []string
	for i := 0; i < len(text); {
		end := i
		r, size := utf8.DecodeRuneInString(text[i:])
		end += size
		if han := unicode.Is(unicode.Han, r); han || letter(r) {
			for n := 1; end < len(text) && !(han && n == 2); n++ {
				next, size := utf8.DecodeRuneInString(text[end:])
				if unicode.Is(unicode.Han, next) != han || !han && !letter(next) {
					break
				}
				end += size
			}
		}
		words = append(words, text[i:end])
		i = end
	}
	return words
}

func letter(r rune) bool {
	return r < 0x80 && (r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z')
}
