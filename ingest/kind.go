package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"huiying/desk"
)

// Kind is one kind of source: a line in the table that cmd keeps.
type Kind struct {
	Name    string // as in desk.Source.Kind: "hotline", "mailbox", "feed"
	Channel desk.Channel
	Parser  desk.Parser
	Poller  Poller        // nil: its items are pushed
	Every   time.Duration // between two polls; 0 is one minute
	Most    time.Duration // up to which a poller may put off the next poll (NextIn); 0: never beyond Every
	Timeout time.Duration // of one poll; 0 is two minutes
	// CheckURL refuses an address that can't be right, before a source is added; nil: none is needed.
	CheckURL func(string) error
	// CheckSettings refuses settings that can't be right; nil: the kind has none. A kind
	// with settings that isn't polled is called, each call signed with a secret of the
	// source's own.
	CheckSettings func(json.RawMessage) error
}

// Keep stores raws and the bookmark that covers them in one transaction, and
// brings them on their way. Once it returns nil the poller may forget them; after
// an error it must stop, and fetches the same again the next time. Raws may be
// empty to move only the bookmark; a nil bookmark doesn't move.
type Keep func(ctx context.Context, raws []desk.Raw, cursor json.RawMessage) error

// Poller fetches what is new at a source. It returns when there is nothing more,
// or with ErrMore when there is and the next poll should follow at once. Failures
// that people can do something about are *desk.Error with a text that carries no
// secret; RetryAfter is honoured.
type Poller interface {
	Poll(ctx context.Context, src desk.Source, keep Keep) error
}

// ErrMore ends a poll that kept all it may hold at once while there is more.
var ErrMore = errors.New("ingest: the source has more")

// NextIn ends a poll that went well and says when the next is worth its while: a
// source that changes seldom isn't asked each minute.
type NextIn struct{ Wait time.Duration }

func (n *NextIn) Error() string {
	return "ingest: the next poll is worth its while in " + n.Wait.String()
}

// Failed is a failure of a source, with a text for people.
func Failed(cause error, text string, args ...any) *desk.Error {
	return &desk.Error{Code: desk.CodeUnavailable, Text: text, Args: args, Cause: cause}
}

// Parsers is the table as the desk wants it.
func Parsers(kinds []Kind) map[string]desk.Parser {
	m := make(map[string]desk.Parser, len(kinds))
	for _, k := range kinds {
		m[k.Name] = k.Parser
	}
	return m
}

// Addresses is what refuses a wrong address, by kind, as the desk wants it.
func Addresses(kinds []Kind) map[string]func(string) error {
	m := map[string]func(string) error{}
	for _, k := range kinds {
		if k.CheckURL != nil {
			m[k.Name] = k.CheckURL
		}
	}
	return m
}

// Signed is what refuses wrong settings, by kind whose calls are signed, as the desk wants it.
func Signed(kinds []Kind) map[string]func(json.RawMessage) error {
	return settings(kinds, func(k Kind) bool { return k.Poller == nil })
}

// Mapped is the same by kind that is polled.
func Mapped(kinds []Kind) map[string]func(json.RawMessage) error {
	return settings(kinds, func(k Kind) bool { return k.Poller != nil })
}

func settings(kinds []Kind, wanted func(Kind) bool) map[string]func(json.RawMessage) error {
	m := map[string]func(json.RawMessage) error{}
	for _, k := range kinds {
		if k.CheckSettings != nil && wanted(k) {
			m[k.Name] = k.CheckSettings
		}
	}
	return m
}
