package topic

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"huiying/desk"
)

const (
	titleShort = 6  // runes below which a clause names no matter
	titleLong  = 36 // and above which it is cut
	titleTexts = 40 // how many of a topic's texts have a say
	titleOpens = 6  // how many clauses of a text without a title are looked at
)

// Title gives the words that tell best what the texts of a topic are about: one of
// their titles, or of the first clauses of those that have none. What many of them
// say and few others do counts, places named by several count more, and every
// further rune costs. It is pure, and "" only when no text has a word.
func (d *Discoverer) Title(texts []desk.Text) string {
	texts = texts[:min(len(texts), titleTexts)]
	count := map[[2]rune]float64{} // in how many texts
	for _, t := range texts {
		for p := range pairsOf(t.Title + "。" + t.Body) {
			count[p]++
		}
	}
	alone := 0.95 // what one text says by itself hardly counts
	if len(texts) == 1 {
		alone = 0
	}
	best, title := -1.0, ""
	for _, t := range texts {
		for _, c := range candidates(t) {
			sum := 0.0
			for p := range pairsOf(c) {
				sum += d.tells(p) * (count[p] - alone) / float64(len(texts))
			}
			names([]rune(c), func(n name, from, to int) { sum += 0.2 })
			n := float64(utf8.RuneCountInString(c))
			if t.Title != "" {
				sum *= 1.5 // somebody meant it as one
			}
			if score := sum / math.Sqrt(n+8); score > best {
				best, title = score, c
			}
		}
	}
	return title
}

// tells is how much a pair tells.
func (d *Discoverer) tells(p [2]rune) float64 {
	if d.pair == nil {
		return 1
	}
	r := d.pair(p[0], p[1])
	return r * r
}

func pairsOf(text string) map[[2]rune]struct{} {
	pairs := map[[2]rune]struct{}{}
	last, n := rune(0), 0
	for _, r := range text {
		if n++; n > bodyTerms {
			break
		}
		if han(last) && han(r) {
			pairs[[2]rune{last, r}] = struct{}{}
		}
		last = r
	}
	return pairs
}

// candidates are what may stand for a text: its title, or its first clauses without
// the turns of who wrote it down.
func candidates(t desk.Text) []string {
	if title := strings.TrimSpace(t.Title); title != "" {
		return []string{shorten(title)}
	}
	var list []string
	for clause := range strings.FieldsFuncSeq(t.Body, func(r rune) bool {
		return r != '“' && r != '”' && r != '、' && r != '(' && r != ')' && (unicode.IsPunct(r) || unicode.IsControl(r))
	}) {
		clause = strings.TrimSpace(clause)
		for _, turn := range said[:8] {
			clause = strings.TrimPrefix(clause, turn)
		}
		if utf8.RuneCountInString(clause) >= titleShort {
			list = append(list, shorten(clause))
		}
		if len(list) == titleOpens {
			break
		}
	}
	if body := strings.TrimSpace(t.Body); len(list) == 0 && body != "" {
		list = append(list, shorten(body))
	}
	return list
}

func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > titleLong {
		return string(r[:titleLong-1]) + "…"
	}
	return text
}
