package classify

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"huiying/desk"
)

// Judged is one verdict on a field beside what people say.
type Judged struct {
	Sure    float64 // confidence as shown
	Right   bool    // the label that stands first
	Lenient bool    // that, or an alternative that is named
}

// Reliability says of one field how often it is right where it claims how much.
type Reliability struct {
	Field        string
	Bins         []Bin
	Slope, Shift float64 // what all texts together would still have changed: 1 and 0 are nothing
	Size         int
}

// Bin is a stretch of confidence.
type Bin struct {
	From, To float64
	Size     int
	Said     float64 // mean of what was claimed
	Right    float64 // share
	Error    float64 // standard error of Right
	Lenient  float64
}

// Few texts make wide bins.
var binEdges = []float64{0, 0.5, 0.65, 0.8, 0.9, 1}

// heldFolds is into how many parts the texts are put: what is claimed for one is
// fitted on the others.
const heldFolds = 10

// Reliable measures, on gold-messages, whether of what is called 90 % sure 90 % is
// right. Each text is told how sure a curve is that was fitted on the other nine tenths.
func Reliable(ctx context.Context, reader desk.Classifier, folder string) ([]Reliability, error) {
	fields := []string{desk.FieldKind, desk.FieldCategory, desk.FieldDepartment}
	judged := make([][]Judged, len(fields))
	err := eachGold(ctx, reader, folder, func(g gold) {
		for i, got := range []string{g.verdict.Kind, desk.CategoryClass(g.verdict.Category), g.verdict.Department()} {
			judged[i] = append(judged[i], Judged{Sure: g.verdict.Confidence[fields[i]], Right: got == g.row[fields[i]], Lenient: g.lenient(got, fields[i])})
		}
	})
	if err != nil {
		return nil, err
	}
	list := make([]Reliability, len(fields))
	for i, field := range fields {
		list[i] = Reliably(field, judged[i])
	}
	return list, nil
}

// Reliably is the reliability of one field, held out in folds.
func Reliably(field string, all []Judged) Reliability {
	r := Reliability{Field: field, Size: len(all)}
	r.Slope, r.Shift = fitCurve(all)
	told := make([]Judged, len(all))
	for fold := range heldFolds {
		var others []Judged
		for i, j := range all {
			if i%heldFolds != fold {
				others = append(others, j)
			}
		}
		slope, shift := fitCurve(others)
		for i := fold; i < len(all); i += heldFolds {
			told[i] = all[i]
			told[i].Sure = curve(slope, shift, all[i].Sure)
		}
	}
	for k := range len(binEdges) - 1 {
		b := Bin{From: binEdges[k], To: binEdges[k+1]}
		for _, j := range told {
			if j.Sure < b.From || j.Sure >= b.To && (b.To < 1 || j.Sure > 1) {
				continue
			}
			b.Size++
			b.Said += j.Sure
			b.Right += one(j.Right)
			b.Lenient += one(j.Lenient)
		}
		if b.Size == 0 {
			continue
		}
		n := float64(b.Size)
		b.Said, b.Right, b.Lenient = b.Said/n, b.Right/n, b.Lenient/n
		// One more of each kind than was seen: a bin without a fault has an error too.
		p := (b.Right*n + 1) / (n + 2)
		b.Error = math.Sqrt(p * (1 - p) / n)
		r.Bins = append(r.Bins, b)
	}
	return r
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func logOdds(p float64) float64 {
	p = min(max(p, 0.005), 0.995)
	return math.Log(p / (1 - p))
}

func curve(slope, shift, p float64) float64 {
	return 1 / (1 + math.Exp(-slope*logOdds(p)-shift))
}

// fitCurve fits a logistic curve over log odds by Newton's steps; half a text's weight
// holds the slope near 1.
func fitCurve(all []Judged) (slope, shift float64) {
	slope = 1
	const hold = 0.5
	for range 100 {
		gs, gb := -hold*(slope-1), 0.0
		hss, hsb, hbb := hold, 0.0, 1e-6
		for _, j := range all {
			x := logOdds(j.Sure)
			p := curve(slope, shift, j.Sure)
			w := p * (1 - p)
			gs, gb = gs+(one(j.Right)-p)*x, gb+one(j.Right)-p
			hss, hsb, hbb = hss+w*x*x, hsb+w*x, hbb+w
		}
		det := hss*hbb - hsb*hsb
		ds, db := (hbb*gs-hsb*gb)/det, (hss*gb-hsb*gs)/det
		step := max(1, 2*math.Abs(ds), 2*math.Abs(db)) // never far at once
		slope, shift = slope+ds/step, shift+db/step
		if math.Abs(ds)+math.Abs(db) < 1e-9 {
			break
		}
	}
	return slope, shift
}

// WriteReliability prints it as a table in Markdown.
func WriteReliability(w io.Writer, list []Reliability) error {
	names := map[string]string{desk.FieldKind: "诉求类型", desk.FieldCategory: "领域 15 类", desk.FieldDepartment: "责任单位首选"}
	if _, err := fmt.Fprint(w, "\n| 把握（留出的来信） | 所说把握 | 条数 | 平均所说 | 对的（严） | 标准误 | 对的（宽） |\n|---|---|---|---|---|---|---|\n"); err != nil {
		return err
	}
	for _, r := range list {
		for _, b := range slices.Backward(r.Bins) {
			if _, err := fmt.Fprintf(w, "| %s | %.0f–%.0f%% | %d | %.2f | %.2f | %.2f | %.2f |\n", names[r.Field], b.From*100, b.To*100, b.Size, b.Said, b.Right, b.Error, b.Lenient); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "| %s | 还须调整 | %d | 斜率 %.2f | 移位 %+.2f | – | – |\n", names[r.Field], r.Size, r.Slope, r.Shift); err != nil {
			return err
		}
	}
	return nil
}
