package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"huiying/desk"
)

// Spread is how often an item was read and passed on over time, with a picture of
// each figure; the table says the same in words.
type Spread struct {
	Lines []SpreadLine
	Rows  []SpreadRow
	Shot  *desk.Shot
	Size  string // of the screenshot
	May   bool   // may note newer figures
}

// SpreadLine is one figure over time.
type SpreadLine struct {
	Name   string // interface text
	First  string
	Last   string
	Points string // of the polyline, in a picture of spreadWidth × spreadHeight
	Ends   []SpreadDot
}

// SpreadDot is one time that a figure was seen.
type SpreadDot struct{ X, Y int }

// SpreadRow is what was seen at one time.
type SpreadRow struct {
	At                      time.Time
	Reads, Comments, Shares string
	By                      string
}

// The picture's measures, in its own units.
const spreadWidth, spreadHeight, spreadEdge = 240, 60, 6

// spread is nil where an item has no such figures and can't have any.
func (r teller) spread(ctx context.Context, it desk.Item) (*Spread, error) {
	if it.Channel != desk.ChannelMedia || it.Extra == nil || it.Extra.Captured == nil {
		return nil, nil
	}
	counts, err := r.desk.Counts(ctx, r.who, it.ID)
	if err != nil {
		return nil, err
	}
	s := &Spread{Shot: it.Extra.Shot, May: r.who.May(desk.ActMediaPaste)}
	if s.Shot != nil {
		s.Size = fmt.Sprintf("%.1f MB", max(float64(s.Shot.Size)/(1<<20), 0.1))
	}
	for _, f := range []struct {
		name string
		of   func(desk.Count) *int64
	}{{"阅读", func(c desk.Count) *int64 { return c.Reads }}, {"评论", func(c desk.Count) *int64 { return c.Comments }}, {"转发", func(c desk.Count) *int64 { return c.Shares }}} {
		if line, ok := spreadLine(f.name, counts, f.of); ok {
			s.Lines = append(s.Lines, line)
		}
	}
	figure := func(n *int64) string {
		if n == nil {
			return "–"
		}
		return number(int(*n))
	}
	for _, c := range counts {
		s.Rows = append(s.Rows, SpreadRow{At: c.At, Reads: figure(c.Reads), Comments: figure(c.Comments), Shares: figure(c.Shares), By: c.By})
	}
	return s, nil
}

// spreadLine draws one figure: time to the right, from nothing up to its greatest.
func spreadLine(name string, counts []desk.Count, of func(desk.Count) *int64) (SpreadLine, bool) {
	line := SpreadLine{Name: name}
	var seen []desk.Count
	var most int64 = 1
	for _, c := range counts {
		if n := of(c); n != nil {
			seen = append(seen, c)
			most = max(most, *n)
		}
	}
	if len(seen) == 0 {
		return line, false
	}
	first, last := seen[0], seen[len(seen)-1]
	line.First, line.Last = number(int(*of(first))), number(int(*of(last)))
	if len(seen) < 2 {
		return line, true
	}
	whole := max(last.At.Sub(first.At).Seconds(), 1)
	var points []string
	for _, c := range seen {
		dot := SpreadDot{X: spreadEdge + int(c.At.Sub(first.At).Seconds()/whole*(spreadWidth-2*spreadEdge)),
			Y: spreadHeight - spreadEdge - int(float64(*of(c))/float64(most)*(spreadHeight-2*spreadEdge))}
		points = append(points, fmt.Sprintf("%d,%d", dot.X, dot.Y))
		line.Ends = append(line.Ends, dot)
	}
	line.Points = strings.Join(points, " ")
	return line, true
}
