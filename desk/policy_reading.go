package desk

import (
	"encoding/json"
	"errors"
	"slices"
	"unicode/utf8"
)

// OfficeReading is what the office tells the reader of texts about itself. A node
// takes up a changed file without being started again.
type OfficeReading struct {
	Words  []string // names that are one word each: departments, places, schemes
	Duties []Charge // who answers for what (谁主管谁负责), before what the program knows by itself
	// Categories are what the office puts below the fifteen, and says of them, as long as
	// nobody has changed the tree on its page.
	Categories []CategoryNode
}

// Tree is the file's tree of categories: it was checked when the file was read.
func (r OfficeReading) Tree() CategoryTree {
	t, err := NewCategoryTree(r.Categories)
	if err != nil {
		return CategoryTree{}
	}
	return t
}

// Charge is a line of the office's duty list (职责清单): a department answers for matters
// that these words name, everywhere or in these regions, in all categories or in these.
type Charge struct {
	Department string
	Document   string   // what it stands on
	Words      []string // of two letters or more
	Categories []string // paths, with all below them; none: all
	Regions    []string // codes; a prefix is the whole area; none: everywhere
}

// bounds of what a file may hold: the reader looks for every word in every text.
const (
	maxOwnWords = 20_000
	maxDuties   = 1_000
	maxDutyText = 200 // words of one duty
)

func (r *policyReader) reading(path string, raw json.RawMessage, to *OfficeReading) {
	r.object(path, raw, map[string]field{
		"words": func(path string, raw json.RawMessage) {
			r.texts(&to.Words)(path, raw)
			r.words(path, to.Words, maxOwnWords)
		},
		"duties": func(path string, raw json.RawMessage) {
			to.Duties = nil
			r.list(path, raw, func(at string, value json.RawMessage) {
				var d Charge
				r.object(at, value, map[string]field{
					"department": r.text(&d.Department), "document": r.text(&d.Document),
					"words": r.texts(&d.Words), "categories": r.texts(&d.Categories), "regions": r.texts(&d.Regions),
				})
				r.duty(at, d)
				to.Duties = append(to.Duties, d)
			})
			if len(to.Duties) > maxDuties {
				r.fail(path, "职责清单最多 %d 条", maxDuties)
			}
		},
		"categories": func(path string, raw json.RawMessage) {
			to.Categories = nil
			r.list(path, raw, func(at string, value json.RawMessage) {
				var n CategoryNode
				r.object(at, value, map[string]field{"name": r.text(&n.Name), "parent": r.text(&n.Parent), "display": r.text(&n.Display), "words": r.texts(&n.Words)})
				to.Categories = append(to.Categories, n)
			})
			var e *Error
			if _, err := NewCategoryTree(to.Categories); errors.As(err, &e) {
				r.fail(path+e.Field, e.Text, e.Args...)
			}
		},
	})
}

// duty refuses a line that could never speak, or would always.
func (r *policyReader) duty(at string, d Charge) {
	switch {
	case d.Department == "":
		r.fail(at+".department", "应写明责任单位")
	case len(d.Words) == 0:
		r.fail(at+".words", "应写明由它主管的事项用语，每个不少于两个字")
	}
	r.words(at+".words", d.Words, maxDutyText)
	for _, c := range d.Categories {
		if !categoryShaped(c) { // what lies below the fifteen may be set on the page
			r.fail(at+".categories", "没有“%s”这个领域", c)
		}
	}
	for _, code := range d.Regions {
		if !isDigits(code) || !slices.Contains([]int{2, 4, 6, 9}, len(code)) {
			r.fail(at+".regions", "“%s”不是行政区划代码", code)
		}
	}
}

func (r *policyReader) words(at string, words []string, most int) {
	if len(words) > most {
		r.fail(at, "最多 %d 个词", most)
	}
	for _, w := range words {
		if !ownWord(w) {
			r.fail(at, "“%s”应为 2 至 30 个字，中间没有空格", w)
		}
	}
}

// ownWord says whether a word can be looked for in texts.
func ownWord(w string) bool {
	n := utf8.RuneCountInString(w)
	return n >= 2 && n <= 30 && utf8.ValidString(w) && !hasBlank(w)
}

func isDigits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

func hasBlank(s string) bool {
	for _, c := range s {
		if c <= ' ' || c == 0x3000 {
			return true
		}
	}
	return false
}
