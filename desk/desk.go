package desk

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// Desk is the use cases. Every field is set once, before the first call; all of
// it is safe for concurrent use.
type Desk struct {
	Store      Store
	Feed       Feed
	Classifier Classifier
	Discoverer Discoverer
	Parsers    map[string]Parser             // by kind of source
	Addresses  map[string]func(string) error // by kind of source that is polled: refuses an address that can't be right
	// Fetchers get what a source would bring now if nothing of it had been read, by kind of source that is polled, for TrySource.
	Fetchers  map[string]func(context.Context, Source) ([]Raw, error)
	Signed    map[string]func(json.RawMessage) error // by kind of source whose calls are signed with its secret: refuses settings that can't be right
	Mapped    map[string]func(json.RawMessage) error // by kind of source that is polled and needs settings: refuses those that can't be right
	Policy    Policy
	Directory Directory        // what pickers offer
	Tree      *LiveCategories  // the tree of categories in use, of all desks of this node; nil: the policy's
	Now       func() time.Time // office time
	Real      func() time.Time // real time, for what isn't the office's business: lockout
	Passwords Passwords
	Channels  []string    // alert channels that are configured ("slack"); the desk itself is always one
	Scenarios []Scenario  // that can be played as drills; none inside a drill
	Playing   *Playing    // set when this desk is a drill
	Workers   int         // texts read at once; 0 is 1
	Pace      float64     // seconds of office time per real second; 0 is 1; more only in a drill
	Sheets    Sheets      // reads tables; nil: none are imported
	Daily     DailyReader // reads vendors' daily files; nil: none are imported
	Log       *slog.Logger
}

// scope is what the actor may see of items.
func (d *Desk) scope(who Actor) Scope { return who.ScopeOf(d.Policy.Office.Region) }

// wide is what the actor may see of incidents and what hangs on them: they belong
// to a place, and to no department.
func (d *Desk) wide(who Actor) Scope {
	s := d.scope(who)
	s.Department = ""
	return s
}

// InOffice is how much office time goes by in a stretch of real time: leases and
// waits are matters of real time, kept on rows that know office time only.
func (d *Desk) InOffice(real time.Duration) time.Duration {
	if d.Pace == 0 {
		return real
	}
	return time.Duration(float64(real) * d.Pace)
}

// InReal is the real time in which a stretch of office time goes by.
func (d *Desk) InReal(office time.Duration) time.Duration {
	if d.Pace == 0 {
		return office
	}
	return time.Duration(float64(office) / d.Pace)
}
