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
	Parsers    map[string]Parser // by kind of source
	Policy     Policy
	Now        func() time.Time // office time
	Real       func() time.Time // real time, for what isn't the office's business: lockout
	Passwords  Passwords
	Channels   []string // alert channels that are configured ("slack"); the desk itself is always one
	Workers    int      // texts read at once; 0 is 1
	Log        *slog.Logger
}

// scope is what the actor may see.
func (d *Desk) scope(who Actor) Scope { return who.ScopeOf(d.Policy.Office.Region) }
