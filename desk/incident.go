package desk

import "time"

// The kinds of incident (突发事件应对法 §2, and public opinion).
var IncidentKinds = []string{"事故灾难", "自然灾害", "公共卫生", "社会安全", "舆情"}

// KindOpinion is the kind of an incident that is public opinion alone.
const KindOpinion = "舆情"

// The states of an incident.
const (
	IncidentOpen   = "open"
	IncidentClosed = "closed"
)

// Reactions (舆情等级): how strong the public reaction is; its own scale, set with 宣传 and 网信.
var Reactions = []string{"强", "中", "弱"}

// Incident (事件) is a matter that the desk responds to.
type Incident struct {
	ID            int64
	Title         string
	Kind          string
	Summary       string
	Place         string
	Region        Region
	State         string
	NeedsResponse bool   // judged to need an answer; 特别重大 and 重大 always do
	Suspected     bool   // 疑似: the 初判 is a suspicion; clocks start all the same
	Judged        string // level by 初判; "" is ungraded, which shows red
	Confirmed     string // level by 核定
	Document      string // the document of the 核定
	Reaction      string
	Facts         Facts
	Occurred      *time.Time // 发生
	Learned       *time.Time // 获知
	Received      *time.Time // 接报
	Graded        *time.Time // 定级
	HolderID      int64
	Holder        string
	Version       int
	RaisedAt      time.Time
	ClosedAt      *time.Time
	Items         int // attached
}

// Level is the level in force: the 核定 where there is one, else the 初判. A
// pending downgrade isn't in force: the stricter rules meanwhile.
func (in Incident) Level() string {
	if in.Confirmed != "" {
		return in.Confirmed
	}
	return in.Judged
}

// Major says whether the 5 h and 24 h clocks apply.
func (in Incident) Major() bool { return in.Level() == LevelExtreme || in.Level() == LevelMajor }

// The kinds of change that wait for a second person.
const (
	ChangeJudge   = "judge"   // a lower 初判
	ChangeConfirm = "confirm" // a 核定 lower than what is in force
	ChangeAnchor  = "anchor"  // an instant that delays a due time
	ChangeRespond = "respond" // withdrawing that an answer is needed
)

// Change is a change of an incident that delays or weakens a clock: it needs a
// reason and a second person, and doesn't hold before.
type Change struct {
	ID         int64
	IncidentID int64
	Kind       string
	Grade      Grade   // for ChangeJudge and ChangeConfirm
	Anchor     Instant // for ChangeAnchor
	Reason     string
	ByID       int64
	By         string
	At         time.Time
	State      string // "pending", "approved", "refused"
	SecondID   int64
	Second     string
	SecondAt   *time.Time
}

// Grade is one grading of an incident.
type Grade struct {
	Level         string    `json:"level"`
	Suspected     bool      `json:"suspected"`
	NeedsResponse bool      `json:"needs_response"`
	Document      string    `json:"document,omitempty"` // 核定 only
	Body          string    `json:"body,omitempty"`     // the body that confirmed
	At            time.Time `json:"at"`                 // actual time
}

// Instant is one of the four instants that clocks start from.
type Instant struct {
	Kind string     `json:"kind"` // "occurred", "learned", "received", "graded"
	At   *time.Time `json:"at"`
}

// IncidentFilter chooses incidents.
type IncidentFilter struct {
	State, Level, Query string
	Page
}

// The states of a clock.
const (
	ClockRunning   = "running"
	ClockMet       = "met"
	ClockWithdrawn = "withdrawn" // the rule no longer applies; on the record with the reason
)

// Clock (时限) is one deadline of one incident. It keeps the words of its rule as
// they were when it started, so that a new policy doesn't rewrite history.
type Clock struct {
	ID         int64
	IncidentID int64
	Rule       string // key of the rule
	RuleName   string
	Document   string
	Practice   bool // the figure is a practice, not a binding one
	Meets      string
	Anchor     string // which instant it starts from
	Start      time.Time
	Due        time.Time
	Yellow     time.Time // from here 临近
	Red        time.Time // from here 紧急
	State      string
	MetAt      *time.Time // actual time
	MetEntered *time.Time
	MetBy      Subject // the publication or briefing that met it
	MetIssuer  string  // who met it, when another body did
	WhyEnded   string
	Version    int

	// For the board, from the incident.
	Incident     string
	Level        string
	IncidentKind string
	Suspected    bool
	Holder       string
	Region       string
	Stands       []Standing // what stands, for the board's row
	Stages       []Stage
}

// Late says whether it was met after its due time.
func (c Clock) Late() bool { return c.MetAt != nil && c.MetAt.After(c.Due) }

// Standing is how far the thing that meets a clock has come.
type Standing struct {
	Kind  string // "release" or "briefing"
	ID    int64
	State string
	Title string
	Since time.Time
	Who   string // who holds it now
}

// Stage (节点) is an instant at which a clock speaks.
type Stage struct {
	ID      int64
	ClockID int64
	Name    string // "half", "three-quarters", "before", "due", "overdue"
	FireAt  time.Time
	State   string // "pending", "fired", "merged" (a later one spoke for it), "void"
	FiredAt *time.Time
}

// ClockFilter chooses clocks.
type ClockFilter struct {
	State    string
	Incident int64
	Page
}
