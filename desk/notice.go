package desk

import "time"

// Notice (提醒) is something that people must be told. It stands on the desk
// until acknowledged, and goes out through each channel that is configured.
type Notice struct {
	ID         int64
	Key        string // typed identity: the same notice is never made twice
	Kind       string // "clock", "delivery", "silence", "burst"
	IncidentID int64
	ClockID    int64
	TopicID    int64 // of a "burst"
	Stage      string
	Region     string
	Text       string // for the desk's own screens: may name the incident
	Outside    string // for outside the office: number, time left, 请回值班室
	Deadline   bool   // goes before everything else
	At         time.Time
	Due        *time.Time
	AckAt      *time.Time
	AckBy      string
	Deliveries []Delivery
}

// The states of a delivery.
const (
	DeliveryPending    = "pending"
	DeliverySent       = "sent"       // the provider took it; read is another matter
	DeliveryFailed     = "failed"     // given up; the desk says so loudly
	DeliverySuperseded = "superseded" // a later notice about the same clock, or its end, made it stale
)

// Delivery (送达) is one notice through one channel.
type Delivery struct {
	ID        int64
	NoticeID  int64
	Channel   string // "slack", …
	State     string
	Attempts  int
	NextAt    time.Time
	SentAt    *time.Time
	LastError string
	Receipt   string // the provider's own id
	Notice    *Notice
}

// Outcome is what a notifier says of one attempt, a closed set.
type Outcome string

// The outcomes.
const (
	OutcomeSent   Outcome = "sent"
	OutcomeRetry  Outcome = "retry"  // may work later
	OutcomeRefuse Outcome = "refuse" // will not work: wrong token, no such channel
)

// NoticeFilter chooses notices.
type NoticeFilter struct {
	Open bool // not yet acknowledged
	Page
}
