package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"time"
)

// MirrorPush is what a mirrored platform is to be told of one ticket, as a row that
// falls due.
type MirrorPush struct {
	ItemID   int64
	SourceID int64
	Due      bool
	DueAt    time.Time
	Marked   int    // how often it became due
	Lease    string // of the node that sends it now
	Serial   int    // counts the contents
	Key      string // idempotency key of the content under way
	Trying   []byte // its digest
	Sent     []byte // digest of what the platform took last
	SentAt   *time.Time
	Attempts int
	// LastError is for people, with no secret.
	LastError string
}

// MirrorPlatform is how telling a platform fares.
type MirrorPlatform struct {
	SourceID    int64
	HoldUntil   *time.Time // it is left alone until then
	Failures    int        // in a row
	LastSuccess *time.Time
	LastError   string
	LastErrorAt *time.Time
}

// MirrorStanding is how pushing back to a source stands, for its page.
type MirrorStanding struct {
	MirrorPlatform
	Waiting, Told, Refused int // tickets
}

// MirrorTx keeps what mirrored platforms are told.
type MirrorTx interface {
	// MarkMirrored makes due what is told of items of the sources: those named, and those
	// of the topics and incidents.
	MarkMirrored(ctx context.Context, sources, items, topics, incidents []int64, at time.Time) error
	// MarkAllMirrored makes due all that a source ever brought.
	MarkAllMirrored(ctx context.Context, source int64, at time.Time) error
	// ClaimMirrored takes rows of the sources that are due, unless their platform is left
	// alone or paused, and holds them until the given instant.
	ClaimMirrored(ctx context.Context, sources []int64, now, until time.Time, lease string, limit int) ([]MirrorPush, error)
	// SaveMirrored stores a row that is still held by its lease, else CodeConflict. One
	// that was marked meanwhile stays due.
	SaveMirrored(ctx context.Context, p MirrorPush) error
	NextMirrored(ctx context.Context, sources []int64) (time.Time, bool, error)
	// PlatformOf locks nothing; one that was never told anything is zero.
	PlatformOf(ctx context.Context, source int64) (MirrorPlatform, error)
	SavePlatform(ctx context.Context, p MirrorPlatform) error
	// MirrorCounts gives how many tickets wait, were told, and were refused.
	MirrorCounts(ctx context.Context, source int64) (waiting, told, refused int, err error)
}

// MirrorContent is what a platform is told of one of its tickets: where it stands with
// us, and what was published about the matter. Nothing else of ours is in it, and
// nothing of what anybody wrote.
type MirrorContent struct {
	ExternalID string          `json:"external_id"`
	Version    int             `json:"version"` // grows with each content: an older one never replaces a newer
	Topic      *MirrorTopic    `json:"topic"`
	Incident   *MirrorIncident `json:"incident"`
	Lines      []MirrorLine    `json:"lines"`
}

// MirrorTopic is the topic that the ticket stands in.
type MirrorTopic struct {
	Number string `json:"number"`
	Title  string `json:"title"` // numbers of phones and identity cards hidden
}

// MirrorIncident is the incident that the ticket was attached to.
type MirrorIncident struct {
	Number string `json:"number"`
	Title  string `json:"title"` // numbers of phones and identity cards hidden
	Level  string `json:"level"` // 核定 only; "" before: what is only judged stays in the house
}

// MirrorLine is a text that was reviewed, signed and published, word for word (口径).
type MirrorLine struct {
	Title       string    `json:"title"`
	Text        string    `json:"text"`
	Address     string    `json:"address"` // where it was published
	Channel     string    `json:"channel"`
	PublishedAt time.Time `json:"published_at"`
}

// digest identifies the content whatever its version.
func (c MirrorContent) digest() []byte {
	c.Version = 0
	return sha(mustJSON(c))
}

func (c MirrorContent) empty() bool { return c.Topic == nil && c.Incident == nil && len(c.Lines) == 0 }

// MirrorCall is one content on its way to its platform.
type MirrorCall struct {
	Source  Source
	Push    MirrorPush
	Content MirrorContent
}

const (
	// MirrorHold is how long a claimed row belongs to its node.
	MirrorHold = time.Minute
	// mirrorPeace bounds the wait after a platform has failed; it doubles from
	// mirrorFirst with each failure in a row.
	mirrorFirst, mirrorPeace = 5 * time.Second, 15 * time.Minute
	// mirrorLongest bounds what a platform may ask for.
	mirrorLongest = 24 * time.Hour
	// mirrorRefused is when a content that the platform refused is tried again: somebody
	// may have mended something there. What changes here goes at once.
	mirrorRefused = 6 * time.Hour
	// mirrorCursor is the setting that holds the place in the feed that was followed to.
	mirrorCursor = "mirror.cursor"
)

// ClaimMirrorCalls takes what is due of what the platforms of the sources are told,
// for this node to send. It is the node's own for MirrorHold of real time. What is as
// it was told last is done with here.
func (d *Desk) ClaimMirrorCalls(ctx context.Context, now time.Time, sources []int64, limit int) (calls []MirrorCall, more bool, err error) {
	if len(sources) == 0 {
		return nil, false, nil
	}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		calls = nil
		rows, err := tx.ClaimMirrored(ctx, sources, now, now.Add(d.InOffice(MirrorHold)), rand.Text(), limit)
		if err != nil {
			return err
		}
		more = len(rows) == limit
		about := mirrorAbout{tx: tx, sources: map[int64]Source{}, incidents: map[int64]mirroredIncident{}}
		for _, p := range rows {
			call, err := about.call(ctx, p)
			if err != nil {
				return err
			}
			sum := call.Content.digest()
			if bytes.Equal(sum, p.Sent) || p.Sent == nil && call.Content.empty() {
				p.Due, p.LastError, p.Attempts = false, "", 0
				if err := tx.SaveMirrored(ctx, p); err != nil {
					return err
				}
				continue
			}
			if !bytes.Equal(sum, p.Trying) {
				p.Serial, p.Key, p.Trying, p.Attempts = p.Serial+1, rand.Text(), sum, 0
				if err := tx.SaveMirrored(ctx, p); err != nil {
					return err
				}
			}
			call.Push, call.Content.Version = p, p.Serial
			calls = append(calls, call)
		}
		return nil
	})
	return calls, more, err
}

// mirrorAbout puts contents together, each incident's part once.
type mirrorAbout struct {
	tx        Tx
	sources   map[int64]Source
	incidents map[int64]mirroredIncident
}

type mirroredIncident struct {
	about *MirrorIncident
	lines []MirrorLine
}

func (a mirrorAbout) call(ctx context.Context, p MirrorPush) (c MirrorCall, err error) {
	src, ok := a.sources[p.SourceID]
	if !ok {
		if src, err = a.tx.SourceByID(ctx, p.SourceID); err != nil {
			return c, err
		}
		a.sources[p.SourceID] = src
	}
	it, err := a.tx.ItemByID(ctx, Scope{}, p.ItemID, false)
	if err != nil {
		return c, err
	}
	c = MirrorCall{Source: src, Content: MirrorContent{ExternalID: it.ExternalID, Lines: []MirrorLine{}}}
	if it.Sealed {
		return c, nil // 保密: nothing of ours about it leaves
	}
	if it.TopicID != 0 {
		t, err := a.tx.TopicByID(ctx, Scope{}, it.TopicID)
		if err != nil {
			return c, err
		}
		c.Content.Topic = &MirrorTopic{Number: ident(t.ID), Title: MaskText(t.Title)}
	}
	if it.IncidentID != 0 {
		in, err := a.incident(ctx, it.IncidentID)
		if err != nil {
			return c, err
		}
		c.Content.Incident, c.Content.Lines = in.about, in.lines
	}
	return c, nil
}

func (a mirrorAbout) incident(ctx context.Context, id int64) (m mirroredIncident, err error) {
	if m, ok := a.incidents[id]; ok {
		return m, nil
	}
	in, err := a.tx.IncidentByID(ctx, Scope{}, id, false)
	if err != nil {
		return m, err
	}
	m = mirroredIncident{about: &MirrorIncident{Number: ident(in.ID), Title: MaskText(in.Title), Level: in.Confirmed}}
	if m.lines, err = publishedLines(ctx, a.tx, id); err != nil {
		return m, err
	}
	a.incidents[id] = m
	return m, nil
}

// publishedLines are the texts of ours that were published about an incident, word
// for word as they were signed. Drafts, and what other bodies published, aren't.
func publishedLines(ctx context.Context, tx Tx, incident int64) ([]MirrorLine, error) {
	lines := []MirrorLine{}
	pubs, err := tx.PublicationsOf(ctx, incident)
	if err != nil {
		return nil, err
	}
	for _, p := range pubs {
		if p.ReleaseID == 0 {
			continue
		}
		v, ok, err := publishedVersion(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		if ok {
			lines = append(lines, MirrorLine{Title: v.Title, Text: v.Body, Address: p.Proof.Address, Channel: p.Channel, PublishedAt: p.ActedAt.UTC()})
		}
	}
	return lines, nil
}

// publishedVersion is exactly the text that a publication made public.
func publishedVersion(ctx context.Context, tx Tx, p Publication) (v Version, ok bool, err error) {
	versions, err := tx.Versions(ctx, p.ReleaseID)
	if err != nil {
		return v, false, err
	}
	i := slices.IndexFunc(versions, func(v Version) bool { return v.N == p.Version && bytes.Equal(v.Digest, p.Digest) })
	if i < 0 {
		return v, false, nil
	}
	return versions[i], true, nil
}

// MirrorCalled records what became of a call, and plans the next attempt. A platform
// that doesn't answer is left alone for a while, longer each time, with all its
// tickets; nothing is given up.
func (d *Desk) MirrorCalled(ctx context.Context, c MirrorCall, s Sent) error {
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		row := c.Push // the store may run this again
		row.LastError = ""
		if s.Err != nil {
			row.LastError = orText(s.Err)
		}
		platform, err := tx.PlatformOf(ctx, row.SourceID)
		if err != nil {
			return err
		}
		platform.SourceID = row.SourceID
		was := platform.Failures
		var events []Event
		switch s.Outcome {
		case OutcomeSent:
			row.Due, row.DueAt, row.Sent, row.SentAt, row.Attempts = false, now, row.Trying, &now, 0
			e := event(System, now, "item.told", "item", row.ItemID).with(map[string]any{"id": ident(row.ItemID), "source": ident(row.SourceID), "version": row.Serial, "digest": hexOf(row.Trying)})
			e.SourceID = row.SourceID
			events = append(events, e)
		case OutcomeRefuse: // this content; the platform is well
			row.Attempts++
			row.DueAt = now.Add(d.InOffice(mirrorRefused))
		default:
			row.Attempts++
			platform.Failures++
			wait := max(min(mirrorFirst<<min(platform.Failures-1, 10), mirrorPeace), min(s.RetryAfter, mirrorLongest))
			hold := now.Add(d.InOffice(wait))
			row.DueAt, platform.HoldUntil, platform.LastError, platform.LastErrorAt = hold, &hold, row.LastError, &now
		}
		if s.Outcome == OutcomeSent || s.Outcome == OutcomeRefuse {
			platform.Failures, platform.HoldUntil, platform.LastError, platform.LastSuccess = 0, nil, "", &now
		}
		if err := tx.SaveMirrored(ctx, row); err != nil {
			return err
		}
		if err := tx.SavePlatform(ctx, platform); err != nil {
			return err
		}
		switch {
		case was == 0 && platform.Failures > 0:
			events = append(events, platformEvent("mirror.failing", platform, now).because(platform.LastError))
		case was > 0 && platform.Failures == 0:
			events = append(events, platformEvent("mirror.recovered", platform, now))
		}
		return tx.Record(ctx, events...)
	})
}

func platformEvent(typ string, p MirrorPlatform, now time.Time) Event {
	e := event(System, now, typ, "source", p.SourceID)
	e.SourceID = p.SourceID
	return e
}

// orText is an error in words for people.
func orText(err error) string {
	if e, ok := err.(*Error); ok {
		return e.Message()
	}
	return err.Error()
}

// NextMirrorCall is the office time at which the next call is due.
func (d *Desk) NextMirrorCall(ctx context.Context, sources []int64) (at time.Time, ok bool, err error) {
	if len(sources) == 0 {
		return at, false, nil
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		at, ok, err = tx.NextMirrored(ctx, sources)
		return err
	})
	return at, ok, err
}

// MirrorStandingOf is how pushing back to a source stands.
func (d *Desk) MirrorStandingOf(ctx context.Context, who Actor, source int64) (m MirrorStanding, err error) {
	if err := who.need(ActSourceManage); err != nil {
		return m, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		if m.MirrorPlatform, err = tx.PlatformOf(ctx, source); err != nil {
			return err
		}
		m.Waiting, m.Told, m.Refused, err = tx.MirrorCounts(ctx, source)
		return err
	})
	return m, err
}
