package topic

import (
	"iter"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"huiying/desk"
)

const (
	titleShort   = 6  // runes below which a clause names no matter
	titleLong    = 36 // and above which it is cut
	titleTexts   = 40 // how many of a topic's texts have a say
	titleOpens   = 6  // how many clauses of a text without a title are looked at
	titleFollows = 4  // runes below which a clause is a cry or a greeting

	titleName  = 0.3 // what a place that is named is worth
	titleCue   = 0.4 // and a kind of event
	titleLater = 0.8 // what a clause of a single text is worth, to the one before it
)

// Title gives the words that tell best what the texts of a topic are about: one of
// their titles, or of the first clauses of those that have none, alone or two together.
// What many of them say and few others do counts, a place and a kind of event that are
// named count more, and every further rune costs. Of one text the beginning counts
// most: there a caller says what it is. It is pure, and "" only when no text has a word.
func (d *Discoverer) Title(texts []desk.Text) string {
	texts = texts[:min(len(texts), titleTexts)]
	told := d.shared(texts)
	best, title := -1.0, ""
	for _, t := range texts {
		for i, c := range candidates(t) {
			runes := []rune(c.text)
			sum := told(runes)
			names(runes, func(n name, from, to int) { sum += titleName })
			event := 0.0
			findCues(runes, func(cue, from, to int) {
				if cue >= 0 {
					event = titleCue
				}
			})
			sum += event
			switch {
			case t.Title != "":
				sum *= 1.5 // somebody meant it as one
			case len(texts) == 1:
				sum *= math.Pow(titleLater, float64(c.at))
			}
			if score := sum / math.Sqrt(float64(len(runes))+8); score > best || i == 0 && title == "" {
				best, title = max(score, best), c.text
			}
		}
	}
	return title
}

// shared gives how much runes tell of what the texts share.
func (d *Discoverer) shared(texts []desk.Text) func([]rune) float64 {
	if len(texts) == 1 { // all of it, and no pair is rare among the others
		return func(runes []rune) (sum float64) {
			for i := 1; i < len(runes); i++ {
				if han(runes[i-1]) && han(runes[i]) {
					sum += d.tells([2]rune{runes[i-1], runes[i]})
				}
			}
			return sum
		}
	}
	count := map[[2]rune]float64{} // in how many texts
	for _, t := range texts {
		for p := range pairsOf(t.Title + "。" + t.Body) {
			count[p]++
		}
	}
	const alone = 0.95 // what one text says by itself hardly counts
	return func(runes []rune) (sum float64) {
		for i := 1; i < len(runes); i++ {
			if p := [2]rune{runes[i-1], runes[i]}; count[p] > 0 && pairAt(runes[:i], p) < 0 { // each once
				sum += d.tells(p) * (count[p] - alone) / float64(len(texts))
			}
		}
		return sum
	}
}

// pairAt is where a pair stands first; -1: nowhere.
func pairAt(runes []rune, p [2]rune) int {
	for i := 1; i < len(runes); i++ {
		if runes[i-1] == p[0] && runes[i] == p[1] {
			return i - 1
		}
	}
	return -1
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

// candidate is what may stand over a topic.
type candidate struct {
	text string
	at   int // which clause of its text it begins with
}

// candidates are what may stand for a text: its title, or its first clauses without
// the turns of who wrote it down, and each with the one that follows: one often says
// where, the next what.
func candidates(t desk.Text) []candidate {
	if title := strings.TrimSpace(t.Title); title != "" {
		return []candidate{{shorten(title), 0}}
	}
	var list []candidate
	at, last := 0, ""
	for clause := range clauses(t.Body) {
		clause = strings.TrimSpace(clause)
		for _, turn := range said[:turns] {
			clause = strings.TrimPrefix(clause, turn)
		}
		clause = strings.TrimPrefix(clause, "称")
		n, before := utf8.RuneCountInString(clause), utf8.RuneCountInString(last)
		if before > 0 && before+n < titleLong && n >= titleFollows {
			list = append(list, candidate{shorten(last + "，" + clause), at - 1})
		}
		if n >= titleShort {
			list = append(list, candidate{shorten(clause), at})
		}
		if last = ""; n >= titleFollows {
			last = clause
			if at++; at == titleOpens {
				break
			}
		}
	}
	if body := strings.TrimSpace(t.Body); len(list) == 0 && body != "" {
		list = append(list, candidate{shorten(body), 0})
	}
	return list
}

// clauses gives what stands between marks. What is quoted, listed or in brackets isn't
// cut, nor a time of day, a number or a model's name.
func clauses(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		runes := []rune(text)
		from := 0
		for i, r := range runes {
			if !unicode.IsPunct(r) && !unicode.IsControl(r) || strings.ContainsRune("“”、()（）《》", r) {
				continue
			}
			if i > 0 && i+1 < len(runes) && plain(runes[i-1]) && plain(runes[i+1]) {
				continue
			}
			if i > from && !yield(string(runes[from:i])) {
				return
			}
			from = i + 1
		}
		if from < len(runes) {
			yield(string(runes[from:]))
		}
	}
}

// plain says whether a rune is one of a number or of a name in Latin letters.
func plain(r rune) bool { return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > titleLong {
		return string(r[:titleLong-1]) + "…"
	}
	return text
}
