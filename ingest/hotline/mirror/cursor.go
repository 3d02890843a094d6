package mirror

import (
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"huiying/ingest"
)

// cursor is the bookmark of a round: the pages that answer one question. A round ends
// with a page that isn't full; then the question moves on.
type cursor struct {
	Since string `json:"since,omitempty"` // what the round asks for, in the platform's own words
	Page  int    `json:"page,omitempty"`  // pages of the round that were taken
	Next  string `json:"next,omitempty"`  // the platform's mark of the page that comes next
	High  string `json:"high,omitempty"`  // the latest change seen, in the platform's own words
	// Seen are digests of the pages of the last round, by what was asked: what is as it
	// was isn't kept again. Fresh are those of this round.
	Seen  map[string]string `json:"seen,omitempty"`
	Fresh map[string]string `json:"fresh,omitempty"`
	// ETag and LastModified are of the round's only page, when it had one, and For is
	// the question that it answered.
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	For          string `json:"for,omitempty"`
	Whole        bool   `json:"whole,omitempty"` // the last round that asked this came to its end with one page
}

const (
	maxSeen      = 200  // pages whose digests are remembered
	maxValidator = 1000 // longer ones aren't worth sending back
)

// seen says whether the answer to a question is as it was, and remembers it.
func (c *cursor) seen(question, digest string) bool {
	was := c.Seen[question] == digest || c.Fresh[question] == digest
	if fresh := maps.Clone(c.Fresh); len(fresh) < maxSeen {
		if fresh == nil {
			fresh = map[string]string{}
		}
		fresh[question] = digest
		c.Fresh = fresh
	}
	return was
}

// ask puts another question.
func (c *cursor) ask(since string) {
	if since != c.Since {
		c.Since, c.Whole = since, false
	}
	c.Page, c.Next = 0, ""
}

// ahead is how far beyond now an instant of change may lie, whatever its zone. One
// mistyped there must not carry the bookmark past all that comes.
const ahead = 48 * time.Hour

// changes are the instants of change on a page: the latest, and whether they rise.
func (m Mapping) changes(tickets []any, now time.Time) (latest string, rising bool) {
	var high time.Time
	rising = true
	for _, t := range tickets {
		word, bad := ingest.MappedText(t, "changed", m.Changed)
		at, ok := stamp(word)
		if bad != nil || !ok || at.Before(high) || !now.IsZero() && at.After(now.Add(ahead)) {
			rising = false
			continue
		}
		high, latest = at, word
	}
	return latest, rising && latest != ""
}

// layouts are the forms in which a platform may word an instant and have it back.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006/01/02 15:04:05", "20060102150405"}

// layoutOf is the form of an instant; "" for seconds or milliseconds.
func layoutOf(word string) (layout string, at time.Time, ok bool) {
	for _, l := range layouts {
		if t, err := time.Parse(l, word); err == nil {
			return l, t, true
		}
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil && n > 1e8 {
		if n > 1e11 {
			return "", time.UnixMilli(n), true
		}
		return "", time.Unix(n, 0), true
	}
	return "", time.Time{}, false
}

// stamp reads an instant for comparison with others of the same platform: one without
// a zone is as good as any.
func stamp(word string) (time.Time, bool) {
	_, at, ok := layoutOf(word)
	return at, ok
}

// earlier is the instant some seconds before, in the platform's own words.
func earlier(word string, seconds int) (string, bool) {
	layout, at, ok := layoutOf(word)
	if !ok {
		return "", false
	}
	back := at.Add(-time.Duration(seconds) * time.Second)
	switch {
	case layout != "":
		return back.Format(layout), true
	case len(word) > 11:
		return strconv.FormatInt(back.UnixMilli(), 10), true
	}
	return strconv.FormatInt(back.Unix(), 10), true
}

// later says whether a comes after b; nothing comes before "".
func later(a, b string) bool {
	if b == "" {
		return a != ""
	}
	x, okX := stamp(a)
	y, okY := stamp(b)
	return okX && okY && x.After(y)
}

// after moves the bookmark past a page. ended says that the round is over.
func (m Mapping) after(at cursor, doc any, tickets []any, now time.Time) (next cursor, ended bool) {
	next = at
	latest, rising := m.changes(tickets, now)
	if later(latest, at.High) {
		next.High = latest
	}
	r := m.Request
	full := r.Page != "" && len(tickets) >= r.size()
	if r.Next != "" {
		mark, _ := ingest.Resolve(doc, r.Next)
		next.Next = markOf(mark)
		full = next.Next != "" && len(tickets) > 0
	}
	if full {
		// A list in order of change is asked for from where the page ends: pages by
		// number shift when something changes meanwhile. A second back, for those that
		// changed in the same.
		if from, ok := earlier(latest, 1); r.Since != "" && r.Next == "" && rising && ok && later(from, at.Since) {
			next.ask(from)
			return next, false
		}
		next.Page++
		return next, false
	}
	next.Whole, next.Seen, next.Fresh = at.Page == 0, at.Fresh, nil
	since := at.Since
	if r.Since != "" && next.High != "" {
		if back, ok := earlier(next.High, r.overlap()); ok {
			since = back
		} else {
			since = next.High
		}
	}
	next.ask(since)
	return next, true
}

// markOf is the mark of a next page, as text; what says that there is none is none.
func markOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
