package desk

import "time"

// The states of a briefing.
const (
	BriefingScheduled = "scheduled" // 已排
	BriefingHeld      = "held"      // 已召开
	BriefingCancelled = "cancelled" // 已取消
)

// BriefingStates with their Chinese names.
var BriefingStates = []struct{ State, Name string }{
	{BriefingScheduled, "已排"}, {BriefingHeld, "已召开"}, {BriefingCancelled, "已取消"},
}

// Briefing (新闻发布会) is a press conference: scheduled, then held with proof.
type Briefing struct {
	ID         int64
	IncidentID int64
	Incident   string
	Title      string
	Room       string
	Starts     time.Time
	Ends       time.Time
	Host       string
	Speakers   []Speaker
	Agency     string // 承办
	Contact    string
	Region     string
	State      string
	HeldAt     *time.Time // actual time
	HeldEnter  *time.Time
	Spoke      string // who spoke first: main leaders do at 特别重大 and 重大
	Proof      Proof
	ByID       int64
	By         string
	CreatedAt  time.Time
	Version    int
}

// Speaker (新闻发言人).
type Speaker struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Clash is another booking that a briefing collides with.
type Clash struct {
	What  string // "room" or "person"
	Name  string
	Other Briefing
}

// BriefingFilter chooses briefings.
type BriefingFilter struct {
	State    string
	Room     string
	Incident int64
	From, To *time.Time
	Page
}
