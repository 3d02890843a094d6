package main

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync"

	"huiying/classify"
	"huiying/desk"
)

// classifyRounds is how often each side runs, in turns, so that a neighbour on the
// machine disturbs both alike.
const classifyRounds = 7

// benchClassify: text a second read into whole verdicts, against gojieba's bare Cut of
// the same text, both on all cores; of the rounds that with the middle ratio. Then
// what the process holds of memory with everything loaded, segmenter, model, rules
// and gazetteer, after reading.
func benchClassify(ctx context.Context, log *slog.Logger, put func(figure)) error {
	s, err := newSetting(log)
	if err != nil {
		return err
	}
	list := s.texts
	bytes := 0
	for _, t := range list {
		bytes += len(t.Title) + len(t.Body)
	}
	type round struct{ verdict, cut float64 }
	byClock, byProcessor := make([]round, classifyRounds), make([]round, classifyRounds)
	for i := range classifyRounds {
		used := processor()
		byClock[i].cut = perSecond(bytes, func() { cutAll(s.segmenter.Bare(), list) }) / 1e6
		between := processor()
		byClock[i].verdict = perSecond(bytes, func() { readAll(ctx, s.engine, list) }) / 1e6
		after := processor()
		byProcessor[i] = round{float64(bytes) / 1e6 / (after - between), float64(bytes) / 1e6 / (between - used)}
	}
	for _, side := range []struct {
		name   string
		rounds []round
	}{{"classify/verdict", byClock}, {"classify/verdict_cpu", byProcessor}} {
		slices.SortFunc(side.rounds, func(a, b round) int { return cmp.Compare(a.verdict/a.cut, b.verdict/b.cut) })
		middle := side.rounds[classifyRounds/2]
		put(beside(side.name, middle.verdict, "MB/s", middle.cut))
	}
	resident, peak, err := memory(os.Getpid())
	if err != nil {
		return err
	}
	put(beside("classify/rss_mb", resident, "MB", 450))
	put(beside("classify/rss_peak_mb", peak, "MB", 450))
	return ctx.Err()
}

// readAll makes verdicts of everything on all cores.
func readAll(ctx context.Context, e *classify.Engine, list []desk.Text) {
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
}
