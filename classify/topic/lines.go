package topic

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"
	"time"

	"huiying/classify"
	"huiying/desk"
)

// Group is a topic as the command line builds it.
type group struct {
	ids         []json.RawMessage
	first, last time.Time
	dated       int
	members     []desk.Text // to choose the title from
	place       map[string]int
}

// member is an item of a topic with the beginning of its text.
type member struct {
	id   json.RawMessage
	text desk.Text
}

// opens is how many runes of an item the choice of a title looks at.
const opens = 400

// Lines reads NDJSON items in arrival order and writes one line per topic,
// {"topic","title","place","items","heat"}, in the order in which topics began;
// every item stands in exactly one. A line that can't be used gives {"id","error"}
// first.
func Lines(ctx context.Context, reader desk.Classifier, d *Discoverer, in io.Reader, out io.Writer) error {
	type item struct {
		line classify.Line
		doc  desk.TopicDoc
	}
	topics := newStream(d)
	var lines []member
	err := classify.Each(ctx, in, runtime.GOMAXPROCS(0), func(ctx context.Context, line classify.Line) (item, error) {
		if line.Err != nil {
			return item{line: line}, nil
		}
		reading, err := reader.Read(ctx, line.Text)
		if err != nil {
			if ctx.Err() != nil {
				return item{}, context.Cause(ctx)
			}
			line.Err = err
		}
		reading.Doc.At, _ = classify.Instant(line.Text.At)
		return item{line, reading.Doc}, nil
	}, func(i item) error {
		if i.line.Err != nil {
			var w bytes.Buffer
			if err := classify.EncodeError(&w, i.line); err != nil {
				return err
			}
			_, err := out.Write(w.Bytes())
			return err
		}
		lines = append(lines, member{i.line.ID, desk.Text{Title: i.line.Text.Title, Body: first(i.line.Text.Body, opens)}})
		_, err := topics.take(ctx, i.doc)
		return err
	})
	if err != nil {
		return err
	}
	w := json.NewEncoder(out)
	w.SetEscapeHTML(false)
	for n, id := range slices.Sorted(maps.Keys(topics.members)) {
		g := &group{place: map[string]int{}}
		for _, at := range topics.members[id] {
			g.take(lines[at], topics.index.docs[at])
		}
		line := struct {
			Topic int               `json:"topic"`
			Title string            `json:"title"`
			Place *string           `json:"place"`
			Items []json.RawMessage `json:"items"`
			Heat  float64           `json:"heat"`
		}{n + 1, d.Title(g.members), g.where(), g.ids, g.heat()}
		if err := w.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) take(m member, doc desk.TopicDoc) {
	g.ids = append(g.ids, m.id)
	g.members = append(g.members, m.text)
	if doc.Place != "" {
		g.place[doc.Place]++
	}
	if !doc.At.IsZero() {
		if g.dated == 0 || doc.At.Before(g.first) {
			g.first = doc.At
		}
		if g.dated == 0 || doc.At.After(g.last) {
			g.last = doc.At
		}
		g.dated++
	}
}

// where is the place named most often; nil when none is.
func (g *group) where() *string {
	best := ""
	for p, n := range g.place {
		if best == "" || n > g.place[best] || n == g.place[best] && p < best {
			best = p
		}
	}
	if best == "" {
		return nil
	}
	return &best
}

// heat grows with the number of items and with how fast they came.
func (g *group) heat() float64 {
	n := float64(len(g.ids))
	days := 30.0 // unknown
	if g.dated > 0 {
		days = g.last.Sub(g.first).Hours() / 24
	}
	heat := math.Log2(1+n) * (1 + math.Log1p((n-1)/(1+days)))
	return math.Round(heat*100) / 100
}

// first gives at most n runes of a text.
func first(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
