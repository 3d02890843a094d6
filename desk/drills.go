package desk

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"
)

// StartDrill begins a drill of a scenario. The node that takes it up opens its desk
// and says by DrillUp where it answers. Speed is in office seconds per second; 0 is
// the default.
func (d *Desk) StartDrill(ctx context.Context, who Actor, scenario string, speed float64) (made Drill, err error) {
	if err := who.need(ActDrill); err != nil {
		return made, err
	}
	if speed == 0 {
		speed = DefaultDrillSpeed
	}
	if !(speed >= MinDrillSpeed && speed <= MaxDrillSpeed) {
		return made, Invalid("speed", "倍速应在 %d 到 %d 之间", MinDrillSpeed, MaxDrillSpeed)
	}
	i := slices.IndexFunc(d.Scenarios, func(s Scenario) bool { return s.Key == scenario })
	if i < 0 {
		return made, Invalid("scenario", "没有“%s”这个演练情景", scenario)
	}
	s, now := d.Scenarios[i], d.Now()
	made = Drill{Scenario: s.Key, Title: s.Title, Speed: speed, State: DrillStarting, Begins: d.thisEvening(now, s.Starts), Length: s.Length,
		Password: strings.ToLower(rand.Text()[:12]), By: askerOf(who), CreatedAt: now}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		all, err := tx.ListDrills(ctx)
		if err != nil {
			return err
		}
		for _, other := range all {
			if other.State == DrillStarting || other.State == DrillRunning {
				return Conflict("", "演练“%s”正在进行，请先结束它", other.Title)
			}
		}
		if err := tx.NewDrill(ctx, &made); err != nil {
			if CodeOf(err) == CodeConflict {
				return Conflict("", "另一场演练刚刚开始，请先结束它")
			}
			return err
		}
		return tx.Record(ctx, event(who, now, "drill.held", "drill", made.ID).with(map[string]any{"scenario": made.Scenario, "title": made.Title, "speed": speed}))
	})
	return made, err
}

// thisEvening is the day's time of day at which a scenario begins, in the office's zone.
func (d *Desk) thisEvening(now time.Time, at time.Duration) time.Time {
	y, m, day := now.In(d.Policy.Office.Location).Date()
	return time.Date(y, m, day, 0, 0, 0, 0, d.Policy.Office.Location).Add(at)
}

// Drills lists the drills that are not purged. Everybody in the office may take
// part, so everybody sees where and how.
func (d *Desk) Drills(ctx context.Context, who Actor) (list []Drill, err error) {
	if who.Name == "" {
		return nil, who.need(ActDrill)
	}
	if who.SourceID != 0 {
		return nil, Forbidden("来源的密钥不能参加演练")
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListDrills(ctx)
		return err
	})
	return list, err
}

// StopDrill ends a drill: its time stands still, its pages remain for the debriefing.
func (d *Desk) StopDrill(ctx context.Context, who Actor, id int64) error {
	return d.changeDrill(ctx, who, id, func(drill *Drill) error {
		switch drill.State {
		case DrillStopped:
			return nil
		case DrillStarting, DrillRunning:
			at := d.Real()
			drill.State, drill.StoppedAt = DrillStopped, &at
			return nil
		}
		return Conflict("", "这场演练已经不在进行")
	})
}

// SkipDrill moves a drill's time on, so that nobody waits through its night.
func (d *Desk) SkipDrill(ctx context.Context, who Actor, id int64, by time.Duration) error {
	if by <= 0 || by > 24*time.Hour {
		return Invalid("by", "快进的时间应在 1 分钟到 24 小时之间")
	}
	return d.changeDrill(ctx, who, id, func(drill *Drill) error {
		if drill.State != DrillRunning {
			return Conflict("", "这场演练已经不在进行")
		}
		drill.Ahead += by
		return nil
	})
}

// PurgeDrill throws a drill away, with everything in it. The node that holds it does
// so, and DrillPurged says it on the record.
func (d *Desk) PurgeDrill(ctx context.Context, who Actor, id int64) error {
	return d.changeDrill(ctx, who, id, func(drill *Drill) error {
		if drill.State != DrillPurging {
			asked := askerOf(who)
			drill.State, drill.Purger = DrillPurging, &asked
		}
		return nil
	})
}

func (d *Desk) changeDrill(ctx context.Context, who Actor, id int64, change func(*Drill) error) error {
	if err := who.need(ActDrill); err != nil {
		return err
	}
	return d.Store.InTx(ctx, func(tx Tx) error {
		drill, err := tx.DrillByID(ctx, id, true)
		if err != nil {
			return err
		}
		if err := change(&drill); err != nil {
			return err
		}
		return tx.SaveDrill(ctx, drill)
	})
}

// DrillHold is how long a drill belongs to the node that last said that it lives, in
// real time.
const DrillHold = 20 * time.Second

// ClaimDrills gives the drills that this node looks after.
func (d *Desk) ClaimDrills(ctx context.Context, node string) (list []Drill, err error) {
	now := d.Real()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		list, err = tx.ClaimDrills(ctx, node, now, now.Add(DrillHold))
		return err
	})
	return list, err
}

// DrillUp says that a drill's desk answers, and where. Its time begins then, unless
// it had begun before on a node that ended.
func (d *Desk) DrillUp(ctx context.Context, id int64, address string) (up Drill, err error) {
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if up, err = tx.DrillByID(ctx, id, true); err != nil {
			return err
		}
		if up.BeganAt == nil {
			at := d.Real()
			up.BeganAt = &at
		}
		if up.State == DrillStarting || up.State == DrillFailed {
			up.State, up.Failure = DrillRunning, ""
		}
		up.Address = address
		return tx.SaveDrill(ctx, up)
	})
	return up, err
}

// DrillFailed says that a drill's desk could not be opened.
func (d *Desk) DrillFailed(ctx context.Context, id int64, why string) error {
	return d.Store.InTx(ctx, func(tx Tx) error {
		drill, err := tx.DrillByID(ctx, id, true)
		if err != nil || drill.State == DrillPurging {
			return err
		}
		drill.State, drill.Failure, drill.Address = DrillFailed, why, ""
		return tx.SaveDrill(ctx, drill)
	})
}

// DrillPurged drops all that a drill left, once its desk is closed, and puts on the
// record that it was purged, by whom.
func (d *Desk) DrillPurged(ctx context.Context, id int64) error {
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		drill, err := tx.DrillByID(ctx, id, true)
		if err != nil {
			return err
		}
		if drill.State != DrillPurging || drill.Purger == nil {
			return Conflict("", "没有人要求清除这场演练")
		}
		if err := tx.RemoveDrill(ctx, id); err != nil {
			return err
		}
		by := Actor{PersonID: drill.Purger.ID, Name: drill.Purger.Name, Via: drill.Purger.Via}
		return tx.Record(ctx, event(by, now, "drill.purged", "drill", id).with(map[string]any{"scenario": drill.Scenario, "title": drill.Title}))
	})
}
