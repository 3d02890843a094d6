package pg

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// LocateOptions say which database a command works on.
type LocateOptions struct {
	// DatabaseURL is the office's own PostgreSQL; "": a private one in DataDir.
	DatabaseURL string
	DataDir     string
	// Serve is for the long-lived program: it owns the private database and
	// announces it. Without it a command takes the one that runs, or starts it for
	// its own duration.
	Serve bool
	// Schema that the program will live in, for the check of rights; "": DefaultSchema.
	Schema string
	Wait   time.Duration // as in PrivateOptions
	Log    *slog.Logger  // nil: silent
}

// Database is where the data is. Private is set when this process runs it.
type Database struct {
	URL     string
	Private *Private
}

// Locate finds the database or starts it, and checks that the program can live
// in it. Errors are *desk.Error with what to do, wherever somebody can do
// something. Close the result when done with it.
func Locate(ctx context.Context, opt LocateOptions) (*Database, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Schema == "" {
		opt.Schema = DefaultSchema
	}
	if opt.DatabaseURL != "" {
		if err := Check(ctx, opt.DatabaseURL, opt.Schema, opt.Log); err != nil {
			return nil, err
		}
		return &Database{URL: opt.DatabaseURL}, nil
	}
	var borrow func(context.Context) string
	if !opt.Serve {
		borrow = func(ctx context.Context) string { return running(ctx, opt.DataDir) }
	}
	private, url, err := startPrivate(ctx, PrivateOptions{
		Dir: opt.DataDir, Log: opt.Log, Announce: opt.Serve, Wait: opt.Wait,
	}, borrow)
	if err != nil {
		return nil, err
	}
	if private == nil {
		opt.Log.Debug("using the private database that runs", "data", opt.DataDir)
		return &Database{URL: url}, nil
	}
	return &Database{URL: private.URL(), Private: private}, nil
}

// Close stops the database if this process started it.
func (d *Database) Close(ctx context.Context) error {
	if d.Private == nil {
		return nil
	}
	return d.Private.Stop(ctx)
}

// running gives the announced address if its database answers, else "": a kill
// leaves the file behind.
func running(ctx context.Context, data string) string {
	text, err := os.ReadFile(addressFile(data))
	if err != nil {
		return "" // not announced; whoever waits learns of a lasting fault from the lock
	}
	url := strings.TrimSpace(string(text))
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return ""
	}
	if err := conn.Close(ctx); err != nil {
		return ""
	}
	return url
}
