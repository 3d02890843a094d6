package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/classify"
	"huiying/classify/jieba"
	"huiying/classify/model"
	"huiying/classify/rules"
	"huiying/classify/topic"
	"huiying/desk"
	"huiying/desk/pg"
	"huiying/ingest/hotline"
)

// engine is the classifier as the program runs it.
func engine(segmenter *jieba.Segmenter, policy desk.Policy) (*classify.Engine, *topic.Discoverer, error) {
	weights, err := model.Shipped()
	if err != nil {
		return nil, nil, err
	}
	sets, err := rules.Table(rules.Options{Location: policy.Office.Location})
	if err != nil {
		return nil, nil, err
	}
	discoverer := topic.New(topic.Options{Rarity: weights.Rarity})
	e, err := classify.New(classify.Options{Segmenter: segmenter, Model: weights, Rules: rules.Funcs(sets), Sketch: discoverer.Sketch})
	return e, discoverer, err
}

// benchIntake: items a second from NDJSON to classified, committed and
// searchable, against the slower of gojieba's bare Cut on all cores and COPY of
// the same rows. PostgreSQL is a private one with the settings that it has in an
// office: durable.
func benchIntake(ctx context.Context, log *slog.Logger, put func(figure)) error {
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
	e, discoverer, err := engine(segmenter, policy)
	if err != nil {
		return err
	}
	store, stop, err := database(ctx, log)
	if err != nil {
		return err
	}
	defer stop()
	d := &desk.Desk{Store: store, Feed: store.Feed(), Classifier: e, Discoverer: discoverer, Parsers: map[string]desk.Parser{"hotline": hotline.Parser{}},
		Policy: policy, Now: time.Now, Real: time.Now, Workers: runtime.GOMAXPROCS(0), Log: log}
	src, _, err := d.AddSource(ctx, desk.System, desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: "bench"}, true)
	if err != nil {
		return err
	}

	cut := perSecond(len(list), func() { cutAll(segmenter.Bare(), list) })
	copied, err := copyRows(ctx, store, list)
	if err != nil {
		return err
	}
	ndjson, err := encode(list)
	if err != nil {
		return err
	}
	created := 0
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
	if created != len(list) {
		return fmt.Errorf("%d items created of %d", created, len(list))
	}
	put(beside("intake/cut", cut, "items/s", cut))
	put(beside("intake/copy", copied, "items/s", cut))
	put(beside("intake/bulk", bulk, "items/s", min(cut, copied)))
	return nil
}

// database is a private PostgreSQL with the settings that it has in an office.
func database(ctx context.Context, log *slog.Logger) (_ *pg.Store, stop func(), err error) {
	dir, err := os.MkdirTemp("", "huiying-bench")
	if err != nil {
		return nil, nil, err
	}
	// The database's own user must get there, else it is put elsewhere and stays.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, nil, err
	}
	db, err := pg.Locate(ctx, pg.LocateOptions{DataDir: dir, Serve: true, Log: log})
	if err != nil {
		return nil, nil, err
	}
	closed := func() {
		if err := db.Close(context.WithoutCancel(ctx)); err != nil {
			log.Error("the database did not stop", "error", err)
		}
		_ = os.RemoveAll(dir) // in the temporary folder
	}
	if err := pg.Migrate(ctx, db.URL, pg.DefaultSchema, log); err != nil {
		closed()
		return nil, nil, err
	}
	store, err := pg.Open(ctx, db.URL, pg.Options{Log: log})
	if err != nil {
		closed()
		return nil, nil, err
	}
	return store, func() { store.Close(); closed() }, nil
}

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
