// Command testdb runs a command with a PostgreSQL for its tests beside it:
//
//	go run ./cmd/testdb go test ./...
//
// The cluster is thrown away; its address is in HUIYING_TEST_DATABASE_URL (see
// package pgtest). An address that is set already is left as it is. The exit
// code is the command's.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"huiying/desk/pg/pgtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "testdb:", err)
	}
	os.Exit(code)
}

func run(ctx context.Context, arguments []string) (code int, err error) {
	if len(arguments) == 0 {
		return 2, errors.New("usage: testdb COMMAND [ARGUMENT…]")
	}
	if os.Getenv(pgtest.AdminEnv) == "" {
		log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
		cluster, failed := pgtest.Start(ctx, log)
		if failed != nil {
			return 1, failed
		}
		defer func() {
			if failed := cluster.Stop(context.WithoutCancel(ctx)); failed != nil {
				code, err = max(code, 1), errors.Join(err, failed)
			}
		}()
		if err := os.Setenv(pgtest.AdminEnv, cluster.AdminURL()); err != nil {
			return 1, err
		}
	}
	command := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	// An interrupt goes on to the tests, which then end in their own time.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute
	err = command.Run()
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
