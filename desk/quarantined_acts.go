package desk

import (
	"context"
	"strings"
)

// RevealQuarantined shows what lies in quarantine as it is, so that it can be mended:
// to those who may mend and may see personal data (ActQuarantineSee), for a recorded reason. Taking it
// away as a file is recorded as that.
func (d *Desk) RevealQuarantined(ctx context.Context, who Actor, id int64, file bool, why string) (q Quarantined, err error) {
	if err := who.need(ActQuarantineSee); err != nil {
		return q, err
	}
	if strings.TrimSpace(why) == "" {
		return q, Invalid("why", "请写明查看原件的理由，将留痕")
	}
	now, typ := d.Now(), "quarantine.revealed"
	if file {
		typ = "quarantine.file"
	}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if q, err = d.quarantined(ctx, tx, who, id); err != nil {
			return err
		}
		if q.Bytes == nil {
			raw, _, err := tx.LockRaw(ctx, q.RawID)
			if err != nil {
				return err
			}
			q.Bytes = raw.Bytes
		}
		e := event(who, now, typ, "quarantine", id).with(map[string]any{"id": ident(id)}).because(why)
		e.SourceID = q.SourceID
		return tx.Record(ctx, e)
	})
	if err != nil {
		return Quarantined{}, err
	}
	return q, nil
}

// Like says which others in quarantine an act on one is also for: all from the same
// source and for the same reason, or all from the same source.
type Like string

// What an act is for.
const (
	LikeNone   Like = ""
	LikeReason Like = "reason"
	LikeSource Like = "source"
)

// ParseLike reads it.
func ParseLike(s string) (Like, error) {
	switch l := Like(s); l {
	case LikeNone, LikeReason, LikeSource:
		return l, nil
	}
	return "", Invalid("like", "范围须为空、reason 或 source")
}

// replayMost bounds what one press of a button is for.
const replayMost = 500

// quarantinedLike gives what lies in a state and is like one, the newest first, 500 at most; more
// says whether there are others.
func (d *Desk) quarantinedLike(ctx context.Context, who Actor, id int64, like Like, state string) (ids []int64, more bool, err error) {
	one, err := d.QuarantinedByID(ctx, who, id)
	if err != nil || like == LikeNone {
		return []int64{id}, false, err
	}
	for page := (Page{Limit: 1000, Newest: true}); !more; {
		list, err := d.Quarantine(ctx, who, state, page)
		if err != nil {
			return nil, false, err
		}
		for _, q := range list {
			page.After = q.ID
			if q.SourceID != one.SourceID || like == LikeReason && (q.Reason != one.Reason || q.Field != one.Field) {
				continue
			}
			if more = len(ids) >= replayMost; more {
				break
			}
			ids = append(ids, q.ID)
		}
		if len(list) < page.Limit {
			break
		}
	}
	return ids, more, nil
}

// DropQuarantined sets aside (搁置) what is nothing to mend: one, or all like it, for a
// reason. The bytes stay, and ReopenQuarantined takes it back.
func (d *Desk) DropQuarantined(ctx context.Context, who Actor, id int64, like Like, why string) (n int, more bool, err error) {
	if err := who.need(ActQuarantine); err != nil {
		return 0, false, err
	}
	if strings.TrimSpace(why) == "" {
		return 0, false, Invalid("why", "请写明搁置的理由，将留痕")
	}
	return d.setQuarantined(ctx, who, id, like, "open", "dropped", why)
}

// ReopenQuarantined takes up again (重新处理) what was set aside: one, or all like it.
func (d *Desk) ReopenQuarantined(ctx context.Context, who Actor, id int64, like Like, why string) (n int, more bool, err error) {
	if err := who.need(ActQuarantine); err != nil {
		return 0, false, err
	}
	return d.setQuarantined(ctx, who, id, like, "dropped", "open", why)
}

// setQuarantined moves what is in one state to another, each with its event. Of many,
// those that somebody else moved meanwhile are passed over.
func (d *Desk) setQuarantined(ctx context.Context, who Actor, id int64, like Like, from, to, why string) (n int, more bool, err error) {
	ids, more, err := d.quarantinedLike(ctx, who, id, like, from)
	if err != nil {
		return 0, false, err
	}
	now, typ := d.Now(), map[string]string{"dropped": "quarantine.dropped", "open": "quarantine.reopened"}[to]
	err = d.Store.InTx(ctx, func(tx Tx) error {
		n = 0 // the transaction may be begun again
		for _, id := range ids {
			q, err := d.quarantined(ctx, tx, who, id)
			if err != nil {
				return err
			}
			if q.State != from {
				if like == LikeNone {
					return Conflict("", "这一件已经处理过了")
				}
				continue
			}
			q.State = to
			if err := tx.SaveQuarantined(ctx, q); err != nil {
				return err
			}
			e := event(who, now, typ, "quarantine", id).with(map[string]any{"id": ident(id), "state": to}).change(from, to).because(why)
			e.SourceID = q.SourceID
			if err := tx.Record(ctx, e); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, false, err
	}
	return n, more, nil
}
