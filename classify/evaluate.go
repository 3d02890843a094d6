package classify

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"huiying/desk"
)

// Figure is one measured figure of an evaluation.
type Figure struct {
	Task  string
	Data  string
	Value float64
	Size  int // how many texts stand behind it
}

// Evaluate measures verdicts on an evaluation folder: kind, category, department
// and urgency on gold-messages, strictly and leniently (a named alternative
// counts); figures, time and level on emergency; rumour cues on rumour.
func Evaluate(ctx context.Context, reader desk.Classifier, folder string) ([]Figure, error) {
	gold, err := evaluateGold(ctx, reader, folder)
	if err != nil {
		return nil, err
	}
	emergency, err := evaluateEmergency(ctx, reader, folder)
	if err != nil {
		return nil, err
	}
	rumour, err := evaluateRumour(ctx, reader, folder)
	if err != nil {
		return nil, err
	}
	return slices.Concat(gold, emergency, rumour), nil
}

// WriteFigures prints figures as a table in Markdown.
func WriteFigures(w io.Writer, figures []Figure) error {
	if _, err := fmt.Fprint(w, "| 任务 | 数据 | 数值 | 条数 |\n|---|---|---|---|\n"); err != nil {
		return err
	}
	for _, f := range figures {
		if _, err := fmt.Fprintf(w, "| %s | %s | %.4f | %d |\n", f.Task, f.Data, f.Value, f.Size); err != nil {
			return err
		}
	}
	return nil
}

// score counts hits.
type score struct{ hits, all int }

func (s *score) count(hit bool) {
	s.all++
	if hit {
		s.hits++
	}
}

func (s *score) figure(task, data string) Figure {
	return Figure{task, data, float64(s.hits) / float64(max(s.all, 1)), s.all}
}

// gold is a letter of gold-messages with its labels and what was read of it.
type gold struct {
	row     map[string]string
	verdict *desk.Verdict
}

// lenient says whether a value is the label or an alternative that is named.
func (g gold) lenient(got, field string) bool {
	_, other, _ := strings.Cut(g.row["note"], "亦可")
	return got == g.row[field] || got != "" && strings.Contains(other, got) ||
		field == desk.FieldDepartment && got == "公安局(交警)" && strings.Contains(other, "交警")
}

// eachGold reads the letters of gold-messages/dev.
func eachGold(ctx context.Context, reader desk.Classifier, folder string, each func(gold)) error {
	texts := map[string]desk.Text{}
	for source, name := range map[string]string{"fujian3": "hot-topics", "fujian4": "replies"} {
		err := Rows(filepath.Join(folder, name, "messages.csv"), func(r map[string]string) {
			texts[source+r["id"]] = desk.Text{Title: r["title"], Body: r["detail"]}
		})
		if err != nil {
			return err
		}
	}
	var failed error
	err := Rows(filepath.Join(folder, "gold-messages", "dev.csv"), func(r map[string]string) {
		text, ok := texts[r["source"]+r["id"]]
		if !ok || failed != nil {
			return
		}
		reading, err := reader.Read(ctx, text)
		if err != nil {
			failed = err
			return
		}
		reading.Verdict.Category = desk.CategoryClass(reading.Verdict.Category) // the data names classes
		each(gold{r, &reading.Verdict})
	})
	if err == nil {
		err = failed
	}
	return err
}

func evaluateGold(ctx context.Context, reader desk.Classifier, folder string) ([]Figure, error) {
	var tally struct{ kind, kindKind, category, categoryKind, urgency, urgencyKind, top, topKind, three, threeKind score }
	var risk [2][]float64
	err := eachGold(ctx, reader, folder, func(g gold) {
		v, r := g.verdict, g.row
		tally.kind.count(v.Kind == r["kind"])
		tally.kindKind.count(g.lenient(v.Kind, "kind"))
		tally.category.count(v.Category == r["category"])
		tally.categoryKind.count(g.lenient(v.Category, "category"))
		tally.urgency.count(v.Urgency == r["urgency"])
		tally.urgencyKind.count(g.lenient(v.Urgency, "urgency"))
		tally.top.count(v.Department() == r["department"])
		tally.topKind.count(g.lenient(v.Department(), "department"))
		first := v.Departments[:min(len(v.Departments), 3)]
		tally.three.count(slices.ContainsFunc(first, func(n desk.ScoredName) bool { return n.Name == r["department"] }))
		tally.threeKind.count(slices.ContainsFunc(first, func(n desk.ScoredName) bool { return g.lenient(n.Name, "department") }))
		if r["group_risk"] == "1" {
			risk[1] = append(risk[1], v.GroupRisk)
		} else {
			risk[0] = append(risk[0], v.GroupRisk)
		}
	})
	if err != nil {
		return nil, err
	}
	const data = "gold-messages/dev"
	return []Figure{
		tally.kind.figure("诉求类型", data+" 严"), tally.kindKind.figure("诉求类型", data+" 宽"),
		tally.category.figure("领域 15 类", data+" 严"), tally.categoryKind.figure("领域 15 类", data+" 宽"),
		tally.top.figure("责任单位首选", data+" 严"), tally.topKind.figure("责任单位首选", data+" 宽"),
		tally.three.figure("责任单位前三", data+" 严"), tally.threeKind.figure("责任单位前三", data+" 宽"),
		tally.urgency.figure("紧急程度", data+" 严"), tally.urgencyKind.figure("紧急程度", data+" 宽"),
		{"群体性风险 AUC", data, AUC(risk[1], risk[0]), len(risk[0]) + len(risk[1])},
	}, nil
}

func evaluateRumour(ctx context.Context, reader desk.Classifier, folder string) ([]Figure, error) {
	var cues [2][]float64
	var failed error
	err := Rows(filepath.Join(folder, "rumour", "dev.csv"), func(r map[string]string) {
		if failed != nil {
			return
		}
		reading, err := reader.Read(ctx, desk.Text{Body: r["text"]})
		if err != nil {
			failed = err
			return
		}
		if r["label"] == "rumor" {
			cues[1] = append(cues[1], reading.Verdict.Rumour)
		} else {
			cues[0] = append(cues[0], reading.Verdict.Rumour)
		}
	})
	if err == nil {
		err = failed
	}
	return []Figure{{"传言线索 AUC（规则）", "rumour/dev", AUC(cues[1], cues[0]), len(cues[0]) + len(cues[1])}}, err
}

// AUC is the chance that one of the positives scores above one of the negatives.
func AUC(positives, negatives []float64) float64 {
	rank := map[float64][2]int{}
	for i, list := range [2][]float64{negatives, positives} {
		for _, x := range list {
			n := rank[x]
			n[i]++
			rank[x] = n
		}
	}
	below, sum := 0, 0.0
	for _, x := range slices.Sorted(maps.Keys(rank)) {
		n := rank[x]
		sum += float64(n[1]) * (float64(below) + float64(n[0])/2)
		below += n[0]
	}
	return sum / float64(max(len(positives)*len(negatives), 1))
}
