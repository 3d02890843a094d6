package model

import (
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"huiying/classify"
)

// Load reads messages/train.csv and messages/tokens_only.csv of an evaluation
// folder, normalised and cut, without the texts that gold-messages also holds.
// full are the samples with their whole text; tokens those of which only words
// are left: they may train, but nothing is scored on them.
func Load(folder string, segmenter classify.Segmenter) (full, tokens []Sample, err error) {
	normaliser, err := classify.NewNormaliser()
	if err != nil {
		return nil, nil, err
	}
	held := map[string]bool{}
	err = classify.Rows(filepath.Join(folder, "gold-messages", "overlap_train.csv"), func(r map[string]string) {
		if r["fujian2_file"] == "train.csv" {
			held[r["fujian2_row"]] = true
		}
	})
	if err != nil {
		return nil, nil, err
	}
	var texts [][2]string
	err = classify.Rows(filepath.Join(folder, "messages", "train.csv"), func(r map[string]string) {
		if !held[r["row"]] {
			full = append(full, Sample{Label: r["label"], Group: r["group"]})
			texts = append(texts, [2]string{r["title"], r["detail"]})
		}
	})
	if err != nil {
		return nil, nil, err
	}
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(full); i += workers {
				title, body := normaliser.Plain(texts[i][0], 20_000).Text, normaliser.Plain(texts[i][1], 20_000).Text
				full[i].Doc = classify.Document{Title: title, Body: body, TitleWords: segmenter.Cut(title), BodyWords: segmenter.Cut(body)}
			}
		})
	}
	wg.Wait()
	err = classify.Rows(filepath.Join(folder, "messages", "tokens_only.csv"), func(r map[string]string) {
		if held[r["row"]] {
			return
		}
		title := normaliser.Plain(r["title"], 20_000).Text
		words := strings.Fields(normaliser.Plain(r["tokens"], 20_000).Text)
		tokens = append(tokens, Sample{Label: r["label"], Group: r["group"], Doc: classify.Document{
			Title: title, TitleWords: segmenter.Cut(title), Body: strings.Join(words, ""), BodyWords: words,
		}})
	})
	return full, tokens, err
}
