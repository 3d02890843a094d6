package desk

import (
	"context"
	"crypto/subtle"
	"slices"
	"time"
)

// Playing is what a desk knows of the drill that it is; nil on a real one.
type Playing struct {
	Drill    func() Drill // as it stands now
	Scenario Scenario     // what is played, as people chose it
	Guide    []GuideStep  // in the order of time
}

// GuideStep is one thing that the guide tells one of the three users, from some
// time of the drill on.
type GuideStep struct {
	For        Role
	At         time.Duration // since the drill began, in its office time
	Happened   string        // what has just happened
	HappenedEN string        // empty: as the Chinese one
	Do         string        // what a good officer does next
	DoEN       string
	Keys       []string // shortcuts that help, as the pages name them
	Href       string   // the page to do it on; may be empty
	Done       string   // type of the event that shows it done; empty: nothing shows it
}

// GuideState is a step that has its time, and whether it was done.
type GuideState struct {
	GuideStep
	DoneAt *time.Time // office time; nil: not yet
	DoneBy string
}

var noDrill = Forbidden("只有演练中才能这样做")

// GuideFor gives the steps for a person whose time has come, the newest last.
func (d *Desk) GuideFor(ctx context.Context, who Actor) (steps []GuideState, err error) {
	if d.Playing == nil {
		return nil, noDrill
	}
	if who.PersonID == 0 {
		return nil, who.need(ActItemRead)
	}
	gone := d.Now().Sub(d.Playing.Drill().Begins)
	err = d.Store.View(ctx, func(tx Tx) error {
		steps = nil
		for _, s := range d.Playing.Guide {
			if s.At > gone || !who.Has(s.For) {
				continue
			}
			state := GuideState{GuideStep: s}
			if s.Done != "" {
				done, err := tx.ListEvents(ctx, EventFilter{Type: s.Done, Page: Page{Limit: 1}})
				if err != nil {
					return err
				}
				if len(done) > 0 {
					state.DoneAt, state.DoneBy = &done[0].At, done[0].Actor
				}
			}
			steps = append(steps, state)
		}
		return nil
	})
	return steps, err
}

// Cast is everybody who plays in a drill, in the order of roles.
func (d *Desk) Cast(ctx context.Context, who Actor) (list []Person, err error) {
	if d.Playing == nil {
		return nil, noDrill
	}
	if who.PersonID == 0 {
		return nil, who.need(ActItemRead)
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListPeople(ctx)
		return err
	})
	return slices.DeleteFunc(list, func(p Person) bool { return p.DisabledAt != nil }), err
}

// EnterDrill gives somebody of a drill to whoever knows the drill's password: that
// is how the real desk's page opens it, without typing.
func (d *Desk) EnterDrill(ctx context.Context, password, name string) (Person, error) {
	if d.Playing == nil {
		return Person{}, noDrill
	}
	if subtle.ConstantTimeCompare([]byte(password), []byte(d.Playing.Drill().Password)) != 1 {
		return Person{}, wrong()
	}
	return d.playAs(ctx, Actor{Name: "演练入口", Via: "session"}, name)
}

// SwitchRole lets somebody in a drill go on as somebody else of it.
func (d *Desk) SwitchRole(ctx context.Context, who Actor, name string) (Person, error) {
	if d.Playing == nil {
		return Person{}, noDrill
	}
	if who.PersonID == 0 {
		return Person{}, who.need(ActItemRead)
	}
	return d.playAs(ctx, who, name)
}

func (d *Desk) playAs(ctx context.Context, who Actor, name string) (p Person, err error) {
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if p, err = tx.PersonByName(ctx, name, false); err != nil {
			return err
		}
		if p.DisabledAt != nil {
			return Forbidden("这个身份已停用")
		}
		return tx.Record(ctx, event(who, now, "person.switched", "person", p.ID))
	})
	return p, err
}
