package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
)

// benchPage: milliseconds until the board can be used on a first visit over a poor line with a poor machine, against the 5 s
// that are allowed. It lives with web's tests, since it needs their browser and their night.
func benchPage(ctx context.Context, _ *slog.Logger, put func(figure)) error {
	if err := os.Setenv("HUIYING_BENCH", "1"); err != nil {
		return fmt.Errorf("asking the test for its figure: %w", err)
	}
	return fromTests(ctx, put, "-run", "^TestBrowserUX25Board$", "-count", "1", "-v")
}
