package main

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// officeClock is office time: the machine's, plus, in a test, what the clock file
// says (one Go duration; absent or empty: nothing), read again each second.
type officeClock struct {
	path   string
	offset atomic.Int64
}

// now is office time.
func (c *officeClock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// read takes the file's word; one that can't be read leaves time as it was.
func (c *officeClock) read(log *slog.Logger) {
	if c.path == "" {
		return
	}
	b, err := os.ReadFile(c.path)
	if os.IsNotExist(err) {
		c.offset.Store(0)
		return
	}
	if err != nil {
		log.Error("clock file", "error", err)
		return
	}
	text := strings.TrimSpace(string(b))
	if text == "" {
		text = "0s"
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		log.Error("clock file: not a Go duration", "text", text)
		return
	}
	c.offset.Store(int64(d))
}

// run reads the file each second until ctx ends.
func (c *officeClock) run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			c.read(log)
		}
	}
}
