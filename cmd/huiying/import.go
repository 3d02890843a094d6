package main

import (
	"context"
	"log/slog"
	"os"

	"huiying/desk"
	"huiying/ingest/hotline"
)

type importCmd struct {
	databaseFlags
	File   string `arg:"" type:"existingfile" help:"NDJSON, one item a line, as for POST /api/v1/items; - is stdin."`
	Source string `required:"" help:"Name of the source that the items belong to."`
}

func (c importCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	in := std.in
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	engine, discoverer, err := newClassifier(policy)
	if err != nil {
		return err
	}
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		d.Classifier, d.Discoverer = engine, discoverer
		src, err := d.SourceNamed(ctx, c.Source)
		if err != nil {
			return err
		}
		count := map[string]int{}
		err = hotline.Lines(ctx, d.Receive, src, in, func(results []desk.Result) error {
			for _, r := range results {
				count[r.Status]++
				if r.Err != nil {
					log.Warn("quarantined", "line", r.Index+1, "quarantine", r.ID, "field", r.Err.Field, "why", r.Err.Message())
				}
			}
			return nil
		})
		log.Info("imported", "source", c.Source, "created", count[desk.StatusCreated], "duplicate", count[desk.StatusDuplicate],
			"updated", count[desk.StatusUpdated], "quarantined", count[desk.StatusQuarantined])
		return err
	})
}
