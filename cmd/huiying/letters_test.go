package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"huiying/desk/pg/pgtest"
)

// TestOuterNode: the letter box answers by itself, has nothing else, and ends when told to.
func TestOuterNode(t *testing.T) {
	t.Parallel()
	c := lettersCmd{Box: boxFlags{Listen: "127.0.0.1:0"}, DatabaseURL: pgtest.New(t)}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- c.run(ctx, slog.New(slog.DiscardHandler), func(a string) { address <- a }) }()
	var base string
	select {
	case base = <-address:
	case err := <-ended:
		t.Fatal(err)
	case <-time.After(2 * time.Minute):
		t.Fatal("it doesn't come up")
	}
	for path, want := range map[string]int{"/letters": 200, "/letters/query": 200, "/readyz": 200, "/login": 404, "/api/v1/items": 404, "/items": 404} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != want {
			t.Errorf("%s: %d, want %d: %.200s", path, res.StatusCode, want, b)
		}
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it doesn't end")
	}
}
