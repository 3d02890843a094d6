package topic

import (
	"cmp"
	"context"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"huiying/classify"
	"huiying/desk"
)

// message is a text of hot-topics with where it was placed.
type message struct {
	id, at string
	text   desk.Text
	topic  int64
}

// Evaluate measures topics and near-duplicates on hot-topics of an evaluation
// folder, read in the order of time. Matters with even numbers are those on which
// the thresholds were chosen; the others are the honest figure.
func Evaluate(ctx context.Context, reader desk.Classifier, d *Discoverer, folder string) ([]classify.Figure, error) {
	var list []message
	err := classify.Rows(filepath.Join(folder, "hot-topics", "messages.csv"), func(r map[string]string) {
		list = append(list, message{id: r["id"], at: r["time"], text: desk.Text{Title: r["title"], Body: r["detail"], At: r["time"]}})
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b message) int { return cmp.Compare(a.at, b.at) })
	near, err := assign(ctx, reader, d, list)
	if err != nil {
		return nil, err
	}
	placed := make(map[string]int64, len(list))
	for _, m := range list {
		placed[m.id] = m.topic
	}
	figures, err := scoreTopics(folder, placed)
	if err != nil {
		return nil, err
	}
	duplicates, err := scoreNear(folder, near, list)
	return append(figures, duplicates...), err
}

// assign places the messages one by one and gives the pairs found alike.
func assign(ctx context.Context, reader desk.Classifier, d *Discoverer, list []message) (map[[2]string]float64, error) {
	s, near := newStream(d), map[[2]string]float64{}
	for i := range list {
		reading, err := reader.Read(ctx, list[i].text)
		if err != nil {
			return nil, err
		}
		doc := reading.Doc
		doc.At, _ = classify.Instant(list[i].at)
		alike, err := s.take(ctx, doc)
		if err != nil {
			return nil, err
		}
		for _, n := range alike {
			near[pairOf(list[i].id, list[n.Item-1].id)] = n.Score
		}
	}
	for i := range list {
		list[i].topic = s.index.docs[i].Topic
	}
	return near, nil
}

func pairOf(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

// scoreTopics gives the mean over the labelled matters of the best F1 that any
// topic reaches, counting labelled items only, and the share of hard negatives
// that stayed apart.
func scoreTopics(folder string, placed map[string]int64) ([]classify.Figure, error) {
	matters, names := map[string][]string{}, map[string]string{}
	labelled := map[int64]int{}
	err := classify.Rows(filepath.Join(folder, "hot-topics", "incidents.csv"), func(r map[string]string) {
		matters[r["incident"]] = append(matters[r["incident"]], r["id"])
		names[r["name"]] = r["incident"]
		labelled[placed[r["id"]]]++
	})
	if err != nil {
		return nil, err
	}
	var scores [2][]float64
	for _, name := range slices.Sorted(maps.Keys(matters)) {
		ids := matters[name]
		inside := map[int64]int{}
		for _, id := range ids {
			inside[placed[id]]++
		}
		best := 0.0
		for topic, n := range inside {
			best = max(best, 2*float64(n)/float64(labelled[topic]+len(ids)))
		}
		number, err := strconv.Atoi(strings.TrimLeft(name, "I0"))
		if err != nil {
			return nil, err
		}
		scores[number%2] = append(scores[number%2], best)
	}
	apart, negatives := 0, 0
	err = classify.Rows(filepath.Join(folder, "hot-topics", "hard_negatives.csv"), func(r map[string]string) {
		negatives++
		if !slices.ContainsFunc(matters[names[r["not_in_incident"]]], func(id string) bool { return placed[id] == placed[r["id"]] }) {
			apart++
		}
	})
	return []classify.Figure{
		{Task: "话题 F1（选阈值用）", Data: "hot-topics 偶数号", Value: mean(scores[0]), Size: len(scores[0])},
		{Task: "话题 F1", Data: "hot-topics 奇数号", Value: mean(scores[1]), Size: len(scores[1])},
		{Task: "话题 F1 的标准误", Data: "hot-topics 奇数号", Value: spread(scores[1]), Size: len(scores[1])},
		{Task: "同地异事不合并", Data: "hot-topics 难例", Value: float64(apart) / float64(max(negatives, 1)), Size: negatives},
	}, err
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	return sum / float64(max(len(list), 1))
}

// spread is how far the mean strays when the matters are drawn anew (bootstrap, seeded).
func spread(list []float64) float64 {
	r := rand.New(rand.NewPCG(1, 2))
	const draws = 2000
	square := 0.0
	again := make([]float64, len(list))
	for range draws {
		for i := range again {
			again[i] = list[r.IntN(len(list))]
		}
		d := mean(again) - mean(list)
		square += d * d
	}
	return math.Sqrt(square / draws)
}

// scoreNear says how many of the listed pairs were found, and of how many found
// the shingles really agree. The list is a selection, so that a pair that isn't in
// it is measured, not counted as wrong.
func scoreNear(folder string, near map[[2]string]float64, list []message) ([]classify.Figure, error) {
	found, all := 0, 0
	err := classify.Rows(filepath.Join(folder, "hot-topics", "near_duplicates.csv"), func(r map[string]string) {
		all++
		if _, ok := near[pairOf(r["id_a"], r["id_b"])]; ok {
			found++
		}
	})
	texts := make(map[string]desk.Text, len(list))
	for _, m := range list {
		texts[m.id] = m.text
	}
	right := 0
	for p := range near {
		a, b := texts[p[0]], texts[p[1]]
		if exact(shingles(a.Title, a.Body), shingles(b.Title, b.Body)) >= nearFrom {
			right++
		}
	}
	return []classify.Figure{
		{Task: "近重复召回", Data: "hot-topics Jaccard≥0.3", Value: float64(found) / float64(max(all, 1)), Size: all},
		{Task: "近重复精确", Data: "hot-topics Jaccard≥0.3", Value: float64(right) / float64(max(len(near), 1)), Size: len(near)},
	}, err
}

// exact is the Jaccard of all shingles of two texts.
func exact(a, b []uint32) float64 {
	shared := 0
	for _, h := range a {
		if _, ok := slices.BinarySearch(b, h); ok {
			shared++
		}
	}
	return float64(shared) / float64(max(len(a)+len(b)-shared, 1))
}
