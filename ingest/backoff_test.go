package ingest

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		every    time.Duration
		failures int
		asked    time.Duration
		want     time.Duration // without jitter
	}{
		{time.Minute, 0, 0, time.Minute}, {time.Minute, 1, 0, 2 * time.Minute}, {time.Minute, 2, 0, 4 * time.Minute}, {time.Minute, 10, 0, 15 * time.Minute},
		{time.Minute, 1 << 30, 0, 15 * time.Minute}, {time.Hour, 3, 0, time.Hour}, {time.Minute, 1, time.Hour, time.Hour + 6*time.Second},
		{time.Minute, 1, 30 * 24 * time.Hour, 24*time.Hour + 6*time.Second},
	} {
		if got := backoff(c.every, c.failures, c.asked, 0.5); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestBackoffBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		every := time.Duration(rapid.Int64Range(int64(time.Second), int64(2*time.Hour)).Draw(t, "every"))
		failures := rapid.IntRange(0, 1000).Draw(t, "failures")
		asked := time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "asked"))
		got := backoff(every, failures, asked, rapid.Float64Range(0, 0.999).Draw(t, "r"))
		if got < min(asked, 24*time.Hour) {
			t.Fatalf("%v is sooner than the source asked for", got)
		}
		if got < every*9/10-1 || got > 25*time.Hour+max(every, maxBackoff) {
			t.Fatalf("%v is out of bounds", got)
		}
	})
}
