package ingest

import (
	"regexp"
	"strings"
	"time"
)

// zoned matches a date that says its zone so that it can only mean one thing.
var zoned = regexp.MustCompile(`(?i)(Z|UTC|GMT|UT|[+-]\d{2}:?\d{2}|[+-]\d{2}|\b[ECMP][SD]T)\s*(\([^)]*\))?\s*$`)

// chinaTime: in a feed of ours CST is China's, never Chicago's.
var chinaTime = regexp.MustCompile(`(?i)\s*(\bCST|\bBJT|北京时间)\s*$`)

// dashed guards against taking the end of a plain date for an offset.
var dashed = regexp.MustCompile(`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s*$`)

// local are forms that Chinese sites use and the feed library doesn't know, or
// knows in the wrong zone.
var local = []string{
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-1-2 15:04:05", "2006-1-2 15:04",
	"2006/01/02 15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006.01.02 15:04:05", "2006.1.2 15:04",
	"2006年01月02日 15:04:05", "2006年1月2日 15:04:05", "2006年1月2日 15:04", "2006年1月2日15:04:05", "2006年1月2日15:04", "2006年1月2日 15时04分", "2006年1月2日15时04分",
	"Mon, _2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04", "Mon Jan _2 15:04:05 2006",
	"2006-01-02", "2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", "Mon, 2 Jan 2006",
}

// Instant reads a date as sites of ours write it. One without a zone is meant in the
// given one; parsed is what a library made of it, nil where none did.
func Instant(text string, parsed *time.Time, zone *time.Location) (time.Time, bool) {
	s := Line(text)
	if c := chinaTime.FindStringIndex(s); c != nil {
		s = strings.TrimSpace(s[:c[0]])
	} else if zoned.MatchString(s) && !dashed.MatchString(s) {
		if parsed != nil {
			return *parsed, true
		}
		return time.Time{}, false
	}
	for _, layout := range local {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, true
		}
	}
	if parsed == nil {
		return time.Time{}, false
	}
	p := parsed.UTC()
	return time.Date(p.Year(), p.Month(), p.Day(), p.Hour(), p.Minute(), p.Second(), p.Nanosecond(), zone), true
}
