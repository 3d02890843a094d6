package main

import (
	"context"
	"log/slog"
	"runtime"
	"sync"

	"huiying/classify/jieba"
	"huiying/desk"
)

// benchClassify: characters of text a second read into whole verdicts, against
// gojieba's bare Cut of the same text; both on all cores.
func benchClassify(ctx context.Context, _ *slog.Logger, put func(figure)) error {
	list, err := texts()
	if err != nil {
		return err
	}
	segmenter, err := jieba.Open()
	if err != nil {
		return err
	}
	policy, err := desk.DefaultPolicy()
	if err != nil {
		return err
	}
	e, _, err := engine(segmenter, policy)
	if err != nil {
		return err
	}
	bytes := 0
	for _, t := range list {
		bytes += len(t.Title) + len(t.Body)
	}
	cutAll(segmenter.Bare(), list[:min(200, len(list))]) // warm
	cut := perSecond(bytes, func() { cutAll(segmenter.Bare(), list) }) / 1e6
	verdict := perSecond(bytes, func() {
		var wg sync.WaitGroup
		workers := runtime.GOMAXPROCS(0)
		for w := range workers {
			wg.Go(func() {
				for i := w; i < len(list); i += workers {
					if _, err := e.Read(ctx, list[i]); err != nil {
						return // the run was ended
					}
				}
			})
		}
		wg.Wait()
	}) / 1e6
	put(beside("classify/verdict", verdict, "MB/s", cut))
	return ctx.Err()
}
