package web

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"huiying/desk"
)

// TestStreamThroughGuards: the push door's stream passes the guards both ways at
// once, line by line, with no deadline left over and no limit of its length.
func TestStreamThroughGuards(t *testing.T) {
	t.Parallel()
	x := newSite(t, func(o *Options) {
		o.Push = func(who func(*http.Request) (desk.Source, error), fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, err := who(r); err != nil {
					fail(w, r, err)
					return
				}
				rc := http.NewResponseController(w)
				if err := rc.EnableFullDuplex(); err != nil {
					fail(w, r, err)
					return
				}
				lines := bufio.NewReader(r.Body)
				for {
					line, err := lines.ReadString('\n')
					if errors.Is(err, io.EOF) {
						return
					}
					if err != nil {
						t.Errorf("the stream broke: %v", err)
						return
					}
					if _, err := io.WriteString(w, line); err != nil {
						t.Error(err)
					}
					if err := rc.Flush(); err != nil {
						t.Error(err)
					}
				}
			})
		}
	})
	in, out := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), post, x.url+"/api/v1/items", in)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+x.key)
	r.Header.Set("Content-Type", "application/x-ndjson")
	go func() { _, _ = io.WriteString(out, "0\n") }()
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answers := bufio.NewReader(res.Body)
	long := string(make([]byte, 64<<10)) // 40 of them: beyond the limit of other routes
	deadline := time.AfterFunc(time.Minute, func() { out.CloseWithError(errors.New("too slow")) })
	defer deadline.Stop()
	if got, err := answers.ReadString('\n'); got != "0\n" || err != nil {
		t.Fatalf("%q %v", got, err)
	}
	for range 40 {
		if _, err := io.WriteString(out, long+"\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := answers.ReadString('\n'); len(got) != len(long)+1 || err != nil {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := answers.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the answer goes on: %v", err)
	}
}
