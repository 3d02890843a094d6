package pgtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"huiying/desk/pg"
)

// slots is how many clusters may run beside each other; `go test` runs as many
// packages at once as the machine has cores.
const slots = 64

// Start runs a throw-away cluster in the first free folder of a few that are
// kept between runs: a folder used before answers in 0.1 s instead of a second,
// and nothing piles up when tests are killed. What is in it is lost with a power
// cut, and made again.
func Start(ctx context.Context, log *slog.Logger) (*pg.Private, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	folder := filepath.Join(os.TempDir(), "huiying-test-"+strconv.Itoa(os.Geteuid()))
	if err := ours(folder); err != nil {
		return nil, err
	}
	for slot := range slots {
		dir := filepath.Join(folder, strconv.Itoa(slot+1))
		cluster, err := start(ctx, dir, log)
		if err != nil && !errors.Is(err, pg.ErrInUse) && ctx.Err() == nil {
			// Damaged, or made by a PostgreSQL that has gone.
			log.Warn("making the test cluster anew", "folder", dir, "cause", err)
			if err := os.RemoveAll(dir); err != nil {
				return nil, err
			}
			cluster, err = start(ctx, dir, log)
		}
		if !errors.Is(err, pg.ErrInUse) {
			return cluster, err
		}
	}
	return nil, fmt.Errorf("all %d folders in %s are in use", slots, folder)
}

func start(ctx context.Context, dir string, log *slog.Logger) (*pg.Private, error) {
	cluster, err := pg.StartPrivate(ctx, pg.PrivateOptions{
		Dir: dir, Log: log, Wait: -1, Throwaway: true, MaxConnections: 500,
	})
	if err != nil {
		return nil, err
	}
	if err := tidy(ctx, cluster.AdminURL()); err != nil {
		return nil, errors.Join(err, cluster.Stop(context.WithoutCancel(ctx)))
	}
	return cluster, nil
}

// ours makes the folder, or makes sure that nobody else did: its name in the
// shared temporary folder is known to all.
func ours(folder string) error {
	if err := os.Mkdir(folder, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to somebody else", folder)
	}
	return nil
}
