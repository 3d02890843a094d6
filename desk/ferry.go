package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// FerryKind is the kind of source whose files a gateway carries (摆渡).
const FerryKind = "ferry"

// The kinds of what goes out by the ferry.
const (
	FerryLetter      = "letter"      // how a letter of the outer box stands, with its public reply
	FerryPublication = "publication" // a text that was published
	FerryNotice      = "notice"      // what an outside channel is to carry
)

// FerryEntry is one thing on its way out.
type FerryEntry struct {
	Kind string
	ID   string
	Body json.RawMessage
}

// FerryDue is a thing that the outer node is to be told, as a row.
type FerryDue struct {
	Kind   string
	Ref    string // the item, the publication, or the notice's key
	Body   string // of a notice
	Marked int
	Sent   []byte // digest of what was packed last
}

// FerryBatch is a sealed batch that the other side hasn't confirmed.
type FerryBatch struct {
	Seq   int64
	Bytes []byte
	Sends int
}

// FerryTx keeps what goes out by the ferry.
type FerryTx interface {
	// MarkFerried has the outer node of each source told anew of the items that are its
	// own letters and answer to the ids, incidents or topics.
	MarkFerried(ctx context.Context, sources, items, incidents []int64, at time.Time) error
	// MarkFerriedAll does so for all letters of a source.
	MarkFerriedAll(ctx context.Context, source int64, at time.Time) error
	// PutFerried has a source's outer node told of something; what was marked before is marked again, but for a notice.
	PutFerried(ctx context.Context, source int64, due FerryDue, at time.Time) error
	// OpenFerried gives what isn't packed yet, oldest first, locked.
	OpenFerried(ctx context.Context, source int64, limit int) ([]FerryDue, error)
	FerriedPacked(ctx context.Context, source int64, due FerryDue, digest []byte) error
	// LockFerryStream gives a source's sequence, locked; stream names it when it is new.
	LockFerryStream(ctx context.Context, source int64, stream string) (FerryStream, error)
	NewFerryBatch(ctx context.Context, source, seq int64, b []byte, digest string, at time.Time) error
	FerryBatchesDue(ctx context.Context, source int64, now time.Time, limit int) ([]FerryBatch, error)
	FerrySent(ctx context.Context, source, seq int64, next time.Time) error
	// FerryAcked forgets the batches that a receipt confirms, and has those it misses sent
	// again at once. One that fits nothing that was sent begins the sequence anew, with
	// everything but notices: one of the sides was set back.
	FerryAcked(ctx context.Context, source int64, r FerryReceipt, at time.Time) error
	PublicationByID(ctx context.Context, id int64) (Publication, error)
	NextFerry(ctx context.Context, source int64) (at time.Time, ok bool, err error)
}

// FerryLetterBody is how a letter of the outer box stands: what whoever has the query
// code may know, and nothing of what was written.
type FerryLetterBody struct {
	State string          `json:"state"` // "received", "working", "answered" or "read"
	Reply *FerryReplyBody `json:"reply,omitempty"`
}

// FerryReplyBody is a public reply.
type FerryReplyBody struct {
	Version int       `json:"version"`
	Body    string    `json:"body"`
	At      time.Time `json:"at"`
}

// FerryPublicationBody is a text that was published, word for word as it was signed.
type FerryPublicationBody struct {
	ID string `json:"id"`
	MirrorLine
}

// FerryNoticeBody is a message for an outside channel.
type FerryNoticeBody struct {
	Key  string    `json:"key"` // the same message, carried twice, has the same
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

const (
	// ferryMost is how much goes into one batch.
	ferryMost = 500
	// ferryCursor is the setting that holds the place in the feed that was followed to.
	ferryCursor = "ferry.cursor"
	// ferryAgain is when a batch that isn't confirmed goes out again; twice as long each time, up to ferryLongest.
	ferryAgain, ferryLongest = 10 * time.Minute, 6 * time.Hour
)

// FollowFerry reads the record on from where it was followed to, and marks what it may
// have changed of what the outer nodes of the sources know.
func (d *Desk) FollowFerry(ctx context.Context, now time.Time, sources []int64) (more bool, err error) {
	if len(sources) == 0 {
		return false, nil
	}
	var before Cursor
	err = d.Store.View(ctx, func(tx Tx) error {
		before, err = followed(ctx, tx, ferryCursor, false)
		return err
	})
	if err != nil {
		return false, err
	}
	events, next, known, err := d.since(ctx, before)
	if err != nil || known && len(events) == 0 {
		return false, err
	}
	touched := touchedBy(events)
	return len(events) == followMost, d.Store.InTx(ctx, func(tx Tx) error {
		was, err := followed(ctx, tx, ferryCursor, true)
		if err != nil || was != before {
			return err // another node was faster
		}
		for i := 0; i < len(sources) && !known; i++ {
			if err := tx.MarkFerriedAll(ctx, sources[i], now); err != nil {
				return err
			}
		}
		if known {
			if err := tx.MarkFerried(ctx, sources, touched.items, touched.incidents, now); err != nil {
				return err
			}
		}
		for _, s := range events {
			if s.Event.Type != "release.published" {
				continue
			}
			pubs, err := tx.PublicationsOf(ctx, s.Event.IncidentID)
			if err != nil {
				return err
			}
			for _, p := range pubs {
				for _, src := range sources {
					if p.ReleaseID == 0 {
						continue
					}
					if err := tx.PutFerried(ctx, src, FerryDue{Kind: FerryPublication, Ref: ident(p.ID)}, now); err != nil {
						return err
					}
				}
			}
		}
		return tx.SetSetting(ctx, ferryCursor, mustJSON(next.String()))
	})
}

// FerryNotice has a message carried to every outer node, once for its key. It says how
// many there are.
func (d *Desk) FerryNotice(ctx context.Context, key, text string) (nodes int, err error) {
	now := d.Now()
	sources, err := d.SourcesOf(ctx, FerryKind)
	if err != nil {
		return 0, err
	}
	body := string(mustJSON(FerryNoticeBody{Key: key, Text: text, At: now.UTC()}))
	return len(sources), d.Store.InTx(ctx, func(tx Tx) error {
		for _, s := range sources {
			if err := tx.PutFerried(ctx, s.ID, FerryDue{Kind: FerryNotice, Ref: key, Body: body}, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// FerryReceipt is what the other side has of a stream.
type FerryReceipt struct {
	Stream  string
	Applied int64
	Last    string // digest of the batch with that number
	Missing []int64
	At      time.Time
}

// FerryStream is the sequence of batches to one outer node.
type FerryStream struct {
	Name string
	Made int64
	Last string // digest of the last batch
}

// Seal makes a batch of entries that follows upon another, signed, and its digest.
type Seal func(stream string, seq int64, prev string, entries []FerryEntry) (file []byte, digest string, err error)

// PackFerry puts what the outer node of a source isn't told yet into one sealed batch,
// which is kept until the other side has confirmed it. The number it gets is taken in
// the same transaction: no batch is lost, and none has the number of another.
func (d *Desk) PackFerry(ctx context.Context, now time.Time, source int64, stream string, seal Seal) (more bool, err error) {
	err = d.Store.InTx(ctx, func(tx Tx) error {
		seq, err := tx.LockFerryStream(ctx, source, stream)
		if err != nil {
			return err
		}
		due, err := tx.OpenFerried(ctx, source, ferryMost)
		if err != nil || len(due) == 0 {
			return err
		}
		more = len(due) == ferryMost
		var entries []FerryEntry
		for _, x := range due {
			e, err := ferryEntry(ctx, tx, x)
			if err != nil {
				return err
			}
			sum := sha(e.Body)
			if e.ID != "" && !bytes.Equal(sum, x.Sent) {
				entries = append(entries, e)
			}
			if err := tx.FerriedPacked(ctx, source, x, sum); err != nil {
				return err
			}
		}
		if len(entries) == 0 {
			return nil
		}
		b, digest, err := seal(seq.Name, seq.Made+1, seq.Last, entries)
		if err != nil {
			return err
		}
		return tx.NewFerryBatch(ctx, source, seq.Made+1, b, digest, now)
	})
	return more, err
}

// ferryEntry puts together what is told of one thing; without an id nothing is.
func ferryEntry(ctx context.Context, tx Tx, x FerryDue) (e FerryEntry, err error) {
	e = FerryEntry{Kind: x.Kind}
	if x.Kind == FerryNotice {
		return FerryEntry{Kind: x.Kind, ID: x.Ref, Body: json.RawMessage(x.Body)}, nil
	}
	id, err := strconv.ParseInt(x.Ref, 10, 64)
	if err != nil {
		return e, &Error{Code: CodeInternal, Cause: err}
	}
	if x.Kind == FerryPublication {
		p, err := tx.PublicationByID(ctx, id)
		if err != nil {
			return e, err
		}
		v, ok, err := publishedVersion(ctx, tx, p)
		if err != nil || !ok {
			return e, err
		}
		e.ID, e.Body = x.Ref, mustJSON(FerryPublicationBody{ID: x.Ref, MirrorLine: MirrorLine{Title: v.Title, Text: v.Body, Address: p.Proof.Address, Channel: p.Channel, PublishedAt: p.ActedAt.UTC()}})
		return e, nil
	}
	it, err := tx.ItemByID(ctx, Scope{}, id, false)
	if err != nil || it.Extra == nil || !it.Extra.Outer {
		return e, err
	}
	st := LetterState{State: "received"}
	if err := st.of(ctx, tx, it); err != nil {
		return e, err
	}
	body := FerryLetterBody{State: st.State}
	if st.Reply != nil {
		body.Reply = &FerryReplyBody{Version: st.Reply.Version, Body: st.Reply.Body, At: st.Reply.At.UTC()}
	}
	e.ID, e.Body = it.ExternalID, mustJSON(body)
	return e, nil
}

// FerryBatches gives the batches of a source that are to go into the outbox now: new
// ones, those asked for again, and those that nobody has confirmed for long.
func (d *Desk) FerryBatches(ctx context.Context, now time.Time, source int64) (list []FerryBatch, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.FerryBatchesDue(ctx, source, now, 20)
		return err
	})
	return list, err
}

// FerryWritten records that a batch stands in the outbox.
func (d *Desk) FerryWritten(ctx context.Context, now time.Time, source int64, b FerryBatch) error {
	wait := min(ferryAgain<<min(b.Sends, 10), ferryLongest)
	return d.Store.InTx(ctx, func(tx Tx) error { return tx.FerrySent(ctx, source, b.Seq, now.Add(d.InOffice(wait))) })
}

// FerryConfirmed records what the other side has of a stream, and what it asks for again.
func (d *Desk) FerryConfirmed(ctx context.Context, now time.Time, source int64, r FerryReceipt) error {
	return d.Store.InTx(ctx, func(tx Tx) error { return tx.FerryAcked(ctx, source, r, now) })
}
