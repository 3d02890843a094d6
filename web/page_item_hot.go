package web

import (
	"context"
	"slices"
	"time"

	"huiying/desk"
)

// HotFile is where an item stands, or stood, on a hot list, with its course.
type HotFile struct {
	desk.Hot
	Lasted string
	Lines  []SpreadLine
	Rows   []HotRow // the newest first
	More   int      // readings that aren't listed
}

// HotRow is one reading of the list.
type HotRow struct {
	At   time.Time
	Rank int
	Heat string
}

// hotRows is how many readings the table lists; the picture has all.
const hotRows = 24

// hotFile is nil where an item never was on a hot list.
func (r teller) hotFile(ctx context.Context, it desk.Item) (*HotFile, error) {
	if it.Hot == nil {
		return nil, nil
	}
	points, err := r.desk.HotPoints(ctx, r.who, it.ID)
	if err != nil {
		return nil, err
	}
	f := &HotFile{Hot: *it.Hot, Lasted: r.dates().span(it.Hot.Lasted(r.now))}
	worst := 0
	for _, p := range points {
		worst = max(worst, p.Rank)
	}
	counts := make([]desk.Count, len(points))
	for i, p := range points {
		height := int64(worst - p.Rank + 1) // the first place stands highest
		counts[i] = desk.Count{At: p.At, Reads: &height, Comments: p.Heat}
	}
	if line, ok := spreadLine("名次", counts, func(c desk.Count) *int64 { return c.Reads }); ok {
		line.First, line.Last = number(points[0].Rank), number(points[len(points)-1].Rank)
		f.Lines = append(f.Lines, line)
	}
	if line, ok := spreadLine("热度", counts, func(c desk.Count) *int64 { return c.Comments }); ok {
		f.Lines = append(f.Lines, line)
	}
	for _, p := range slices.Backward(points) {
		if len(f.Rows) == hotRows {
			f.More = len(points) - hotRows
			break
		}
		row := HotRow{At: p.At, Rank: p.Rank, Heat: "–"}
		if p.Heat != nil {
			row.Heat = number(int(*p.Heat))
		}
		f.Rows = append(f.Rows, row)
	}
	return f, nil
}
