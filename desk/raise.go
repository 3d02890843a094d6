package desk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Raise is a new incident, from items or from nothing.
type Raise struct {
	Title    string
	Kind     string
	Summary  string
	Place    string
	Region   string
	Items    []int64
	Topic    int64 // that it is made of; 0: none
	Occurred *time.Time
	Learned  *time.Time // nil: when the first of the items came in, else now
	Received *time.Time // nil: the same
	Grade    *Grade     // 初判 at once; nil leaves it ungraded, which shows red
}

// RaiseIncident opens an incident (转为事件). Clocks whose starting instant and
// level are known start at once.
func (d *Desk) RaiseIncident(ctx context.Context, who Actor, r Raise) (Incident, error) {
	if err := who.need(ActIncidentRaise); err != nil {
		return Incident{}, err
	}
	now := d.Now()
	in := Incident{Title: strings.TrimSpace(r.Title), Kind: r.Kind, Summary: r.Summary, Place: r.Place, Region: Region{Code: r.Region},
		State: IncidentOpen, Occurred: r.Occurred, Learned: r.Learned, Received: r.Received, HolderID: who.PersonID, Holder: who.Name, RaisedAt: now}
	if err := in.check(now); err != nil {
		return Incident{}, err
	}
	if r.Grade != nil && r.Grade.At.IsZero() {
		g := *r.Grade
		g.At, r.Grade = now, &g
	}
	told := in
	err := d.Store.InTx(ctx, func(tx Tx) error {
		in = told // the store may run this again
		items, err := d.itemsFor(ctx, tx, who, r.Items)
		if err != nil {
			return err
		}
		in.learnFrom(items, now)
		if r.Grade != nil {
			if err := in.grade(*r.Grade, now); err != nil {
				return err
			}
		}
		if err := tx.NewIncident(ctx, &in); err != nil {
			return err
		}
		e := event(who, now, "incident.raised", "incident", in.ID).on(in).with(in.brief())
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
		if err := d.attach(ctx, tx, who, &in, items, now); err != nil {
			return err
		}
		if r.Topic != 0 {
			if err := d.topicRaised(ctx, tx, who, r.Topic, in, BurstRaised, now); err != nil {
				return err
			}
		}
		if r.Grade != nil {
			if err := tx.Record(ctx, in.graded(who, now, *r.Grade, "incident.judged")); err != nil {
				return err
			}
		}
		return d.replan(ctx, tx, who, Incident{}, in, now, "")
	})
	return in, err
}

// check refuses an incident that isn't one, and names the field.
func (in Incident) check(now time.Time) error {
	if in.Title == "" {
		return Invalid("title", "请填写事件名称")
	}
	if len([]rune(in.Title)) > MaxTitle {
		return Invalid("title", "事件名称不超过 %d 字", MaxTitle)
	}
	if !slices.Contains(IncidentKinds, in.Kind) {
		return Invalid("kind", "请选择事件类别")
	}
	if strings.Trim(in.Region.Code, "0123456789") != "" {
		return Invalid("region", "属地须为行政区划代码")
	}
	for _, a := range []Instant{{"occurred", in.Occurred}, {"learned", in.Learned}, {"received", in.Received}} {
		if err := past(a.Kind, a.At, now); err != nil {
			return err
		}
	}
	return nil
}

// past refuses an actual time that hasn't come yet; a minute is room for clocks
// that differ.
func past(field string, at *time.Time, now time.Time) error {
	if at != nil && at.After(now.Add(time.Minute)) {
		return Invalid(field, "时间晚于现在，请核对")
	}
	return nil
}

// learnFrom fills in from the items what wasn't told: place, region, and the
// instants of learning and receiving.
func (in *Incident) learnFrom(items []Item, now time.Time) {
	first := now
	for _, it := range items {
		if it.ReceivedAt.Before(first) {
			first = it.ReceivedAt
		}
		if it.Verdict == nil {
			continue
		}
		if in.Place == "" {
			in.Place = MaskText(it.Verdict.Place)
		}
		if r := it.Verdict.Region; r != nil && (in.Region.Code == "" || in.Region == Region{Code: r.Code}) {
			in.Region = *r
		}
	}
	if in.Learned == nil {
		in.Learned = &first
	}
	if in.Received == nil {
		in.Received = &first
	}
}

// brief is what programs are told of an incident.
func (in Incident) brief() map[string]any {
	return map[string]any{"id": ident(in.ID), "kind": in.Kind, "level": in.Level(), "state": in.State}
}

// itemsFor gives the items by id, each of which the actor must be allowed to see.
func (d *Desk) itemsFor(ctx context.Context, tx Tx, who Actor, ids []int64) ([]Item, error) {
	if len(ids) > 1000 {
		return nil, Invalid("items", "一次最多并入 1000 件来件")
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	items := make([]Item, 0, len(ids))
	for _, id := range ids {
		it, err := tx.ItemByID(ctx, d.scope(who), id, true)
		if err != nil {
			return nil, err
		}
		items = append(items, it)
	}
	return items, nil
}

// AttachItems joins items to an incident (并入事件).
func (d *Desk) AttachItems(ctx context.Context, who Actor, incident int64, ids []int64) (Incident, error) {
	if err := who.need(ActIncidentRaise); err != nil {
		return Incident{}, err
	}
	now := d.Now()
	var in Incident
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if in, err = d.openIncident(ctx, tx, who, incident); err != nil {
			return err
		}
		items, err := d.itemsFor(ctx, tx, who, ids)
		if err != nil {
			return err
		}
		return d.attach(ctx, tx, who, &in, items, now)
	})
	return in, err
}

func (d *Desk) attach(ctx context.Context, tx Tx, who Actor, in *Incident, items []Item, now time.Time) error {
	if len(items) == 0 {
		return nil
	}
	ids := make([]int64, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	added, err := tx.Attach(ctx, in.ID, ids, now)
	if err != nil || len(added) == 0 {
		return err
	}
	in.Items += len(added)
	for _, it := range items {
		if !slices.Contains(added, it.ID) {
			continue
		}
		it.State, it.IncidentID = ItemLinked, in.ID
		if err := tx.SaveItem(ctx, it); err != nil {
			return err
		}
	}
	return tx.Record(ctx, event(who, now, "incident.attached", "incident", in.ID).on(*in).with(map[string]any{"items": idents(added)}))
}

// openIncident locks an incident for an act, and refuses a closed one.
func (d *Desk) openIncident(ctx context.Context, tx Tx, who Actor, id int64) (Incident, error) {
	in, err := tx.IncidentByID(ctx, d.wide(who), id, true)
	if err != nil {
		return in, err
	}
	if in.State == IncidentClosed {
		return in, Conflict("", "事件已办结，不能再修改")
	}
	return in, nil
}

// TakeIncident makes the actor the one who holds the incident (接手).
func (d *Desk) TakeIncident(ctx context.Context, who Actor, id int64) (Incident, error) {
	if err := who.need(ActIncidentRaise); err != nil {
		return Incident{}, err
	}
	now := d.Now()
	var in Incident
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if in, err = d.openIncident(ctx, tx, who, id); err != nil || in.HolderID == who.PersonID {
			return err
		}
		was := in.Holder
		in.HolderID, in.Holder = who.PersonID, who.Name
		if err := tx.SaveIncident(ctx, &in); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, now, "incident.taken", "incident", id).on(in).change(was, in.Holder))
	})
	return in, err
}

// NoteFacts registers the casualties and losses known so far (核实事实): a floor,
// not a verdict.
func (d *Desk) NoteFacts(ctx context.Context, who Actor, id int64, facts Facts, from string) (Incident, error) {
	if err := who.need(ActIncidentRaise); err != nil {
		return Incident{}, err
	}
	if strings.TrimSpace(from) == "" {
		return Incident{}, Invalid("from", "请写明数字由谁核实")
	}
	if err := facts.check(); err != nil {
		return Incident{}, err
	}
	now := d.Now()
	var in Incident
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if in, err = d.openIncident(ctx, tx, who, id); err != nil {
			return err
		}
		was := in.Facts
		in.Facts = facts
		if err := tx.SaveIncident(ctx, &in); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, now, "incident.facts", "incident", id).on(in).change(was, facts).because(from))
	})
	return in, err
}

// check refuses figures that can't be.
func (f Facts) check() error {
	for _, v := range []struct {
		field string
		n     *int
	}{{"deaths", f.Deaths}, {"missing", f.Missing}, {"injured", f.Injured}, {"serious_injured", f.SeriousInjured}, {"poisoned", f.Poisoned}, {"crowd", f.Crowd}, {"at_risk", f.AtRisk}} {
		if v.n != nil && (*v.n < 0 || *v.n > 10_000_000) {
			return Invalid(v.field, "须为不小于 0 的整数")
		}
	}
	if f.LossYuan != nil && *f.LossYuan < 0 {
		return Invalid("loss_yuan", "须为不小于 0 的金额（元）")
	}
	return nil
}

// CloseIncident ends an incident. Deadlines that run must be met first; only the
// repeating ones (持续发布) end with it.
func (d *Desk) CloseIncident(ctx context.Context, who Actor, id int64, why string) (Incident, error) {
	if err := who.need(ActIncidentGrade); err != nil {
		return Incident{}, err
	}
	if strings.TrimSpace(why) == "" {
		return Incident{}, Invalid("why", "请写明办结情况")
	}
	now := d.Now()
	var in Incident
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if in, err = d.openIncident(ctx, tx, who, id); err != nil {
			return err
		}
		clocks, err := tx.ClocksOf(ctx, id, true)
		if err != nil {
			return err
		}
		for _, c := range clocks {
			if c.State == ClockRunning && !d.rule(c.Rule).Repeat {
				return Conflict("", "“%s”还没有完成，不能办结", c.RuleName)
			}
		}
		for _, c := range clocks {
			if c.State == ClockRunning {
				if err := d.withdrawClock(ctx, tx, who, in, c, "事件办结", now); err != nil {
					return err
				}
			}
		}
		in.State, in.ClosedAt = IncidentClosed, &now
		if err := tx.SaveIncident(ctx, &in); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, now, "incident.closed", "incident", id).on(in).with(in.brief()).because(why))
	})
	return in, err
}
