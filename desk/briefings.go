package desk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// maxBriefing bounds the length of a briefing.
const maxBriefing = 12 * time.Hour

// check refuses a briefing that can't be held, and names the field.
func (b *Briefing) check() error {
	b.Title, b.Room, b.Host = strings.TrimSpace(b.Title), strings.TrimSpace(b.Room), strings.TrimSpace(b.Host)
	b.Speakers = slices.DeleteFunc(b.Speakers, func(s Speaker) bool { return strings.TrimSpace(s.Name) == "" })
	switch {
	case b.Title == "":
		return Invalid("title", "请填写发布会名称")
	case b.Room == "":
		return Invalid("room", "请填写地点")
	case b.Starts.IsZero():
		return Invalid("starts", "请填写开始时间")
	case !b.Ends.After(b.Starts):
		return Invalid("ends", "结束时间须晚于开始时间")
	case b.Ends.Sub(b.Starts) > maxBriefing:
		return Invalid("ends", "发布会不超过 %d 小时", int(maxBriefing.Hours()))
	case b.Host == "":
		return Invalid("host", "请填写主持人")
	case len(b.Speakers) == 0:
		return Invalid("speakers", "请填写至少一位新闻发言人")
	case len(b.Speakers) > 20:
		return Invalid("speakers", "发言人不超过 20 位")
	}
	seen := map[string]bool{b.Host: true}
	for i := range b.Speakers {
		b.Speakers[i].Name = strings.TrimSpace(b.Speakers[i].Name)
		if seen[b.Speakers[i].Name] {
			return Invalid("speakers", "“%s”重复，主持人和发言人请分别填写", b.Speakers[i].Name)
		}
		seen[b.Speakers[i].Name] = true
	}
	return nil
}

func (b Briefing) event(who Actor, now time.Time, typ string) Event {
	e := event(who, now, typ, "briefing", b.ID).with(map[string]any{"id": ident(b.ID), "incident": ident(b.IncidentID), "state": b.State, "room": b.Room,
		"starts": b.Starts, "ends": b.Ends})
	e.IncidentID, e.Region = b.IncidentID, b.Region
	return e
}

// ScheduleBriefing books a briefing. A clash of room or person is refused and
// names the other booking; the database has the last word.
func (d *Desk) ScheduleBriefing(ctx context.Context, who Actor, b Briefing) (Briefing, error) {
	if err := who.need(ActBriefing); err != nil {
		return b, err
	}
	if err := b.check(); err != nil {
		return b, err
	}
	now := d.Now()
	b.State, b.ByID, b.By, b.CreatedAt, b.Version = BriefingScheduled, who.PersonID, who.Name, now, 1
	err := d.Store.InTx(ctx, func(tx Tx) error {
		in, err := d.openIncident(ctx, tx, who, b.IncidentID)
		if err != nil {
			return err
		}
		b.Incident, b.Region = in.Title, in.Region.Code
		if err := tx.NewBriefing(ctx, &b); err != nil {
			return err
		}
		return tx.Record(ctx, b.event(who, now, "briefing.scheduled"))
	})
	return b, d.nameClash(ctx, b, err)
}

// nameClash says which booking is in the way when the database refused one.
func (d *Desk) nameClash(ctx context.Context, b Briefing, err error) error {
	if CodeOf(err) != CodeConflict || b.Room == "" {
		return err
	}
	var clashes []Clash
	if look := d.Store.View(ctx, func(tx Tx) error {
		var e error
		clashes, e = tx.Clashes(ctx, b)
		return e
	}); look != nil {
		return look
	}
	if len(clashes) == 0 {
		return err
	}
	c := clashes[0]
	zone := d.Policy.Office.Location
	from, to := c.Other.Starts.In(zone).Format("1月2日 15:04"), c.Other.Ends.In(zone).Format("15:04")
	if c.What == "room" {
		return &Error{Code: CodeConflict, Field: "room", Text: "“%s”%s–%s 已排“%s”，请换时间或地点", Args: []any{c.Name, from, to, c.Other.Title}, Cause: err}
	}
	return &Error{Code: CodeConflict, Field: "speakers", Text: "%s %s–%s 已在“%s”，请换时间或人选", Args: []any{c.Name, from, to, c.Other.Title}, Cause: err}
}

// MoveBriefing changes hour, room or people of a scheduled briefing.
func (d *Desk) MoveBriefing(ctx context.Context, who Actor, b Briefing) (Briefing, error) {
	if err := b.check(); err != nil {
		return b, err
	}
	got, err := d.briefingAct(ctx, who, b.ID, b.Version, func(tx Tx, old *Briefing, in Incident, now time.Time) (Event, error) {
		was := *old
		old.Title, old.Room, old.Starts, old.Ends, old.Host, old.Speakers = b.Title, b.Room, b.Starts, b.Ends, b.Host, b.Speakers
		old.Agency, old.Contact = b.Agency, b.Contact
		return old.event(who, now, "briefing.moved").change(was.brief(), old.brief()), nil
	})
	return got, d.nameClash(ctx, b, err)
}

func (b Briefing) brief() map[string]any {
	return map[string]any{"room": b.Room, "starts": b.Starts, "ends": b.Ends, "host": b.Host, "speakers": b.Speakers}
}

// CancelBriefing gives the room and the people free again.
func (d *Desk) CancelBriefing(ctx context.Context, who Actor, id int64, why string) (Briefing, error) {
	if strings.TrimSpace(why) == "" {
		return Briefing{}, Invalid("why", "请写明取消的理由")
	}
	return d.briefingAct(ctx, who, id, 0, func(tx Tx, b *Briefing, in Incident, now time.Time) (Event, error) {
		b.State = BriefingCancelled
		return b.event(who, now, "briefing.cancelled").because(why), nil
	})
}

// Held is a briefing as it was held.
type Held struct {
	At    *time.Time // actual start; nil: now
	Spoke string     // who spoke first
	Proof Proof
}

// HoldBriefing records that the briefing was held, with proof. It meets the 24 h
// clock by its actual time.
func (d *Desk) HoldBriefing(ctx context.Context, who Actor, id int64, h Held) (Briefing, error) {
	if h.Spoke = strings.TrimSpace(h.Spoke); h.Spoke == "" {
		return Briefing{}, Invalid("spoke", "请填写首位发言人")
	}
	if h.Proof.Address = strings.TrimSpace(h.Proof.Address); h.Proof.Address == "" {
		return Briefing{}, Invalid("address", "请填写直播或报道地址，作为召开证明")
	}
	if len(h.Proof.File) > MaxProof {
		return Briefing{}, Invalid("file", "截图不超过 %d MB", MaxProof>>20)
	}
	if len(h.Proof.File) > 0 {
		h.Proof.Digest = sha(h.Proof.File)
	}
	return d.briefingAct(ctx, who, id, 0, func(tx Tx, b *Briefing, in Incident, now time.Time) (Event, error) {
		at, err := actual(h.At, now)
		if err != nil {
			return Event{}, err
		}
		b.State, b.HeldAt, b.HeldEnter, b.Spoke, b.Proof = BriefingHeld, &at, &now, h.Spoke, h.Proof
		return b.event(who, now, "briefing.held").acted(at), nil
	})
}

// briefingAct is the frame of every act on a scheduled briefing.
func (d *Desk) briefingAct(ctx context.Context, who Actor, id int64, seen int, act func(tx Tx, b *Briefing, in Incident, now time.Time) (Event, error)) (Briefing, error) {
	if err := who.need(ActBriefing); err != nil {
		return Briefing{}, err
	}
	now := d.Now()
	var b Briefing
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if b, err = tx.BriefingByID(ctx, d.wide(who), id, false); err != nil {
			return err
		}
		in, err := d.openIncident(ctx, tx, who, b.IncidentID)
		if err != nil {
			return err
		}
		if b, err = tx.BriefingByID(ctx, d.wide(who), id, true); err != nil {
			return err
		}
		if b.State != BriefingScheduled {
			return Conflict("", "发布会已召开或已取消，不能再改")
		}
		if seen != 0 && seen != b.Version {
			return Conflict("version", "发布会安排刚被改过，请刷新后再办")
		}
		e, err := act(tx, &b, in, now)
		if err != nil {
			return err
		}
		if err := tx.SaveBriefing(ctx, &b); err != nil {
			return err
		}
		if err := tx.Record(ctx, e); err != nil || b.State != BriefingHeld {
			return err
		}
		return d.settle(ctx, tx, who, in, now)
	})
	return b, err
}
