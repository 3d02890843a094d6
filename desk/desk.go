package desk

import (
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
	Policy     Policy
	Now        func() time.Time // office time
	Real       func() time.Time // real time, for what isn't the office's business: lockout
	Passwords  Passwords
	Channels   []string // alert channels that are configured ("slack"); the desk itself is always one
	Workers    int      // texts read at once; 0 is 1
	Log        *slog.Logger
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
