// Package desktest is what tests of the desk stand on: an office with a real
// store, people of each role and a clock that the test moves.
package desktest

import (
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/pg/pgtest"
)

// Office is a desk on a database of its own.
type Office struct {
	*desk.Desk
	URL    string // of the database
	PG     *pg.Store
	Clock  *Clock
	Source desk.Source // a hotline
	t      testing.TB
	people map[desk.Role]desk.Actor
}

// Start is the office time at which every Office begins: a weekday evening.
var Start = time.Date(2026, 11, 20, 12, 13, 0, 0, time.UTC) // 20:13 in Shanghai

// Clock is office time, moved by hand.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is office time.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

// Move moves office time on.
func (c *Clock) Move(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	return c.at
}

// New gives an office without a classifier; tests that need one set it.
func New(t testing.TB) *Office {
	t.Helper()
	url := pgtest.New(t)
	store, err := pg.Open(t.Context(), url, pg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	policy, err := desk.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	clock := &Clock{at: Start}
	o := &Office{URL: url, PG: store, Clock: clock, t: t, people: map[desk.Role]desk.Actor{}}
	o.Desk = &desk.Desk{Store: store, Parsers: map[string]desk.Parser{"hotline": Lines{}, desk.SeatSource: desk.SeatParser{}, desk.PasteSource: desk.PasteParser{}, desk.LetterSource: desk.LetterParser{}, desk.DutySource: desk.DutyParser{}}, Policy: policy,
		Now: clock.Now, Real: clock.Now, Passwords: Plain{}, Workers: 2, Tree: &desk.LiveCategories{}, Log: slog.New(slog.DiscardHandler)}
	if o.Source, _, err = o.AddSource(t.Context(), desk.System, desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: "12345"}, true); err != nil {
		t.Fatal(err)
	}
	return o
}

// As gives the person of a role, made at first use.
func (o *Office) As(role desk.Role) desk.Actor {
	o.t.Helper()
	if a, ok := o.people[role]; ok {
		return a
	}
	o.people[role] = o.Another(role, string(role))
	return o.people[role]
}

// Another makes one more person of a role.
func (o *Office) Another(role desk.Role, name string) desk.Actor {
	o.t.Helper()
	p := desk.Person{Name: name, Roles: []desk.Role{role}}
	if role == desk.RoleDepartment {
		p.Department = "城管局"
	}
	p, _, err := o.AddPerson(o.t.Context(), desk.System, p, "a password for "+name)
	if err != nil {
		o.t.Fatal(err)
	}
	return desk.ActorOf(p, "session")
}

// Push puts items through the door and gives the results.
func (o *Office) Push(items ...desk.Incoming) []desk.Result {
	o.t.Helper()
	b, err := json.Marshal(items)
	if err != nil {
		o.t.Fatal(err)
	}
	res, err := o.Receive(o.t.Context(), o.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: b}}})
	if err != nil {
		o.t.Fatal(err)
	}
	return res
}

// Lines parses a JSON array of desk.Incoming, for tests of the door itself. The
// title "panic" brings it down.
type Lines struct{}

// Parse implements desk.Parser.
func (Lines) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) ([]desk.Part, error) {
	var all []desk.Incoming
	if err := json.Unmarshal(raw.Bytes, &all); err != nil {
		return nil, err
	}
	parts := make([]desk.Part, len(all))
	for i, in := range all {
		if in.Title == "panic" {
			panic("a parser that can't")
		}
		parts[i] = desk.Part{Incoming: in}
	}
	return parts, nil
}

// Plain keeps passwords as they are: argon2id is slow on purpose.
type Plain struct{}

// Hash implements desk.Passwords.
func (Plain) Hash(password string) (string, error) { return "plain:" + password, nil }

// Check implements desk.Passwords.
func (Plain) Check(password, hash string) (bool, error) { return hash == "plain:"+password, nil }
