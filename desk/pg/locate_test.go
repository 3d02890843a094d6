package pg

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"

	"huiying/desk"
)

func locate(t *testing.T, opt LocateOptions) *Database {
	t.Helper()
	database, err := Locate(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { leave(t, database) })
	return database
}

func leave(t *testing.T, database *Database) {
	t.Helper()
	if err := database.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestCommandsBorrowWhatServeRuns(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	// What a kill left behind misleads nobody.
	if err := os.WriteFile(addressFile(dir), []byte("postgres://huiying@/huiying?host=%2Fnowhere\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve := locate(t, LocateOptions{DataDir: dir, Serve: true})
	command := locate(t, LocateOptions{DataDir: dir})
	if command.Private != nil || command.URL != serve.URL {
		t.Errorf("the command works on %s, serve on %s", command.URL, serve.URL)
	}
	leave(t, command)
	ask[int](t, serve.URL, "SELECT 1") // still there
	if _, err := Locate(t.Context(), LocateOptions{DataDir: dir, Serve: true, Wait: -1}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second serve on the folder: %v", err)
	}
	leave(t, serve)
	alone := locate(t, LocateOptions{DataDir: dir})
	if alone.Private == nil {
		t.Error("nothing runs, yet the command borrowed")
	}
}

func TestCommandAndServeWaitForACommand(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]LocateOptions{"command": {}, "serve": {Serve: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := openDir(t)
			first := locate(t, LocateOptions{DataDir: dir})
			if running(t.Context(), dir) != "" {
				t.Error("a command lends a database that it is about to stop")
			}
			waits := listenFor("等待")
			opt.DataDir, opt.Log = dir, slog.New(waits)
			second := make(chan *Database)
			go func() {
				database, err := Locate(t.Context(), opt)
				if err != nil {
					t.Errorf("second: %v", err)
				}
				second <- database
			}()
			<-waits.seen
			leave(t, first)
			if database := <-second; database != nil {
				if database.Private == nil {
					t.Error("the second borrowed from a database that ended")
				}
				leave(t, database)
			}
		})
	}
}

func TestLocateChecksTheOfficesDatabase(t *testing.T) {
	t.Parallel()
	p := startTest(t, PrivateOptions{Dir: openDir(t), Throwaway: true})
	given := locate(t, LocateOptions{DatabaseURL: p.URL(), DataDir: "/nowhere/at/all"})
	if given.URL != p.URL() || given.Private != nil {
		t.Errorf("got %+v", given)
	}
	_, err := Locate(t.Context(), LocateOptions{DatabaseURL: p.place.url("missing")})
	if desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("a missing database: %v", err)
	}
	if _, err := Locate(t.Context(), LocateOptions{}); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("neither address nor folder: %v", err)
	}
}
