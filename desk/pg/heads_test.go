package pg_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
)

// With an office's own database nothing else makes the data folder: the heads must
// not stay inside the database that they prove.
func TestHeadsMakeTheirOwnFolder(t *testing.T) {
	t.Parallel()
	s := open(t)
	file := filepath.Join(t.TempDir(), "data", "heads.log")
	sealer := pg.NewSealer(s, pg.SealerOptions{Now: func() time.Time { return noon }, Heads: file, Log: slog.New(slog.DiscardHandler)})
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		return tx.Record(ctx, desk.Event{At: noon, ActedAt: noon, Actor: "系统", Via: "system", Type: "test", Subject: desk.Subject{Kind: "test", ID: "1"}})
	})
	if n, err := sealer.RunOnce(t.Context(), noon); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := sealer.Run(ctx); err != nil { // exports on its way out
		t.Fatal(err)
	}
	if b, err := os.ReadFile(file); err != nil || len(b) == 0 {
		t.Errorf("%q, %v", b, err)
	}
}
