package drill

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
)

// A player sends what is due and nothing sooner; a door that is shut costs nothing but
// time, and one that plays anew sends the same under the same names. The door here
// stands for the desk's, which cmd's tests of drills use.
func TestPlayer(t *testing.T) {
	t.Parallel()
	s, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	got := map[string]int{}
	var shut atomic.Bool
	shut.Store(true)
	knocked := make(chan struct{}, 100)
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { knocked <- struct{}{} }()
		if r.Header.Get("Authorization") != "Bearer k" || shut.Swap(false) {
			http.Error(w, "away", http.StatusServiceUnavailable)
			return
		}
		var calls []pushed
		if err := json.NewDecoder(r.Body).Decode(&calls); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, c := range calls {
			got[c.ID]++
			if c.Body != "停水了" || c.Author.Phone != "13900000001" || c.Place != "锦绣家园" {
				t.Errorf("pushed %+v", c)
			}
		}
		w.WriteHeader(http.StatusCreated)
	}))
	defer door.Close()
	mail, err := NewMail()
	if err != nil {
		t.Fatal(err)
	}
	defer mail.Close()
	feed, err := NewFeed("演练")
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	begins := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var at atomic.Int64
	at.Store(int64(4 * time.Minute))
	p := &Player{Scenario: s, Begins: begins, Now: func() time.Time { return begins.Add(time.Duration(at.Load())) },
		InReal: func(time.Duration) time.Duration { return 0 }, Push: Push{door.URL, "k"}, Mail: mail, Feed: feed, Log: slog.New(slog.DiscardHandler)}
	if due := p.due(s.Incoming); len(due) != 0 {
		t.Fatalf("%d due before its time", len(due))
	}
	at.Store(int64(time.Hour))
	for range 2 { // begun anew, as by another node
		if err := p.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(knocked) != 3 || got["drill-0002"] != 2 || len(got) != 1 {
		t.Errorf("knocked %d times, taken %v", len(knocked), got)
	}
	res, err := http.Get(feed.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "<guid>drill-0001</guid>"); n != 1 {
		t.Errorf("the post stands %d times in %s", n, b)
	}
	c, err := imapclient.DialInsecure(strings.TrimSuffix(strings.TrimPrefix(mail.URL, "imap://"), "/INBOX"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(mail.User, mail.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil || box.NumMessages != 2 { // twice the same Message-ID: the desk knows it
		t.Errorf("%+v, %v", box, err)
	}
}

// It ends when it is told to, in the middle of a night.
func TestPlayerEnds(t *testing.T) {
	t.Parallel()
	s, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	begins := time.Now()
	p := &Player{Scenario: s, Begins: begins, Now: func() time.Time { stop(); return begins }, InReal: func(d time.Duration) time.Duration { return d },
		Log: slog.New(slog.DiscardHandler)}
	if err := p.Run(ctx); err != nil {
		t.Error(err)
	}
}
