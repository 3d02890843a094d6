package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/classify/jieba"
	"huiying/desk"
	"huiying/desk/pg"
	"huiying/ingest/hotline"
)

// benchIntake: items a second from NDJSON to classified, committed and
// searchable, against the slower of gojieba's bare Cut on all cores and COPY of
// the same rows; and by the processor time that both use, program and database
// together, which neighbours on the machine disturb less. PostgreSQL is a private one
// with the settings that it has in an office: durable.
func benchIntake(ctx context.Context, log *slog.Logger, put func(figure)) error {
	s, err := newSetting(log)
	if err != nil {
		return err
	}
	stop, err := s.withStore(ctx)
	if err != nil {
		return err
	}
	defer stop()
	d, src, err := s.desk(ctx)
	if err != nil {
		return err
	}
	list := s.texts
	used := processor()
	cut := perSecond(len(list), func() { cutAll(s.segmenter.Bare(), list) })
	cutUsed := processor() - used
	copied, err := copyRows(ctx, s.store, list)
	if err != nil {
		return err
	}
	ndjson, err := encode(list)
	if err != nil {
		return err
	}
	created := 0
	databaseUsed, err := databaseProcessor()
	if err != nil {
		return err
	}
	used = processor()
	bulk := perSecond(len(list), func() {
		err = hotline.Lines(ctx, d.Begin, src, bytes.NewReader(ndjson), func(results []desk.Result) error {
			for _, r := range results {
				if r.Status == desk.StatusCreated {
					created++
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	after, err := databaseProcessor()
	if err != nil {
		return err
	}
	bulkUsed := processor() - used + after - databaseUsed
	if created != len(list) {
		return fmt.Errorf("%d items created of %d", created, len(list))
	}
	put(beside("intake/cut", cut, "items/s", cut))
	put(beside("intake/copy", copied, "items/s", cut))
	put(beside("intake/bulk", bulk, "items/s", min(cut, copied)))
	put(beside("intake/bulk_cpu", allowed(len(list), bulkUsed), "items/s", allowed(len(list), cutUsed)))
	return nil
}

// allowed is what all cores could do in a second if nothing else ran and nothing waited.
func allowed(n int, used float64) float64 { return float64(n*runtime.GOMAXPROCS(0)) / used }

func perSecond(n int, work func()) float64 {
	began := time.Now()
	work()
	return float64(n) / time.Since(began).Seconds()
}

// cutAll segments everything on all cores.
func cutAll(segmenter jieba.Bare, list []desk.Text) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(list); i += workers {
				segmenter.Cut(list[i].Title)
				segmenter.Cut(list[i].Body)
			}
		})
	}
	wg.Wait()
}

// copyRows is how fast PostgreSQL takes the same rows bare.
func copyRows(ctx context.Context, store *pg.Store, list []desk.Text) (float64, error) {
	conn, err := store.Pool().Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `CREATE TABLE bench_copy (id text PRIMARY KEY, title text NOT NULL, body text NOT NULL)`); err != nil {
		return 0, err
	}
	rows := make([][]any, len(list))
	for i, t := range list {
		rows[i] = []any{fmt.Sprint(i), t.Title, t.Body}
	}
	rate := perSecond(len(list), func() {
		_, err = conn.CopyFrom(ctx, pgx.Identifier{"bench_copy"}, []string{"id", "title", "body"}, pgx.CopyFromRows(rows))
	})
	return rate, err
}

func encode(list []desk.Text) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for i, t := range list {
		if err := enc.Encode(map[string]string{"external_id": fmt.Sprint("B-", i), "title": t.Title, "body": t.Body}); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
