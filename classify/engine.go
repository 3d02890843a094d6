// Package classify reads a citizen's text and says what it is about (系统初判建议):
// kind, category, place, department, urgency, facts, with the words that decided.
// The engine normalises and cuts once; a linear model and tables of rules, handed
// in by the program, do the judging. It suggests; people decide.
package classify

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"

	"huiying/desk"
)

// Rule reads a normalised text and writes what it finds into the verdict. Spans
// of its evidence are bytes of the normalised title or body, with a weight of the
// rule's own measure (0: 1); the engine leads them back to runes of the text as given
// and weights to shares of what speaks for the field. Rules run in order: a later one may
// build on the fields that earlier ones have set.
type Rule = func(text desk.Text, verdict *desk.Verdict)

// Model judges the category and knows how telling a word is.
type Model interface {
	// Judge sets the category with its confidence and evidence, spans as for Rule.
	Judge(doc *Document, verdict *desk.Verdict)
	// Name says which weights speak.
	Name() string
}

// Document is a text normalised and cut, once, for all who read it.
type Document struct {
	Title, Body           string
	TitleWords, BodyWords []string // joined, they are the text
	Place                 string   // given beside the text, as it was given
}

// Options are the parts that the program puts together. Segmenter is needed;
// without a Model, Rules or Sketch the fields they would fill stay unknown.
type Options struct {
	Segmenter Segmenter
	Model     Model
	Rules     []Rule
	Learnt    func(doc *Document, verdict *desk.Verdict)               // what the office's corrections have taught: runs after the rules, spans as for Rule
	Sketch    func(doc *Document, verdict *desk.Verdict) desk.TopicDoc // what discovery keeps
	MaxRunes  int                                                      // of title and of body each; what follows isn't read; 0: 20,000
}

// Engine implements desk.Classifier. It holds no state between texts.
type Engine struct {
	options    Options
	normaliser *Normaliser
	room       sync.Pool
}

// room is what reading one text needs and the next one can use again.
type room struct {
	title, body Plain
	doc         Document
	words       wordSet
	cut         [2][]string // of title and body
}

// New checks the options and prepares the tables.
func New(options Options) (*Engine, error) {
	if options.Segmenter == nil {
		return nil, errors.New("classify: a segmenter is needed")
	}
	if options.MaxRunes <= 0 {
		options.MaxRunes = 20_000
	}
	n, err := NewNormaliser()
	if err != nil {
		return nil, err
	}
	return &Engine{options: options, normaliser: n, room: sync.Pool{New: func() any { return &room{words: newWordSet()} }}}, nil
}

// Read gives all that is taken from a text in one pass. The only error is that of
// a context that ended.
func (e *Engine) Read(ctx context.Context, text desk.Text) (desk.Reading, error) {
	if err := ctx.Err(); err != nil {
		return desk.Reading{}, err
	}
	r := e.room.Get().(*room)
	defer e.room.Put(r)
	title, body, doc := &r.title, &r.body, &r.doc
	e.normaliser.into(title, text.Title, e.options.MaxRunes)
	e.normaliser.into(body, text.Body, e.options.MaxRunes)
	r.cut[0], r.cut[1] = e.cut(r.cut[0][:0], title.Text), e.cut(r.cut[1][:0], body.Text)
	*doc = Document{Title: title.Text, Body: body.Text, TitleWords: r.cut[0], BodyWords: r.cut[1], Place: text.Place}
	reading := desk.Reading{Verdict: desk.Verdict{Confidence: make(map[string]float64, 16), Evidence: make([]desk.Evidence, 0, 24)}}
	v := &reading.Verdict
	if e.options.Model != nil {
		e.options.Model.Judge(doc, v)
		v.Model = e.options.Model.Name()
	}
	plain := desk.Text{Title: doc.Title, Body: doc.Body, At: text.At}
	for _, rule := range e.options.Rules {
		rule(plain, v)
	}
	if e.options.Learnt != nil {
		e.options.Learnt(doc, v)
	}
	if e.options.Sketch != nil {
		reading.Doc = e.options.Sketch(doc, v)
	}
	reading.Doc.Title = strings.TrimSpace(text.Title)
	v.Evidence = restore(v.Evidence, text, title, body)
	reading.Tokens = r.words.tokens(doc)
	*doc = Document{} // the text is the caller's again
	clear(r.cut[0])
	clear(r.cut[1])
	return reading, nil
}

// cut uses the room for words again where the segmenter can.
func (e *Engine) cut(room []string, text string) []string {
	if s, ok := e.options.Segmenter.(interface {
		Append(words []string, text string) []string
	}); ok {
		return s.Append(room, text)
	}
	return e.options.Segmenter.Cut(text)
}

// Prepare gives a text normalised and cut, for learning.
func (e *Engine) Prepare(text desk.Text) Document {
	var title, body Plain
	e.normaliser.into(&title, text.Title, e.options.MaxRunes)
	e.normaliser.into(&body, text.Body, e.options.MaxRunes)
	return Document{Title: title.Text, Body: body.Text, TitleWords: e.options.Segmenter.Cut(title.Text), BodyWords: e.options.Segmenter.Cut(body.Text)}
}

// restore leads spans in bytes of the normalised text back to runes of the text
// as given, with its own words.
func restore(evidence []desk.Evidence, text desk.Text, title, body *Plain) []desk.Evidence {
	kept := evidence[:0]
	for _, e := range evidence {
		plain, given := body, text.Body
		if e.In == "title" {
			plain, given = title, text.Title
		}
		if e.Start < 0 || e.End <= e.Start || e.End > len(plain.Text) {
			continue
		}
		e.Text = plain.given(given, e.Start, e.End)
		e.Start, e.End = plain.Runes(e.Start, e.End)
		if repeated(kept, e) {
			continue
		}
		kept = append(kept, e)
	}
	shares(kept)
	return kept
}

// shares makes of each weight its part of all that was said for or against its field,
// in hundredths; the only words of a field have no weight beside them.
func shares(list []desk.Evidence) {
	for i := range list {
		if list[i].Weight == 0 {
			list[i].Weight = 1
		}
	}
	for i := 0; i < len(list); { // those of a field mostly stand together
		field, sum := list[i].Field, 0.0
		first, n := true, 0
		for k := range list {
			if list[k].Field == field {
				first = first && k >= i
				n++
				sum += math.Abs(list[k].Weight)
			}
		}
		end := i
		for end < len(list) && list[end].Field == field {
			end++
		}
		if first && n == 1 && list[i].Weight > 0 {
			list[i].Weight = 0
		} else if first {
			for k := i; k < len(list); k++ {
				if list[k].Field == field {
					list[k].Weight = math.Copysign(max(math.Round(math.Abs(list[k].Weight)/sum*100)/100, 0.01), list[k].Weight)
				}
			}
		}
		i = end
	}
}

func repeated(kept []desk.Evidence, e desk.Evidence) bool {
	for _, k := range kept {
		if k.Field == e.Field && k.In == e.In && k.Start == e.Start && k.End == e.End {
			return true
		}
	}
	return false
}
