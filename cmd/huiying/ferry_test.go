package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestFerryNode: keys are made once; the outer node serves the letter box without any database, has its folder for itself,
// and ends when told to; a round by itself does then.
func TestFerryNode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keyOf := func(name string) string {
		var out bytes.Buffer
		if err := (ferryKeyCmd{File: filepath.Join(dir, name)}).Run(streams{out: &out}); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(out.String())
	}
	office := keyOf("office.key")
	if keyOf("office.key") != office || keyOf("node.key") == office {
		t.Fatal("a key isn't the same twice, or two are")
	}
	if info, err := os.Stat(filepath.Join(dir, "node.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	f := ferryFlags{Dir: filepath.Join(dir, "node"), In: filepath.Join(dir, "in"), Out: filepath.Join(dir, "out"), KeyFile: filepath.Join(dir, "node.key"), Peer: office}
	for _, d := range []string{f.In, f.Out} {
		if err := os.Mkdir(d, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.DiscardHandler)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- ferryServeCmd{ferryFlags: f, Box: boxFlags{Listen: "127.0.0.1:0"}, Every: time.Second}.run(ctx, log, func(a string) { address <- a })
	}()
	var base string
	select {
	case base = <-address:
	case err := <-ended:
		t.Fatal(err)
	case <-time.After(2 * time.Minute):
		t.Fatal("it doesn't come up")
	}
	for path, want := range map[string]int{"/letters": 200, "/letters/query": 200, "/readyz": 200, "/login": 404, "/api/v1/items": 404} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it doesn't end")
	}
	if err := (ferryOnceCmd{f}).Run(t.Context(), log); err != nil {
		t.Error(err)
	}
	f.Peer = "not a key"
	if err := (ferryOnceCmd{f}).Run(t.Context(), log); err == nil {
		t.Error("any text passes for a key")
	}
}
