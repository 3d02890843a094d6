package desk

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Drill (演练) is a night played for training: an office of its own with invented
// people and items, in a schema of its own, on an office time of its own. Nothing of
// it reaches the real record but that it was held and that it was purged.
type Drill struct {
	ID        int64
	Scenario  string // key of the scenario that is played
	Title     string
	Speed     float64 // seconds of its office time per real second
	State     DrillState
	Begins    time.Time     // its office time at the beginning
	Length    time.Duration // of the scenario, in its office time
	Ahead     time.Duration // of its office time, skipped by hand
	BeganAt   *time.Time    // real time; nil before its desk is up
	StoppedAt *time.Time    // real time
	Address   string        // where its desk answers, http://host:port
	Password  string        // of everybody in it
	Failure   string        // why it could not be opened
	By        Asker         // who began it
	Purger    *Asker        // who asked for the purge
	CreatedAt time.Time
}

// Asker is who asked for something that is done later.
type Asker struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Via  string `json:"via"`
}

func askerOf(who Actor) Asker { return Asker{ID: who.PersonID, Name: who.Name, Via: who.Via} }

// DrillState is where a drill stands.
type DrillState string

// The states, in the order in which they follow.
const (
	DrillStarting DrillState = "starting" // its desk is being opened
	DrillRunning  DrillState = "running"
	DrillStopped  DrillState = "stopped" // its time stands still; its pages remain, for the debriefing
	DrillFailed   DrillState = "failed"  // could not be opened
	DrillPurging  DrillState = "purging" // being thrown away
)

// At is the drill's office time at an instant of real time: it stands before the
// drill has begun and from when it was stopped.
func (d Drill) At(real time.Time) time.Time {
	if d.BeganAt == nil {
		return d.Begins
	}
	if d.StoppedAt != nil && d.StoppedAt.Before(real) {
		real = *d.StoppedAt
	}
	gone := max(real.Sub(*d.BeganAt), 0)
	return d.Begins.Add(time.Duration(float64(gone)*d.Speed) + d.Ahead)
}

// Ends is the drill's office time at which its scenario has been told.
func (d Drill) Ends() time.Time { return d.Begins.Add(d.Length) }

// Over says whether the scenario has been told by that instant of real time.
func (d Drill) Over(real time.Time) bool { return !d.At(real).Before(d.Ends()) }

// DrillSchema is the schema of a drill beside the real one.
func DrillSchema(real string, id int64) string { return real + "_drill_" + strconv.FormatInt(id, 10) }

// Scenario is what can be played, as people choose it.
type Scenario struct {
	Key     string // stable: the name of its file without the ending
	Title   string
	TitleEN string // empty: as the Chinese one
	About   string
	AboutEN string
	Starts  time.Duration // time of day at which it begins
	Length  time.Duration
	Items   int
	Cast    []Member // who plays in it, in the order of roles
}

// Member is somebody who plays in a drill.
type Member struct {
	Login      string
	Name       string
	Role       Role
	Department string // of those who act for one
}

// The speeds at which a drill may run, in office seconds per second. The default
// plays six hours in ten minutes.
const (
	MinDrillSpeed     = 1
	DefaultDrillSpeed = 36
	MaxDrillSpeed     = 720
)

// DrillTx keeps drills.
type DrillTx interface {
	NewDrill(ctx context.Context, d *Drill) error
	DrillByID(ctx context.Context, id int64, lock bool) (Drill, error)
	ListDrills(ctx context.Context) ([]Drill, error)
	SaveDrill(ctx context.Context, d Drill) error
	// ClaimDrills gives those that the node holds, or takes over from one that has
	// not said a word until now, and holds them until the given instant of real time.
	ClaimDrills(ctx context.Context, node string, now, until time.Time) ([]Drill, error)
	// RemoveDrill drops the drill's schema with all that is in it, and its row.
	RemoveDrill(ctx context.Context, id int64) error
}

// Entry is the address that lets somebody in as one of the cast, without typing.
func (d Drill) Entry(login string) string {
	return d.Address + "/enter?" + url.Values{"key": {d.Password}, "as": {login}}.Encode()
}
