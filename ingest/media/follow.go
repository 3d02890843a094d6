package media

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"huiying/desk"
	"huiying/ingest"
)

// followed is how many entries of a feed the bookmark remembers.
const followed = 300

// entry is what the bookmark remembers of one entry of a feed.
type entry struct {
	ID    string `json:"id"`
	Sum   string `json:"sum"` // beginning of its digest: another is a new version
	Link  string `json:"link,omitempty"`
	At    int64  `json:"at,omitempty"`    // Unix time that it says it appeared; 0: none
	Read  bool   `json:"read,omitempty"`  // its page was read
	Tries int    `json:"tries,omitempty"` // polls that tried in vain
	Lost  bool   `json:"lost,omitempty"`  // it vanished while younger than others that stayed; its page was still to be looked at
}

// gone is an entry whose original was taken away.
type gone struct {
	ID  string `json:"id"`
	Why string `json:"why"`
}

// follow compares a document with what the bookmark remembers: which entries are
// summaries whose pages are to be read, which need not be told again since they are
// as they were, and which were taken away. What it learns from outside goes into the
// note, beside the document, so that the same raw gives the same items ever after.
func (p *Poller) follow(ctx context.Context, was []entry, parts []desk.Part, n *note) (now []entry) {
	ctx, stop := context.WithTimeout(ctx, pagesTime)
	defer stop()
	web := &pages{guard: p.Guard, left: pagesMost, ends: ctx, dead: map[string]bool{}}
	before := make(map[string]entry, len(was))
	for _, e := range was {
		before[e.ID] = e
	}
	listed := map[string]bool{}
	for _, part := range parts {
		if part.Err != nil || listed[part.Incoming.ExternalID] || len(now) >= followed {
			continue
		}
		in := part.Incoming
		e := entry{ID: in.ExternalID, Sum: hex.EncodeToString(in.Digest()[:6]), Link: in.URL}
		if in.OccurredAt != nil {
			e.At = in.OccurredAt.Unix()
		}
		listed[e.ID] = true
		if old, ok := before[e.ID]; ok && old.Sum == e.Sum && !old.Lost {
			e.Read, e.Tries = old.Read, old.Tries
			if e.Read {
				n.Same = append(n.Same, e.ID)
			}
		}
		if p.Pages && !e.Read && e.Tries < pageTries && isSummary(in) {
			p.readPage(web, in, &e, n)
		}
		now = append(now, e)
	}
	for i, e := range was {
		if listed[e.ID] || len(now) >= followed {
			continue
		}
		if !e.Lost && !younger(e, was[i+1:], listed) {
			continue // it is old, and others have taken its place
		}
		if why, settled := p.vanished(web, e); !settled && e.Tries+1 < pageTries {
			e.Lost, e.Tries = true, e.Tries+1
			now = append(now, e)
		} else if why != "" {
			n.Gone = append(n.Gone, gone{e.ID, why})
		}
	}
	return now
}

func (p *Poller) readPage(web *pages, in desk.Incoming, e *entry, n *note) {
	text, err := web.text(in.URL)
	switch {
	case errors.Is(err, errLater):
	case errors.Is(err, errGone):
		e.Read = true // told, for good: that it is still listed doesn't bring it back
		n.Gone = append(n.Gone, gone{e.ID, goneWhy})
	case err != nil:
		e.Tries++
	case len([]rune(text)) < leastText || len(text) <= len(in.Body):
		e.Tries = pageTries // there isn't more
	default:
		e.Read = true
		if n.Pages == nil {
			n.Pages = map[string]string{}
		}
		n.Pages[e.ID] = text
	}
}

const (
	goneWhy      = "原文网页已删除"
	withdrawnWhy = "已从订阅源撤下"
)

// younger says whether the feed still has an entry that is older than this one, by
// its date where both have one, else by its place: such a feed has room for this
// one too, and took it away.
func younger(e entry, behind []entry, listed map[string]bool) bool {
	return slices.ContainsFunc(behind, func(o entry) bool {
		return listed[o.ID] && !o.Lost && (e.At == 0 || o.At == 0 || o.At < e.At)
	})
}

// vanished looks at the page of an entry that its feed has no more. Settled is false
// where the page can't be seen at the moment.
func (p *Poller) vanished(web *pages, e entry) (why string, settled bool) {
	if e.Link == "" {
		return withdrawnWhy, true
	}
	if !p.Pages {
		return "", true
	}
	_, err := web.get(e.Link)
	switch {
	case errors.Is(err, errGone):
		return goneWhy, true
	case err != nil:
		return "", false
	}
	return "", true // the page stands: the feed merely lists it no more
}

// parsed reads a document as the door will, for what the poller needs to know of it.
// The error is that of one that is no feed.
func parsed(src desk.Source, b []byte, contentType string, n note) ([]desk.Part, error) {
	return Parser{}.Parse(src, desk.Raw{Bytes: b, ContentType: contentType, Note: mustNote(n)}, time.UTC)
}

var _ ingest.Poller = (*Poller)(nil)
