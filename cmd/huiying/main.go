// Command huiying is the desk on which a government office receives what the
// public says and answers in time. This package reads flags, environment and
// files, and ties the knots; nothing else does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"huiying/desk"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "dev"

// collectAt is how much, in per cent of what is in use, may be thrown away before garbage
// is collected. Collecting is the longest thing that an item has to wait for; this has
// two of them where Go's 100 has three, for some 70 MB. GOGC in the environment wins.
const collectAt = 150

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are where a command reads and writes: secrets and data go to out,
// one line each, all else to err.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// cli is every command with its flags.
type cli struct {
	LogLevel slog.Level `default:"info" help:"debug, info, warn or error."`

	Serve    serveCmd    `cmd:"" help:"Run the desk."`
	Letters  lettersCmd  `cmd:"" help:"Run the public letter box alone, as an outer node."`
	Ferry    ferryCmd    `cmd:"" help:"The outer end of a gateway that passes files only."`
	Try      tryCmd      `cmd:"" help:"Run the desk with a login for each role, and a drill to look at."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version."`
	User     userCmd     `cmd:"" help:"People with a login."`
	Token    tokenCmd    `cmd:"" help:"Bearer tokens for programs."`
	Source   sourceCmd   `cmd:"" help:"Places that items come from."`
	Import   importCmd   `cmd:"" help:"Put a file of items (NDJSON, CSV, XLSX) through the door."`
	Daily    dailyCmd    `cmd:"" help:"Take a monitoring vendor's daily file (DOCX, XLSX, CSV) apart and bring its mentions in."`
	Classify classifyCmd `cmd:"" help:"Read NDJSON on stdin, write a verdict for each line."`
	Topics   topicsCmd   `cmd:"" help:"Read NDJSON on stdin in arrival order, write a line for each topic."`
	Train    trainCmd    `cmd:"" help:"Learn from corrections and labelled files; keeps a candidate and says how it compares."`
	Model    modelCmd    `cmd:"" help:"Learnt models: list, compare, switch."`
	Evaluate evaluateCmd `cmd:"" help:"Measure verdicts and topics on a folder of evaluation data; prints a table."`
	Drill    drillCmd    `cmd:"" help:"Drills: a night played for training."`
	Audit    auditCmd    `cmd:"" help:"The record."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, std streams) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("huiying"), kong.DefaultEnvars("HUIYING"), kong.Resolvers(secretFiles{}), kong.UsageOnError(),
		kong.Writers(std.err, std.err), kong.Exit(func(int) {}),
		kong.Description("回应 Huiying: receive what the public says, answer in time, with proof."))
	if err != nil {
		fmt.Fprintln(std.err, "huiying:", err)
		return 1
	}
	for _, a := range args {
		if a == "--help" || a == "-h" {
			_, _ = parser.Parse(args) // prints the help
			return 0
		}
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(std.err, "huiying:", err)
		return 1
	}
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: c.LogLevel}))
	k.BindTo(ctx, (*context.Context)(nil))
	k.Bind(std, log)
	err = k.Run()
	var said exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &said):
		return 1
	}
	fmt.Fprintln(std.err, "huiying:", refusal(err))
	return 1
}

// exitError ends the program with 1 after the command has said why.
type exitError struct{}

func (exitError) Error() string { return "" }

// refusal is what the person at the terminal reads: the text for people, and the
// cause, since an administrator can act on it.
func refusal(err error) string {
	var e *desk.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	s := e.Message()
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Cause != nil {
		s += " (" + e.Cause.Error() + ")"
	}
	return s
}

type versionCmd struct{}

func (versionCmd) Run(std streams) error {
	_, err := fmt.Fprintln(std.out, version)
	return err
}
