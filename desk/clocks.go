package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"huiying/desk/timeline"
)

// Stages that every clock has, and the deeds that meet clocks, by the rules' words.
const (
	StageDue     = timeline.StageDue
	StageOverdue = timeline.StageOverdue
	DeedRelease  = string(timeline.ActRelease)
	DeedBriefing = string(timeline.ActBriefing)
	DeedResponse = string(timeline.ActResponse)
)

// WantedBy says whether a deed of this kind meets the clock.
func (c Clock) WantedBy(deed string) bool { return slices.Contains(strings.Fields(c.Meets), deed) }

// matter is the incident as the rules see it.
func (in Incident) matter() timeline.Matter {
	return timeline.Matter{Of: timeline.OfIncident, Level: in.Level(), Emergency: in.Kind != KindOpinion, NeedsAnswer: in.NeedsResponse,
		Anchors: timeline.Anchors{Occurred: in.Occurred, Learned: in.Learned, Received: in.Received, Graded: in.Graded}}
}

// rule is the rule by key; for one that the policy no longer has, a rule with the
// policy's own lights and alerts: a clock that runs speaks until it is met.
func (d *Desk) rule(key string) timeline.Rule {
	i := slices.IndexFunc(d.Policy.Rules, func(r timeline.Rule) bool { return r.Key == key })
	if i < 0 {
		return timeline.Rule{Key: key, Lights: d.Policy.Lights, Alerts: d.Policy.Alerts}
	}
	return d.Policy.Rules[i]
}

// steps is a planned change of clocks, and the clocks as they stand, locked.
type steps struct {
	clocks []Clock
	plan   timeline.Replanned
}

// steps says what becomes of the incident's clocks when it changes from was to now.
func (d *Desk) steps(ctx context.Context, tx Tx, was, in Incident, now time.Time) (steps, error) {
	clocks, err := tx.ClocksOf(ctx, in.ID, true)
	if err != nil {
		return steps{}, err
	}
	before, after := was.matter(), in.matter()
	if last, err := d.lastRelease(ctx, tx, in.ID); err != nil {
		return steps{}, err
	} else if last != nil {
		before.Anchors.Last, after.Anchors.Last = last, last
	}
	old := make([]timeline.Clock, len(clocks))
	for i, c := range clocks {
		old[i] = timeline.Clock{ID: c.ID, Rule: c.Rule, Anchor: timeline.AnchorKind(c.Anchor), Start: c.Start, Due: c.Due, State: timeline.State(c.State)}
	}
	return steps{clocks, timeline.Replan(old, before, after, d.Policy.Rules, d.Policy.Calendar)}, nil
}

// lastRelease is the actual time of the latest release about the incident.
func (d *Desk) lastRelease(ctx context.Context, tx Tx, incident int64) (*time.Time, error) {
	pubs, err := firstPublications(ctx, tx, incident)
	if err != nil {
		return nil, err
	}
	var last *time.Time
	for _, p := range pubs {
		if p.Meets == string(timeline.ActRelease) && (last == nil || p.ActedAt.After(*last)) {
			last = &p.ActedAt
		}
	}
	return last, nil
}

// replan plans and takes the steps in one go.
func (d *Desk) replan(ctx context.Context, tx Tx, who Actor, was, in Incident, now time.Time, why string) error {
	s, err := d.steps(ctx, tx, was, in, now)
	if err != nil {
		return err
	}
	return d.take(ctx, tx, who, in, s.clocks, s.plan, now, why)
}

// take carries out the steps and lets what was already done meet what is new.
func (d *Desk) take(ctx context.Context, tx Tx, who Actor, in Incident, clocks []Clock, plan timeline.Replanned, now time.Time, why string) error {
	if len(plan) == 0 {
		return nil
	}
	for _, s := range plan {
		rule := d.rule(s.Rule)
		i := slices.IndexFunc(clocks, func(c Clock) bool { return c.ID == s.Old.ID && s.Old.ID != 0 })
		var err error
		switch s.Kind {
		case timeline.StepOpen:
			err = d.openClock(ctx, tx, who, in, rule, s.New, now)
		case timeline.StepReopen:
			c := clocks[i]
			c.set(rule, s.New)
			c.State, c.WhyEnded = ClockRunning, ""
			err = d.moveClock(ctx, tx, who, in, clocks[i], c, stagesOf(timeline.Opening(rule, c.Start, c.Due, now)), now, why)
		case timeline.StepMove:
			c := clocks[i]
			c.set(rule, s.New)
			var stages []Stage
			if c.State == ClockRunning {
				stages = stagesOf(timeline.Moved(rule, c.Start, c.Due, now, told(c.Stages)))
			}
			err = d.moveClock(ctx, tx, who, in, clocks[i], c, stages, now, why)
		case timeline.StepWithdraw:
			err = d.withdrawClock(ctx, tx, who, in, clocks[i], orElse(why, "规则不再适用"), now)
		}
		if err != nil {
			return err
		}
	}
	return d.settle(ctx, tx, who, in, now)
}

func orElse(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

// set puts rule and instants into the clock.
func (c *Clock) set(rule timeline.Rule, p timeline.PlannedClock) {
	c.Anchor, c.Start, c.Due = string(p.Anchor), p.Start, p.Due
	c.Yellow, c.Red = rule.Lights.Changes(p.Start, p.Due)
}

func (d *Desk) openClock(ctx context.Context, tx Tx, who Actor, in Incident, rule timeline.Rule, p timeline.PlannedClock, now time.Time) error {
	meets := make([]string, len(rule.MetBy))
	for i, a := range rule.MetBy {
		meets[i] = string(a)
	}
	c := Clock{IncidentID: in.ID, Rule: rule.Key, RuleName: rule.Name, Document: rule.Document, Practice: rule.Practice, Meets: strings.Join(meets, " "),
		State: ClockRunning, Version: 1}
	c.set(rule, p)
	if err := tx.NewClock(ctx, &c, stagesOf(timeline.Opening(rule, c.Start, c.Due, now))); err != nil {
		return err
	}
	return tx.Record(ctx, c.event(who, in, now, "clock.started"))
}

func (d *Desk) moveClock(ctx context.Context, tx Tx, who Actor, in Incident, was, c Clock, stages []Stage, now time.Time, why string) error {
	if err := tx.SaveClock(ctx, c, stages); err != nil {
		return err
	}
	e := c.event(who, in, now, "clock.moved").change(was.brief(), c.brief()).because(why)
	return tx.Record(ctx, e)
}

func (d *Desk) withdrawClock(ctx context.Context, tx Tx, who Actor, in Incident, c Clock, why string, now time.Time) error {
	c.State, c.WhyEnded = ClockWithdrawn, why
	if err := tx.SaveClock(ctx, c, []Stage{}); err != nil {
		return err
	}
	if err := tx.Supersede(ctx, c.ID, 0); err != nil {
		return err
	}
	return tx.Record(ctx, c.event(who, in, now, "clock.withdrawn").because(why))
}

// deed is something done that may meet clocks.
type deed struct {
	act     string
	at      time.Time // actual time
	entered time.Time
	by      Subject
	issuer  string
}

// firstPublications are the publications of an incident, of each release the
// earliest alone: the same text in one more channel isn't a further release.
func firstPublications(ctx context.Context, tx Tx, incident int64) ([]Publication, error) {
	pubs, err := tx.PublicationsOf(ctx, incident)
	slices.SortStableFunc(pubs, func(a, b Publication) int { return a.ActedAt.Compare(b.ActedAt) })
	seen := map[int64]bool{}
	return slices.DeleteFunc(pubs, func(p Publication) bool {
		again := p.ReleaseID != 0 && seen[p.ReleaseID]
		seen[p.ReleaseID] = true
		return again
	}), err
}

// deeds are the publications and held briefings of an incident, earliest first.
func (d *Desk) deeds(ctx context.Context, tx Tx, incident int64) ([]deed, error) {
	pubs, err := firstPublications(ctx, tx, incident)
	if err != nil {
		return nil, err
	}
	held, err := tx.ListBriefings(ctx, Scope{}, BriefingFilter{Incident: incident, State: BriefingHeld, Page: Page{Limit: 1000}})
	if err != nil {
		return nil, err
	}
	var all []deed
	for _, p := range pubs {
		all = append(all, deed{p.Meets, p.ActedAt, p.EnteredAt, Subject{"publication", strconv.FormatInt(p.ID, 10)}, p.Issuer})
	}
	for _, b := range held {
		all = append(all, deed{string(timeline.ActBriefing), *b.HeldAt, *b.HeldEnter, Subject{"briefing", strconv.FormatInt(b.ID, 10)}, ""})
	}
	slices.SortStableFunc(all, func(a, b deed) int { return a.at.Compare(b.at) })
	return all, nil
}

// settle lets what was done meet the clocks that run: judged by the actual time,
// whenever it was entered. A repeating clock starts again from the deed that met it.
func (d *Desk) settle(ctx context.Context, tx Tx, who Actor, in Incident, now time.Time) error {
	deeds, err := d.deeds(ctx, tx, in.ID)
	if err != nil || len(deeds) == 0 {
		return err
	}
	for {
		clocks, err := tx.ClocksOf(ctx, in.ID, true)
		if err != nil {
			return err
		}
		met := false
		for _, c := range clocks {
			if c.State != ClockRunning {
				continue
			}
			rule := d.rule(c.Rule)
			i := slices.IndexFunc(deeds, func(x deed) bool {
				return c.WantedBy(x.act) && (!rule.Repeat || x.at.After(c.Start))
			})
			if i < 0 {
				continue
			}
			if err := d.meet(ctx, tx, who, in, c, deeds[i], now); err != nil {
				return err
			}
			if next, ok := timeline.Next(rule, deeds[i].at, d.Policy.Calendar); ok {
				if err := d.openClock(ctx, tx, who, in, rule, next, now); err != nil {
					return err
				}
			}
			met = true
		}
		if !met {
			return d.follow(ctx, tx, who, in, clocks, now)
		}
	}
}

// follow opens the clocks that start from a release (持续发布), once there is one.
func (d *Desk) follow(ctx context.Context, tx Tx, who Actor, in Incident, clocks []Clock, now time.Time) error {
	s, err := d.steps(ctx, tx, in, in, now)
	if err != nil {
		return err
	}
	for _, o := range s.plan.Of(timeline.StepOpen) {
		if o.New.Anchor != timeline.Last || slices.ContainsFunc(clocks, func(c Clock) bool { return c.Rule == o.Rule }) {
			continue
		}
		if err := d.openClock(ctx, tx, who, in, d.rule(o.Rule), o.New, now); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) meet(ctx context.Context, tx Tx, who Actor, in Incident, c Clock, by deed, now time.Time) error {
	c.State, c.MetAt, c.MetEntered, c.MetBy, c.MetIssuer = ClockMet, &by.at, &by.entered, by.by, by.issuer
	if err := tx.SaveClock(ctx, c, []Stage{}); err != nil {
		return err
	}
	if err := tx.Supersede(ctx, c.ID, 0); err != nil {
		return err
	}
	return tx.Record(ctx, c.event(who, in, now, "clock.met").acted(by.at))
}

// brief is what programs are told of a clock.
func (c Clock) brief() map[string]any {
	b := map[string]any{"id": ident(c.ID), "incident": ident(c.IncidentID), "rule": c.Rule, "anchor": c.Anchor, "start": c.Start, "due": c.Due, "state": c.State}
	if c.MetAt != nil {
		b["met_at"], b["late"] = *c.MetAt, c.Late()
	}
	return b
}

func (c Clock) event(who Actor, in Incident, now time.Time, typ string) Event {
	return event(who, now, typ, "clock", c.ID).on(in).with(c.brief())
}

// stagesOf are planned stages as rows. Never nil: nil means "leave as they are".
func stagesOf(planned []timeline.Stage) []Stage {
	stages := make([]Stage, len(planned))
	for i, s := range planned {
		stages[i] = Stage{Name: s.Name, FireAt: s.FireAt, State: "pending"}
	}
	return stages
}

// told are the stages that have spoken, or for which a later one has.
func told(stages []Stage) []timeline.Stage {
	var all []timeline.Stage
	for _, s := range stages {
		if s.State == "fired" || s.State == "merged" {
			all = append(all, s.planned())
		}
	}
	return all
}

// planned is the row as the timeline knows it.
func (s Stage) planned() timeline.Stage { return timeline.Stage{Name: s.Name, FireAt: s.FireAt} }

// FireDue fires the stages that are due at now: marks them, records the event and
// makes the notices, all in one transaction. It reports whether there may be more.
// Several stages of one clock that are past speak once, by the most pressing. A
// clock that can't speak doesn't silence the others: they are then fired one by
// one, and it is tried again the next time.
func (d *Desk) FireDue(ctx context.Context, now time.Time) (fired int, more bool, err error) {
	fired, more, _, err = d.fireBatch(ctx, now, false)
	if err == nil || CodeOf(err) == CodeUnavailable || ctx.Err() != nil {
		return fired, more, err
	}
	fired, more, failed, err := d.fireBatch(ctx, now, true)
	if err == nil && failed != nil {
		d.Log.Error("clocks can't be fired", "error", failed)
		if fired == 0 {
			err = failed
		}
	}
	return fired, more, err
}

// fireBatch fires what is due of some clocks, together or each apart from the
// others. failed are the failures of single clocks.
func (d *Desk) fireBatch(ctx context.Context, now time.Time, apart bool) (fired int, more bool, failed, err error) {
	const limit = 200
	err = d.Store.InTx(ctx, func(tx Tx) error {
		fired, failed = 0, nil
		clocks, err := tx.ClaimDue(ctx, now, limit)
		if err != nil {
			return err
		}
		more = len(clocks) == limit
		if !apart {
			fired, err = d.speak(ctx, tx, clocks, now)
			return err
		}
		for _, c := range clocks {
			var n int
			if err := tx.Try(ctx, func() error {
				n, err = d.speak(ctx, tx, []Clock{c}, now)
				return err
			}); err != nil {
				failed = errors.Join(failed, err)
				continue
			}
			fired += n
		}
		return nil
	})
	return fired, more, failed, err
}

// speak fires what is due of the clocks.
func (d *Desk) speak(ctx context.Context, tx Tx, clocks []Clock, now time.Time) (fired int, err error) {
	var done, next []Stage
	var events []Event
	for _, c := range clocks {
		n, gone, further, e, err := d.fire(ctx, tx, c, now)
		if err != nil {
			return 0, fmt.Errorf("clock %d: %w", c.ID, err)
		}
		fired += n
		done, next = append(done, gone...), append(next, further...)
		events = append(events, e...)
	}
	if len(done) == 0 {
		return fired, nil
	}
	if err := tx.Fired(ctx, done, next); err != nil {
		return 0, err
	}
	return fired, tx.Record(ctx, events...)
}

// fire decides what one clock says at now.
func (d *Desk) fire(ctx context.Context, tx Tx, c Clock, now time.Time) (n int, done, next []Stage, events []Event, err error) {
	rule := d.rule(c.Rule)
	pending := make([]timeline.Stage, 0, len(c.Stages))
	for _, s := range c.Stages {
		if s.State == "pending" {
			pending = append(pending, s.planned())
		}
	}
	f, ok := rule.Alerts.Fire(pending, c.Due, now)
	if !ok {
		return 0, nil, nil, nil, nil
	}
	spoke := false
	for _, s := range c.Stages {
		if s.State != "pending" || s.FireAt.After(now) {
			continue
		}
		s.State, s.FiredAt = "merged", &now
		if s.Name == f.Fire.Name && s.FireAt.Equal(f.Fire.FireAt) && !spoke {
			s.State, spoke = "fired", true
		}
		done = append(done, s)
	}
	if !spoke {
		// The most pressing thing to say isn't among the pending ones: after an
		// outage the second or third half hour is already over.
		done = append(done, Stage{ClockID: c.ID, Name: f.Fire.Name, FireAt: f.Fire.FireAt, State: "fired", FiredAt: &now})
	}
	for _, s := range f.Next {
		next = append(next, Stage{ClockID: c.ID, Name: s.Name, FireAt: s.FireAt, State: "pending"})
	}
	in := Incident{ID: c.IncidentID, Title: c.Incident, Region: Region{Code: c.Region}}
	e := c.event(System, in, now, "clock.stage").with(map[string]any{"id": ident(c.ID), "incident": ident(c.IncidentID), "rule": c.Rule, "stage": f.Fire.Name,
		"due": c.Due, "left_seconds": int64(c.Due.Sub(now) / time.Second)})
	notice, err := d.clockNotice(ctx, tx, c, rule, f.Fire, now)
	if err != nil {
		return 0, nil, nil, nil, err
	}
	events = append(events, e)
	if notice != nil {
		events = append(events, *notice)
	}
	return 1, done, next, events, nil
}

// NextStage is the instant at which the next stage of a running clock is due.
func (d *Desk) NextStage(ctx context.Context) (at time.Time, ok bool, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		at, ok, err = tx.NextStage(ctx)
		return err
	})
	return at, ok, err
}
