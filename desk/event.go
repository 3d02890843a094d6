package desk

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Event (留痕) is one line of the append-only record: audit trail and live feed
// at once. It never carries personal data or the words of an item: those can be
// sealed or cleared, the record can't.
type Event struct {
	ID         int64
	At         time.Time // entry time (录入时间), office time
	ActedAt    time.Time // actual time (实际时间)
	ActorID    int64     // person; 0 for a source or the desk itself
	Actor      string    // name, as it was then
	Via        string
	Type       string // "item.created", "clock.stage", …
	Subject    Subject
	IncidentID int64           // the incident whose timeline it belongs to; 0: none
	Region     string          // scope
	Department string          // scope
	SourceID   int64           // scope
	Data       json.RawMessage // what programs get; see docs/live.md
	Before     json.RawMessage // values changed, before
	After      json.RawMessage // and after
	Why        string
}

// Subject is what an event is about.
type Subject struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// Late says whether the act was entered so much later than done that the record
// marks it 补录: two minutes, room for typing.
func (e Event) Late() bool { return e.At.Sub(e.ActedAt) > 2*time.Minute }

// Sealed is an event at its place in the feed.
type Sealed struct {
	Cursor Cursor
	Event  Event
}

// Cursor is a place in the feed: the epoch of the feed and the gapless number in it.
type Cursor struct {
	Epoch string
	Seq   int64
}

// String is the cursor as programs carry it.
func (c Cursor) String() string { return c.Epoch + "." + strconv.FormatInt(c.Seq, 10) }

// ParseCursor reads a cursor as String wrote it.
func ParseCursor(s string) (Cursor, error) {
	epoch, seq, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(seq, 10, 64)
	if !ok || err != nil || epoch == "" || n < 0 || len(epoch) > 64 {
		return Cursor{}, Invalid("after", "游标无法识别，请去掉 after 重新连接")
	}
	return Cursor{Epoch: epoch, Seq: n}, nil
}

// event starts the record of an act.
func event(who Actor, now time.Time, typ, kind string, id int64) Event {
	return Event{At: now, ActedAt: now, ActorID: who.PersonID, Actor: who.Name, Via: who.Via, Type: typ,
		Subject: Subject{Kind: kind, ID: strconv.FormatInt(id, 10)}}
}

// acted sets the actual time.
func (e Event) acted(at time.Time) Event { e.ActedAt = at; return e }

// on places the event on an incident's timeline, in that incident's scope.
func (e Event) on(in Incident) Event { e.IncidentID, e.Region = in.ID, in.Region.Code; return e }

// with sets the data that programs get.
func (e Event) with(data any) Event { e.Data = mustJSON(data); return e }

// change sets the values before and after.
func (e Event) change(before, after any) Event {
	e.Before, e.After = mustJSON(before), mustJSON(after)
	return e
}

// because sets the reason given. Numbers of phones and identity cards that somebody
// typed into it are hidden: the record can't be cleared of them later.
func (e Event) because(why string) Event { e.Why = MaskText(why); return e }

// mustJSON encodes our own plain values, which always can be.
func mustJSON(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic("desk: value that can't be JSON: " + err.Error())
	}
	return b
}

// ident is an id as programs carry it: a string, "" where there is none.
func ident(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func idents(ids []int64) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = ident(id)
	}
	return all
}
