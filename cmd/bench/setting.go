package main

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"time"

	"huiying/classify"
	"huiying/classify/jieba"
	"huiying/classify/model"
	"huiying/classify/rules"
	"huiying/classify/topic"
	"huiying/desk"
	"huiying/desk/pg"
	"huiying/ingest/hotline"
)

// setting is what the program is made of, as it runs in an office.
type setting struct {
	texts      []desk.Text
	policy     desk.Policy
	segmenter  *jieba.Segmenter
	engine     *classify.Engine
	discoverer *topic.Discoverer
	store      *pg.Store // nil before withStore
	log        *slog.Logger
}

// newSetting reads the texts and puts the reader of texts together.
func newSetting(log *slog.Logger) (*setting, error) {
	list, err := texts()
	if err != nil {
		return nil, err
	}
	policy, err := desk.DefaultPolicy()
	if err != nil {
		return nil, err
	}
	segmenter, err := jieba.Open()
	if err != nil {
		return nil, err
	}
	weights, err := model.Shipped()
	if err != nil {
		return nil, err
	}
	sets, err := rules.Table(rules.Options{OfficeRegion: policy.Office.Region, Location: policy.Office.Location, Duties: policy.Reading.Duties})
	if err != nil {
		return nil, err
	}
	discoverer := topic.New(topic.Options{Rarity: weights.Rarity, PairRarity: weights.PairRarity, Common: topic.Regions(policy.Office.Name)})
	live := model.NewLive(weights)
	engine, err := classify.New(classify.Options{Segmenter: segmenter, Model: live, Rules: rules.Funcs(sets), Learnt: live.Adjust, Sketch: discoverer.Sketch})
	if err != nil {
		return nil, err
	}
	return &setting{texts: list, policy: policy, segmenter: segmenter, engine: engine, discoverer: discoverer, log: log}, nil
}

// withStore starts a private PostgreSQL with the settings that it has in an office:
// durable.
func (s *setting) withStore(ctx context.Context) (stop func(), err error) {
	s.store, stop, err = database(ctx, s.log)
	return stop, err
}

// desk is the desk on the store, with one source.
func (s *setting) desk(ctx context.Context) (*desk.Desk, desk.Source, error) {
	d := &desk.Desk{Store: s.store, Feed: s.store.Feed(), Classifier: s.engine, Discoverer: s.discoverer, Parsers: map[string]desk.Parser{"hotline": hotline.Parser{}},
		Policy: s.policy, Now: time.Now, Real: time.Now, Workers: runtime.GOMAXPROCS(0), Log: s.log}
	src, _, err := d.AddSource(ctx, desk.System, desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: "bench"}, true)
	return d, src, err
}

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
