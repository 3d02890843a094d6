package media

import (
	"time"

	"github.com/mmcdole/gofeed"

	"huiying/ingest"
)

// published is when the entry says it appeared. A date without a zone is meant in
// the office's; the library takes it for UTC, eight hours off. A date that can't
// be, or lies more than two days ahead of its receipt, is none.
func published(e *gofeed.Item, received time.Time, zone *time.Location) *time.Time {
	for _, d := range []struct {
		text   string
		parsed *time.Time
	}{{e.Published, e.PublishedParsed}, {e.Updated, e.UpdatedParsed}} {
		t, ok := ingest.Instant(d.text, d.parsed, zone)
		if ok && t.Year() >= 1990 && t.Year() <= 2200 && (received.IsZero() || t.Before(received.Add(48*time.Hour))) {
			return &t
		}
	}
	return nil
}
