package live

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"huiying/desk"
)

// Message is one frame, shared by all who get it: nobody may change it.
type Message struct {
	// Cursor is the place in the feed that a reader has reached with it.
	Cursor desk.Cursor
	Body   []byte

	once     sync.Once
	prepared any
}

// Prepared gives what make turned the body into, made by the first who asks: the
// transport's own form, such as a compressed frame.
func (m *Message) Prepared(make func(body []byte) any) any {
	m.once.Do(func() { m.prepared = make(m.Body) })
	return m.prepared
}

// Renderer makes frames of events for an audience. The events are those that the
// audience may see, in order, stripped to what it may see of them; at least one.
// Several that came at once come together. Of the frames it gives, in order, one
// without a cursor gets that of the last event. It may take its time: only its
// audience waits, and an error is logged and tried again.
type Renderer func(ctx context.Context, a Audience, events []desk.Sealed) ([]*Message, error)

// FormatJSON is the subprotocol for programs: one frame per event.
const FormatJSON = "huiying.v1.json"

// frame is an event as programs get it.
type frame struct {
	Cursor  string          `json:"cursor"`
	At      time.Time       `json:"at"` // entry time
	Type    string          `json:"type"`
	Subject desk.Subject    `json:"subject"`
	Data    json.RawMessage `json:"data"`
}

// JSON renders events for programs.
func JSON(_ context.Context, _ Audience, events []desk.Sealed) ([]*Message, error) {
	list := make([]*Message, len(events))
	for i, s := range events {
		body, err := json.Marshal(frame{s.Cursor.String(), s.Event.At.UTC(), s.Event.Type, s.Event.Subject, s.Event.Data})
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", s.Event.ID, err)
		}
		list[i] = &Message{Cursor: s.Cursor, Body: body}
	}
	return list, nil
}

// Hello is the first frame to a program: the place from which it will be told, and
// the office's time.
func Hello(c desk.Cursor, now time.Time) []byte {
	return fmt.Appendf(nil, `{"type":"hello","cursor":%q,"now":%q}`, c, now.UTC().Format(time.RFC3339Nano))
}
