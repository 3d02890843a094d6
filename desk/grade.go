package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"huiying/desk/timeline"
)

// grade applies a 初判 to the incident.
func (in *Incident) grade(g Grade, now time.Time) error {
	if !slices.Contains(Levels, g.Level) {
		return Invalid("level", "请选择事件等级")
	}
	if err := past("at", &g.At, now); err != nil {
		return err
	}
	in.Judged, in.Suspected = g.Level, g.Suspected
	in.NeedsResponse = g.NeedsResponse || LevelRank(g.Level) >= LevelRank(LevelMajor)
	if in.Graded == nil {
		at := g.At
		in.Graded = &at
	}
	return nil
}

// confirm applies a 核定.
func (in *Incident) confirm(g Grade, now time.Time) error {
	if strings.TrimSpace(g.Document) == "" {
		return Invalid("document", "请填写核定文件的文号")
	}
	if !slices.Contains(Levels, g.Level) {
		return Invalid("level", "请选择事件等级")
	}
	if err := past("at", &g.At, now); err != nil {
		return err
	}
	in.Confirmed, in.Document, in.Suspected = g.Level, strings.TrimSpace(g.Document), false
	in.NeedsResponse = g.NeedsResponse || LevelRank(g.Level) >= LevelRank(LevelMajor)
	if in.Judged == "" {
		in.Judged = g.Level
	}
	if in.Graded == nil {
		at := g.At
		in.Graded = &at
	}
	if LevelRank(in.Judged) >= LevelRank(LevelMajor) {
		in.NeedsResponse = true
	}
	return nil
}

// graded is the record of a grading.
func (in Incident) graded(who Actor, now time.Time, g Grade, typ string) Event {
	return event(who, now, typ, "incident", in.ID).on(in).acted(g.At).with(in.brief()).change(nil, g)
}

// JudgeIncident is the 初判 of the duty officer. An upgrade holds at once; a lower
// level, or no more need of an answer, waits for a second person.
func (d *Desk) JudgeIncident(ctx context.Context, who Actor, id int64, g Grade, reason string) (Incident, error) {
	return d.revise(ctx, who, revision{id: id, kind: ChangeJudge, grade: g, reason: reason, event: "incident.judged"})
}

// ConfirmIncident registers the 核定 of the competent body with its document.
func (d *Desk) ConfirmIncident(ctx context.Context, who Actor, id int64, g Grade, reason string) (Incident, error) {
	return d.revise(ctx, who, revision{id: id, kind: ChangeConfirm, grade: g, reason: reason, event: "incident.confirmed"})
}

// SetInstant corrects one of the four instants (发生, 获知, 接报, 定级). What
// brings a due time forward holds at once; what delays one waits for a second person.
func (d *Desk) SetInstant(ctx context.Context, who Actor, id int64, at Instant, reason string) (Incident, error) {
	return d.revise(ctx, who, revision{id: id, kind: ChangeAnchor, anchor: at, reason: reason, event: "incident.instant"})
}

// revision is a change of what clocks depend on.
type revision struct {
	id     int64
	kind   string
	grade  Grade
	anchor Instant
	reason string
	event  string
}

// apply makes the change on the incident, without storing it.
func (r revision) apply(in Incident, now time.Time) (Incident, error) {
	switch r.kind {
	case ChangeConfirm:
		return in, in.confirm(r.grade, now)
	case ChangeJudge:
		return in, in.grade(r.grade, now)
	}
	if err := past(r.anchor.Kind, r.anchor.At, now); err != nil {
		return in, err
	}
	switch timeline.AnchorKind(r.anchor.Kind) {
	case timeline.Occurred:
		in.Occurred = r.anchor.At
	case timeline.Learned:
		in.Learned = r.anchor.At
	case timeline.Received:
		in.Received = r.anchor.At
	case timeline.Graded:
		in.Graded = r.anchor.At
	default:
		return in, Invalid("anchor", "没有这个时间点")
	}
	return in, nil
}

// weakens says whether the change lowers what the office owes.
func weakens(was, now Incident) bool {
	return IsDowngrade(was.Level(), now.Level()) || was.NeedsResponse && !now.NeedsResponse
}

func (d *Desk) revise(ctx context.Context, who Actor, r revision) (Incident, error) {
	if err := who.need(ActIncidentGrade); err != nil {
		return Incident{}, err
	}
	now := d.Now()
	if r.kind != ChangeAnchor && r.grade.At.IsZero() {
		r.grade.At = now
	}
	var in Incident
	err := d.Store.InTx(ctx, func(tx Tx) error {
		was, err := d.openIncident(ctx, tx, who, r.id)
		if err != nil {
			return err
		}
		if r.kind == ChangeJudge && was.Confirmed != "" {
			return Conflict("level", "事件已由主管部门核定为“%s”，请用“核定”登记变更", was.Confirmed)
		}
		after, err := r.apply(was, now)
		if err != nil {
			return err
		}
		steps, err := d.steps(ctx, tx, was, after, now)
		if err != nil {
			return err
		}
		if steps.plan.Change().NeedsSecond() || weakens(was, after) {
			in = was
			return d.ask(ctx, tx, who, was, r, steps, now)
		}
		in = after
		if err := tx.SaveIncident(ctx, &in); err != nil {
			return err
		}
		if err := tx.Record(ctx, r.record(who, was, in, now)); err != nil {
			return err
		}
		return d.take(ctx, tx, who, in, steps.clocks, steps.plan, now, r.reason)
	})
	return in, err
}

func (r revision) record(who Actor, was, in Incident, now time.Time) Event {
	e := event(who, now, r.event, "incident", in.ID).on(in).with(in.brief()).because(r.reason)
	if r.kind == ChangeAnchor {
		return e.change(Instant{r.anchor.Kind, was.instant(r.anchor.Kind)}, r.anchor)
	}
	return e.acted(r.grade.At).change(Grade{Level: was.Level(), Suspected: was.Suspected, NeedsResponse: was.NeedsResponse}, r.grade)
}

func (in Incident) instant(kind string) *time.Time {
	return in.matter().Anchors.At(timeline.AnchorKind(kind))
}

// ask puts a delay or downgrade before a second person. What the same change
// brings forward holds already: the stricter clock rules meanwhile.
func (d *Desk) ask(ctx context.Context, tx Tx, who Actor, was Incident, r revision, s steps, now time.Time) error {
	if strings.TrimSpace(r.reason) == "" {
		return Invalid("reason", "推迟时限或降低等级，须写明理由，并由第二人确认")
	}
	c := Change{IncidentID: was.ID, Kind: r.kind, Grade: r.grade, Anchor: r.anchor, Reason: r.reason, ByID: who.PersonID, By: who.Name, At: now, State: "pending"}
	if err := tx.NewChange(ctx, &c); err != nil {
		return err
	}
	e := event(who, now, "incident.change-asked", "change", c.ID).on(was).change(was.Level(), changed(r)).because(r.reason)
	if err := tx.Record(ctx, e); err != nil {
		return err
	}
	return d.take(ctx, tx, who, was, s.clocks, s.plan.AtOnce(), now, r.reason)
}

func changed(r revision) any {
	if r.kind == ChangeAnchor {
		return r.anchor
	}
	return r.grade
}

// DecideChange is the second person's word on a delay or downgrade.
func (d *Desk) DecideChange(ctx context.Context, who Actor, change int64, approve bool, why string) (Incident, error) {
	if err := who.need(ActIncidentSecond); err != nil {
		return Incident{}, err
	}
	now := d.Now()
	var in Incident
	err := d.Store.InTx(ctx, func(tx Tx) error {
		c, err := tx.ChangeByID(ctx, change, false)
		if err != nil {
			return err
		}
		// The incident is locked before the change, as in every other use case.
		was, err := d.openIncident(ctx, tx, who, c.IncidentID)
		if err != nil {
			return err
		}
		if c, err = tx.ChangeByID(ctx, change, true); err != nil {
			return err
		}
		if c.State != "pending" {
			return Conflict("", "这项变更已经处理过了")
		}
		if c.ByID == who.PersonID {
			return Forbidden("须由提出者以外的第二人确认")
		}
		if approve && c.Kind == ChangeJudge && was.Confirmed != "" {
			return Conflict("level", "事件已由主管部门核定为“%s”，请用“核定”登记变更", was.Confirmed)
		}
		r := revision{id: c.IncidentID, kind: c.Kind, grade: c.Grade, anchor: c.Anchor, reason: c.Reason,
			event: map[string]string{ChangeJudge: "incident.judged", ChangeConfirm: "incident.confirmed", ChangeAnchor: "incident.instant"}[c.Kind]}
		after, err := r.apply(was, now)
		if err != nil {
			return err
		}
		c.SecondID, c.SecondAt, c.State = who.PersonID, &now, "refused"
		from, to := after, was // refused: undo what held meanwhile
		if approve {
			c.State, from, to = "approved", was, after
		}
		if err := tx.SaveChange(ctx, c); err != nil {
			return err
		}
		if in = was; approve {
			in = after
			if err := tx.SaveIncident(ctx, &in); err != nil {
				return err
			}
			if err := tx.Record(ctx, r.record(who, was, in, now)); err != nil {
				return err
			}
		}
		e := event(who, now, "incident.change-"+c.State, "change", c.ID).on(in).because(why)
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
		return d.replan(ctx, tx, who, from, to, now, c.Reason)
	})
	return in, err
}
