package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"huiying/desk/pg"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Prove the record from the heads exported outside the database."`
}

type auditVerifyCmd struct {
	databaseFlags
	Heads string `type:"path" help:"File of exported heads; default: heads.log in the data folder."`
}

// headsFile is where serve exports the heads of the chain.
func (f databaseFlags) headsFile() string { return filepath.Join(f.Data, "heads.log") }

func (c auditVerifyCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	store, _, teardown, err := c.open(ctx, log, false)
	if err != nil {
		return err
	}
	defer teardown()
	// What this moment left pending is sealed first, so that all of it is proven.
	if _, err := pg.NewSealer(store, pg.SealerOptions{Now: time.Now, Log: log}).RunOnce(ctx, time.Now()); err != nil {
		return err
	}
	path := c.Heads
	if path == "" {
		path = c.headsFile()
	}
	var heads io.Reader
	f, err := os.Open(path)
	switch {
	case err == nil:
		defer f.Close()
		heads = f
	case c.Heads != "" || !errors.Is(err, fs.ErrNotExist):
		return err
	default:
		log.Warn("no exported heads: a history made anew as a whole would not be noticed", "file", path)
	}
	report, err := store.Verify(ctx, heads)
	if err != nil {
		return err
	}
	for _, note := range report.Notes {
		log.Warn(note)
	}
	for _, found := range report.Findings {
		fmt.Fprintf(std.err, "%s: feed %d, event %d: %s\n", found.Kind, found.Seq, found.Event, found.Text)
	}
	if report.More > 0 {
		fmt.Fprintf(std.err, "and %d more\n", report.More)
	}
	if !report.OK() {
		return exitError{}
	}
	log.Info("the record is whole", "sealed", report.Sealed, "heads", report.Heads, "proven_to", report.LastHead)
	return nil
}
