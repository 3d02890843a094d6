// Command bench measures the figures that the README and the cards quote, each
// beside what it is compared with, in one run on this machine. It prints JSON
// lines and nothing else on stdout.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
)

// figure is one line of the output.
type figure struct {
	Name    string   `json:"name"`
	Value   float64  `json:"value"`
	Unit    string   `json:"unit"`
	Against *float64 `json:"against"` // the comparison, in the same unit
	Ratio   *float64 `json:"ratio"`   // value by against
}

// beside is a figure with its comparison.
func beside(name string, value float64, unit string, against float64) figure {
	ratio := value / against
	return figure{name, value, unit, &against, &ratio}
}

// group is a set of figures measured together.
type group struct {
	name string
	run  func(ctx context.Context, log *slog.Logger, put func(figure)) error
}

// groups is the table of what is measured: a new one is a line here.
var groups = []group{
	{"classify", benchClassify},
	{"intake", benchIntake},
	{"intake", benchServed},
	{"live", benchLive},
	{"page", benchPage},
	{"search", benchSearch},
	{"topic", benchTopic},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, names []string, out io.Writer) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	enc := json.NewEncoder(out)
	for _, n := range names {
		if !slices.ContainsFunc(groups, func(g group) bool { return g.name == n }) {
			return fmt.Errorf("no group %q", n)
		}
	}
	for _, g := range groups {
		if len(names) > 0 && !slices.Contains(names, g.name) {
			continue
		}
		var failed error
		err := g.run(ctx, log, func(f figure) {
			if err := enc.Encode(f); err != nil {
				failed = err
			}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}
