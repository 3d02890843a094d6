package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
)

// benchLive: milliseconds within which 99 of 100 lines have an act on them, from
// before its commit through database, sealer, hub and socket, against gorilla's
// bare prepared messages. It lives with web's tests, since it needs their site.
func benchLive(ctx context.Context, _ *slog.Logger, put func(figure)) error {
	return fromTests(ctx, put, "-run", "^$", "-bench", "^BenchmarkFanOut$", "-benchtime", "1x")
}

// fromTests puts the figures that web's tests print as JSON lines.
func fromTests(ctx context.Context, put func(figure), args ...string) error {
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"test"}, args...), "./web")...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	found := false
	for lines.Scan() {
		var f figure
		if bytes.HasPrefix(lines.Bytes(), []byte("{")) && json.Unmarshal(lines.Bytes(), &f) == nil {
			put(f)
			found = true
		}
	}
	if !found {
		return fmt.Errorf("no figure: %s", out)
	}
	return lines.Err()
}
