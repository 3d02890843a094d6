package media

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of the wait between two polls of a feed.
const (
	leastWait = time.Minute
	mostWait  = time.Hour
	// perGap is how often a feed is asked in the time in which it usually changes once:
	// an entry is seen after a quarter of that at most.
	perGap = 4
)

// pace is what a feed has shown, and asked for, of how often to read it. It moves with
// the bookmark.
type pace struct {
	Changed time.Time `json:"changed,omitzero"` // when it was last seen to change
	Gap     float64   `json:"gap,omitempty"`    // seconds between changes, the newer the weightier; 0: seen too little
	TTL     int       `json:"ttl,omitempty"`    // minutes that it may be kept, as it says
	Skip    []int     `json:"skip,omitempty"`   // hours of the day (GMT) in which not to ask, as it says
}

// seen takes in a change at now.
func (p pace) seen(now time.Time) pace {
	if since := now.Sub(p.Changed).Seconds(); !p.Changed.IsZero() && since > 0 {
		since = min(since, 7*24*3600)
		if p.Gap == 0 {
			p.Gap = since
		} else {
			p.Gap += 0.3 * (since - p.Gap)
		}
	}
	p.Changed = now
	return p
}

// wait is how long from now the next poll is worth its while: a quarter of the usual
// gap, or of the time since the last change where that is longer already, within a
// minute and an hour, no less than the feed asks for, and in no hour that it asks
// to be left alone in.
func (p pace) wait(now time.Time) time.Duration {
	gap := p.Gap
	if !p.Changed.IsZero() {
		gap = max(gap, now.Sub(p.Changed).Seconds())
	}
	wait := min(max(time.Duration(gap/perGap*float64(time.Second)), leastWait), mostWait)
	wait = max(wait, min(time.Duration(p.TTL)*time.Minute, mostWait))
	if len(p.Skip) >= 24 {
		return wait // never at all: not meant
	}
	for at := now.Add(wait).UTC(); slices.Contains(p.Skip, at.Hour()); at = now.Add(wait).UTC() {
		wait = at.Truncate(time.Hour).Add(time.Hour).Sub(now)
	}
	return wait
}

var (
	ttlSaid   = regexp.MustCompile(`(?i)<ttl>\s*(\d{1,6})\s*</ttl>`)
	skipHours = regexp.MustCompile(`(?is)<skipHours>(.{0,1000}?)</skipHours>`)
	hourSaid  = regexp.MustCompile(`(?i)<hour>\s*(\d{1,2})\s*</hour>`)
)

// asked takes in what the document asks for. It stands before the entries, or after them.
func (p pace) asked(doc string) pace {
	p.TTL, p.Skip = 0, nil
	if m := ttlSaid.FindStringSubmatch(doc); m != nil {
		p.TTL, _ = strconv.Atoi(m[1]) // six figures at most
	}
	if m := skipHours.FindStringSubmatch(doc); m != nil && !strings.Contains(m[1], "<item") {
		for _, h := range hourSaid.FindAllStringSubmatch(m[1], 24) {
			if n, err := strconv.Atoi(h[1]); err == nil && n <= 24 && !slices.Contains(p.Skip, n%24) {
				p.Skip = append(p.Skip, n%24)
			}
		}
	}
	return p
}
