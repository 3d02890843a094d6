package web

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// pinyinKeys are what a Chinese text is found by when its sounds are typed: initials and full syllables,
// "cxjs chengxiangjianshe". Letters and digits in it stand for themselves; a character with several sounds, such as
// 长 or 重, gives several keys, few.
func pinyinKeys(text string) string {
	const most = 4
	ways := [][2]string{{}}
	for _, r := range text {
		sounds := soundsOf(r)
		if len(sounds) == 0 {
			continue
		}
		if len(ways)*len(sounds) > most {
			sounds = sounds[:1]
		}
		next := make([][2]string, 0, len(ways)*len(sounds))
		for _, way := range ways {
			for _, s := range sounds {
				next = append(next, [2]string{way[0] + s[:1], way[1] + s})
			}
		}
		ways = next
	}
	var keys []string
	for _, way := range ways {
		for _, k := range way {
			if k != "" && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return strings.Join(keys, " ")
}

// soundsOf are the syllables that a character may be read as, the usual one first; a letter or digit is itself; "" for
// what isn't spoken.
func soundsOf(r rune) []string {
	if r < 0x80 {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return []string{strings.ToLower(string(r))}
		}
		return nil
	}
	return soundsIn(sounding(), r)
}

// The characters in use, from U+3400; rare ones beyond are typed otherwise.
const (
	firstHan = 0x3400
	lastHan  = 0x9fff
)

// sounding gives the syllables of every character, without tones, made at first use from the table that go-pinyin carries.
var sounding = sync.OnceValue(func() [][]string {
	tones := strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i",
		"ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v",
		"ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m", "ế", "e", "ề", "e", "ê", "e")
	all := make([][]string, lastHan-firstHan+1)
	for code, list := range pinyin.PinyinDict {
		if code < firstHan || code > lastHan {
			continue
		}
		var plain []string
		for s := range strings.SplitSeq(list, ",") {
			s = strings.Map(func(r rune) rune {
				if r < 'a' || r > 'z' {
					return -1
				}
				return r
			}, tones.Replace(s))
			if s != "" && !slices.Contains(plain, s) {
				plain = append(plain, s)
			}
		}
		all[code-firstHan] = plain[:min(len(plain), 2)]
	}
	return all
})

// soundsIn are the syllables that the table has for a character.
func soundsIn(table [][]string, r rune) []string {
	if r < firstHan || r > lastHan {
		return nil
	}
	return table[r-firstHan]
}

// interfaceSounds is a script with the syllables of the characters that the interface is written in, so that the palette
// finds what stands on a page by its sounds without asking.
func interfaceSounds() ([]byte, error) {
	by := map[string]string{}
	for _, file := range []string{"views/en.json", "views/en-js.json"} {
		texts, err := loadCatalogue(file)
		if err != nil {
			return nil, err
		}
		for text := range texts {
			for _, r := range text {
				if s := soundsIn(sounding(), r); len(s) > 0 {
					by[string(r)] = strings.Join(s, " ")
				}
			}
		}
	}
	all, err := json.Marshal(by)
	return slices.Concat([]byte("export const sounds = "), all, []byte(";\n")), err
}

// soundsLike says whether what was typed is found in a text: every word of it as letters, or as sounds.
func soundsLike(text, query string) bool {
	_, ok := lookedFor(query)(text)
	return ok
}

// lookedFor makes a search for what was typed: it says whether a text has every word of it, and 0 for a text that
// begins with the first, else 1. A word is found as it is written or as it sounds, whole syllables, their beginnings and
// characters in any mixture: 化工 hg huagong hgong 化g.
func lookedFor(query string) func(text string) (rank int, ok bool) {
	var words [][]rune
	for _, w := range strings.Fields(strings.ToLower(query)) {
		words = append(words, []rune(w))
	}
	table := sounding()
	return func(text string) (int, bool) {
		said := []rune(strings.ToLower(text))
		rank := 0
		for i, word := range words {
			at := soundsAt(table, said, word)
			if at < 0 {
				return 0, false
			}
			if i == 0 && at > 0 {
				rank = 1
			}
		}
		return rank, true
	}
}

// soundsAt is the first place at which the text reads like the word, or -1.
func soundsAt(table [][]string, text, word []rune) int {
	for i := range text {
		if readsLike(table, text[i:], word, true) {
			return i
		}
	}
	return -1
}

// readsLike says whether a text begins with the word. Between characters that sound, what is silent is passed over.
func readsLike(table [][]string, text, word []rune, first bool) bool {
	if len(word) == 0 {
		return true
	}
	if len(text) == 0 {
		return false
	}
	if text[0] == word[0] && readsLike(table, text[1:], word[1:], false) {
		return true
	}
	if text[0] < 0x80 && !first && !unicode.IsLetter(text[0]) && !unicode.IsDigit(text[0]) || unicode.IsPunct(text[0]) && !first {
		return readsLike(table, text[1:], word, false)
	}
	if text[0] < 0x80 || word[0] >= 0x80 {
		return false
	}
	for _, s := range soundsIn(table, text[0]) {
		n := 0
		for n < len(s) && n < len(word) && rune(s[n]) == word[n] {
			n++
			// The whole of what is typed, a whole syllable, or its beginning.
			if readsLike(table, text[1:], word[n:], false) {
				return true
			}
		}
	}
	return false
}
